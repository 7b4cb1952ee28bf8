"""The server: it answers each request by itself, whatever came before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

from mcp_types import (
    SERVER_INFO_META_KEY,
    DiscoverResult,
    EmptyResult,
    Implementation,
    InitializeResult,
    ListToolsResult,
    Result,
    ServerCapabilities,
    ToolsCapability,
)
from mcp_types.methods import serialize_server_result, validate_client_request
from pydantic import ValidationError

from icsfeed.domain.operators import Operator
from icsfeed.domain.texts import quoted
from icsfeed.web.operators.mcp.messages import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    McpReply,
    RpcError,
    RpcRequest,
    read_request,
    result_reply,
)
from icsfeed.web.operators.mcp.revisions import REVISIONS, ProtocolRevision, revision_of
from icsfeed.web.operators.mcp.tools import Caller, Toolbox

_LIST_SECONDS: Final = 300
"""How long a client may rely on the list of tools; what changes it is another token, or another release."""

_MAX_NAMED_MISTAKES: Final = 5


@dataclass(frozen=True, kw_only=True)
class McpServer:
    """Answers messages with its tools; ``instructions`` tell agents what it is for."""

    toolbox: Toolbox
    release: str
    instructions: Callable[[Operator | None], str]

    def reply(
        self,
        body: bytes,
        headers: Mapping[str, str],
        operator: Operator | None,
        caller: Callable[[], Caller],
    ) -> McpReply:
        """What is answered to a message; ``caller`` is asked for only where a tool is called.

        Raises:
            UnavailableError: where the schedule or the database can't be read.
        """
        request: RpcRequest | None = None
        try:
            request = read_request(body)
            revision = revision_of(request, headers)
            if request.is_notification:
                return McpReply(status=HTTPStatus.ACCEPTED)
            result = self._result(request, revision, operator, caller)
        except RpcError as error:
            return error.reply(request.id if request is not None else None)
        return result_reply(request.id, self._on_the_wire(request.method, revision, result))

    def _result(
        self, request: RpcRequest, revision: ProtocolRevision, operator: Operator | None, caller: Callable[[], Caller]
    ) -> Result:
        _check_params(request, revision)
        match request.method:
            case "initialize":
                return self._initialization(operator)
            case "server/discover":
                return self._discovery(operator)
            case "ping":
                return EmptyResult()
            case "tools/list":
                tools = self.toolbox.listed_for(operator)
                return ListToolsResult(tools=tools, ttl_ms=_LIST_SECONDS * 1000, cache_scope=_scope_for(operator))
            case "tools/call":
                name = str(request.params["name"])
                tool = self.toolbox.named(name, operator)
                if tool is None:
                    raise RpcError(INVALID_PARAMS, f"Unknown tool: {quoted(name)}", status=_status_of_error(revision))
                arguments = request.params.get("arguments", {})
                return tool.result(caller(), arguments if isinstance(arguments, Mapping) else {})
        raise _unknown_method(request.method, revision)

    def _initialization(self, operator: Operator | None) -> Result:
        return InitializeResult(
            protocol_version=ProtocolRevision.HANDSHAKE,
            capabilities=_CAPABILITIES,
            server_info=self._implementation(),
            instructions=self.instructions(operator),
        )

    def _discovery(self, operator: Operator | None) -> Result:
        return DiscoverResult(
            supported_versions=list(REVISIONS),
            capabilities=_CAPABILITIES,
            instructions=self.instructions(operator),
            ttl_ms=_LIST_SECONDS * 1000,
            cache_scope=_scope_for(operator),
        )

    def _implementation(self) -> Implementation:
        return Implementation(name="icsfeed", title="icsfeed", version=self.release)

    def _on_the_wire(self, method: str, revision: ProtocolRevision, result: Result) -> dict[str, object]:
        """The result as that revision writes it."""
        data = result.model_dump(by_alias=True, exclude_none=True, mode="json")
        if revision is ProtocolRevision.STATELESS:
            own = {SERVER_INFO_META_KEY: self._implementation().model_dump(by_alias=True, exclude_none=True)}
            data |= {"_meta": own, "resultType": "complete"}
        return serialize_server_result(method, revision, data)


_CAPABILITIES: Final = ServerCapabilities(tools=ToolsCapability())


def _scope_for(operator: Operator | None) -> Literal["public", "private"]:
    return "public" if operator is None else "private"


def _check_params(request: RpcRequest, revision: ProtocolRevision) -> None:
    """Check the method and the shape of its parameters.

    Raises:
        RpcError: where this revision has no such method, or it takes other parameters.
    """
    try:
        validate_client_request(request.method, revision, request.params)
    except KeyError:
        raise _unknown_method(request.method, revision) from None
    except ValidationError as error:
        mistakes = [f"{_place(each['loc'])}: {each['msg']}" for each in error.errors()[:_MAX_NAMED_MISTAKES]]
        raise RpcError(INVALID_PARAMS, "; ".join(mistakes), status=_status_of_error(revision)) from None


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(map(str, parts))


def _unknown_method(method: str, revision: ProtocolRevision) -> RpcError:
    status = HTTPStatus.NOT_FOUND if revision is ProtocolRevision.STATELESS else HTTPStatus.OK
    message = f"Method not found: {quoted(method)} in {revision}"
    return RpcError(METHOD_NOT_FOUND, message, status=status)


def _status_of_error(revision: ProtocolRevision) -> HTTPStatus:
    """The HTTP status of an error in a well-formed request, of which earlier revisions say nothing."""
    return HTTPStatus.BAD_REQUEST if revision is ProtocolRevision.STATELESS else HTTPStatus.OK
