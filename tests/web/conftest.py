"""A schedule file for each test, and the application that serves it with a pinned clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock


@pytest.fixture(autouse=True)
def _unset_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCHEDULE", "NOW", "HOST", "PORT", "WORKERS", "TRUSTED_HOPS", "PREFIX", "ACCESS_LOG"):
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
    clock = Clock()
    app = create_app(schedule=schedule, clock=clock)
    clock.advance(minutes=1)
    return app.test_client()
