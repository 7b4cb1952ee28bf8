"""For all tests: time zone data from the pinned package, never the host's, and a fresh database for each test."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import databases
from tests.required import require

zoneinfo.reset_tzpath(to=())

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _no_database_in_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ICSFEED_DATABASE", f"sqlite:///{tmp_path}/icsfeed.db")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[databases.Server]:
    """A real server, started for the first test that needs it."""
    require(databases.unavailable())
    with databases.a_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/icsfeed.db"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        with server.database() as url:
            yield url
