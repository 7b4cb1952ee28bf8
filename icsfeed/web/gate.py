"""The gate over HTTP: whether a planned change may run, now or at another time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from icsfeed.domain.errors import BadInputError, IcsfeedError, NotFoundError, UnavailableError
from icsfeed.domain.instants import parse_instant
from icsfeed.publication.live import Live
from icsfeed.services.gate import GateAnswer, gate
from icsfeed.web.errors import problem

_MAX_CACHE_SECONDS: Final = 10
"""An emergency change must close the gate soon after it is announced."""

_PARAMETERS: Final = frozenset({"environment", "at"})


def gate_routes(live: Live) -> Blueprint:
    """The route ``/api/v1/state``, in JSON."""
    routes = Blueprint("state", __name__)
    routes.register_error_handler(IcsfeedError, problem)

    @routes.after_request
    def allow_every_origin(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    @routes.get("/api/v1/state")
    def state() -> ResponseReturnValue:
        publication, now = live.current(), live.now()
        if publication is None:
            msg = "the calendar is not available at the moment"
            raise UnavailableError(msg)
        situation = replace(publication.events.situation, now=now)
        environments = _requested_environments(situation.schedule.environment_names)
        at = request.args.get("at")
        instant = now if at is None else parse_instant(at, situation.zone)
        try:
            answer = gate(situation, environments, at=instant)
        except NotFoundError as error:
            # A path selects what is found or not; a name in the query is input.
            raise BadInputError(str(error)) from error
        response = jsonify({**answer.as_json(situation.zone), "stale": bool(live.problems)})
        response.headers["Cache-Control"] = _cache_control(answer, now if at is None else None)
        return response

    return routes


def _requested_environments(existing: Iterable[str]) -> list[str]:
    """The environments in the query; all of its parameters are checked.

    Raises:
        BadInputError: if there is none, or a parameter is unknown or given twice.
    """
    for name in request.args:
        if name not in _PARAMETERS:
            # If a misspelt "at" were ignored, the answer would be that of now.
            msg = f'there is no parameter "{name}"; the parameters are "environment" and "at"'
            raise BadInputError(msg)
    if len(instants := request.args.getlist("at")) > 1:
        msg = f'"at" takes one instant; this query has {len(instants)}: {", ".join(instants)}'
        raise BadInputError(msg)
    environments = request.args.getlist("environment")
    if not environments:
        names = list(existing)
        msg = f"name an environment, such as environment={names[0]}; this schedule has {', '.join(names)}"
        raise BadInputError(msg)
    return environments


def _cache_control(answer: GateAnswer, now: datetime | None) -> str:
    """How long the answer may be cached: that of ``now`` no longer than until the next transition."""
    seconds = _MAX_CACHE_SECONDS
    if now is not None and answer.next_transition is not None:
        seconds = min(seconds, int((answer.next_transition - now).total_seconds()))
    return f"public, max-age={seconds}, must-revalidate" if seconds else "no-store"
