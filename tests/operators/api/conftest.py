"""A schedule, and a client of the API whose token may write: on SQLite or, where a test says so, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests import databases
from tests.cli.running import IN_FORCE
from tests.operators.api.clients import ApiClient, new_client


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with an empty record; ``on_both_databases`` has a test run on PostgreSQL as well."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path}/icsfeed.db"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        with server.emptied_database() as url:
            yield url


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(IN_FORCE, encoding="utf-8")
    return path


@pytest.fixture
def api(schedule: Path, database: Database) -> ApiClient:
    return new_client(schedule, database)
