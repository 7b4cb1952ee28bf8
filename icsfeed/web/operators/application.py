"""The operators' Flask application. It runs in a process of its own under `serve`, and within the worker elsewhere."""

from __future__ import annotations

from flask import Flask

from icsfeed.web.operators.console.routes import console_routes
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.mcp.routes import mcp_routes


def make_operators_application(context: OperatorsContext) -> Flask:
    """The application that answers the operators' paths, agents, and customers' mail forms."""
    app = Flask("icsfeed.web", static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["icsfeed"] = context
    app.register_blueprint(console_routes(context))
    app.register_blueprint(mcp_routes(context))
    return app
