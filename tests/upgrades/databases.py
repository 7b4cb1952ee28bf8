"""A database, a manifest and feeds as icsfeed 0.1 left them, made by its own code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from icsfeed.store.database.database import Database
from icsfeed.store.database.tables import TABLES

FOLDER: Final = Path(__file__).parent / "from_0_1"
SCHEDULE: Final = (FOLDER / "schedule.toml").read_text(encoding="utf-8")
SERVED: Final = {path.name: path.read_bytes() for path in sorted((FOLDER / "served").iterdir())}
PRIVATE: Final = "/private/eubzBry9Zg_4mpo0Csjf2sFaDt_2LgYw/all.ics"


def path_of(name: str) -> str:
    """The URL path of a file that icsfeed 0.1 served."""
    return PRIVATE if name == "private.ics" else f"/feeds/{name}"


def restore(url: str, folder: Path) -> None:
    """Make the database at ``url`` have what icsfeed 0.1 recorded."""
    file = folder / "from-0-1.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((FOLDER / "database.sql").read_text(encoding="utf-8"))
    if url.startswith("sqlite"):
        file.rename(url.removeprefix("sqlite:///"))
        return
    with closing(Database(url)) as database:
        database.upgrade()
    source, target = sa.create_engine(f"sqlite:///{file}"), sa.create_engine(url)
    with source.connect() as reading, target.begin() as writing:
        tables = set(sa.inspect(reading).get_table_names())
        for table in (each for each in TABLES if each.name in tables):
            existing = {column["name"] for column in sa.inspect(reading).get_columns(table.name)}
            columns = [column for column in table.c if column.name in existing - {"line"}]  # the database gives numbers
            order = [table.c.line] if "line" in table.c else []
            rows = [dict(row) for row in reading.execute(sa.select(*columns).order_by(*order)).mappings()]
            if rows:
                writing.execute(sa.insert(table), rows)
    source.dispose()
    target.dispose()
