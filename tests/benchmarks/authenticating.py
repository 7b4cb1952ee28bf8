"""What requests with tokens cost the operators' process: ``python -m tests.benchmarks.authenticating``.

Processor time, without the wait for the disk. The goal is 1 ms for a failed attempt that is recorded; on a machine with
other work to do, times are longer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from icsfeed.domain.errors import TooManyAttemptsError, UnauthenticatedError
from icsfeed.services.operator_access import MAX_FAILURES, authenticate
from icsfeed.store.database.database import Database
from tests import databases
from tests.operators.access import ELSEWHERE, HERE, NOW, UNKNOWN, create

ATTEMPTS: Final = 500
GOAL_MILLISECONDS: Final = 1.0


def milliseconds(act: Callable[[int], object]) -> float:
    """The processor time of one of many calls, each with a number of its own."""
    act(0)
    start = time.process_time()
    for number in range(1, ATTEMPTS + 1):
        act(number)
    return 1000 * (time.process_time() - start) / ATTEMPTS


def measure(url: str) -> dict[str, float]:
    """The milliseconds of requests with a valid token, of attempts that are recorded, and of those over the limit."""
    with closing(Database(url)) as database:
        database.upgrade()
        token = create(database, lasts=None).text

        def fail(address: str) -> None:
            with suppress(UnauthenticatedError, TooManyAttemptsError):
                authenticate(database, UNKNOWN, address=address, now=NOW)

        results = {
            "valid token": milliseconds(lambda _: authenticate(database, token, address=HERE, now=NOW)),
            "failed attempt": milliseconds(lambda number: fail(f"10.0.{number // 250}.{number % 250}")),
        }
        for _ in range(MAX_FAILURES[0][0]):
            fail(ELSEWHERE)
        return {**results, "attempt over the limit": milliseconds(lambda _: fail(ELSEWHERE))}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print_results("SQLite", measure(f"sqlite:///{Path(folder) / 'icsfeed.db'}"))
    if databases.unavailable() is None:
        with databases.a_server() as server, server.database(with_tables=False) as url:
            print_results("PostgreSQL", measure(url))


def print_results(name: str, results: dict[str, float]) -> None:
    for what, each in results.items():
        sys.stdout.write(f"{name}, {what}: {each:.2f} ms (goal for a failed attempt: {GOAL_MILLISECONDS:g} ms)\n")


if __name__ == "__main__":
    main()
