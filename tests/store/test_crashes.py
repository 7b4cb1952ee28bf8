"""Killed writers: what they acknowledged is recorded, the rest is complete or absent, and the feed builds."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.store.database.database import Database
from icsfeed.store.database.tables import audit_trail, change_updates, event_revisions, freeze_ends, freezes
from tests.examples import NOW, POLICY
from tests.store.work import in_sql, read

KILLS = int(os.environ.get("WRITERS_TO_KILL", "50"))
"""Writers killed in each part: at least 25."""

PARTS = 5
"""Each part starts with a new database, because a writer first reads everything that is recorded."""

MAKING = 5
"""So many writers may be killed while they create the file with its tables; then the test creates it.

On PostgreSQL the tables exist: no writer creates them.
"""

Kill = Callable[..., list[tuple[str, int]]]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Starts a writer and kills it; gives the changes and updates that it acknowledged."""
    command = [sys.executable, "-m", "tests.store.killed_writers"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def order(**order: Any) -> list[tuple[str, int]]:  # noqa: ANN401  (see killed_writers)
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            answer = json.loads(answers.readline())
            assert answer["killed"], "the writer ended before it was killed"
            lines = (line.split() for line in answer["acknowledged"])
            return [(change_id, int(number)) for change_id, number in lines]

        yield order
        orders.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_writers_killed_at_any_moment(database_url: str, kill: Kill, part: int) -> None:
    """In the even parts a reader stays connected, as a server does; in the odd ones there are only writers."""
    random = Random(part)  # noqa: S311  (no secret)
    acknowledged: list[tuple[str, int]] = []
    if database_url.startswith("sqlite"):
        Path(database_url.removeprefix("sqlite:///")).unlink()
    with closing(Database(database_url, may_be_missing=True)) as server:
        for number in range(KILLS):
            if number == MAKING:
                server.upgrade()
            latest = kill(
                url=database_url,
                word=f"w{number}",
                seconds=random.uniform(0, 0.03),
                at_once=random.random() < 0.1,
                acknowledgements=1 if number % 25 == 24 else 0,  # so that even a slow machine records something
            )
            acknowledged += latest
            if part % 2 == 0 or number % 25 == 24:
                record = server.record()
                assert missing(acknowledged if number % 25 == 24 else latest, record) == []
                assert len(acknowledged) <= record.entry <= len(acknowledged) + number + 1
            if number % 25 == 24:
                assert read(database_url) == server.record()
                assert build_feed(
                    Situation(schedule=POLICY, record=record, now=NOW), "all", Rendering.SERIES
                ).body.endswith(b"VCALENDAR\r\n")
            if part % 2 == 1:
                server.close()
    assert acknowledged  # how many depends on the machine
    assert broken_entries(database_url) == []
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def missing(acknowledged: list[tuple[str, int]], record: Record) -> list[tuple[str, int]]:
    """The updates that were acknowledged but are not recorded."""
    recorded = {(change.id, update.number) for change in record.changes.values() for update in change.updates}
    recorded |= {(freeze_id, 1) for freeze_id in record.freezes}
    recorded |= {(freeze_id, 2) for freeze_id, freeze in record.freezes.items() if freeze.ended_at is not None}
    return [each for each in acknowledged if each not in recorded]


def broken_entries(url: str) -> list[object]:
    """The incomplete audit entries.

    A complete one has one update and one ledger line, or two more by the clock; or a start or an end of a freeze, and
    the lines of all events that it changes: of its own, and of the windows that it drops or brings back.
    """
    entry = audit_trail.c.entry
    parts = [
        sa.select(sa.func.count()).where(table.c.entry == entry).scalar_subquery()
        for table in (change_updates, freezes, freeze_ends, event_revisions)
    ]
    with in_sql(url) as connection:
        rows = [tuple(row) for row in connection.execute(sa.select(entry, *parts).order_by(entry))]
    lines_of_starts = {row[-1] for row in rows if row[2]}
    lines_of_ends = {row[-1] for row in rows if row[3]}
    # The first start records what the windows stated before, too.
    assert len(lines_of_starts) <= 2
    assert len(lines_of_ends) <= 1
    whole = {(1, 0, 0, 1), (3, 0, 0, 3)}
    whole |= {(0, 1, 0, lines) for lines in lines_of_starts} | {(0, 0, 1, lines) for lines in lines_of_ends}
    return [row for number, row in enumerate(rows, start=1) if row[0] != number or row[1:] not in whole]
