"""For the tests of MAINTNOTE: the parser that network teams use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE
from tests.maintnote import parser as environment
from tests.maintnote.parser import Parser
from tests.required import require


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    require(environment.unavailable())
    with environment.running() as running:
        yield running


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A valid schedule file in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path
