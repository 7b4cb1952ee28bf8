"""Errors over HTTP: one table from an error's kind to the status, and one form of the response."""

from __future__ import annotations

import pytest
from flask import Flask

from icsfeed.domain import errors
from icsfeed.domain.errors import (
    BadInputError,
    ConflictError,
    IcsfeedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from icsfeed.optional_packages import MissingPackageError
from icsfeed.web.errors import STATUS_BY_KIND, problem, status_of


def test_every_kind_has_a_status() -> None:
    kinds = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, IcsfeedError)}
    assert kinds - {IcsfeedError} == STATUS_BY_KIND.keys()


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (BadInputError("no"), 400, "Bad Request"),
        (NotFoundError("no"), 404, "Not Found"),
        (ConflictError("no"), 409, "Conflict"),
        (RefusedError("no"), 422, "Unprocessable Entity"),
        (UnavailableError("no"), 503, "Service Unavailable"),
        (IcsfeedError("no"), 500, "Internal Server Error"),
    ],
)
def test_the_status_follows_from_the_kind(error: IcsfeedError, status: int, title: str) -> None:
    with Flask(__name__).app_context():
        response = problem(error)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json(force=True) == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "no",
        "errors": [{"field": "", "detail": "no", "remedy": ""}],
    }
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers.get("Retry-After") == ("60" if status == 503 else None)


def test_an_error_of_a_more_special_class_has_the_status_of_its_kind() -> None:
    assert status_of(MissingPackageError("no")) == 503
