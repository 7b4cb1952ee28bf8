"""What a database refuses, in words for the person whose command it was."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from icsfeed.domain.errors import IcsfeedError


class DatabaseError(IcsfeedError):
    """A database that can't be used."""


class UnavailableDatabaseError(DatabaseError):
    """A database that can't be read or written now; what it holds is as it was."""


_REASONS: Final = (
    ("database or disk is full", "the disk is full"),
    ("No space left on device", "the disk is full"),
    ("readonly database", "it may only be read"),
    ("read-only", "it may only be read"),
    ("unable to open database file", "its folder is missing or may not be used"),
    ("database is locked", "another program holds it; try again"),
    ("lock timeout", "another program holds it; try again"),
    ("not a database", "it is a file of another kind"),
    ("malformed", "it is damaged; restore it from a backup"),
    ("disk I/O error", "the disk fails"),
    ("password authentication failed", "the server refuses the user's password"),
    ("Connection refused", "no server answers"),
    ("connection to server on socket", "no server answers"),
    ("server closed the connection", "the server went away"),
    ("terminating connection", "the server is being stopped"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
    ("timeout expired", "no server answers"),
    ("does not exist", "there is no such database or user"),
    ("permission denied", "the user may not do that"),
)


def refusal_of(error: DBAPIError, url: URL, what: str) -> UnavailableDatabaseError:
    """The error for people: the database without its password, and why it can't be ``what`` (read, written)."""
    said = str(error.orig)
    reason = next((words for sign, words in _REASONS if sign in said), said.strip().splitlines()[0] if said else "?")
    kept = "; nothing was changed" if what == "written" else ""
    return UnavailableDatabaseError(f"the database {shown(url)} can't be {what}: {reason}{kept}")


def shown(url: URL) -> str:
    """The URL as people may see it: without the password, and the file alone where it is one."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def is_without_tables(error: DBAPIError) -> bool:
    """Whether it is only that nothing has been recorded yet."""
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)
