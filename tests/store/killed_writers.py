"""Writers that get killed: ``python -m tests.store.killed_writers`` reads one order per line and answers each with one.

It imports everything that a writer needs once. Each order forks a writer, which records changes and freezes until it is
killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import timedelta
from itertools import count
from typing import Any, NoReturn

import alembic.autogenerate
import alembic.command  # noqa: F401
import psycopg  # noqa: F401

from icsfeed.domain.changes import Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import Amendment
from icsfeed.domain.spans import Span
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import StepRequest, Workspace, take_step
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import NOW, POLICY
from tests.store.work import a_plan

LIVES: tuple[tuple[dict[str, Any], ...], ...] = (
    (),
    ({"step": Step.START}, {"step": Step.UNDO}, {"step": Step.COMPLETE}),
    ({"step": Step.UPDATE, "amendment": Amendment(summary="Another")}, {"step": Step.START}, {"step": Step.COMPLETE}),
    ({"step": Step.UPDATE, "amendment": Amendment(extension=timedelta(hours=1))}, {"step": Step.REDACT}),
    ({"step": Step.CANCEL, "silent": True},),
    ({"step": Step.UPDATE, "message": "It is done"}, {"step": Step.REDACT, "target": 4}),
)
"""The steps that a writer takes with the changes it announces, in turn. The clock takes two of the last one."""

OVER = Span(start=NOW - timedelta(hours=2), end=NOW - timedelta(hours=1))
"""When the last of them is."""


def main() -> None:
    """Carry out orders: each has the database's ``url``, the ``word`` that marks what the writer records, and its end.

    It is killed so many ``seconds`` after its start (``at_once``) or after it is ready to write, but not before it has
    given that many ``acknowledgements``. The answer lists what was acknowledged: ids of changes with update numbers,
    and of freezes with 1 for the start and 2 for the end.
    """
    for line in sys.stdin:
        order = json.loads(line)
        read_end, write_end = os.pipe()
        writer = os.fork()
        if writer == 0:
            os.close(read_end)
            write_on(order["url"], order["word"], write_end)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            if not order["at_once"]:
                pipe.read(1)
            lines = [pipe.readline() for _ in range(order["acknowledgements"])]
            time.sleep(order["seconds"])
            os.kill(writer, signal.SIGKILL)
            _, status = os.waitpid(writer, 0)
            lines += pipe.readlines()
        acknowledged = [line.decode() for line in lines if line.endswith(b"\n")]
        sys.stdout.write(json.dumps({"acknowledged": acknowledged, "killed": os.WIFSIGNALED(status)}) + "\n")
        sys.stdout.flush()


def write_on(url: str, word: str, pipe: int) -> NoReturn:
    """Announce changes and take steps with them, acknowledging each as soon as it is recorded."""
    try:
        database = Database(url, may_be_missing=True)
        workspace = Workspace(schedule=POLICY, repository=database)
        database.record()
        os.write(pipe, b" ")
        for number in count():
            name = f"{word}-{number}"
            life = LIVES[number % len(LIVES)]
            is_automatic = life is LIVES[-1]
            plan = a_plan(summary=name, span=OVER) if is_automatic else a_plan(summary=name)
            announcement = AnnouncementRequest(kind=Kind.EMERGENCY, plan=plan, automatic=is_automatic)
            if number % 3 == 0:
                freeze(workspace, name, pipe)
            change = announce(
                workspace, announcement, uid_part=f"{number:010}", actor=operator(name, NOW - timedelta(hours=3))
            ).change
            os.write(pipe, f"{change.id} 1\n".encode())
            for step in life:
                request = StepRequest(change_id=change.id, **step)
                change = take_step(workspace, request, actor=operator(name, NOW)).change
                os.write(pipe, f"{change.id} {change.latest.number}\n".encode())
    except BaseException as error:  # noqa: BLE001  (a fork must not continue as its parent)
        os.write(2, f"{error!r}\n".encode())
    os._exit(1)


def freeze(workspace: Workspace, reason: str, pipe: int) -> None:
    """Start a freeze and end it, acknowledging both as soon as they are recorded."""
    request = FreezeRequest(reason=reason, environments=frozenset({"production"}), until=NOW + timedelta(days=9))
    started = start_freeze(workspace, request, uid_part="0123456789", actor=operator(reason, NOW)).freeze
    os.write(pipe, f"{started.id} 1\n".encode())
    end_freeze(workspace, started.id, actor=operator(reason, NOW + timedelta(hours=1)))
    os.write(pipe, f"{started.id} 2\n".encode())


if __name__ == "__main__":
    main()
