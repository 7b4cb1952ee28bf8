"""For all tests: time zone data from the pinned package, never the host's, and an empty record for each test."""

from __future__ import annotations

import gc
import os
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from icsfeed.store.database.database import Database
from tests import databases
from tests.required import require

zoneinfo.reset_tzpath(to=())

# Otherwise each of hundreds of commands and servers compiles the whole package, where the environment says so.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a server, a disk or a browser."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over all that lives as long as the tests: modules, and the tests themselves."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a database in which nothing is recorded."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        database.upgrade()
    return file.read_bytes()


@pytest.fixture(autouse=True)
def _database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, _empty_database: bytes) -> None:
    """The database that every command and server takes: in the test's folder, and with an empty record."""
    (tmp_path / "icsfeed.db").write_bytes(_empty_database)
    monkeypatch.setenv("ICSFEED_DATABASE", f"sqlite:///{tmp_path}/icsfeed.db")


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None is named, and none lies in the test's folder."""
    (tmp_path / "icsfeed.db").unlink()
    monkeypatch.delenv("ICSFEED_DATABASE")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[databases.Server]:
    """A real server, started for the first test that needs it."""
    require(databases.unavailable())
    with databases.a_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with an empty record, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/icsfeed.db"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        with server.emptied_database() as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that is still to be made: on SQLite there is no file, on PostgreSQL there are no tables."""
    if request.param == "sqlite":
        (tmp_path / "icsfeed.db").unlink()
        yield f"sqlite:///{tmp_path}/icsfeed.db"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        with server.database(with_tables=False) as url:
            yield url
