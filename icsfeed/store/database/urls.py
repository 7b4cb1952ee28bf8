"""Database URLs: which ones icsfeed supports, and how to show them without their passwords.

A text that can't be read as a URL is never shown: any part of it may be a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from icsfeed.domain.errors import BadInputError

_SECRET_PARAMETER: Final = re.compile("pass|pwd|secret|token|credential", re.IGNORECASE)
"""Query parameters of a PostgreSQL URL whose values must not be shown have this in their name."""

_PUBLIC_PARAMETERS: Final = {"passfile"}

_USER: Final = re.compile(r"[\w.+$@\\-]*")
_HOST: Final = re.compile(r"[\w.,:%-]*")
_NAME: Final = re.compile(r"[^\s;=&?@]*")
"""The parts of a PostgreSQL URL in which no password can hide."""

_KNOWN_BACKENDS: Final = {"mariadb", "mssql", "mysql", "oracle", "postgres", "postgresql", "sqlite"}
"""Databases that people may try. Any other word before the colon may be anything, such as a password."""

_ENCODED_AT_SIGN: Final = "write an @ in the password as %40"
_SERVER_EXAMPLE: Final = "write one such as postgresql://user:password@host/name, options as ?name=value"
_EXAMPLES: Final = "write one such as sqlite:///icsfeed.db or postgresql://user@host/name"

_MIN_SCRUBBED_CHARS: Final = 3


class MalformedUrlError(BadInputError):
    """A text that is not the URL of a database. The message doesn't repeat it."""

    def __init__(self, remedy: str = _EXAMPLES) -> None:
        super().__init__(
            f"the URL of the database is malformed; {remedy} (it is not repeated here, since it may hold a password)"
        )


def parse_url(text: str) -> URL:
    """The URL of a database.

    Raises:
        BadInputError: where it is malformed, or names a database that icsfeed does not support.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise MalformedUrlError from None
    if "@" in (url.host or ""):
        raise MalformedUrlError(_ENCODED_AT_SIGN)
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite_url(url)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        if url.drivername.partition("+")[0] not in _KNOWN_BACKENDS:
            raise MalformedUrlError
        msg = f'icsfeed does not support "{url.drivername}" databases; {_EXAMPLES}'
        raise BadInputError(msg)
    return _postgresql_url(url)


def _sqlite_url(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        msg = "a database in memory keeps nothing; name a file, such as sqlite:///icsfeed.db"
        raise BadInputError(msg)
    if url.query or url.database.startswith("file:") or url.host:
        msg = "the URL of the SQLite database has options; name only the file: sqlite:////folder/file.db"
        raise BadInputError(msg)
    # Absolute: the program's current folder may change later.
    return url.set(drivername="sqlite", database=str(Path(url.database).absolute()))


def _postgresql_url(url: URL) -> URL:
    parts = ((_USER, url.username), (_HOST, url.host), (_NAME, url.database))
    if not all(pattern.fullmatch(part or "") for pattern, part in parts):
        raise MalformedUrlError(_SERVER_EXAMPLE)
    if any(not value for value in url.query.values()):
        raise MalformedUrlError(_SERVER_EXAMPLE)
    return url


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; ``None`` for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def display_url(url: URL) -> str:
    """The URL without passwords; of an SQLite database, the path of its file."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    plain = url.set(drivername="postgresql").difference_update_query(list(_secret_parameters(url)))
    return plain.render_as_string(hide_password=True)


def command_url(url: URL) -> str:
    """The URL without passwords, as it is written on a command line."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{(url.database or '').replace('%', '%25').replace('?', '%3F')}"
    return display_url(url)


def without_secrets(text: str, url: URL) -> str:
    """What a driver says of that URL, with asterisks for passwords."""
    secrets = [str(url.password or "")]
    for name in _secret_parameters(url):
        value = url.query[name]
        secrets += [value] if isinstance(value, str) else value
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _MIN_SCRUBBED_CHARS:
            text = text.replace(secret, "***")
    return text


def _secret_parameters(url: URL) -> Iterator[str]:
    return (name for name in url.query if _SECRET_PARAMETER.search(name) and name.lower() not in _PUBLIC_PARAMETERS)
