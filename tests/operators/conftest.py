"""A database in which operators have tokens, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from icsfeed.store.database.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as one:
        yield one
