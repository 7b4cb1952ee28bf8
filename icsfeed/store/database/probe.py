"""Asks many times a second whether anything was recorded, and so as cheaply as possible."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from icsfeed.domain.record import BEFORE_ANY_ENTRY
from icsfeed.store.database.driver_errors import is_missing_table, is_timeout, unavailable
from icsfeed.store.database.sqlite import data_version, is_connected_to, write_error
from icsfeed.store.database.unusable import without_tables
from icsfeed.store.database.urls import file_of

_LAST_ENTRY: Final = "SELECT entry, at FROM audit_trail ORDER BY entry DESC LIMIT 1"

_TIMEOUT_SECONDS: Final = 0.5
"""A server that takes longer for this query is in trouble."""


class LastEntry(NamedTuple):
    """The number of the last entry in the audit trail, and when (UTC) it was made."""

    number: int = 0
    at: datetime = BEFORE_ANY_ENTRY


class Probe:
    """Reads the last entry on a connection of its own; threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = file_of(engine.url)
        self._lock = Lock()
        self._connection: Connection | None = None
        self._cached: tuple[int, LastEntry] | None = None
        """SQLite's data version, and the last entry at that version."""

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def last_entry(self) -> LastEntry | None:
        """The last entry; ``None`` while another thread is asking.

        Raises:
            UnavailableError: where it can't be read.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._ask()
        except DBAPIError as error:
            if is_missing_table(error.orig):
                raise without_tables(self._engine.url) from error
            raise unavailable(error.orig, self._engine.url, "read") from error
        finally:
            self._lock.release()

    def _ask(self) -> LastEntry:
        self._drop_replaced()
        was_connected = self._connection is not None
        try:
            return self._read()
        except DBAPIError as error:
            self._drop()
            # A server that was restarted has closed the connection, and takes a new one.
            if not (was_connected and error.connection_invalidated) or is_timeout(error.orig):
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
                driver: Any = self._connection.connection.driver_connection  # a ``TimeoutConnection``
                driver.response_timeout = _TIMEOUT_SECONDS
        driver = self._connection.connection.dbapi_connection
        version = data_version(driver)
        if self._cached is not None and self._cached[0] == version:
            return self._cached[1]
        row = self._connection.exec_driver_sql(_LAST_ENTRY).first()
        last = LastEntry()
        if row is not None:
            at = datetime.fromisoformat(row.at) if isinstance(row.at, str) else row.at
            last = LastEntry(number=row.entry, at=at.replace(tzinfo=UTC))
        self._cached = (version, last) if version is not None else None
        if write_error(driver) is not None:
            self._drop()  # it would never see later changes
        return last

    def _drop_replaced(self) -> None:
        """Drop the connection if another file has taken the place of the one it is connected to."""
        if self._file is None or self._connection is None:
            return
        if not is_connected_to(self._connection.connection.dbapi_connection, self._file):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = self._cached = None
