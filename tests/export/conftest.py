"""A schedule file for each test, and no options from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE


@pytest.fixture(autouse=True)
def _unset_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCHEDULE", "NOW", "BASE_URL", "WATCH", "DRY_RUN", "JSON", "PRIVATE", "TOKEN_KEY_FILE"):
        monkeypatch.delenv(f"ICSFEED_{name}", raising=False)


@pytest.fixture
def languages() -> list[str]:
    """The languages of the schedule: one, in which a site is made in half the time. Some tests have both."""
    return ["en"]


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, languages: list[str]) -> Path:
    """A valid schedule file in the current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = tmp_path / "here" / "schedule.toml"
    path.write_text(SCHEDULE.replace("\n\n", f"\nlanguages = {json.dumps(languages)}\n\n", 1), encoding="utf-8")
    return path
