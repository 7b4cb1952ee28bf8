"""Copies killed at any moment: the target is refused as incomplete or is complete, and the source is untouched.

``python -m tests.store.test_killed_copies 200`` kills so many in each direction, and counts what became of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.copying import copy_database
from icsfeed.store.database.database import Database
from tests.databases import Server, a_server
from tests.store.test_copies import fill, rows_of, verified
from tests.store.work import created, opened

KILLS = 10
"""Copies killed in each direction by the timed tests."""

Kill = Callable[[str, str, float], bool]


@contextmanager
def killing() -> Generator[Kill]:
    """Starts a copy and kills it after some seconds; gives whether it was still running."""
    command = [sys.executable, "-m", "tests.store.killed_copies"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def order(source: str, target: str, seconds: float) -> bool:
            orders.write(json.dumps({"source": source, "target": target, "seconds": seconds}) + "\n")
            orders.flush()
            answer = json.loads(answers.readline())
            assert answer["killed"] or answer["status"] == 0, "the copy failed by itself"
            return bool(answer["killed"])

        yield order
        orders.close()


@pytest.fixture
def kill() -> Iterator[Kill]:
    with killing() as kill:
        yield kill


def contents(url: str) -> object:
    """Every byte of an SQLite file, or every row of a server's database."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).read_bytes()
    return rows_of(url)


def state_of(url: str, expected: dict[str, list[tuple[Any, ...]]]) -> str:
    """What a killed copy left behind; the only thing that no command may take for a record is an incomplete copy."""
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
    if file is not None and not file.exists():
        return "missing"
    with opened(url) as database:
        try:
            database.record()
        except UnavailableError as error:
            assert_refused(database, str(error))
            return "incomplete" if "is an incomplete copy" in str(error) else "without tables"
    assert rows_of(url) == expected
    return "complete"


def assert_refused(database: Database, message: str) -> None:
    assert "is an incomplete copy" in message or (database.file is None and "has no tables of icsfeed" in message)


def kill_copies(source: str, targets: Callable[[int], str], kill: Kill, *, kills: int, seed: int) -> Counter[str]:
    """Kill copies at random moments of their life; each target must be refused or complete, and can be copied again."""
    random = Random(seed)  # noqa: S311  (no secret)
    expected, before = rows_of(source), contents(source)
    begun = time.monotonic()
    copy_database(source, targets(kills), verify=verified)
    life = time.monotonic() - begun
    states: Counter[str] = Counter()
    for number in range(kills):
        target = targets(number)
        kill(source, target, random.uniform(0, 1.2 * life))
        state = state_of(target, expected)
        states[state] += 1
        assert contents(source) == before
        if number % 10 == 0 and state != "complete":
            copy_database(source, target, verify=verified)
            assert rows_of(target) == expected
    return states


@pytest.mark.parametrize("direction", ["to PostgreSQL", "to SQLite"])
def test_a_copy_killed_at_any_moment_is_refused_or_complete(
    tmp_path: Path, postgresql: Server, kill: Kill, direction: str
) -> None:
    with ExitStack() as stack:
        states = kill_in(direction, tmp_path, postgresql, kill, stack, kills=KILLS)
    assert sum(states.values()) == KILLS


def kill_in(direction: str, folder: Path, server: Server, kill: Kill, stack: ExitStack, *, kills: int) -> Counter[str]:
    if direction == "to PostgreSQL":
        source = f"sqlite:///{folder}/from.db"
        with created(source):
            pass
    else:
        source = stack.enter_context(server.database())
    fill(source, transactions=60)
    if source.startswith("sqlite"):  # nothing waits in the companion file that a reader would merge
        with closing(sa.create_engine(source).raw_connection()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def target(number: int) -> str:
        if direction == "to PostgreSQL":
            return stack.enter_context(server.database(with_tables=False))
        return f"sqlite:///{folder}/to-{number}.db"

    return kill_copies(source, target, kill, kills=kills, seed=kills)


def main(kills: int) -> None:
    with a_server() as server, killing() as kill, tempfile.TemporaryDirectory() as folder:
        for direction in ("to PostgreSQL", "to SQLite"):
            with ExitStack() as stack:
                states = kill_in(direction, Path(folder), server, kill, stack, kills=kills)
            sys.stdout.write(f"{direction}: {dict(states)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
