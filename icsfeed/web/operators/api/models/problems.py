"""Errors over HTTP, as problems (RFC 9457)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icsfeed.web.operators.api.models.changes import ChangeDocument
from icsfeed.web.operators.api.models.shapes import LEFT_OUT, Document


class FieldProblemDocument(Document):
    """What is wrong with one field, parameter or header."""

    field: Annotated[str, Field(description="Its name; empty for the request as a whole.")]
    detail: str
    remedy: Annotated[str, Field(description="What to write instead; it may be empty.")]


class ProblemDocument(Document):
    """Why a request was not carried out."""

    type: Annotated[str, Field(description="Always about:blank: the status says what kind of problem it is.")]
    title: str
    status: int
    detail: str
    errors: list[FieldProblemDocument]


class OutdatedProblemDocument(ProblemDocument):
    """A conflict with what somebody else recorded."""

    current: Annotated[ChangeDocument, Field(description="The change as it is now, if it has other updates.")] = (
        LEFT_OUT
    )
