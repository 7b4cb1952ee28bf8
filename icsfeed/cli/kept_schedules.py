"""The schedule that the database kept, for commands that hardly need one: a broken edit must not stop them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from icsfeed.cli.output import print_line
from icsfeed.settings import Settings
from icsfeed.store.database import schedule_kept_in
from icsfeed.store.schedule_file import LoadedSchedule, ScheduleFileError, database_key, load_schedule


def schedule_or_kept(settings: Settings) -> Callable[[Path], LoadedSchedule]:
    """A function that loads the schedule or, where the file has mistakes, the one that was public last.

    It raises the mistakes where the database that the file names kept none, and says on standard error which it took.
    """

    def load(path: Path) -> LoadedSchedule:
        try:
            return load_schedule(path)
        except ScheduleFileError:
            loaded = _kept_schedule(settings, path)
            if loaded is None:
                raise
            print_line(
                f"icsfeed: {path} has mistakes, which `icsfeed check` lists; going on with the schedule that was "
                "public last",
                err=True,
            )
            return loaded

    return load


def _kept_schedule(settings: Settings, path: Path) -> LoadedSchedule | None:
    """The schedule that was public last, with the database that the broken file names."""
    key = database_key(path)
    kept = schedule_kept_in(settings.database_location(path, key, os.environ))
    if kept is None:
        return None
    loaded = LoadedSchedule.from_bytes(*kept, source="the schedule kept")
    calendar = replace(loaded.schedule.calendar, database=key)
    return replace(loaded, schedule=replace(loaded.schedule, calendar=calendar))
