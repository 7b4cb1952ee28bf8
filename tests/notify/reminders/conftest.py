from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.domain.schedule import Schedule
from icsfeed.store.database.database import Database
from tests.notify.reminders.timeline import Timeline


@pytest.fixture
def a_timeline(database_url: str) -> Iterator[Callable[[Schedule], Timeline]]:
    """Makes the timeline of a schedule, on SQLite and on PostgreSQL in turn."""
    with closing(Database(database_url)) as database:
        yield lambda schedule: Timeline(database=database, schedule=schedule)


@pytest.fixture
def sqlite_timeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Schedule], Timeline]]:
    """Makes the timeline of a schedule on SQLite."""
    file = tmp_path_factory.mktemp("timeline") / "icsfeed.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        database.upgrade()
        yield lambda schedule: Timeline(database=database, schedule=schedule)


@pytest.fixture(scope="session")
def empty_file(_empty_database: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database in which nothing is recorded, to copy: Hypothesis would print bytes."""
    file = tmp_path_factory.mktemp("empty") / "icsfeed.db"
    file.write_bytes(_empty_database)
    return file
