"""Which databases icsfeed works with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from icsfeed.store.database.refusals import DatabaseError, shown


def parse_url(text: str) -> URL:
    """The URL of a database.

    Raises:
        DatabaseError: where it is none, or of a database that icsfeed does not know.
    """
    named = text.rpartition("@")[2]  # what comes before may be a password
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        msg = f"{named!r} is not the URL of a database; write one such as sqlite:///icsfeed.db"
        raise DatabaseError(msg) from None
    if "@" in (url.host or ""):
        msg = f"{named!r} is not the URL of a database; an @ in the password is written as %40"
        raise DatabaseError(msg)
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
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
    if url.query or url.database.startswith("file:") or url.host:
        msg = (
            f"the database {shown(url)} can't be opened so; write its file and nothing else: sqlite:////folder/file.db"
        )
        raise DatabaseError(msg)
    # The folder that a program stands in may change; which file was meant does not.
    return url.set(drivername="sqlite", database=str(Path(url.database).absolute()))


def file_of(url: URL) -> Path | None:
    """The file that the database is in, where it is in one."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
