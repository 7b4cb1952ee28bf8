"""Protects the console's forms against other sites (CSRF): each carries a token that is bound to the browser's cookie.

Flask-WTF makes and checks the tokens. The key comes from the database, so forms outlive a restart, and any machine with
that database takes them. Nothing is kept in Flask's session: what Flask-WTF looks for there follows from the cookie.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SecureCookieSession, SessionInterface
from flask_wtf import CSRFProtect

from icsfeed.services.derived_keys import derived_key
from icsfeed.web.operators.console.cookies import FORM_COOKIE, SESSION_COOKIE, cookie, set_cookie
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.console.keys import ConsoleKeys

_KEY_PURPOSE: Final = "console forms"
_SECRET_KEY: Final = "WTF_CSRF_SECRET_KEY"  # noqa: S105  (the name of a setting)
_NEW_FORM_ID: Final = "icsfeed_new_form_id"
_FORM_ID: Final = re.compile("[0-9a-f]{16,128}")


class FormProtection:
    """Checks each form that is sent to the console, before anything else reads it."""

    def __init__(self, keys: ConsoleKeys) -> None:
        self._keys = keys
        self._protection = CSRFProtect()

    def install(self, app: Flask) -> None:
        app.session_interface = _NoStoredSessions()
        # Only the console is checked; a form is good for as long as its session, however long somebody writes.
        app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
        self._protection.init_app(app)

    def check(self) -> None:
        """Bind the forms of the current request, and check the one that it brings, if it does.

        Raises:
            CSRFError: where the form comes from elsewhere, or from a session that has ended.
            UnavailableError: where the database can't be read.
        """
        current_app.config[_SECRET_KEY] = self._keys.key(_KEY_PURPOSE)
        self.bind()
        self._protection.protect()

    def bind(self) -> None:
        """Bind the forms of the current request's page to the browser.

        Before the database was ever read, they get a key that nobody has: they can't be sent.
        """
        key: str = current_app.config.setdefault(_SECRET_KEY, self._keys.new_secret())
        session[current_app.config["WTF_CSRF_FIELD_NAME"]] = derived_key(key, self._browser())

    def _browser(self) -> str:
        """What the browser's cookies hold that no other site can know or choose."""
        if current_session() is not None:
            return f"session {cookie(SESSION_COOKIE)}"
        form_id = cookie(FORM_COOKIE)
        if not _FORM_ID.fullmatch(form_id):
            form_id = self._keys.new_secret()
            setattr(g, _NEW_FORM_ID, form_id)
        return f"form {form_id}"

    def add_cookie(self, response: Response) -> None:
        """Give a browser that has no cookie yet the one that its forms are bound to."""
        if form_id := g.get(_NEW_FORM_ID):
            set_cookie(response, FORM_COOKIE, form_id)


class _NoStoredSessions(SessionInterface):
    """A session of Flask that lasts for one request."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        del app, request
        return SecureCookieSession()

    def save_session(self, app: Flask, session: object, response: Response) -> None:
        """Store nothing."""
