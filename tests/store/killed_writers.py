"""Writers that are killed: ``python -m tests.store.killed_writers`` reads one order a line, and answers with one.

It imports all that a writer needs, once; each order forks a writer of it, which writes and writes until it is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from itertools import count
from typing import NoReturn

import alembic.autogenerate
import alembic.command  # noqa: F401
import psycopg  # noqa: F401

from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import Step
from icsfeed.domain.plans import Amendment
from icsfeed.services.changes import AnnouncementRequest, Workspace, announce, take_step
from icsfeed.store.database.database import Database
from tests.examples import NOW, POLICY
from tests.store.work import a_plan

LIVES = ((), (Step.START,), (Step.UPDATE, Step.START, Step.COMPLETE), (Step.CANCEL,))
"""What becomes of the changes that a writer announces."""


def main() -> None:
    """An order names the database, the word that marks what this writer writes, and its span of life.

    That counts from the moment at which it is about to write, or else (``at_once``) from its first. The answer is what
    was acknowledged: the id of the change and the number of the update.
    """
    for line in sys.stdin:
        order = json.loads(line)
        here, there = os.pipe()
        writer = os.fork()
        if writer == 0:
            os.close(here)
            write_on(order["url"], order["word"], there)
        os.close(there)
        with os.fdopen(here, "rb") as pipe:
            if not order["at_once"]:
                os.read(pipe.fileno(), 1)
            time.sleep(order["seconds"])
            os.kill(writer, signal.SIGKILL)
            _, status = os.waitpid(writer, 0)
            told = pipe.read().decode().split("\n")
        sys.stdout.write(json.dumps({"acknowledged": told[:-1], "killed": os.WIFSIGNALED(status)}) + "\n")
        sys.stdout.flush()


def write_on(url: str, word: str, pipe: int) -> NoReturn:
    """Announce changes, take them step by step, and tell of each as soon as it is recorded."""
    try:
        database = Database(url)
        workspace = Workspace(schedule=POLICY, repository=database)
        database.record()
        os.write(pipe, b" ")
        for number in count():
            name = f"{word}-{number}"
            plan = a_plan(summary=name)
            change = announce(workspace, AnnouncementRequest(kind=Kind.EMERGENCY, plan=plan), by=name, now=NOW).change
            os.write(pipe, f"{change.id} 1\n".encode())
            for step in LIVES[number % len(LIVES)]:
                more = Amendment(summary=f"{name} {step}") if step is Step.UPDATE else None
                change = take_step(workspace, change.id, step, amendment=more, by=name, now=NOW).change
                os.write(pipe, f"{change.id} {change.latest.number}\n".encode())
    except BaseException as error:  # noqa: BLE001  (a fork must not go on as its parent)
        os.write(2, f"{error!r}\n".encode())
    os._exit(1)


if __name__ == "__main__":
    main()
