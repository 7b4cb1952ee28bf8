"""One's own sessions in the console: where they began, and ending them."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.operator_sessions import OperatorSession
from icsfeed.services import operator_sessions
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, go_to, open_visit
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase


def session_routes(context: OperatorsContext) -> Blueprint:
    """The list of one's own sessions. Their ids are public; the cookie's secret is shown nowhere."""
    routes = Blueprint("console_sessions", __name__)

    @routes.get(f"{CONSOLE_PATH}/sessions/")
    def show_sessions() -> Response:
        visit, current = open_visit(context), current_session()
        return visit.page(
            "sessions.html",
            title=visit.say(phrase("Your sessions")),
            section=Section.SESSIONS,
            sessions=_own_sessions(context),
            current_id=current.id if current is not None else "",
        )

    @routes.post(f"{CONSOLE_PATH}/sessions/end")
    def end_sessions() -> Response:
        """End the session of the form, or all but the one that it was sent from."""
        visit, current = open_visit(context), current_session()
        selection = request.form.get("session", "")
        others = [each for each in _own_sessions(context) if current is None or each.id != current.id]
        ending = [each for each in others if selection in {each.id, "others"}]
        if not ending and selection != "others":
            raise NotFound  # somebody else's, one that has ended, or this very one, which signing out ends
        for each in ending:
            operator_sessions.end(context.database, each.id, actor=visit.operator.actor(visit.now))
        return go_to("sessions/", "sessions-ended")

    return routes


def _own_sessions(context: OperatorsContext) -> tuple[OperatorSession, ...]:
    """The sessions of the operator who makes the request, the latest first."""
    current = current_session()
    sessions = operator_sessions.active_sessions(context.database, now=context.clock())
    own = [each for each in sessions if current is not None and _owner(each) == _owner(current)]
    return tuple(sorted(own, key=lambda each: each.started_at, reverse=True))


def _owner(session: OperatorSession) -> tuple[str, object]:
    return session.operator.name, session.operator.kind
