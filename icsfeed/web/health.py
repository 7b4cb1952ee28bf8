"""Health checks: whether the process is alive, and whether it has a calendar to serve."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from icsfeed.publication.live import Live
from icsfeed.publication.problems import Problem
from icsfeed.services.delivery_figures import DeliveryFigures
from icsfeed.services.upcoming import utc_text
from icsfeed.web.errors import RETRY_AFTER


def health_routes(live: Live, figures: Callable[[], DeliveryFigures]) -> Blueprint:
    """The routes ``/healthz`` and ``/readyz``, in JSON; ``figures`` say how sending goes."""
    routes = Blueprint("health", __name__)

    @routes.after_request
    def forbid_caching(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @routes.get("/readyz")
    def readyz() -> ResponseReturnValue:
        publication = live.current()
        problems = live.problems
        # Only the number of errors: they quote the schedule, and everybody can read this. The log has them all.
        sources = {source.value: _as_json(problem) for source, problem in problems.items()}
        if live.template_problem is not None:
            sources["templates"] = _as_json(live.template_problem)
        if failing_since := figures().failing_since:
            since = utc_text(min(failing_since.values()))
            sources["announcements"] = {"since": since, "channels": sorted(failing_since)}
        if not problems:
            return jsonify(status="ready", **sources)
        if publication is not None:
            return jsonify(status="stale", **sources)
        return jsonify(status="unavailable", **sources), 503, {"Retry-After": RETRY_AFTER}

    return routes


def _as_json(problem: Problem) -> dict[str, object]:
    return {"since": utc_text(problem.since), "mistakes": len(problem.mistakes)}
