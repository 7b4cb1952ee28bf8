"""Errors over HTTP: the status follows from the error's kind alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Response, json
from werkzeug.http import HTTP_STATUS_CODES

from icsfeed.domain.errors import (
    BadInputError,
    ConflictError,
    IcsfeedError,
    InsufficientScopeError,
    NotFoundError,
    RefusedError,
    TooManyAttemptsError,
    UnauthenticatedError,
    UnavailableError,
)
from icsfeed.publication.sources import FILE_RETRY

STATUS_BY_KIND: Final[Mapping[type[IcsfeedError], int]] = {
    BadInputError: 400,
    UnauthenticatedError: 401,
    NotFoundError: 404,
    ConflictError: 409,
    InsufficientScopeError: 403,  # before the kind that it is one of
    RefusedError: 422,
    TooManyAttemptsError: 429,
    UnavailableError: 503,
}

RETRY_AFTER: Final = str(int(FILE_RETRY.total_seconds()))
"""The header Retry-After, in seconds, when nothing can be served."""


def status_of(error: IcsfeedError) -> int:
    """The HTTP status; 500 for an error of no kind, which is a fault of the program."""
    return next((status for kind, status in STATUS_BY_KIND.items() if isinstance(error, kind)), 500)


def problem(error: IcsfeedError) -> Response:
    """The error as JSON, in the form of RFC 9457."""
    status = status_of(error)
    title = HTTP_STATUS_CODES[status]
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": str(error)})
    response = Response(f"{body}\n", status=status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = RETRY_AFTER
    return response
