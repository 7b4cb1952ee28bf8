"""The Flask application: health, the API, and error pages. The front answers the publication's paths before it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from icsfeed.domain.schedule import Calendar
from icsfeed.publication.live import Live
from icsfeed.services.delivery_figures import DeliveryFigures
from icsfeed.web.error_pages import add_error_pages, new_application
from icsfeed.web.gate import gate_routes
from icsfeed.web.health import health_routes
from icsfeed.web.relay_errors import add_relay_errors


def make_application(live: Live, *, figures: Callable[[], DeliveryFigures] = DeliveryFigures) -> Flask:
    """The application for ``live``. It sets no cookie and keeps nothing between requests.

    ``figures`` say how sending goes; by default, nothing is sent.
    """

    def calendar() -> Calendar | None:
        publication = live.current()
        return publication.schedule.calendar if publication is not None else None

    def is_folder(path: str) -> bool:
        publication = live.current()
        return publication is not None and f"{path}/" in publication.representations

    app = new_application()
    add_error_pages(app, calendar, is_folder=is_folder)
    add_relay_errors(app)
    app.register_blueprint(health_routes(live, figures))
    app.register_blueprint(gate_routes(live))
    return app
