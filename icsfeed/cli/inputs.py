"""What the commands start from: the schedule and the database that the options name, who calls, and when."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from icsfeed.domain.schedule import Schedule
    from icsfeed.services.changes import Workspace
    from icsfeed.store.schedule_file import LoadedSchedule

DEFAULT_SCHEDULE = Path("schedule.toml")


def schedule_path(named: Path | None) -> Path:
    """The schedule file to read: the named one, the one in the current folder, or the packaged example (it says so)."""
    from icsfeed.store.schedule_file import example_path

    if named is not None:
        return named
    if DEFAULT_SCHEDULE.exists():
        return DEFAULT_SCHEDULE
    click.echo(f"icsfeed: no {DEFAULT_SCHEDULE} here; taking the packaged example policy", err=True)
    return example_path()


def open_schedule(named: Path | None) -> LoadedSchedule:
    """The schedule that the option names, with what is known of its file."""
    from icsfeed.store.schedule_file import load_schedule

    return load_schedule(schedule_path(named))


@contextmanager
def open_workspace(schedule: Path | None, database: str) -> Generator[Workspace]:
    """What an operator works with, as long as the command lasts."""
    from icsfeed.services.changes import Workspace
    from icsfeed.store.database.database import Database

    policy = open_schedule(schedule).schedule
    repository = Database(database)
    try:
        yield Workspace(schedule=policy, repository=repository)
    finally:
        repository.close()


def instant_now(text: str | None, schedule: Schedule) -> datetime:
    """The instant that ``--now`` names or, without it, the clock's."""
    return clock(text, schedule)()


def clock(text: str | None, schedule: Schedule) -> Callable[[], datetime]:
    """What tells the time: it stands still at what ``--now`` names, or is the system's, which is read here alone."""
    if text is None:
        return lambda: datetime.now(UTC)
    from icsfeed.domain.instants import parse_instant

    instant = parse_instant(text, schedule.calendar.zone)
    return lambda: instant


def whoever_calls(named: str | None) -> str:
    """Whom the record names: who ``--operator`` says or, without it, the user of the system."""
    from getpass import getuser

    try:
        return named or getuser()
    except (OSError, KeyError):
        msg = "this user has no name; say who you are with --operator"
        raise click.UsageError(msg) from None
