"""The gate over HTTP, for customers' machines: whether a planned change may run."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import Blueprint, Response, json, jsonify, request
from flask.typing import ResponseReturnValue

from icsfeed.domain.errors import BadInputError, IcsfeedError
from icsfeed.domain.instants import parse_instant
from icsfeed.publication.live import Live
from icsfeed.services.gate import GateAnswer, gate
from icsfeed.web.front import RETRY_AFTER

_LONGEST: Final = 10
"""Seconds for which a cache may hold an answer: an emergency change that is announced is to be known soon."""

_KNOWN: Final = frozenset({"environment", "at"})


def state(live: Live) -> Blueprint:
    """The route ``/api/v1/state``, in JSON; what is refused is told as RFC 9457 has it."""
    routes = Blueprint("state", __name__)

    @routes.after_request
    def public(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    @routes.get("/api/v1/state")
    def answer() -> ResponseReturnValue:
        publication, now = live.current(), live.now()
        if publication is None:
            problem = _problem(503, "Service Unavailable", "the calendar is not available at the moment")
            problem.headers["Retry-After"] = RETRY_AFTER
            return problem
        schedule, record = publication.schedule, publication.events.record
        zone = schedule.calendar.zone
        try:
            environments = _environments(schedule.environment_names)
            asked = request.args.get("at")
            at = now if asked is None else parse_instant(asked, zone)
            found = gate(schedule, environments, at=at, now=now, record=record)
        except IcsfeedError as error:
            return _problem(400, "Bad Request", str(error))
        response = jsonify({**found.as_json(zone), "stale": bool(live.problems)})
        response.headers["Cache-Control"] = _cache_control(found, now if asked is None else None)
        return response

    return routes


def _environments(known: dict[str, str]) -> list[str]:
    """Those that the query names.

    Raises:
        IcsfeedError: where it names none, or has parameters that mean nothing here.
    """
    for name in request.args:
        if name not in _KNOWN:
            # A misspelt "at" would be answered with the state of now.
            msg = f"there is no parameter {name!r}; this address takes environment and at"
            raise BadInputError(msg)
    if len(instants := request.args.getlist("at")) > 1:
        msg = f"at is one instant; here are {len(instants)}: {', '.join(instants)}"
        raise BadInputError(msg)
    named = request.args.getlist("environment")
    if not named:
        msg = f"name an environment, such as environment={next(iter(known))}; this schedule has {', '.join(known)}"
        raise BadInputError(msg)
    return named


def _cache_control(answer: GateAnswer, now: datetime | None) -> str:
    """Until when the answer may be held; one that is of ``now`` ends with the next transition."""
    seconds = _LONGEST
    if now is not None and answer.next_transition is not None:
        seconds = min(seconds, int((answer.next_transition - now).total_seconds()))
    return f"public, max-age={seconds}, must-revalidate" if seconds else "no-store"


def _problem(status: int, title: str, detail: str) -> Response:
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    headers = {"Cache-Control": "no-store"}
    return Response(f"{body}\n", status=status, mimetype="application/problem+json", headers=headers)
