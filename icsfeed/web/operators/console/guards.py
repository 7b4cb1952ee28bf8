"""Who makes the current request to the console. The console's routes let nobody in who has not signed in."""

from __future__ import annotations

from typing import Final

from flask import g

from icsfeed.domain.errors import UnauthenticatedError
from icsfeed.domain.operator_sessions import OperatorSession
from icsfeed.domain.operators import Operator

_SESSION: Final = "icsfeed_operator_session"


def current_session() -> OperatorSession | None:
    """The session of the current request, if it belongs to one."""
    session: OperatorSession | None = g.get(_SESSION)
    return session


def set_current_session(session: OperatorSession | None) -> None:
    setattr(g, _SESSION, session)


def current_operator() -> Operator:
    """The operator who makes the current request.

    Raises:
        UnauthenticatedError: where nobody has signed in.
    """
    session = current_session()
    if session is None:
        msg = "sign in first"
        raise UnauthenticatedError(msg)
    return session.operator
