"""The database: changes, adjustments, revisions and the audit trail, in SQLite or PostgreSQL.

What is recorded is never rewritten. Each transaction makes one entry in the audit trail, and every row names the entry
that it belongs to. So the number of the last entry says whether anything is new, and the rows with higher entries what.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.record import NOTHING, Record
from icsfeed.settings import DatabaseLocation

if TYPE_CHECKING:
    from icsfeed.store.database.database import Database


LOCK_TIMEOUT_SECONDS: Final = 30
"""How long a writer waits for the others, each of which needs milliseconds."""


def is_missing(location: DatabaseLocation) -> bool:
    """Whether it is a default database that does not exist yet: then the record is empty."""
    if location.default_file is None:
        return False
    try:
        os.lstat(location.default_file)
    except FileNotFoundError:
        return True
    except OSError:
        return False  # reading it tells the reason
    return False


def open_database(location: DatabaseLocation, *, lock_seconds: float = LOCK_TIMEOUT_SECONDS) -> Database:
    """The database at that location, which connects when it is first used; a writer waits so long for the others."""
    from icsfeed.store.database.database import Database  # noqa: PLC0415  (SQLAlchemy is slow to import)

    return Database(location.url, may_be_missing=location.default_file is not None, lock_seconds=lock_seconds)


def recorded(location: DatabaseLocation) -> Record:
    """The record in the database at that location; empty where it is the default one, and does not exist yet.

    Raises:
        IcsfeedError: where the URL is malformed, or the database is none of icsfeed's or can't be read.
    """
    if is_missing(location):
        return NOTHING
    with _opened(location) as database:
        return database.record()


def schedule_kept_in(location: DatabaseLocation) -> tuple[bytes, datetime] | None:
    """The bytes of the schedule that was public last, and when they were changed (aware), if one was kept.

    Raises:
        IcsfeedError: as ``recorded``.
    """
    if is_missing(location):
        return None
    with _opened(location) as database:
        return database.kept_schedule()


def holidays_kept_in(location: DatabaseLocation) -> PublishedHolidays | None:
    """The public holidays that were public last, if the schedule that was kept has some.

    Raises:
        IcsfeedError: as ``recorded``.
    """
    if is_missing(location):
        return None
    with _opened(location) as database:
        return database.kept_holidays()


@contextlib.contextmanager
def _opened(location: DatabaseLocation) -> Generator[Database]:
    database = open_database(location)
    try:
        yield database
    finally:
        database.close()
