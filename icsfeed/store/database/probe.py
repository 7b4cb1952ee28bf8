"""Whether anything is new: asked many times a second, and so at the least cost."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from icsfeed.domain.record import NEVER
from icsfeed.store.database.refusals import is_silence, is_without_tables, refusal_of
from icsfeed.store.database.sqlite import data_version, is_to, refusal_to_write
from icsfeed.store.database.urls import file_of

_LAST_ENTRY: Final = "SELECT entry, at FROM audit_trail ORDER BY entry DESC LIMIT 1"

_PATIENCE: Final = 0.5
"""Seconds within which a server answers what is asked so often, or something is wrong that is to be looked into."""


class LastEntry(NamedTuple):
    """The number of the last entry in the audit trail, and when (UTC) it was made."""

    number: int = 0
    at: datetime = NEVER


class Probe:
    """A connection of its own that reads the last entry; threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = file_of(engine.url)
        self._lock = Lock()
        self._connection: Connection | None = None
        self._seen: tuple[int, LastEntry] | None = None

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._drop()

    def last_entry(self) -> LastEntry | None:
        """The last entry; ``None`` while another thread asks.

        Raises:
            UnavailableDatabaseError: where it can't be told.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._ask()
        except DBAPIError as error:
            if is_without_tables(error.orig):
                return LastEntry()
            raise refusal_of(error.orig, self._engine.url, "read") from error
        finally:
            self._lock.release()

    def _ask(self) -> LastEntry:
        self._drop_another()
        known = self._connection is not None
        try:
            return self._read()
        except DBAPIError as error:
            self._drop()
            # A server that was started anew has closed the connection, and is there.
            if not (known and error.connection_invalidated) or is_silence(error.orig):
                raise
        try:
            return self._read()
        except DBAPIError:
            self._drop()
            raise

    def _read(self) -> LastEntry:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if self._file is None:
                driver: Any = self._connection.connection.driver_connection  # a ``PatientConnection``
                driver.patience = _PATIENCE
        driver = self._connection.connection.dbapi_connection
        version = data_version(driver)
        if self._seen is not None and self._seen[0] == version:
            return self._seen[1]
        row = self._connection.exec_driver_sql(_LAST_ENTRY).first()
        last = LastEntry()
        if row is not None:
            at = datetime.fromisoformat(row.at) if isinstance(row.at, str) else row.at
            last = LastEntry(number=row.entry, at=at.replace(tzinfo=UTC))
        self._seen = (version, last) if version is not None else None
        if refusal_to_write(driver) is not None:
            self._drop()  # it would never see anything new
        return last

    def _drop_another(self) -> None:
        """Drop the connection where it is to a file that another one has taken the place of."""
        if self._file is None or self._connection is None:
            return
        if not is_to(self._connection.connection.dbapi_connection, self._file):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = self._seen = None
