"""A schedule file for each test, and the application that serves it with a pinned clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock

SETTINGS = ("SCHEDULE", "NOW", "HOST", "PORT", "WORKERS", "TRUSTED_HOPS", "PREFIX", "ACCESS_LOG")


@pytest.fixture(autouse=True)
def _unset_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(f"ICSFEED_{name}", raising=False)


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    """A valid schedule file."""
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


@pytest.fixture
def client(schedule: Path) -> FlaskClient:
    """A client of the application, a minute after its start."""
    return client_of(schedule)


def client_of(schedule: Path) -> FlaskClient:
    clock = Clock()
    app = create_app(schedule=schedule, clock=clock)
    clock.advance(minutes=1)
    return app.test_client()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, _empty_database: bytes) -> FlaskClient:
    """Such a client, shared by tests that neither edit the schedule nor look at what was counted."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    (folder / "icsfeed.db").write_bytes(_empty_database)
    with pytest.MonkeyPatch.context() as environment:
        for name in SETTINGS:
            environment.delenv(f"ICSFEED_{name}", raising=False)
        environment.setenv("ICSFEED_DATABASE", f"sqlite:///{folder}/icsfeed.db")
        return client_of(folder / "schedule.toml")
