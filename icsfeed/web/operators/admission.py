"""Whether a request is an operator's, told by its headers alone: then a worker may wait for its body.

Nothing is recorded here. A request whose credentials are wrong is answered like a stranger's, and counts as a failed
attempt when it is.
"""

from __future__ import annotations

from collections.abc import Callable
from wsgiref.types import WSGIEnvironment

from flask import Request

from icsfeed.domain.errors import IcsfeedError
from icsfeed.services.operator_access import is_valid_token
from icsfeed.services.operator_sessions import active_session
from icsfeed.web.operators.bearer import bearer_token, has_bearer
from icsfeed.web.operators.console.cookies import SESSION_COOKIE, cookie_of
from icsfeed.web.operators.context import OperatorsContext


def operator_check(context: OperatorsContext) -> Callable[[WSGIEnvironment], bool]:
    """A function that says of a WSGI environment whether its credentials are an operator's.

    It says no while the database can't be read.
    """

    def is_operator(environ: WSGIEnvironment) -> bool:
        request, database, now = Request(environ), context.database, context.clock()
        try:
            if has_bearer(request):
                return is_valid_token(database, bearer_token(request), now=now)
            value = cookie_of(request, SESSION_COOKIE)
            return bool(value) and active_session(database, value, now=now) is not None
        except IcsfeedError:
            return False

    return is_operator
