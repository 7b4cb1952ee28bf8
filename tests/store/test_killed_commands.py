"""Every command that records something, killed: all of the step is recorded or none of it, and a repeat works."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.store.killed_commands import CASES, FOUR_EYES, Case, kill_many
from tests.store.stages import PostgresqlStage, SqliteStage, Stage

KILLS = int(os.environ.get("COMMANDS_TO_KILL", "2"))
"""Of each command. ``python -m tests.benchmarks.killing`` kills 200 of each."""


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    """Where commands record, on SQLite and on PostgreSQL in turn."""
    is_sqlite = database_url.startswith("sqlite")
    return SqliteStage(folder=tmp_path) if is_sqlite else PostgresqlStage(url=database_url)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_killed_command_records_all_of_its_step_or_nothing(stage: Stage, case: Case, tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.toml"
    schedule.write_text(FOUR_EYES, encoding="utf-8")
    tally = kill_many(case, stage, schedule, times=KILLS, random=Random(case.name))  # noqa: S311  (no secret)
    assert tally.faults == []
    assert tally.kills == KILLS
