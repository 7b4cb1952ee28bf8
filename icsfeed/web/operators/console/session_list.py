"""Who is signed in to the console, since when and from where; and the end of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.operator_sessions import OperatorSession
from icsfeed.domain.texts import plain_line
from icsfeed.services import operator_sessions
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import actor_of, writing_visit
from icsfeed.web.operators.console.guards import current_session
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.context import OperatorsContext

_FOLDER: Final = f"{CONSOLE_PATH}/sessions/all/"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCard:
    """A session in words."""

    id: str
    name: str
    address: str
    started_at: str
    seen_at: str
    ends_at: str
    may_write: bool
    is_own: bool


def session_list_routes(context: OperatorsContext) -> Blueprint:
    """The page of sessions."""
    routes = Blueprint("console_session_list", __name__)

    @routes.get(_FOLDER)
    def show_sessions() -> Response:
        return _page(open_visit(context))

    @routes.post(f"{_FOLDER}<session_id>/end")
    def end_session(session_id: str) -> Response:
        visit = writing_visit(context)
        try:
            operator_sessions.end(visit.context.database, session_id, actor=actor_of(visit))
        except IcsfeedError as error:
            return _page(visit, error)
        return go_to("sessions/all/", "session-ended")

    return routes


def _page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    sessions = operator_sessions.active_sessions(visit.context.database, now=visit.now)
    return visit.page(
        "all_sessions.html",
        title=visit.say("All sessions"),
        section=Section.SESSIONS,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        sessions=[_card(visit, each) for each in reversed(sessions)],
    )


def _card(visit: Visit, session: OperatorSession) -> SessionCard:
    own, dates = current_session(), visit.dates
    return SessionCard(
        id=session.id,
        name=plain_line(session.operator.name),
        address=session.operator.address,
        started_at=dates.moment(session.started_at),
        seen_at=dates.moment(session.seen_at),
        ends_at=dates.moment(session.expires_at),
        may_write=session.operator.may_write,
        is_own=own is not None and own.id == session.id,
    )
