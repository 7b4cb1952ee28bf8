"""The inputs of every command: the schedule and the database of its settings, the clock, and who runs it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.settings import DEFAULT_SCHEDULE, Settings
from icsfeed.store.schedule_file import LoadedSchedule, example_path, load_schedule

if TYPE_CHECKING:
    from icsfeed.domain.schedule import Schedule
    from icsfeed.services.changes import Workspace


def schedule_path(settings: Settings) -> Path:
    """The schedule file to read; the packaged example where there is none, with a note on standard error."""
    path = settings.schedule_file()
    if path is None:
        click.echo(f"icsfeed: no {DEFAULT_SCHEDULE} here; taking the packaged example policy", err=True)
        return example_path()
    return path


def open_schedule(settings: Settings) -> LoadedSchedule:
    return load_schedule(schedule_path(settings))


@contextmanager
def open_workspace(settings: Settings) -> Generator[Workspace]:
    """The schedule and the database, which is closed after the command."""
    # SQLAlchemy is slow to import, and commands that only read often need no database.
    from icsfeed.services.changes import Workspace
    from icsfeed.store.database.database import Database

    schedule = open_schedule(settings).schedule
    repository = Database(settings.database)
    try:
        yield Workspace(schedule=schedule, repository=repository)
    finally:
        repository.close()


def current_instant(settings: Settings, schedule: Schedule) -> datetime:
    """The instant that ``--now`` names or, without it, the present."""
    return clock(settings, schedule)()


def clock(settings: Settings, schedule: Schedule) -> Callable[[], datetime]:
    """The clock: it stands still at ``--now``, or is the system's, which no other module of the commands reads."""
    instant = settings.pinned_instant(lambda: schedule.calendar.zone)
    return (lambda: datetime.now(UTC)) if instant is None else lambda: instant


def operator_name(option: str | None) -> str:
    """The name for the audit trail: that of ``--operator`` or, without it, of the system's user."""
    try:
        return option or getuser()
    except (OSError, KeyError):
        msg = "this user has no name; say who you are with --operator"
        raise click.UsageError(msg) from None
