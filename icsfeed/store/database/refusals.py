"""What a database refuses, in words for the person whose command it was."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL

from icsfeed.domain.errors import IcsfeedError


class DatabaseError(IcsfeedError):
    """A database that can't be used."""


class UnavailableDatabaseError(DatabaseError):
    """A database that can't be read or written now; what it holds is as it was."""


class UncertainOutcomeError(DatabaseError):
    """A database that was lost at the very end of writing: either all is recorded, or nothing."""


_SECRETS: Final = ("password", "sslpassword")
"""What may stand in a PostgreSQL URL's query, and is nobody's business."""

_OF_SQLITE: Final = (
    ("SQLITE_FULL", "the disk is full"),
    ("SQLITE_IOERR_SHMSIZE", "the disk is full"),
    ("SQLITE_IOERR", "the disk fails"),
    ("SQLITE_READONLY_DIRECTORY", "its folder may not be written"),
    ("SQLITE_READONLY", "it may only be read"),
    ("SQLITE_CANTOPEN", "it or its folder is missing, or may not be written"),
    ("SQLITE_PERM", "it may not be used"),
    ("SQLITE_BUSY", "another program holds it; try again"),
    ("SQLITE_NOTADB", "it is a file of another kind"),
    ("SQLITE_CORRUPT", "it is damaged; restore it from a backup"),
)
"""By the name of the error, or how that begins."""

_OF_POSTGRESQL: Final = {
    "25006": "it may only be read",
    "25P03": "it took too long",
    "42501": "the user may not do that",
    "53100": "the disk is full",
    "53300": "the server has no connection left; try again",
    "55P03": "another program holds it; try again",
    "57P01": "the server is being stopped",
    "57P02": "the server is being stopped",
    "57P03": "the server is starting or stopping; try again",
}
"""By the SQLSTATE (PostgreSQL's documentation, appendix A)."""

_SILENCE: Final = "timeout expired"

_SAID: Final = (
    # Where no connection comes about there is no SQLSTATE. What the server says comes before what libpq says of it.
    ("password authentication failed", "the server refuses the user's password"),
    ("no password supplied", "the server asks for a password"),
    ("pg_hba.conf", "the server does not let this user in"),
    ("does not exist", "there is no such database or user"),
    ("starting up", "the server is starting or stopping; try again"),
    ("shutting down", "the server is starting or stopping; try again"),
    ("too many clients", "the server has no connection left; try again"),
    ("remaining connection slots", "the server has no connection left; try again"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
    ("server closed the connection", "the server went away"),
    ("terminating connection", "the server is being stopped"),
    ("connection is lost", "the server went away"),
    ("Is the server running", "no server answers"),
    ("Connection refused", "no server answers"),
    (_SILENCE, "no server answers"),
)


def refusal_of(error: BaseException | None, url: URL, what: str) -> UnavailableDatabaseError:
    """The error for people, from its driver's ``error``: why the database can't be ``what`` (read, written)."""
    kept = "; nothing was changed" if what == "written" else ""
    return UnavailableDatabaseError(f"the database {shown(url)} can't be {what}: {reason_of(error)}{kept}")


def shown(url: URL) -> str:
    """The URL as people may see it: without a password, and the file alone where it is one."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    plain = url.set(drivername="postgresql").difference_update_query(_SECRETS)
    return plain.render_as_string(hide_password=True)


def reason_of(error: BaseException | None) -> str:
    """Why a database refused something, from its driver's ``error``."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    if sqlstate := getattr(error, "sqlstate", None):
        return _OF_POSTGRESQL.get(sqlstate, said)
    name: str = getattr(error, "sqlite_errorname", None) or ""
    named = (words for sign, words in _OF_SQLITE if name.startswith(sign))
    told = (words for sign, words in _SAID if sign in str(error))
    return next(named, None) or next(told, said)


def is_silence(error: BaseException | None) -> bool:
    """Whether a server was given up that said nothing."""
    return _SILENCE in str(error)


def is_without_tables(error: BaseException | None) -> bool:
    """Whether it is only that nothing has been recorded yet."""
    return getattr(error, "sqlstate", None) == "42P01" or "no such table" in str(error)
