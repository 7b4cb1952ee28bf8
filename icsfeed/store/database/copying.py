"""Copies a database into an empty one, of the other kind or the same: everything, verified, or nothing.

The target first gets a table that marks it as incomplete; everything else happens in one transaction, which also drops
that table. So a copy that was interrupted anywhere is refused by every command, and can be made again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, URL, Connection, Engine, Table, bindparam, func, insert, inspect, select, text

from icsfeed.domain.errors import RefusedError, UnavailableError
from icsfeed.domain.record import NOTHING, Record
from icsfeed.store.database.creation import create_database
from icsfeed.store.database.engine import long_timeout, make_engine, read_transaction, write_transaction
from icsfeed.store.database.kept_schedule import read_kept_schedule
from icsfeed.store.database.migrating import INCOMPLETE_COPY, TablesVersion, migrate, require_tables, tables_version
from icsfeed.store.database.reading import read_record
from icsfeed.store.database.tables import TABLES
from icsfeed.store.database.unusable import missing_file, older_tables
from icsfeed.store.database.urls import display_url, file_of, parse_url

_ROWS_AT_ONCE: Final = 1000

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a database holds, as the program reads it: the record, and the schedule that was public last, if any."""

    record: Record
    kept_schedule: tuple[bytes, datetime] | None


class UnequalCopyError(UnavailableError):
    """A copy that is not like its source."""


def copy_database(source: str, target: str, *, verify: Callable[[Contents, Contents], None]) -> Mapping[str, int]:
    """Copy the database at the URL ``source`` to the one at ``target``; gives the number of rows in each table.

    The source is only read, in one snapshot. Before the copy is complete, its rows are compared, and ``verify`` is
    called with the contents of both, as read from each.

    Raises:
        RefusedError: where the target holds anything; nothing has changed then.
        UnavailableError: where the source is no database of this icsfeed, either can't be reached, or they differ.
    """
    source_url, target_url = parse_url(source), parse_url(target)
    if (file := file_of(source_url)) is not None and not file.exists():
        raise missing_file(source_url)
    with (
        _engine(source_url, only_reads=True) as source_engine,
        read_transaction(source_engine) as origin,
        long_timeout(origin),
    ):
        if require_tables(origin) is TablesVersion.OLDER:
            raise older_tables(source_url)
        _mark_as_incomplete(target_url)
        with (
            _engine(target_url) as target_engine,
            write_transaction(target_engine) as copy,
            long_timeout(copy),
        ):
            _wait_for_ever(copy)
            _require_marked_and_empty(copy)
            migrate(copy, is_copying=True)
            counts = {table.name: _copy_table(table, origin, copy) for table in TABLES}
            verify(_contents(origin), _contents(copy))
            copy.execute(text(f"DROP TABLE {INCOMPLETE_COPY}"))
        return counts


@contextmanager
def _engine(url: URL, *, only_reads: bool = False) -> Generator[Engine]:
    engine = make_engine(url, only_reads=only_reads)
    try:
        yield engine
    finally:
        engine.dispose()


def _mark_as_incomplete(url: URL) -> None:
    file = file_of(url)
    if file is not None and not file.is_symlink():
        if file.exists() and file.stat().st_size == 0 and not file.with_name(f"{file.name}-wal").exists():
            file.unlink()
        if create_database(url, file, _add_mark):
            return
    with _engine(url) as engine, write_transaction(engine) as connection:
        tables_version(connection, is_copying=True)  # refuses another program's
        _require_empty(connection)
        if not inspect(connection).has_table(INCOMPLETE_COPY):
            _add_mark(connection)


def _add_mark(connection: Connection) -> None:
    connection.execute(text(f"CREATE TABLE {INCOMPLETE_COPY} (started INTEGER)"))


def _require_empty(connection: Connection) -> None:
    existing = set(inspect(connection).get_table_names())
    for table in TABLES:
        if table.name in existing and connection.execute(select(func.count()).select_from(text(table.name))).scalar():
            msg = (
                f"the database {display_url(connection.engine.url)} is not empty: a copy needs one that is missing or "
                "holds nothing; nothing was changed"
            )
            raise RefusedError(msg)


def _require_marked_and_empty(connection: Connection) -> None:
    """Make sure that nobody else copied something there in the meantime."""
    if not inspect(connection).has_table(INCOMPLETE_COPY):
        msg = (
            f"somebody else copied something to the database {display_url(connection.engine.url)}; nothing was changed"
        )
        raise RefusedError(msg)
    _require_empty(connection)


def _wait_for_ever(connection: Connection) -> None:
    """Let the server not end a transaction that is idle while the source is read, or both are compared."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _copy_table(table: Table, source: Connection, target: Connection) -> int:
    """Copy the rows of a table, and compare them; gives their number."""
    statement = insert(table).values(
        {
            column.name: bindparam(
                column.name, type_=JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type
            )
            for column in table.columns
        }
    )
    for rows in source.execute(select(table)).mappings().partitions(_ROWS_AT_ONCE):
        target.execute(statement, [dict(row) for row in rows])
    original, copied = _rows(table, source), _rows(table, target)
    if original != copied:
        differing = next((row for row in original if row not in copied), None)
        key = differing[: len(table.primary_key)] if differing is not None else ()
        msg = f"the copy of the table {table.name} differs from its source, first in the row {key}"
        raise UnequalCopyError(msg)
    _set_sequence(table, target)
    return len(original)


def _rows(table: Table, connection: Connection) -> Rows:
    """All rows, those of the primary key first in each and in the order of that key, which databases collate alike."""
    keys = list(table.primary_key)
    others = [column for column in table.columns if column not in set(keys)]
    rows = [tuple(row) for row in connection.execute(select(*keys, *others))]
    return sorted(rows, key=lambda row: row[: len(keys)])


def _set_sequence(table: Table, connection: Connection) -> None:
    """Let PostgreSQL number further rows after the copied ones; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    last = connection.execute(select(func.max(column))).scalar()
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, last)))


def _contents(connection: Connection) -> Contents:
    return Contents(record=read_record(connection, NOTHING), kept_schedule=read_kept_schedule(connection))
