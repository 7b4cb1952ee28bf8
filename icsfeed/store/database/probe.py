"""Whether anything is new: asked many times a second, and so at the least cost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from icsfeed.store.database.refusals import UnavailableDatabaseError, is_without_tables, refusal_of

_LAST_ENTRY: Final = "SELECT max(entry) FROM audit_trail"


class Probe:
    """A connection of its own that reads the number of the last entry; threads may share it."""

    def __init__(self, engine: Engine, file: Path | None, *, at_another_file: Callable[[], None]) -> None:
        self._engine = engine
        self._file = file
        self._at_another_file = at_another_file
        self._lock = Lock()
        self._connection: Connection | None = None
        self._inode: int | None = None

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._drop()

    def last_entry(self) -> int | None:
        """The number of the last entry, 0 where there is none; ``None`` while another thread asks.

        Raises:
            UnavailableDatabaseError: where it can't be told.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._ask()
        finally:
            self._lock.release()

    def _ask(self) -> int:
        if self._file is not None and not self._file_is_there(self._file):
            return 0
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return self._connection.exec_driver_sql(_LAST_ENTRY).scalar() or 0
        except DBAPIError as error:
            self._drop()
            if is_without_tables(error):
                return 0
            raise refusal_of(error, self._engine.url, "read") from error

    def _file_is_there(self, file: Path) -> bool:
        """Whether there is a file. It may be another one than before: a backup that was put back, say."""
        try:
            inode = os.stat(file).st_ino  # noqa: PTH116  (many times a second)
        except OSError:
            inode = None
        if inode != self._inode:
            self._drop()
            if inode is None:
                msg = f"the database {file} is gone; put it back"
                raise UnavailableDatabaseError(msg)
            if self._inode is not None:
                self._at_another_file()
            self._inode = inode
        return inode is not None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
