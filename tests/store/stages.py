"""Databases that are put back into the same state before each run of a command, and their rows."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg
import sqlalchemy as sa

from icsfeed.store.database.tables import TABLES
from tests.databases import PATIENCE

Dump = Mapping[str, tuple[tuple[object, ...], ...]]
"""The rows of every table."""


class Stage(Protocol):
    """A database that is in the same state before each run of a command."""

    def base(self) -> str:
        """The URL of an empty database, for what is recorded before the command."""

    def keep(self) -> None:
        """Keep what the base holds now."""

    def copy(self) -> str:
        """The URL of a database with what was kept, and nothing else."""

    def settle(self) -> None:
        """Wait until nobody writes to the copy any more, and check that the database is sound."""


@dataclass
class SqliteStage:
    """SQLite files in a folder."""

    folder: Path

    def base(self) -> str:
        self._remove("base")
        return f"sqlite:///{self.folder}/base.db"

    def keep(self) -> None:
        with closing(sqlite3.connect(self.folder / "base.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self) -> str:
        self._remove("copy")
        shutil.copyfile(self.folder / "base.db", self.folder / "copy.db")
        return f"sqlite:///{self.folder}/copy.db"

    def settle(self) -> None:
        with closing(sqlite3.connect(self.folder / "copy.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []

    def _remove(self, name: str) -> None:
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()


@dataclass
class PostgresqlStage:
    """An empty database of a PostgreSQL server; its rows before the command are kept in a schema of their own."""

    url: str

    def base(self) -> str:
        self._execute("DROP SCHEMA IF EXISTS kept CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return self.url

    def keep(self) -> None:
        copies = (f"CREATE TABLE kept.{table.name} AS TABLE {table.name}" for table in TABLES)
        self._execute("; ".join(["CREATE SCHEMA kept", *copies]))

    def copy(self) -> str:
        """Put the rows back, past the triggers that keep tables append-only."""
        names = [table.name for table in TABLES]
        rows = (f"INSERT INTO {name} SELECT * FROM kept.{name}" for name in names)  # noqa: S608  (our own names)
        deletions = (f"DELETE FROM {name}" for name in names)  # noqa: S608  (our own names)
        self._execute("; ".join(["SET session_replication_role = replica", *deletions, *rows]))
        return self.url

    def settle(self) -> None:
        """The server may still commit what a killed client has sent: wait until its connection has ended."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        end = time.monotonic() + PATIENCE
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            while connection.execute(query).fetchone() != (0,):
                assert time.monotonic() < end, "a killed command is still connected"
                time.sleep(0.005)

    @property
    def _dsn(self) -> str:
        return self.url.replace("+psycopg", "")

    def _execute(self, statements: str) -> None:
        with psycopg.connect(self._dsn) as connection:
            connection.execute(statements.encode())


def dump(url: str) -> Dump:
    """All rows; ``line`` is a number that the database gives, with gaps where a transaction failed."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        existing = set(sa.inspect(connection).get_table_names())
        return {
            table.name: tuple(
                sorted(
                    (tuple(connection.execute(sa.select(*columns)).all()) if table.name in existing else ()), key=repr
                )
            )
            for table in TABLES
            if (columns := [column for column in table.columns if column.name != "line"])
        }
