"""How icsfeed reads and writes, in SQLite and PostgreSQL alike."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from icsfeed.optional_packages import optional_package
from icsfeed.store.database import sqlite
from icsfeed.store.database.refusals import UncertainOutcomeError, reason_of, refusal_of, shown
from icsfeed.store.database.urls import file_of

_WRITES: Final = "icsfeed_writes"


def make_engine(url: URL) -> Engine:
    """An engine whose transactions see what was there when they began; it connects when it is used."""
    file = file_of(url)
    return _to_a_server(url) if file is None else _to_a_file(url, file)


def _to_a_file(url: URL, file: Path) -> Engine:
    engine = create_engine(url, creator=partial(sqlite.connect, file))

    @event.listens_for(engine, "checkout")
    def is_the_same(driver: DBAPIConnection, entry: ConnectionPoolEntry, proxy: object) -> None:
        # Another file may have taken its place. What is written to the old one is lost.
        del entry, proxy
        if not sqlite.is_to(driver, file):
            raise DisconnectionError

    @event.listens_for(engine, "checkin")
    def is_kept(driver: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if sqlite.refusal_to_write(driver) is not None:
            entry.invalidate()  # it would never see anything new

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        if not options.get(_WRITES):
            connection.exec_driver_sql("BEGIN")
            return
        if (refusal := sqlite.refusal_to_write(connection.connection.dbapi_connection)) is not None:
            raise refusal
        # A reader that wants to write halfway is refused at once: "database is locked".
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _to_a_server(url: URL) -> Engine:
    with optional_package("psycopg[binary]", use="A PostgreSQL database"):
        from icsfeed.store.database.postgresql import SECONDS_TO_CONNECT, PatientConnection  # noqa: PLC0415

    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": SECONDS_TO_CONNECT,
            "tcp_user_timeout": 1000 * SECONDS_TO_CONNECT,
            "application_name": "icsfeed",
        },
        isolation_level="REPEATABLE READ",
        use_native_hstore=False,  # else each connection begins with asking for a type that is not used
    )

    @event.listens_for(engine, "do_connect")
    def connect(dialect: object, entry: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> PatientConnection:
        del dialect, entry
        return PatientConnection.connect(*args, **kwargs)

    return engine


@contextlib.contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """A transaction that sees one state of the database throughout.

    Raises:
        UnavailableDatabaseError: where it can't be read.
    """
    with _refusals(engine.url, "read"), engine.connect() as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction in which nobody else writes: whole when it ends, absent when it is broken off.

    Raises:
        UnavailableDatabaseError: where it can't be written; nothing has changed then.
        UncertainOutcomeError: where the database was lost while it was to be made whole.
    """
    options: dict[str, Any] = {_WRITES: True}
    is_server = engine.dialect.name == "postgresql"
    if is_server:
        # Each statement sees what is there by then: all that was written before the turn was ours.
        options["isolation_level"] = "READ COMMITTED"
    with _refusals(engine.url, "written"), engine.connect() as plain:
        connection = plain.execution_options(**options)
        transaction = connection.begin()
        try:
            if is_server:
                from icsfeed.store.database.postgresql import take_turn  # noqa: PLC0415  (as needed)

                take_turn(connection)
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except DBAPIError as error:
            if not _is_in_doubt(error):
                raise
            msg = (
                f"the database {shown(engine.url)} was lost at the last moment: {reason_of(error.orig)}; "
                "look whether it was recorded"
            )
            raise UncertainOutcomeError(msg) from error


@contextlib.contextmanager
def unhurried(connection: Connection) -> Generator[None]:
    """Give the database the time that a migration may take."""
    if connection.dialect.name != "postgresql":
        yield
        return
    from icsfeed.store.database.postgresql import SECONDS_TO_MIGRATE, patient  # noqa: PLC0415  (as needed)

    with patient(connection, SECONDS_TO_MIGRATE):
        yield


def _is_in_doubt(error: DBAPIError) -> bool:
    """Whether a commit may have come about in spite of the error."""
    lost = error.connection_invalidated and getattr(error.orig, "sqlstate", None) != "25P03"  # idle: broken off before
    return lost or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC"


@contextlib.contextmanager
def _refusals(url: URL, what: str) -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        raise refusal_of(error.orig, url, what) from error
    except OperationalError as error:
        raise refusal_of(error, url, what) from error
