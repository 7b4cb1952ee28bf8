"""One database: what is recorded in it, whether anything is new, and the one way to add to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from weakref import finalize

from sqlalchemy import Connection, Engine

from icsfeed.domain.record import NOTHING, Record
from icsfeed.store.database.engine import make_engine, reading, writing
from icsfeed.store.database.migrating import Version, migrate, version_of
from icsfeed.store.database.probe import Probe
from icsfeed.store.database.reading import read_record
from icsfeed.store.database.refusals import UnavailableDatabaseError, shown
from icsfeed.store.database.schedules import keep_schedule, read_kept_schedule
from icsfeed.store.database.sqlite import SECONDS_TO_WAIT, identity_of
from icsfeed.store.database.subscribers import FetchTimes, note_fetches, read_fetches
from icsfeed.store.database.urls import file_of, parse_url
from icsfeed.store.database.writing import Signature, Transaction

ANOTHER: Final = -1
"""What is told of the last entry when another database has taken the place of the one that was read."""


class Database:
    """The database at a URL, which is made, or brought up to date, by the first who writes. Threads may share it."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.file = file_of(self.url)
        """The file that it is in, where it is in one."""
        self._engine = make_engine(self.url)
        self._probe = Probe(self._engine)
        self._turn = Lock()
        self._record = NOTHING
        # Who forgets to close it leaves nothing open for longer than the object lives.
        finalize(self, _let_go, self._probe, self._engine).atexit = False

    def close(self) -> None:
        """Let go of its connections."""
        _let_go(self._probe, self._engine)

    @property
    def look_every(self) -> timedelta:
        """How often ``entry`` can be asked without a cost that shows: a file answers in microseconds."""
        return timedelta(milliseconds=50 if self.file is None else 10)

    def is_missing(self) -> bool:
        """Whether there is no such file yet; a server's database is there, or it is an error.

        Raises:
            UnavailableDatabaseError: where there was one.
        """
        file = self.file
        if file is None or identity_of(file) is not None:
            return False
        if self._record is not NOTHING:
            msg = f"the database {file} is gone; put it back"
            raise UnavailableDatabaseError(msg)
        return True

    def entry(self) -> int:
        """The number of the last entry in the audit trail: whether anything is new, at the least cost.

        While another thread asks, what was known last; ``ANOTHER`` until the record is read where it is another one.

        Raises:
            UnavailableDatabaseError: where it can't be told.
        """
        if self.is_missing():
            return NOTHING.entry
        known, found = self._record, self._probe.last_entry()
        if found is None:
            return known.entry
        # What is recorded stays, and so an entry that was made at another instant is another database's.
        is_another = found.number == known.entry and found.at != known.at
        return ANOTHER if is_another else found.number

    def record(self) -> Record:
        """All that is recorded; nothing where the database is not made yet.

        Raises:
            DatabaseError: where it can't be read.
        """
        if self.is_missing():
            return NOTHING
        with reading(self._engine) as connection:
            version = version_of(connection)
            if version is not Version.OLDER:
                self._record = read_record(connection, self._record) if version is Version.CURRENT else NOTHING
                return self._record
        self.upgrade()
        return self.record()

    @contextlib.contextmanager
    def writing(self, *, by: str, at: datetime, action: str, subject: str) -> Generator[Transaction]:
        """Record something, while nobody else does: whole when the block ends, not at all where it raises.

        ``by`` whom, ``at`` what instant (aware), which ``action`` on which ``subject``: that is for the audit trail.

        Raises:
            UnavailableDatabaseError: where it can't be written; nothing has changed then.
            UncertainOutcomeError: where it was lost at the very end.
        """
        with self._writing() as connection:
            migrate(connection)
            record = self._record = read_record(connection, self._record)
            yield Transaction(connection, record, Signature(by=by, at=at, action=action, subject=subject))

    def note_fetches(self, fetches: FetchTimes) -> None:
        """Note when subscribers' feeds were last fetched, which is no news and no operator's work.

        Raises:
            DatabaseError: where it can't be written; nothing has changed then.
        """
        if self.is_missing():
            return  # nobody is left in it
        with self._writing() as connection:
            note_fetches(connection, fetches)

    def fetches(self) -> FetchTimes:
        """When each family of clients last fetched each subscriber's feed.

        Raises:
            DatabaseError: where it can't be read.
        """
        if self.record() is NOTHING:
            return {}
        with reading(self._engine) as connection:
            return read_fetches(connection)

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        """The bytes of the schedule that was public last, and when they were changed (aware), if one was kept.

        Raises:
            DatabaseError: where it can't be read.
        """
        self.record()  # which brings older tables up to date
        if self.is_missing():
            return None
        with reading(self._engine) as connection:
            return read_kept_schedule(connection) if version_of(connection) is Version.CURRENT else None

    def keep_schedule(self, content: bytes, changed_at: datetime) -> None:
        """Keep the schedule that is public now, which was ``changed_at`` (aware), unless it is kept already.

        Raises:
            DatabaseError: where it can't be written; the one before is kept then.
        """
        if self.kept_schedule() == (content, changed_at):
            return
        with self._writing() as connection:
            migrate(connection)
            keep_schedule(connection, content, changed_at)

    def upgrade(self) -> bool:
        """Make the tables, or bring them up to date; gives whether there was anything to do.

        Raises:
            DatabaseError: where it can't be done, or a newer icsfeed made them.
        """
        with self._writing() as connection:
            return migrate(connection)

    @contextlib.contextmanager
    def _writing(self) -> Generator[Connection]:
        self._make()
        # Threads of one process take turns here: they would wait longer for each other in the database.
        if not self._turn.acquire(timeout=SECONDS_TO_WAIT):
            msg = f"the database {shown(self.url)} can't be written: others are writing; nothing was changed"
            raise UnavailableDatabaseError(msg)
        try:
            with writing(self._engine) as connection:
                yield connection
        finally:
            self._turn.release()

    def _make(self) -> None:
        """Make the file where there is none yet: to SQLite, an empty one is an empty database."""
        if not self.is_missing() or self.file is None:
            return
        try:
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o666))
        except OSError as error:
            msg = f"the database {shown(self.url)} can't be made: {(error.strerror or str(error)).lower()}"
            raise UnavailableDatabaseError(msg) from error


def _let_go(probe: Probe, engine: Engine) -> None:
    probe.close()
    engine.dispose()
