"""Copies that get killed: ``python -m tests.store.killed_copies`` reads one order per line and answers each with one.

It imports everything that a copy needs once. Each order forks a process that copies, and is killed unless it is done.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import NoReturn

import alembic.autogenerate
import alembic.command  # noqa: F401
import psycopg  # noqa: F401

from icsfeed.store.database.copying import Contents, copy_database


def main() -> None:
    """Carry out orders: a ``source`` and a ``target``, and after how many ``seconds`` the copy is killed."""
    for line in sys.stdin:
        order = json.loads(line)
        copier = os.fork()
        if copier == 0:
            copy(order["source"], order["target"])
        time.sleep(order["seconds"])
        os.kill(copier, signal.SIGKILL)
        _, status = os.waitpid(copier, 0)
        sys.stdout.write(json.dumps({"killed": os.WIFSIGNALED(status), "status": status}) + "\n")
        sys.stdout.flush()


def copy(source: str, target: str) -> NoReturn:
    def verify(original: Contents, copied: Contents) -> None:
        assert original == copied

    try:
        copy_database(source, target, verify=verify)
    except BaseException as error:  # noqa: BLE001  (a fork must not continue as its parent)
        os.write(2, f"{error!r}\n".encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
