"""How icsfeed talks to SQLite and PostgreSQL, and what it says when they refuse."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from icsfeed.store.database.refusals import DatabaseError, refusal_of

SECONDS_TO_WAIT: Final = 30
"""For another writer: each needs milliseconds."""

_SECONDS_TO_CONNECT: Final = 3
_LOCK: Final = 0x1C5FEED
"""The advisory lock under which PostgreSQL's writers take turns."""


def parse_url(text: str) -> URL:
    """The URL of a database.

    Raises:
        DatabaseError: where it is none, or of a database that icsfeed does not know.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        msg = f"{text.partition('@')[2] or text!r} is not the URL of a database; write one such as sqlite:///icsfeed.db"
        raise DatabaseError(msg) from None
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        msg = (
            f"icsfeed does not know databases of the kind {url.drivername!r}; "
            "write sqlite:///icsfeed.db or postgresql://user@host/name"
        )
        raise DatabaseError(msg)
    return url


def _sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        msg = "a database in memory keeps nothing; write the file, such as sqlite:///icsfeed.db"
        raise DatabaseError(msg)
    # The folder that a program stands in may change; which file was meant does not.
    return url.set(database=str(Path(url.database).absolute()))


def make_engine(url: URL) -> Engine:
    """An engine whose transactions see what was there when they began; it connects when it is used."""
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": SECONDS_TO_WAIT, "check_same_thread": False})
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            # A server that is cut off is noticed within seconds, by its silence.
            engine = create_engine(
                url,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": _SECONDS_TO_CONNECT,
                    "tcp_user_timeout": 1000 * _SECONDS_TO_CONNECT,
                    "application_name": "icsfeed",
                },
                isolation_level="REPEATABLE READ",
            )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:  # pragma: no cover  (see parse_url)
        raise DatabaseError(str(error)) from error
    return engine


def _set_up_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    if not isinstance(connection, sqlite3.Connection):  # pragma: no cover  (the only driver that is let in)
        raise AssertionError  # noqa: TRY004  (a fault of the program's own)
    connection.isolation_level = None  # BEGIN is ours to say: see _begin_sqlite
    cursor = connection.cursor()
    # Readers and a writer go on side by side; asked for again, it costs nothing and locks nothing.
    with contextlib.suppress(sqlite3.OperationalError):  # where nothing can be written, reading may go on
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    writes = options.get("writes", False)
    # A reader that wants to write halfway is refused at once: "database is locked".
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout.

    Raises:
        UnavailableDatabaseError: where it can't be read.
    """
    with _refusals(engine, "read"), engine.connect() as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else writes: whole when it ends, absent when it is broken off.

    Raises:
        UnavailableDatabaseError: where it can't be written; nothing has changed then.
    """
    options: dict[str, Any] = {"writes": True}
    if engine.dialect.name == "postgresql":
        # Each statement sees what is there by then: all that was written before the lock was ours.
        options["isolation_level"] = "READ COMMITTED"
    with (
        _refusals(engine, "written"),
        engine.connect() as plain,
        plain.execution_options(**options) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@contextlib.contextmanager
def _refusals(engine: Engine, what: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise refusal_of(error, engine.url, what) from error
