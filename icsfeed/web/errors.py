"""Errors over HTTP: the status follows from the error's kind alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from flask import Response
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import HTTPException, MethodNotAllowed
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
from icsfeed.domain.texts import quoted
from icsfeed.publication.sources import FILE_RETRY
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError, ParameterError

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

_ONE_SECOND: Final = timedelta(seconds=1)

RETRY_AFTER: Final = str(int(FILE_RETRY.total_seconds()))
"""The header Retry-After, in seconds, when nothing can be served."""


def without_details(error: IcsfeedError, log: FilteringBoundLogger) -> IcsfeedError:
    """The error for those who are no operators: what is not available is told to the log alone.

    Such messages name databases, hosts and files.
    """
    if not isinstance(error, UnavailableError):
        return error
    log.warning("not available", reason=str(error))
    return UnavailableError("this is not available at the moment; try again in a minute")


def status_of(error: IcsfeedError) -> int:
    """The HTTP status; 500 for an error of no kind, which is a fault of the program."""
    return next((status for kind, status in STATUS_BY_KIND.items() if isinstance(error, kind)), 500)


def problem(
    error: IcsfeedError,
    *,
    status: int | None = None,
    field: str = "",
    remedy: str | None = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    """The error as JSON, in the form of RFC 9457, with ``members`` of its own.

    Its ``errors`` name what is wrong with each field, and what to write instead; a field that is empty stands for the
    request as a whole. ``field`` is the one that an error without a name is about, ``remedy`` what to do where its
    sentence says nothing of that.
    """
    status = status or status_of(error)
    faults = _faults_of(error, field, remedy)
    detail = "; ".join(fault.message for fault in faults) if isinstance(error, InvalidRequestError) else str(error)
    response = _problem_response(status, detail, faults, members or {})
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = RETRY_AFTER
    if isinstance(error, TooManyAttemptsError):
        response.headers["Retry-After"] = str(-(-error.retry_after // _ONE_SECOND))
    return response


def _faults_of(error: IcsfeedError, field: str, remedy: str | None) -> Iterable[FieldError]:
    if isinstance(error, InvalidRequestError):
        return error.errors
    name = error.name if isinstance(error, ParameterError) else field
    if remedy is not None:
        return [FieldError(field=name, fault=FieldFault.VALUE, message=str(error), remedy=remedy)]
    return [FieldError.of_sentence(name, str(error))]


def http_problem(error: HTTPException, detail: str, remedy: str = "", *, field: str = "") -> Response:
    """An error of HTTP itself in that form, with its headers, such as Allow; ``field`` is the header that it is of."""
    faults = [FieldError(field=field, fault=FieldFault.VALUE, message=detail, remedy=remedy)]
    response = _problem_response(error.code or 500, str(faults[0]), faults, {})
    response.headers.extend((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
    return response


def method_problem(error: MethodNotAllowed, method: str) -> Response:
    """The problem of a path that does not take the ``method``, with the methods that it takes."""
    methods = ", ".join(sorted(error.valid_methods or ()))
    return http_problem(error, f"this path does not take {method}", f"use one of {methods}")


def sentence_problem(status: int, sentence: str) -> Response:
    """A problem of that status, in a sentence that says what to do after a semicolon."""
    return _problem_response(status, sentence, [FieldError.of_sentence("", sentence)], {})


def _problem_response(
    status: int, detail: str, faults: Iterable[FieldError], members: Mapping[str, object]
) -> Response:
    errors = [{"field": each.field, "detail": each.message, "remedy": _remedy(each)} for each in faults]
    title = HTTP_STATUS_CODES[status]
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors, **members}
    response = Response(f"{json.dumps(content)}\n", status=status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _remedy(fault: FieldError) -> str:
    if fault.alternatives:
        return f"give {' or '.join(map(quoted, fault.alternatives))}"
    return fault.remedy
