"""Each test of a command stands in an empty folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def schedule(folder: Path) -> Path:
    """A schedule.toml in that folder."""
    path = folder / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


@pytest.fixture
def winter(schedule: Path) -> Path:
    """The same for two months alone, so that feeds are small."""
    bounds = "effective_from = 2026-12-01\neffective_until = 2027-01-31\n"
    text = SCHEDULE.replace('environments = ["production"]\n', f'environments = ["production"]\n{bounds}') + bounds
    schedule.write_text(text, encoding="utf-8")
    return schedule
