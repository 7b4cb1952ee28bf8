"""The inputs of every command: the schedule that its settings name, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from icsfeed.domain.schedule import Schedule
from icsfeed.settings import DEFAULT_SCHEDULE, Settings
from icsfeed.store.schedule_file import LoadedSchedule, example_path, load_schedule


def schedule_path(settings: Settings) -> Path:
    """The schedule file to read; the packaged example where there is none, with a note on standard error."""
    path = settings.schedule_file()
    if path is None:
        click.echo(f"icsfeed: no {DEFAULT_SCHEDULE} here; taking the packaged example policy", err=True)
        return example_path()
    return path


def open_schedule(settings: Settings) -> LoadedSchedule:
    return load_schedule(schedule_path(settings))


def current_instant(settings: Settings, schedule: Schedule) -> datetime:
    """The instant that ``--now`` names or, without it, the present."""
    return clock(settings, schedule)()


def clock(settings: Settings, schedule: Schedule) -> Callable[[], datetime]:
    """The clock: it stands still at ``--now``, or is the system's, which no other module of the commands reads."""
    instant = settings.pinned_instant(lambda: schedule.calendar.zone)
    return (lambda: datetime.now(UTC)) if instant is None else lambda: instant
