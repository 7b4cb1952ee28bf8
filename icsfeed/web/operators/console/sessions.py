"""Operators' sessions over HTTP: the cookie that belongs to each, and its end.

A session cookie is for the console alone: nothing else reads it, so no page of another site can use the API by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Response, request

from icsfeed.domain.operator_sessions import OperatorSession
from icsfeed.domain.operators import Operator
from icsfeed.services import operator_sessions
from icsfeed.services.operator_sessions import StartedSession
from icsfeed.web.operators.console.cookies import FORM_COOKIE, SESSION_COOKIE, cookie, delete_cookie, set_cookie
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.context import OperatorsContext

_MAX_COOKIE_CHARS: Final = 200


class ConsoleSessions:
    """Starts, finds and ends the sessions that the requests of browsers belong to."""

    def __init__(self, context: OperatorsContext) -> None:
        self._context = context

    def session(self) -> OperatorSession | None:
        """The session of the current request, whose operator has its address; ``None`` where it belongs to none.

        Raises:
            UnavailableError: where the database can't be read.
        """
        value = cookie(SESSION_COOKIE)
        if not value or len(value) > _MAX_COOKIE_CHARS:
            return None
        context = self._context
        session = operator_sessions.active_session(context.database, value, now=context.clock())
        if session is None or (session.token is None and not self._has_provider()):
            return None
        return replace(session, operator=session.operator_at(client_address()))

    def start_by_token(self, token: str) -> StartedSession:
        """Start the session of a person who has that token.

        Raises:
            UnauthenticatedError: where it is no valid one.
            TooManyAttemptsError: in place of that, after too many failed attempts.
            UnavailableError: where the database can't be read or written.
        """
        context = self._context
        return operator_sessions.sign_in_by_token(
            context.database,
            token,
            address=client_address(),
            now=context.clock(),
            new_id=context.randomness.new_id,
            new_secret=context.randomness.new_secret,
        )

    def start(self, operator: Operator) -> StartedSession:
        """Start the session of a person whom the provider recognized.

        Raises:
            UnavailableError: where the database can't be written.
        """
        context = self._context
        return operator_sessions.start(
            context.database,
            operator,
            now=context.clock(),
            new_id=context.randomness.new_id,
            new_secret=context.randomness.new_secret,
        )

    def enter(self, response: Response, started: StartedSession) -> Response:
        """Give the browser the cookie of the new session, which ends the one that it had.

        Raises:
            UnavailableError: where the earlier session can't be ended.
        """
        self.end_current()
        set_cookie(response, SESSION_COOKIE, started.cookie)
        delete_cookie(response, FORM_COOKIE)
        return response

    def end_current(self) -> None:
        """End the session of the current request, if it belongs to one.

        Raises:
            UnavailableError: where the database can't be written; the session goes on then.
        """
        session, context = current_session(), self._context
        if session is not None:
            operator_sessions.sign_out(context.database, session, address=client_address(), now=context.clock())

    def _has_provider(self) -> bool:
        """Whether people still sign in by OpenID Connect, so that sessions which began so go on."""
        operators = self._context.workspaces.schedule().operators
        return operators is not None and operators.oidc is not None


def client_address() -> str:
    return request.remote_addr or ""
