"""SQLite: how its file is opened, and how to notice that another file has taken its place."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Final, TypeAlias

from icsfeed.store.database import LOCK_TIMEOUT_SECONDS
from icsfeed.store.database.unusable import empty_file

_COMPANION_FILE_ERRORS: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")

_OUR_TABLES: Final = {"audit_trail", "icsfeed_incomplete_copy"}

FileIdentity: TypeAlias = tuple[int, int]
"""The device and inode of a file."""


def file_identity(file: Path) -> FileIdentity | None:
    """What tells a file from another one that takes its place; ``None`` where there is none."""
    try:
        status = os.stat(file)  # noqa: PTH116  (many times a second)
    except OSError:
        return None
    return status.st_dev, status.st_ino


class FileConnection(sqlite3.Connection):
    """A connection to the file of that ``identity``.

    ``write_error`` is set where the file could be opened for reading only. Such a connection never sees later changes.
    ``was_empty`` is set where the file was to be filled.
    """

    identity: FileIdentity | None = None
    write_error: sqlite3.OperationalError | None = None
    was_empty: bool = False


def write_error(driver: object) -> sqlite3.OperationalError | None:
    """Why the connection can't be written; ``None`` where it can."""
    return driver.write_error if isinstance(driver, FileConnection) else None


def is_connected_to(driver: object, file: Path) -> bool:
    """Whether the connection is to the file that now stands at that path, and that file was not emptied."""
    if not isinstance(driver, FileConnection):
        return False
    try:
        status = os.stat(file)  # noqa: PTH116  (many times a second)
    except OSError:
        return False
    return driver.identity == (status.st_dev, status.st_ino) and (status.st_size > 0 or driver.was_empty)


@contextlib.contextmanager
def lock_timeout(driver: object, seconds: float | None) -> Generator[None]:
    """Let the connection wait so long for another writer; ``None`` means as long as always."""
    if seconds is None or not isinstance(driver, FileConnection):
        yield
        return
    (usual,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {usual}")


def data_version(driver: object) -> int | None:
    """A number that changes when another connection commits; ``None`` where it can't be read."""
    if not isinstance(driver, FileConnection):
        return None
    try:
        (version,) = driver.execute("PRAGMA data_version").fetchone()
    except sqlite3.Error:
        return None
    return int(version)


def connect(
    file: Path,
    *,
    may_be_empty: bool = False,
    only_reads: bool = False,
    lock_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> FileConnection:
    """Open an existing file; the caller begins transactions, which wait ``lock_seconds`` for another writer.

    A connection that ``only_reads`` changes no byte of it.

    SQLite takes an empty file for a new database and, where it was emptied while others use it, waits for them. So it
    is refused, unless it ``may_be_empty`` because it is to be filled.

    In WAL mode SQLite keeps two companion files beside the database. Where it can't create them (the folder is
    read-only, or the disk is full), the database can still be read, as long as the file itself holds everything.
    """
    # The identity comes first: if the file is replaced in between, it is the older one, and the replacement is noticed.
    identity = file_identity(file)
    is_empty = identity is not None and file.stat().st_size == 0
    if is_empty and not may_be_empty:
        raise empty_file(file)
    try:
        connection = _open(file, "mode=rw", only_reads=only_reads, lock_seconds=lock_seconds)
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_COMPANION_FILE_ERRORS) or _has_unmerged_writes(file):
            raise
        connection = _open(file, "mode=ro&immutable=1", only_reads=only_reads, lock_seconds=lock_seconds)
        if error.sqlite_errorname == "SQLITE_CANTOPEN":
            error.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"  # for the file itself could be opened
        connection.write_error = error
    connection.identity = identity
    connection.was_empty = is_empty
    return connection


def _open(file: Path, mode: str, *, only_reads: bool, lock_seconds: float) -> FileConnection:
    connection = sqlite3.connect(
        f"{file.as_uri()}?{mode}",
        uri=True,
        timeout=lock_seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=FileConnection,
    )
    try:
        connection.execute("PRAGMA schema_version")
        # In WAL mode readers and a writer don't block each other. Setting it again costs nothing and locks nothing.
        if only_reads:
            connection.execute("PRAGMA query_only = ON")
        elif _is_ours(connection):
            with contextlib.suppress(sqlite3.OperationalError):  # a read-only file can still be read
                connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has icsfeed's tables, or none at all: nothing is changed in another program's."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return not names or not names.isdisjoint(_OUR_TABLES)


def _has_unmerged_writes(file: Path) -> bool:
    """Whether the companion file holds commits that are not in the database file itself yet."""
    try:
        return file.with_name(file.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False
