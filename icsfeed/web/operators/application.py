"""The operators' Flask application. It runs in a process of its own under `serve`, and within the worker elsewhere."""

from __future__ import annotations

from flask import Flask

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.schedule import Calendar
from icsfeed.store.database.database import Database
from icsfeed.web.error_pages import add_error_pages, new_application
from icsfeed.web.mail import mail_routes
from icsfeed.web.operators.api.routes import api_routes
from icsfeed.web.operators.console.routes import console_routes
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.mcp.routes import mcp_routes


def make_operators_application(context: OperatorsContext) -> Flask:
    """The application that answers the operators' paths, agents, and customers' mail forms."""

    def calendar() -> Calendar | None:
        try:
            return context.workspaces.schedule().calendar
        except UnavailableError:
            return None

    app = new_application()
    app.extensions["icsfeed"] = context
    app.register_blueprint(api_routes(context))
    app.register_blueprint(console_routes(context))
    app.register_blueprint(mcp_routes(context))
    add_error_pages(app, calendar)
    if isinstance(context.database, Database):
        app.register_blueprint(mail_routes(context, context.database))
    return app
