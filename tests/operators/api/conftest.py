"""A schedule, and a client of the API whose token may write, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.cli.running import IN_FORCE
from tests.operators.api.clients import ApiClient, new_client


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(IN_FORCE, encoding="utf-8")
    return path


@pytest.fixture
def api(schedule: Path, database: Database) -> ApiClient:
    return new_client(schedule, database)
