"""The gate over HTTP: whether a planned change may run, now or at another time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from icsfeed.domain.errors import BadInputError, IcsfeedError, NotFoundError, UnavailableError
from icsfeed.domain.instants import parse_instant
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.publication.live import Live
from icsfeed.services.gate import GateAnswer, gate
from icsfeed.services.requests.errors import ParameterError
from icsfeed.web.errors import problem

_MAX_CACHE_SECONDS: Final = 10
"""An emergency change must close the gate soon after it is announced."""

_SINGLE_PARAMETERS: Final = ("at", "runway", "change")
_VALUE_NAMES: Final = {"at": "instant", "runway": "length", "change": "change"}
_Value = TypeVar("_Value")
_ENVIRONMENT: Final = "environment"
_PARAMETERS: Final = (_ENVIRONMENT, *_SINGLE_PARAMETERS)


def gate_routes(live: Live) -> Blueprint:
    """The route ``/api/v1/state``, in JSON."""
    routes = Blueprint("state", __name__)
    routes.register_error_handler(IcsfeedError, problem)
    routes.register_error_handler(NotFoundError, lambda error: problem(error, field="change"))

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
        _check_parameters()
        environments = request.args.getlist(_ENVIRONMENT)
        at, runway, change_id = (request.args.get(name) for name in _SINGLE_PARAMETERS)
        if not environments and change_id is None:
            raise ParameterError(_ENVIRONMENT, _missing_environment(situation.schedule.environment_names))
        _check_environments(situation.schedule, environments)
        answer = gate(
            situation,
            environments,
            at=now if at is None else _parsed("at", partial(parse_instant, zone=situation.zone), at),
            runway=timedelta() if runway is None else _parsed("runway", parse_length, runway),
            change_id=change_id,
        )
        response = jsonify({**answer.as_json(situation.zone), "stale": bool(live.problems)})
        response.headers["Cache-Control"] = _cache_control(answer, now if at is None else None)
        return response

    return routes


def _check_parameters() -> None:
    """Check the names of the query's parameters, and how often each is given.

    Raises:
        ParameterError: if a parameter is unknown, or given twice.
    """
    for name in request.args:
        if name not in _PARAMETERS:
            # If a misspelt "at" were ignored, the answer would be that of now.
            names = ", ".join(quoted(each) for each in _PARAMETERS[:-1])
            msg = f"there is no parameter {quoted(name)}; the parameters are {names} and {quoted(_PARAMETERS[-1])}"
            raise ParameterError(name, msg)
    for name in _SINGLE_PARAMETERS:
        if len(values := request.args.getlist(name)) > 1:
            msg = f"{quoted(name)} takes one {_VALUE_NAMES[name]}; this query has {len(values)}: {', '.join(values)}"
            raise ParameterError(name, msg)


def _parsed(name: str, parse: Callable[[str], _Value], text: str) -> _Value:
    """The value of the parameter of that name.

    Raises:
        ParameterError: where it is malformed.
    """
    try:
        return parse(text)
    except BadInputError as error:
        raise ParameterError(name, str(error)) from error


def _check_environments(schedule: Schedule, environments: Collection[str]) -> None:
    """Check the environments in the query. Their names are input, so that an unknown one is no 404.

    Raises:
        ParameterError: if the schedule has no such environment.
    """
    try:
        schedule.environments_named(environments)
    except NotFoundError as error:
        raise ParameterError(_ENVIRONMENT, str(error)) from error


def _missing_environment(existing: Iterable[str]) -> str:
    names = list(existing)
    return f"name an environment, such as environment={names[0]}; this schedule has {', '.join(names)}"


def _cache_control(answer: GateAnswer, now: datetime | None) -> str:
    """How long the answer may be cached: that of ``now`` no longer than until the next transition."""
    seconds = _MAX_CACHE_SECONDS
    if now is not None and answer.next_transition is not None:
        seconds = min(seconds, int((answer.next_transition - now).total_seconds()))
    return f"public, max-age={seconds}, must-revalidate" if seconds else "no-store"
