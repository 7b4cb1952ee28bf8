"""Read and write transactions, for SQLite and PostgreSQL alike."""

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

from icsfeed.domain.errors import UnavailableError
from icsfeed.optional_packages import optional_package
from icsfeed.store.database import LOCK_TIMEOUT_SECONDS, sqlite
from icsfeed.store.database.driver_errors import explain, unavailable
from icsfeed.store.database.lease_clock import CALLERS_CLOCK
from icsfeed.store.database.urls import display_url, file_of

_WRITES: Final = "icsfeed_writes"
"""The execution option of a connection whose next transaction writes."""


_LOCK_SECONDS: Final = "icsfeed_lock_seconds"
"""The execution option of how long a writer waits for the others."""


def make_engine(
    url: URL,
    *,
    only_reads: bool = False,
    lock_seconds: float = LOCK_TIMEOUT_SECONDS,
    has_callers_clock: bool = False,
) -> Engine:
    """An engine with snapshot isolation; it connects when it is first used. A writer waits ``lock_seconds`` at most."""
    file = file_of(url)
    if file is None:
        return _postgresql_engine(url).execution_options(
            **{_LOCK_SECONDS: lock_seconds, CALLERS_CLOCK: has_callers_clock}
        )
    return sqlite_engine(url, file, only_reads=only_reads, lock_seconds=lock_seconds)


def sqlite_engine(
    url: URL,
    file: Path,
    *,
    may_be_empty: bool = False,
    only_reads: bool = False,
    lock_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> Engine:
    """An engine for that file, which messages call by the ``url``; see ``sqlite.connect`` for the others."""
    connect = partial(sqlite.connect, file, may_be_empty=may_be_empty, only_reads=only_reads, lock_seconds=lock_seconds)
    engine = create_engine(url, creator=connect, hide_parameters=True)

    @event.listens_for(engine, "checkout")
    def check_file(driver: DBAPIConnection, entry: ConnectionPoolEntry, proxy: object) -> None:
        # Where another file has taken its place, writes to the old one would be lost.
        del entry, proxy
        if not sqlite.is_connected_to(driver, file):
            raise DisconnectionError

    @event.listens_for(engine, "checkin")
    def drop_read_only(driver: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if sqlite.write_error(driver) is not None:
            entry.invalidate()  # it would never see later changes

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        if not options.get(_WRITES):
            connection.exec_driver_sql("BEGIN")
            return
        if (error := sqlite.write_error(connection.connection.dbapi_connection)) is not None:
            raise error
        # Not a plain BEGIN: SQLite refuses a reader that begins to write halfway ("database is locked").
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    with optional_package("psycopg[binary]", use="A PostgreSQL database"):
        from icsfeed.store.database.postgresql import CONNECT_TIMEOUT_SECONDS, TimeoutConnection  # noqa: PLC0415

    engine = create_engine(
        url,
        hide_parameters=True,  # customers' mail addresses must not get into a log
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "tcp_user_timeout": 1000 * CONNECT_TIMEOUT_SECONDS,
            "application_name": "icsfeed",
        },
        isolation_level="REPEATABLE READ",
        use_native_hstore=False,  # saves a query for an unused type on each new connection
    )

    @event.listens_for(engine, "do_connect")
    def connect(dialect: object, entry: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TimeoutConnection:
        del dialect, entry
        return TimeoutConnection.connect(*args, **kwargs)

    return engine


@contextlib.contextmanager
def read_transaction(engine: Engine) -> Generator[Connection]:
    """A transaction that sees one state of the database throughout.

    Raises:
        UnavailableError: where it can't be read.
    """
    with _translated_errors(engine.url, "read"), engine.connect() as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def write_transaction(
    engine: Engine, *, locks_out_writers: bool = True, lock_seconds: float | None = None
) -> Generator[Connection]:
    """A transaction in which nobody else writes. It is committed at the end, or rolled back where the block raises.

    On PostgreSQL, one that does not ``locks_out_writers`` goes on beside the others, and locks only rows. It waits
    ``lock_seconds`` for others, by default as long as every writer with this engine.

    Raises:
        UnavailableError: where it can't be written, and nothing has changed; or where the connection was lost during
            the commit, and nobody knows: the message says which.
    """
    options: dict[str, Any] = {_WRITES: True}
    is_server = engine.dialect.name == "postgresql"
    if is_server:
        # With REPEATABLE READ, the snapshot would be older than the lock, and miss what the writer before recorded.
        options["isolation_level"] = "READ COMMITTED"
    with _translated_errors(engine.url, "written"), engine.connect() as plain:
        connection = plain.execution_options(**options)
        with sqlite.lock_timeout(connection.connection.dbapi_connection, lock_seconds):
            transaction = connection.begin()
        try:
            if is_server:
                from icsfeed.store.database.postgresql import acquire_write_lock, limit_waits  # noqa: PLC0415  (optional)

                lock = acquire_write_lock if locks_out_writers else limit_waits
                seconds = connection.get_execution_options()[_LOCK_SECONDS] if lock_seconds is None else lock_seconds
                lock(connection, seconds=seconds)
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except DBAPIError as error:
            if not _may_be_committed(error):
                raise
            msg = (
                f"the database {display_url(engine.url)} was lost while committing: {explain(error.orig, engine.url)}; "
                "check whether your change was recorded"
            )
            raise UnavailableError(msg) from error


@contextlib.contextmanager
def long_timeout(connection: Connection) -> Generator[None]:
    """Allow the database the time that a migration or a copy may take."""
    if connection.dialect.name != "postgresql":
        yield
        return
    from icsfeed.store.database.postgresql import LONG_TIMEOUT_SECONDS, response_timeout  # noqa: PLC0415  (optional)

    with response_timeout(connection, LONG_TIMEOUT_SECONDS):
        yield


def _may_be_committed(error: DBAPIError) -> bool:
    """Whether a commit may have succeeded in spite of the error."""
    # 25P03: the server had ended the idle transaction before.
    is_lost = error.connection_invalidated and getattr(error.orig, "sqlstate", None) != "25P03"
    return is_lost or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC"


@contextlib.contextmanager
def _translated_errors(url: URL, verb: str) -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        raise unavailable(error.orig, url, verb) from error
    except OperationalError as error:
        raise unavailable(error, url, verb) from error
