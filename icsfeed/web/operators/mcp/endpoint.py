"""The endpoint: a request over HTTP, its operator, and the server that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Request, Response

from icsfeed import __version__
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.operators import Operator
from icsfeed.web.errors import without_details
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.mcp.confirming import confirming_tool
from icsfeed.web.operators.mcp.instructions import instructions_for
from icsfeed.web.operators.mcp.messages import McpReply, RpcError
from icsfeed.web.operators.mcp.posting import (
    check_origin,
    http_response,
    operator_of,
    protocol_headers,
    read_body,
    refusal,
)
from icsfeed.web.operators.mcp.proposing import proposing_tools
from icsfeed.web.operators.mcp.reading import DESCRIBE_CALENDAR, EXPLAIN_DATE, GET_GATE, LIST_UPCOMING, SUGGEST_SLOTS
from icsfeed.web.operators.mcp.reading_changes import GET_CHANGE, LIST_CHANGES, LIST_DRAFTS, LIST_FREEZES
from icsfeed.web.operators.mcp.server import McpServer
from icsfeed.web.operators.mcp.tools import Caller, Toolbox

READING_TOOLS: Final = (
    DESCRIBE_CALENDAR,
    GET_GATE,
    LIST_UPCOMING,
    EXPLAIN_DATE,
    LIST_CHANGES,
    GET_CHANGE,
    LIST_FREEZES,
    SUGGEST_SLOTS,
    LIST_DRAFTS,
)


@dataclass(frozen=True, kw_only=True)
class McpEndpoint:
    """Answers requests over HTTP."""

    context: OperatorsContext
    server: McpServer

    def answer(self, request: Request) -> Response:
        try:
            return http_response(self._reply(request))
        except RpcError as error:
            return http_response(error.reply())
        except IcsfeedError as error:
            return refusal(without_details(error, self.context.log))

    def _reply(self, request: Request) -> McpReply:
        if "Origin" in request.headers:
            check_origin(request, self.context.workspaces.schedule().calendar.url)
        body, operator = read_body(request), operator_of(self.context, request)
        return self.server.reply(body, protocol_headers(request), operator, lambda: self._caller(operator))

    def _caller(self, operator: Operator | None) -> Caller:
        return Caller(workspace=self.context.workspaces.current(), now=self.context.clock(), operator=operator)


def make_endpoint(context: OperatorsContext) -> McpEndpoint:
    tools = (*READING_TOOLS, *proposing_tools(context), confirming_tool(context))
    server = McpServer(toolbox=Toolbox(tools=tools), release=__version__, instructions=instructions_for)
    return McpEndpoint(context=context, server=server)
