"""The inputs of every command: the schedule and the database that its settings name, and the clock."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from icsfeed.cli.output import print_line
from icsfeed.domain.errors import IcsfeedError, NotFoundError, RefusedError, UnavailableError
from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.times import instant_text
from icsfeed.settings import DEFAULT_DATABASE, DEFAULT_SCHEDULE, DatabaseLocation, Settings
from icsfeed.store.database import holidays_kept_in, is_missing, recorded, schedule_kept_in
from icsfeed.store.schedule_file import LoadedSchedule, example_path, load_schedule

if TYPE_CHECKING:
    from icsfeed.services.access_advice import AccessWarning
    from icsfeed.services.repository import NoRepository
    from icsfeed.store.database.database import Database


def schedule_path(settings: Settings, *, or_example: bool = False) -> Path:
    """The schedule file to read.

    Only a command that looks and does not act takes the packaged example where there is none, and says so.

    Raises:
        NotFoundError: where there is none.
        RefusedError: where the packaged example was named, and the command acts.
    """
    path = settings.schedule_file()
    if path is None:
        if not or_example:
            msg = (
                f"there is no {DEFAULT_SCHEDULE} in the current folder; write one with `icsfeed init`, "
                "or name another with --schedule"
            )
            raise NotFoundError(msg)
        print_line(f"icsfeed: no {DEFAULT_SCHEDULE} here; taking the packaged example policy", err=True)
        return example_path()
    if is_example(path) and not or_example:
        msg = (
            f"{path} is the packaged example, which is only for looking; write your own schedule with `icsfeed init`, "
            "or name another with --schedule"
        )
        raise RefusedError(msg)
    return path


def is_example(path: Path) -> bool:
    return path.absolute() == example_path()


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """The schedule that a command works with, and where its record is."""

    settings: Settings
    path: Path
    loaded: LoadedSchedule

    @property
    def schedule(self) -> Schedule:
        return self.loaded.schedule

    def location(self) -> DatabaseLocation | None:
        """Where the record is; ``None`` for the packaged example, unless a database was named.

        Raises:
            IcsfeedError: where the schedule names a variable that is not set, or the default database lies elsewhere.
        """
        if is_example(self.path) and self.settings.database is None:
            return None
        return self.settings.database_location(self.path, self.schedule.calendar.database, os.environ)

    def record(self) -> Record:
        """The record; where there is no database yet, it is empty, and standard error says so.

        Raises:
            IcsfeedError: where the database is none of icsfeed's, or can't be read.
        """
        location = self.location()
        say_if_missing(location)
        return recorded(location) if location is not None else NOTHING

    def unusual_record(self) -> str | None:
        """Where the record is and what says so, such as ``try.db (--database)``; ``None`` for the default database."""
        from icsfeed.store.database.urls import display_url, file_of, parse_url

        location = self.location()
        if location is None or location.default_file is not None:
            return None
        url = parse_url(location.url)
        file, here = file_of(url), Path.cwd()
        if file == self.path.absolute().parent / DEFAULT_DATABASE:
            return None
        name = str(file.relative_to(here)) if file is not None and file.is_relative_to(here) else display_url(url)
        if self.settings.database is None:
            return f"{name} (calendar.database)"
        return f"{name} ({'ICSFEED_DATABASE' if 'database' in self.settings.environment_settings else '--database'})"

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        """The bytes of the schedule that was public last, and when they were changed, if the database kept one."""
        location = self.location()
        return schedule_kept_in(location) if location is not None else None

    def kept_holidays(self) -> PublishedHolidays | None:
        """The public holidays that were public last, if the database kept some."""
        location = self.location()
        return holidays_kept_in(location) if location is not None else None

    def access_warnings(self, now: datetime) -> tuple[AccessWarning, ...]:
        """What keeps operators from signing in, now or soon.

        Raises:
            UnavailableError: where the database can't be read.
        """
        from icsfeed.services.access_advice import access_warnings
        from icsfeed.services.operator_tokens import tokens

        repository = self.repository()
        try:
            return tuple(access_warnings(self.schedule, tokens(repository), now=now))
        finally:
            repository.close()

    def repository(self) -> Database | NoRepository:
        """The repository of that record, which connects when it is first used.

        Raises:
            IcsfeedError: where the URL is malformed, or as ``location``.
        """
        from icsfeed.services.repository import NoRepository
        from icsfeed.store.database import open_database

        location = self.location()
        return open_database(location) if location is not None else NoRepository()

    def notes(self, *, was_created: bool = False) -> dict[str, str]:
        """What an object of JSON says beside: the default database that does not exist yet, or was just created."""
        location = self.location()
        if location is None or location.default_file is None:
            return {}
        if was_created:
            return {"database_created": str(location.default_file)}
        return {"database_missing": str(location.default_file)} if is_missing(location) else {}


def say_if_missing(location: DatabaseLocation | None) -> None:
    if location is not None and is_missing(location):
        print_line(f"icsfeed: there is no database {location.default_file} yet: nothing is recorded", err=True)


def say_if_created(repository: Database | NoRepository) -> None:
    if repository.was_created:
        print_line(f"icsfeed: created the database {repository.file}", err=True)


def prepare_database(inputs: Inputs) -> str | None:
    """Check the database of a server that starts, or create the default one; gives its URL, if it exists.

    Raises:
        IcsfeedError: where it was named, and is none of icsfeed's.
    """
    location, repository = inputs.location(), inputs.repository()
    try:
        repository.check()
        if location is not None and is_missing(location) and inputs.settings.now is None:
            with contextlib.suppress(UnavailableError):  # a server can do without; its log says why it records nothing
                repository.upgrade()
            say_if_created(repository)
        say_if_missing(location)
    finally:
        repository.close()
    return location.url if location is not None and not is_missing(location) else None


def say_who_is_kept_out(inputs: Inputs, now: datetime) -> None:
    """Print warnings about operators' access, for a server that starts; its log says where it can't read them."""
    with contextlib.suppress(IcsfeedError):
        for warning in inputs.access_warnings(now):
            print_line(f"warning: {warning.text}", err=True)


def open_inputs(
    settings: Settings, *, or_example: bool = False, load: Callable[[Path], LoadedSchedule] = load_schedule
) -> Inputs:
    """The schedule to work with; see ``schedule_path``. A command that reads it again and again has another ``load``.

    Raises:
        IcsfeedError: where there is none, or it has mistakes.
    """
    path = schedule_path(settings, or_example=or_example)
    return Inputs(settings=settings, path=path, loaded=load(path))


def current_instant(settings: Settings, schedule: Schedule, *, records: bool = False) -> datetime:
    """The instant that ``--now`` names or, without it, the present."""
    return clock(settings, schedule, records=records)()


def clock(settings: Settings, schedule: Schedule, *, records: bool = False) -> Callable[[], datetime]:
    """The clock: it stands still at ``--now``, or is the system's, which no other module of the commands reads.

    Standard error says so where the instant comes from the environment: somebody may have forgotten it there.
    """
    instant = settings.pinned_instant(lambda: schedule.calendar.zone)
    if instant is None:
        return present
    if "now" in settings.environment_settings:
        text = instant_text(instant, schedule.calendar.zone)
        consequence = "; what is recorded gets that time" if records else ""
        print_line(f"icsfeed: ICSFEED_NOW pins the clock at {text}{consequence}", err=True)
    return lambda: instant


def present() -> datetime:
    return datetime.now(UTC)
