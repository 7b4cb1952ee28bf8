"""Database URLs: which ones icsfeed supports, and how to show them without their passwords."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from icsfeed.domain.errors import BadInputError

_SECRET_PARAMETERS: Final = ("password", "sslpassword")
"""Query parameters of a PostgreSQL URL that must not be shown."""


def parse_url(text: str) -> URL:
    """The URL of a database.

    Raises:
        BadInputError: where it is malformed, or names a database that icsfeed does not support.
    """
    visible_part = text.rpartition("@")[2]  # the part before may hold a password
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        msg = f'"{visible_part}" is not a database URL; write one such as sqlite:///icsfeed.db'
        raise BadInputError(msg) from None
    if "@" in (url.host or ""):
        msg = f'"{visible_part}" is not a database URL; write an @ in the password as %40'
        raise BadInputError(msg)
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite_url(url)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        msg = (
            f'icsfeed does not support "{url.drivername}" databases; '
            "write sqlite:///icsfeed.db or postgresql://user@host/name"
        )
        raise BadInputError(msg)
    return url


def _sqlite_url(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        msg = "a database in memory keeps nothing; name a file, such as sqlite:///icsfeed.db"
        raise BadInputError(msg)
    if url.query or url.database.startswith("file:") or url.host:
        msg = f"the URL of the database {display_url(url)} has options; name only the file: sqlite:////folder/file.db"
        raise BadInputError(msg)
    # Absolute: the program's current folder may change later.
    return url.set(drivername="sqlite", database=str(Path(url.database).absolute()))


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; ``None`` for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def display_url(url: URL) -> str:
    """The URL without passwords; of an SQLite database, the path of its file."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    plain = url.set(drivername="postgresql").difference_update_query(_SECRET_PARAMETERS)
    return plain.render_as_string(hide_password=True)
