"""SQLite: how its file is opened, and whether it is still the same one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final, TypeAlias

SECONDS_TO_WAIT: Final = 30
"""For another writer: each needs milliseconds."""

_COMPANIONS_REFUSED: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")

Identity: TypeAlias = tuple[int, int]


def identity_of(file: Path) -> Identity | None:
    """What tells a file from another one that takes its place; ``None`` where there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116  (many times a second)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class FileConnection(sqlite3.Connection):
    """A connection to the file of that ``identity``.

    ``refusal`` is why it can't be written, where that is known: then it shows the file as it was when it was opened.
    """

    identity: Identity | None = None
    refusal: sqlite3.OperationalError | None = None


def refusal_to_write(driver: object) -> sqlite3.OperationalError | None:
    """Why that connection can't be written, where it is one that shows the file as it was when it was opened."""
    return driver.refusal if isinstance(driver, FileConnection) else None


def is_to(driver: object, file: Path) -> bool:
    """Whether that connection is to the very file that is there now."""
    return isinstance(driver, FileConnection) and driver.identity == identity_of(file)


def data_version(driver: object) -> int | None:
    """A number that is another one once something was committed by another connection; ``None`` where there is none."""
    if not isinstance(driver, FileConnection):
        return None
    try:
        (version,) = driver.execute("PRAGMA data_version").fetchone()
    except sqlite3.Error:
        return None
    return int(version)


def connect(file: Path) -> FileConnection:
    """Open a file that is there; transactions are begun by whoever uses it.

    In WAL mode SQLite keeps two companions beside the file. Where it can't make them (the folder may not be written,
    or the disk is full), the file can still be read as long as it holds all there is.
    """
    # First: of a file that is replaced meanwhile this is the older identity, and so the replacement is noticed.
    identity = identity_of(file)
    try:
        connection = _open(file, "mode=rw")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_COMPANIONS_REFUSED) or _is_unfinished(file):
            raise
        connection = _open(file, "mode=ro&immutable=1")
        if error.sqlite_errorname == "SQLITE_CANTOPEN":
            error.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"  # for the file itself could be opened
        connection.refusal = error
    connection.identity = identity
    return connection


def _open(file: Path, how: str) -> FileConnection:
    connection = sqlite3.connect(
        f"{file.as_uri()}?{how}",
        uri=True,
        timeout=SECONDS_TO_WAIT,
        isolation_level=None,
        check_same_thread=False,
        factory=FileConnection,
    )
    try:
        connection.execute("PRAGMA schema_version")
        # Readers and a writer go on side by side; asked for again, it costs nothing and locks nothing.
        with contextlib.suppress(sqlite3.OperationalError):  # where nothing can be written, reading may go on
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_unfinished(file: Path) -> bool:
    """Whether something was written that is not in the file itself yet."""
    try:
        return file.with_name(file.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False
