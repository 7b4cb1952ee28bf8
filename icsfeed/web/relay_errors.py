"""What a feed worker answers itself where the operators' process does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, render_template, request

from icsfeed.web.errors import sentence_problem
from icsfeed.words.languages import LANGUAGES
from icsfeed.words.phrases import Phrase, phrase

RELAY_ERROR: Final = "icsfeed.relay_error"
"""The key of a ``RelayError`` in the WSGI environment of the request that it concerns."""

_FOLDERS_OF_PROGRAMS: Final = ("/api/", "/mcp")


class RelayError(Exception):
    """A request that was not answered by the operators' process."""

    def __init__(self, kind: RelayErrorKind) -> None:
        self.kind = kind
        super().__init__(kind.detail)


@dataclass(frozen=True, kw_only=True, slots=True)
class RelayErrorKind:
    """An HTTP status, what people read, and what programs do."""

    status: int
    title: Phrase
    text: Phrase
    detail: str
    retry_after: int | None = None
    closes_connection: bool = False


_TRY_AGAIN: Final = phrase("Please try again in a moment.")

BUSY: Final = RelayErrorKind(
    status=503,
    title=phrase("The server is busy"),
    text=_TRY_AGAIN,
    detail="too many requests wait or send their bodies; try again in a moment",
    retry_after=1,
)
NOT_RUNNING: Final = RelayErrorKind(
    status=503,
    title=phrase("This page is not available at the moment"),
    text=_TRY_AGAIN,
    detail="the process that answers this is starting; try again in a moment",
    retry_after=1,
)
TOO_LONG: Final = RelayErrorKind(
    status=413,
    title=phrase("What you sent is too long"),
    text=phrase("Go back and shorten it."),
    detail="the request's body is longer than 64 kB; send a shorter one",
)
LENGTH_REQUIRED: Final = RelayErrorKind(
    status=411,
    title=phrase("Something went wrong"),
    text=phrase("Go back and try again."),
    detail="the request's body comes in chunks, so that nobody can tell whether it is whole; send a Content-Length",
    closes_connection=True,
)
BROKEN_OFF: Final = RelayErrorKind(
    status=400,
    title=phrase("Something went wrong"),
    text=phrase("Go back and try again."),
    detail="the request's body broke off; send it again",
)
NO_ANSWER: Final = RelayErrorKind(
    status=502,
    title=phrase("We can’t tell whether that went through"),
    text=phrase("The connection was lost. Check before you try again."),
    detail="the process that answers this ended; check whether the request was carried out before you repeat it",
)
LATE_ANSWER: Final = RelayErrorKind(
    status=504,
    title=phrase("We can’t tell whether that went through"),
    text=phrase("It took too long. Check before you try again."),
    detail="this took too long; check whether the request was carried out before you repeat it",
)


def add_relay_errors(app: Flask) -> None:
    """Have the application answer requests whose environment has a ``RelayError``."""

    @app.before_request
    def fail() -> None:
        error: RelayError | None = request.environ.get(RELAY_ERROR)
        if error is not None:
            raise error

    @app.errorhandler(RelayError)
    def show(error: RelayError) -> Response:
        kind = error.kind
        if request.path.startswith(_FOLDERS_OF_PROGRAMS):
            response = sentence_problem(kind.status, kind.detail)
        else:
            response = Response(
                render_template("message.html", title=kind.title, text=kind.text, languages=LANGUAGES),
                mimetype="text/html",
            )
        response.status_code = kind.status
        response.headers["Cache-Control"] = "no-store"
        if kind.retry_after is not None:
            response.headers["Retry-After"] = str(kind.retry_after)
        if kind.closes_connection:
            response.headers["Connection"] = "close"
        return response
