"""Lets nobody into the console who has not signed in: every path below it is closed unless it is named here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Flask, Response, make_response, redirect, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.networks import is_loopback
from icsfeed.services.operator_access import is_enabled
from icsfeed.web.operators.console.cookies import SESSION_COOKIE, cookie
from icsfeed.web.operators.console.destinations import CONSOLE_PATH, HOME, address_of, current_page
from icsfeed.web.operators.console.form_protection import FormProtection
from icsfeed.web.operators.console.guards import current_session, set_current_session
from icsfeed.web.operators.console.messages import error_page, http_error_page, message_page
from icsfeed.web.operators.console.security import add_security_headers
from icsfeed.web.operators.console.sessions import ConsoleSessions
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase

SIGN_IN_PATH: Final = f"{CONSOLE_PATH}/sign-in"
OIDC_PATH: Final = f"{SIGN_IN_PATH}/oidc"
OIDC_RETURN_PATH: Final = f"{OIDC_PATH}/return"
_OPEN_PATHS: Final = {SIGN_IN_PATH, OIDC_PATH, OIDC_RETURN_PATH, f"{CONSOLE_PATH}/language"}
_OPEN_FOLDER: Final = f"{CONSOLE_PATH}/static/"
_MAX_FORM_BYTES: Final = 128 * 1024
_FOREIGN_FORM: Final = phrase(
    "This form is older than your sign-in, or was not made here. Go back, load the page again, and send it once more. "
    "Nothing was changed. If this happens every time, allow this site to set cookies."
)
_NO_TLS: Final = phrase("The console needs https")
_WITH_TLS: Final = phrase(
    "Open it by https: others could read your token otherwise. Where a proxy in front of this server takes care of "
    "that, say so with the option “--trusted-hops”."
)


class Gatekeeper:
    """Finds out who makes each request to the console, and checks its forms, before any page does."""

    def __init__(self, context: OperatorsContext, sessions: ConsoleSessions, forms: FormProtection) -> None:
        self._context = context
        self._sessions = sessions
        self._forms = forms

    def install(self, app: Flask) -> None:
        self._forms.install(app)
        app.before_request(self.admit)
        app.after_request(self.protect)

    def admit(self) -> Response | None:
        """The answer to a request that gets no further; ``None`` where it may, or is none to the console."""
        if not _concerns_console():
            return None
        request.max_content_length = _MAX_FORM_BYTES
        try:
            return self._answer()
        except CSRFError as error:
            return http_error_page(self._context, error, _FOREIGN_FORM)
        except RequestEntityTooLarge as error:
            self._forms.bind()
            return http_error_page(self._context, error)
        except IcsfeedError as error:
            self._forms.bind()
            return error_page(self._context, error)

    def _answer(self) -> Response | None:
        if not is_enabled(self._context.database, self._context.workspaces.schedule()):
            return NotFound().get_response(request.environ)  # type: ignore[return-value]  # of Werkzeug's own class
        if not _is_confidential():
            self._forms.bind()
            return message_page(self._context, HTTPStatus.FORBIDDEN, _NO_TLS, _WITH_TLS)
        set_current_session(self._sessions.session())
        if current_session() is None and not _is_open():
            return _to_sign_in()
        self._forms.check()
        error = request.routing_exception
        return None if error is None or isinstance(error, RequestRedirect) else http_error_page(self._context, error)

    def protect(self, response: Response) -> Response:
        if _concerns_console():
            add_security_headers(response)
            self._forms.add_cookie(response)
        return response


def _concerns_console() -> bool:
    return request.path == CONSOLE_PATH or request.path.startswith(HOME)


def _is_confidential() -> bool:
    """Whether nobody on the way can read a token or a cookie: the request came by https, or from this machine."""
    return request.is_secure or is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_open() -> bool:
    return request.path in _OPEN_PATHS or request.path.startswith(_OPEN_FOLDER)


def _to_sign_in() -> Response:
    """Where somebody signs in, and comes back from to the page; a form that was sent is not sent again."""
    page = current_page() if request.method in {"GET", "HEAD"} else HOME
    note = "&ended=yes" if cookie(SESSION_COOKIE) else ""
    return make_response(redirect(f"{address_of(SIGN_IN_PATH)}?next={quote(page)}{note}", 303))
