"""Errors by kind: what an interface needs to know to answer, and nothing about where the error came from.

The command line's exit status, HTTP's status and a form's messages follow from the kind alone.
"""

from __future__ import annotations

from datetime import timedelta


class IcsfeedError(Exception):
    """Something icsfeed can't do, in words for the person who asked for it."""


class BadInputError(IcsfeedError, ValueError):
    """A value that can't be what it says: malformed, out of range, contradictory."""

    is_wrong_usage = False
    """Whether fields or options are missing or too many, rather than wrong in what they say."""


class NotFoundError(IcsfeedError):
    """A name that nothing has; the message lists the names there are."""


class ConflictError(IcsfeedError):
    """Somebody else was faster; the message says what they changed."""


class RefusedError(IcsfeedError):
    """A well-formed request that the policy or the present state does not allow; the message says what is possible."""


class InsufficientScopeError(RefusedError):
    """An operator who may read, and asks for something that changes what is recorded."""


class UnauthenticatedError(IcsfeedError):
    """Credentials that are missing or not valid; the message never repeats them."""


class TooManyAttemptsError(IcsfeedError):
    """Too many failed attempts to sign in from one network, which may try again after ``retry_after``."""

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(IcsfeedError):
    """A file, database, network address or host that does not answer or can't be used now."""
