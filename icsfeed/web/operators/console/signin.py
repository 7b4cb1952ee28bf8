"""Signing in to the console by token, and signing out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, request

from icsfeed.domain.errors import IcsfeedError, TooManyAttemptsError, UnauthenticatedError
from icsfeed.services.requests.errors import FieldError
from icsfeed.web.operators.console.cookies import JOURNEY_COOKIE, SESSION_COOKIE, delete_cookie
from icsfeed.web.operators.console.destinations import CONSOLE_PATH, address_of, own_page
from icsfeed.web.operators.console.gatekeeper import SIGN_IN_PATH
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.console.layout import console_page, current_language
from icsfeed.web.operators.console.sessions import ConsoleSessions
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import Phrase, phrase

_SESSION_ENDED: Final = phrase("Your session has ended. Sign in again; what you were about to send was not sent.")
_SIGNED_OUT: Final = phrase("You are signed out.")
_TITLE: Final = phrase("Sign in")
_ONE_MINUTE: Final = timedelta(minutes=1)
_ONE_SECOND: Final = timedelta(seconds=1)


def sign_in_routes(context: OperatorsContext, sessions: ConsoleSessions) -> Blueprint:
    """The form for a token, and the end of one's own session."""
    routes = Blueprint("console_sign_in", __name__)

    @routes.get(SIGN_IN_PATH)
    def show_sign_in() -> Response:
        page = own_page(request.args.get("next", ""))
        if current_session() is not None:
            return see(page)
        return sign_in_page(context, page, note=_note())

    @routes.post(SIGN_IN_PATH)
    def sign_in() -> Response:
        page = own_page(request.form.get("next", ""))
        try:
            started = sessions.start_by_token(request.form.get("token", "").strip())
        except TooManyAttemptsError as error:
            return too_many_attempts_page(context, page, error)
        except UnauthenticatedError as error:
            return sign_in_page(context, page, status=401, error=error)
        return sessions.enter(see(page), started)

    @routes.post(f"{CONSOLE_PATH}/sign-out")
    def sign_out() -> Response:
        sessions.end_current()
        response = see(f"{SIGN_IN_PATH}?out=yes")
        for name in (SESSION_COOKIE, JOURNEY_COOKIE):
            delete_cookie(response, name)
        return response

    return routes


def sign_in_page(
    context: OperatorsContext,
    page: str,
    *,
    status: int = 200,
    note: Phrase | None = None,
    error: IcsfeedError | None = None,
    warning: str = "",
) -> Response:
    """The page where somebody signs in, and goes on to that ``page``; the ``error`` is that of the token."""
    language = current_language()
    schedule = context.workspaces.schedule()
    oidc = schedule.operators.oidc if schedule.operators is not None else None
    return console_page(
        "sign_in.html",
        title=language.say(_TITLE),
        calendar=schedule.calendar,
        language=language,
        status=status,
        errors=(FieldError.of_sentence("token", str(error)),) if error is not None else (),
        next_page=page,
        provider=urlsplit(oidc.issuer).hostname if oidc is not None else "",
        note=language.say(note) if note is not None else "",
        warning=warning,
    )


def too_many_attempts_page(context: OperatorsContext, page: str, error: TooManyAttemptsError) -> Response:
    minutes = max(1, -(-error.retry_after // _ONE_MINUTE))
    warning = current_language().say_count(
        "Too many attempts to sign in have failed. Try again in {count} minute; a valid token works at once.",
        "Too many attempts to sign in have failed. Try again in {count} minutes; a valid token works at once.",
        minutes,
    )
    response = sign_in_page(context, page, status=429, warning=warning)
    response.headers["Retry-After"] = str(max(1, -(-error.retry_after // _ONE_SECOND)))
    return response


def see(page: str) -> Response:
    """The answer after which a browser opens that page of the console."""
    return make_response(redirect(address_of(page), 303))


def _note() -> Phrase | None:
    if request.args.get("out") == "yes":
        return _SIGNED_OUT
    return _SESSION_ENDED if request.args.get("ended") == "yes" else None
