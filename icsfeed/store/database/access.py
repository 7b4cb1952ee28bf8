"""Access to one database: whether it exists, its tables, and transactions in which nobody else writes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from threading import Lock
from weakref import finalize

from sqlalchemy import Connection, Engine

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database import LOCK_TIMEOUT_SECONDS
from icsfeed.store.database.creation import create_database
from icsfeed.store.database.engine import make_engine, read_transaction, write_transaction
from icsfeed.store.database.migrating import TablesVersion, migrate, require_tables
from icsfeed.store.database.probe import Probe
from icsfeed.store.database.sqlite import file_identity
from icsfeed.store.database.unusable import UnusableDatabaseError, missing_file, require_absence
from icsfeed.store.database.urls import display_url, file_of, parse_url


class DatabaseAccess:
    """The database at a URL, as far as its contents do not matter. Threads may share it; see ``Database``."""

    def __init__(
        self,
        url: str,
        *,
        may_be_missing: bool = False,
        lock_seconds: float = LOCK_TIMEOUT_SECONDS,
        has_callers_clock: bool = False,
    ) -> None:
        self._lock_seconds = lock_seconds
        self.url = parse_url(url)
        self.name = display_url(self.url)
        """What messages call it: the path of its file, or its URL without passwords."""
        self.was_created = False
        """Whether a transaction of this object created it."""
        self._may_be_missing = may_be_missing
        self._was_read = False
        self.file = file_of(self.url)
        """The file of an SQLite database; ``None`` for a server."""
        self._engine = make_engine(self.url, lock_seconds=lock_seconds, has_callers_clock=has_callers_clock)
        self._probe = Probe(self._engine)
        self._write_lock = Lock()
        # Closes the connections with the object, should the owner forget to.
        finalize(self, _close, self._probe, self._engine).atexit = False

    def close(self) -> None:
        """Close its connections."""
        _close(self._probe, self._engine)

    def check(self) -> None:
        """Refuse a database that has no record of icsfeed; one that does not answer may do so later.

        Raises:
            UnusableDatabaseError: where it is missing, empty, another program's, or an incomplete copy.
        """
        try:
            if not self.is_missing():
                with read_transaction(self._engine) as connection:
                    require_tables(connection)
        except UnusableDatabaseError:
            raise
        except UnavailableError:
            return

    def is_missing(self) -> bool:
        """Whether the file does not exist yet, and need not; a server's database always exists, or using it fails.

        Raises:
            UnavailableError: where it must exist, or existed before.
        """
        if self.file is None or file_identity(self.file) is not None:
            return False
        if self._was_read:
            msg = f"the database {self.file} is gone; put it back"
            raise UnavailableError(msg)
        require_absence(self.file)
        if not self._may_be_missing:
            raise missing_file(self.url)
        return True

    def upgrade(self) -> bool:
        """Create the database's tables, or bring them up to date; gives whether there was anything to do.

        Raises:
            UnavailableError: where it can't be done, or they are a newer icsfeed's or another program's.
        """
        if self._create():
            return True
        with self._locked_transaction() as connection:
            return migrate(connection)

    @contextlib.contextmanager
    def _writing(self) -> Generator[Connection]:
        """A transaction in which nobody else writes, in a database whose tables are up to date."""
        if self.is_missing():
            self._create()
        with self._locked_transaction() as connection:
            if require_tables(connection) is TablesVersion.OLDER:
                migrate(connection)
            yield connection

    @contextlib.contextmanager
    def _locked_transaction(self) -> Generator[Connection]:
        # Threads of one process wait for each other here, which is faster than in the database.
        if not self._write_lock.acquire(timeout=self._lock_seconds):
            msg = f"the database {display_url(self.url)} can't be written: it is busy; try again; nothing was changed"
            raise UnavailableError(msg)
        try:
            with write_transaction(self._engine) as connection:
                yield connection
        finally:
            self._write_lock.release()

    def _create(self) -> bool:
        """Create the file of an SQLite database where there is none; gives whether this object did."""
        if self.file is None or os.path.lexists(self.file):
            return False
        has_created = create_database(self.url, self.file, migrate)
        self.was_created |= has_created
        return has_created


def _close(probe: Probe, engine: Engine) -> None:
    probe.close()
    engine.dispose()
