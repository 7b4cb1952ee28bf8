"""The README is short, and its two commands set up what they need."""

from __future__ import annotations

from pathlib import Path

from icsfeed.store.schedule_file import load_schedule
from tests.manual.documents import MANUAL, README

SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt"


def test_the_two_commands_install_what_they_need() -> None:
    """`.ci/run` takes both from here and runs them as they stand."""
    assert README.block("serve the example") == (
        SET_UP + " && .venv/bin/pip install -q --no-deps . && .venv/bin/icsfeed serve"
    )
    assert README.block("the tests") == SET_UP + " -r tests/requirements.txt && .venv/bin/python -m pytest"


def test_the_readme_takes_five_minutes() -> None:
    assert len(README.text.splitlines()) <= 150


def test_the_picture_is_a_small_png() -> None:
    picture = (MANUAL / "page.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) <= 150_000


def test_the_small_schedule_is_whole(tmp_path: Path) -> None:
    block, _ = README.blocks("toml")
    (path := tmp_path / "schedule.toml").write_text(block.text, encoding="utf-8")
    schedule = load_schedule(path).schedule
    assert [window.id for window in schedule.windows] == ["thursday"]
    assert [freeze.id for freeze in schedule.freezes] == ["month-end"]
