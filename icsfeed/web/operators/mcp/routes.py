"""The route ``/mcp``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from icsfeed.web.operators.context import OperatorsContext

if TYPE_CHECKING:
    from icsfeed.web.operators.mcp.endpoint import McpEndpoint

MCP_PATH: Final = "/mcp"


def mcp_routes(context: OperatorsContext) -> Blueprint:
    """The route, for POST alone: nothing here streams, and there are no sessions to end."""
    routes = Blueprint("mcp", __name__)

    @cache
    def endpoint() -> McpEndpoint:
        # The types of the protocol take a third of a second to import, for which the start of a server does not wait.
        from icsfeed.web.operators.mcp.endpoint import make_endpoint  # noqa: PLC0415

        return make_endpoint(context)

    @routes.post(MCP_PATH, provide_automatic_options=False)
    def post() -> Response:
        return endpoint().answer(request)

    return routes
