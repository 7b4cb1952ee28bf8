"""Health, for whoever runs the service: whether the process is alive, and what it serves."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from icsfeed.publication.live import Live
from icsfeed.services.upcoming import utc_text
from icsfeed.web.front import RETRY_AFTER


def health(live: Live) -> Blueprint:
    """The routes ``/healthz`` and ``/readyz``, in JSON."""
    routes = Blueprint("health", __name__)

    @routes.after_request
    def never_kept(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @routes.get("/readyz")
    def readyz() -> ResponseReturnValue:
        publication = live.current()
        problems = live.problems
        if not problems:
            return jsonify(status="ready")
        # How many mistakes, not which: they quote the schedule, and anybody may ask here. The log has them all.
        known = {
            source.value: {"since": utc_text(problem.since), "mistakes": len(problem.mistakes)}
            for source, problem in problems.items()
        }
        if publication is not None:
            return jsonify(status="stale", **known)
        return jsonify(status="unavailable", **known), 503, {"Retry-After": RETRY_AFTER}

    return routes
