"""Turns the errors of a database driver into sentences for the person whose command failed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.urls import display_url, without_secrets

_SQLITE_REASONS: Final = (
    ("SQLITE_FULL", "the disk is full"),
    ("SQLITE_IOERR_SHMSIZE", "the disk is full"),
    ("SQLITE_IOERR", "the disk reports an error"),
    ("SQLITE_READONLY_DIRECTORY", "its folder is read-only"),
    ("SQLITE_READONLY", "it is read-only"),
    ("SQLITE_CANTOPEN", "the file or its folder is missing or read-only"),
    ("SQLITE_PERM", "permission denied"),
    ("SQLITE_BUSY", "another program has locked it; try again"),
    ("SQLITE_NOTADB", "it is not an SQLite database"),
    ("SQLITE_CORRUPT", "it is damaged; restore it from a backup"),
)
"""By SQLite's name of the error, or the beginning of that name."""

_POSTGRESQL_REASONS: Final = {
    "25006": "it is read-only",
    "25P03": "the transaction took too long",
    "42501": "the user lacks the permission",
    "53100": "the disk is full",
    "53300": "the server has no free connection; try again",
    "55P03": "another program has locked it; try again",
    "57P01": "the server is shutting down",
    "57P02": "the server is shutting down",
    "57P03": "the server is starting or shutting down; try again",
}
"""By SQLSTATE (PostgreSQL's documentation, appendix A)."""

_TIMEOUT: Final = "timeout expired"

_CONNECTION_REASONS: Final = (
    # An error without a connection has no SQLSTATE. The server's own words come first, libpq's after them.
    ("password authentication failed", "the server rejects the user's password"),
    ("no password supplied", "the server asks for a password"),
    ("pg_hba.conf", "the server does not admit this user"),
    ("does not exist", "there is no such database or user"),
    ("starting up", "the server is starting or shutting down; try again"),
    ("shutting down", "the server is starting or shutting down; try again"),
    ("too many clients", "the server has no free connection; try again"),
    ("remaining connection slots", "the server has no free connection; try again"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
    ("server closed the connection", "the server closed the connection"),
    ("terminating connection", "the server is shutting down"),
    ("connection is lost", "the server closed the connection"),
    ("Is the server running", "no server answers"),
    ("Connection refused", "no server answers"),
    (_TIMEOUT, "no server answers"),
)
"""By a part of the message."""


def unavailable(error: BaseException | None, url: URL, verb: str) -> UnavailableError:
    """The error that says why the database can't be ``verb`` ("read", "written"), from the driver's ``error``."""
    consequence = "; nothing was changed" if verb == "written" else ""
    return UnavailableError(f"the database {display_url(url)} can't be {verb}: {explain(error, url)}{consequence}")


def explain(error: BaseException | None, url: URL) -> str:
    """The reason for a driver's error, in words that show no password of the ``url``."""
    return without_secrets(_reason(error), url)


def _reason(error: BaseException | None) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    if sqlstate := getattr(error, "sqlstate", None):
        return _POSTGRESQL_REASONS.get(sqlstate, text)
    name: str = getattr(error, "sqlite_errorname", None) or ""
    by_name = (reason for prefix, reason in _SQLITE_REASONS if name.startswith(prefix))
    by_text = (reason for part, reason in _CONNECTION_REASONS if part in str(error))
    return next(by_name, None) or next(by_text, text)


def is_timeout(error: BaseException | None) -> bool:
    """Whether the server did not answer in time."""
    return _TIMEOUT in str(error)


def is_missing_table(error: BaseException | None) -> bool:
    """Whether a table does not exist."""
    return getattr(error, "sqlstate", None) == "42P01" or "no such table" in str(error)
