"""One database: what is recorded in it, whether anything is new, and the one way to add to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from icsfeed.domain.record import NOTHING, Record
from icsfeed.store.database.engine import make_engine, parse_url, reading, writing
from icsfeed.store.database.migrating import Version, migrate, version_of
from icsfeed.store.database.probe import Probe
from icsfeed.store.database.reading import read_record
from icsfeed.store.database.writing import Signature, Transaction


class Database:
    """The database at a URL, which is made, or brought up to date, by the first who writes. Threads may share it."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self._engine = make_engine(self.url)
        self._probe = Probe(self._engine, self.file, at_another_file=self._forget)
        self._lock = Lock()
        self._current = False
        self._record = NOTHING

    def close(self) -> None:
        """Let go of its connections."""
        self._probe.close()
        self._engine.dispose()

    @property
    def look_every(self) -> timedelta:
        """How often ``entry`` can be asked without a cost that shows: a file answers in microseconds."""
        return timedelta(milliseconds=50 if self.file is None else 10)

    @property
    def file(self) -> Path | None:
        """The file that it is in, where it is in one."""
        is_file = self.url.get_backend_name() == "sqlite" and self.url.database
        return Path(self.url.database) if is_file and self.url.database else None

    def is_missing(self) -> bool:
        """Whether there is no such file yet; a server's database is there, or it is an error."""
        return self.file is not None and not self.file.exists()

    def entry(self) -> int:
        """The number of the last entry in the audit trail: whether anything is new, at the least cost.

        While another thread asks, what was known last.

        Raises:
            UnavailableDatabaseError: where it can't be told.
        """
        found = self._probe.last_entry()
        return self._record.entry if found is None else found

    def record(self) -> Record:
        """All that is recorded; nothing where the database is not made yet.

        Raises:
            DatabaseError: where it can't be read.
        """
        if self.is_missing() and self._record is NOTHING:
            return NOTHING
        with self._lock, reading(self._engine) as connection:
            version = Version.CURRENT if self._current else version_of(connection)
            if version is Version.CURRENT:
                self._current = True
                self._record = read_record(connection, self._record)
            if version is not Version.OLDER:
                return self._record
        self.upgrade()
        return self.record()

    @contextlib.contextmanager
    def writing(self, *, by: str, at: datetime, action: str, subject: str) -> Iterator[Transaction]:
        """Record something, while nobody else does: whole when the block ends, not at all where it raises.

        ``by`` whom, ``at`` what instant (aware), which ``action`` on which ``subject``: that is for the audit trail.

        Raises:
            DatabaseError: where it can't be written; nothing has changed then.
        """
        if not self._current:
            self.upgrade()
        with self._lock, writing(self._engine) as connection:
            self._record = read_record(connection, self._record)
            yield Transaction(connection, self._record, Signature(by=by, at=at, action=action, subject=subject))

    def upgrade(self) -> bool:
        """Make the tables, or bring them up to date; gives whether there was anything to do.

        Raises:
            DatabaseError: where it can't be done, or a newer icsfeed made them.
        """
        changed = migrate(self._engine)
        self._current = True
        return changed

    def _forget(self) -> None:
        self._engine.dispose()
        self._current = False
        self._record = NOTHING
