"""A database for each test of mail subscriptions, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from icsfeed.store.database.database import Database


@pytest.fixture
def repository(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()
