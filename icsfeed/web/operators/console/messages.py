"""The console's pages that say why there is nothing else to see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

from icsfeed.domain.errors import IcsfeedError, TooManyAttemptsError, UnavailableError
from icsfeed.web.errors import RETRY_AFTER, status_of, without_details
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.console.layout import console_page, current_language
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import Phrase, phrase

_TITLES: Final[Mapping[int, Phrase]] = {
    400: phrase("This was not understood"),
    403: phrase("You may only read"),
    404: phrase("There is no such page"),
    409: phrase("Somebody else was faster"),
    413: phrase("This is too long"),
    422: phrase("This is not possible"),
    429: phrase("Too many attempts"),
    503: phrase("Not available at the moment"),
}
_SOMETHING_WRONG: Final = phrase("Something went wrong")
_TEXTS: Final[Mapping[int, Phrase]] = {
    400: phrase("Go back, load the page again, and send the form once more. Nothing was changed."),
    403: phrase("To change something, sign in with a token that may write, or as a member of a group that may."),
    404: phrase("The address is wrong, or the page is gone."),
    413: phrase("Go back and write less. Nothing was changed."),
    503: phrase("Please try again in a minute."),
}
_AGAIN: Final = phrase("Go back and try again.")


def http_error_page(context: OperatorsContext, error: HTTPException, text: Phrase | None = None) -> Response:
    """The page for an error of HTTP, with its headers, such as Allow."""
    status = error.code or 500
    response = message_page(context, status, _TITLES.get(status, _SOMETHING_WRONG), text or _TEXTS.get(status, _AGAIN))
    response.headers.extend((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
    return response


def error_page(context: OperatorsContext, error: IcsfeedError) -> Response:
    """The page for an error of the services, whose own words say what to do."""
    if current_session() is None:
        error = without_details(error, context.log)
    status = status_of(error)
    response = message_page(context, status, _TITLES.get(status, _SOMETHING_WRONG), detail=str(error))
    if isinstance(error, TooManyAttemptsError):
        response.headers["Retry-After"] = str(max(1, -(-error.retry_after // timedelta(seconds=1))))
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def message_page(
    context: OperatorsContext, status: int, title: Phrase, text: Phrase | None = None, *, detail: str = ""
) -> Response:
    """A page with a title and, under it, a text or a ``detail`` that the services say in English."""
    language, session = current_language(), current_session()
    try:
        calendar = context.workspaces.schedule().calendar
    except UnavailableError:
        body = f"{language.say(title)}. {detail or language.say(text or _AGAIN)}\n"
        return Response(body, status=status, content_type="text/plain; charset=utf-8")
    return console_page(
        "message.html",
        title=language.say(title),
        calendar=calendar,
        language=language,
        operator=session.operator if session is not None else None,
        status=status,
        text=language.say(text) if text is not None else "",
        detail=detail,
    )
