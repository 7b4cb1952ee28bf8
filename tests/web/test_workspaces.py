"""The schedule that operators work with."""

from __future__ import annotations

from pathlib import Path

import pytest

from icsfeed.domain.errors import UnavailableError
from icsfeed.publication.sources import ScheduleFile
from icsfeed.service_log import service_log
from icsfeed.services.repository import NoRepository
from icsfeed.store.database.database import Database
from icsfeed.web.operators.workspaces import Workspaces
from tests.cli.running import SCHEDULE
from tests.examples import NOW


def workspaces_of(path: Path, repository: Database | NoRepository) -> Workspaces:
    return Workspaces(ScheduleFile(path=path), repository, log=service_log())


def test_an_edit_holds_at_once_and_a_broken_one_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    workspaces = workspaces_of(path, NoRepository())
    names = [workspaces.current().schedule.calendar.name]
    path.write_text(SCHEDULE.replace(names[0], "Renamed"), encoding="utf-8")
    names.append(workspaces.current().schedule.calendar.name)
    path.write_text("[calendar", encoding="utf-8")
    names += [workspaces.current().schedule.calendar.name for _ in range(2)]
    assert names[1:] == ["Renamed"] * 3
    assert capsys.readouterr().err.count("use what was good last") == 1


def test_after_a_restart_the_schedule_that_was_public_last_holds(tmp_path: Path) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text("[calendar", encoding="utf-8")
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db", may_be_missing=True)
    with pytest.raises(UnavailableError, match="the schedule file can't be read, and there is no earlier one"):
        workspaces_of(path, database).current()
    database.keep_schedule(SCHEDULE.encode(), NOW)
    assert workspaces_of(path, database).current().schedule.calendar.name in SCHEDULE
    database.close()
