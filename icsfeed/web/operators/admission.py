"""Which operator's a request is, told by its headers alone: then a worker may wait for its body.

Nothing is recorded here. A request whose credentials are wrong is answered like a stranger's, and counts as a failed
attempt when it is.
"""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from flask import Request

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.subscribers import digest_of
from icsfeed.services.operator_access import valid_token_id
from icsfeed.services.operator_sessions import active_session
from icsfeed.web.operators.bearer import bearer_token, has_bearer
from icsfeed.web.operators.console.cookies import SESSION_COOKIE, cookie_of
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.process import OperatorId


def operator_check(context: OperatorsContext) -> OperatorId:
    """A function that says of a WSGI environment whose the credentials in it are.

    Sessions that began with a token are that token's. While the database can't be read, nobody is an operator.
    """

    def operator_id(environ: WSGIEnvironment) -> str | None:
        request, database, now = Request(environ), context.database, context.clock()
        try:
            if has_bearer(request):
                return valid_token_id(database, bearer_token(request), now=now)
            value = cookie_of(request, SESSION_COOKIE)
            session = active_session(database, value, now=now) if value else None
        except IcsfeedError:
            return None
        return None if session is None else session.token or digest_of(session.operator.name)

    return operator_id
