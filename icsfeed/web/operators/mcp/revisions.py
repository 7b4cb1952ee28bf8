"""The revisions of the protocol, and how a request says which one it speaks."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from icsfeed.domain.texts import quoted
from icsfeed.web.operators.mcp.messages import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    UNSUPPORTED_VERSION,
    RpcError,
    RpcRequest,
)


class ProtocolRevision(StrEnum):
    STATELESS = "2026-07-28"
    """Each request says who asks, in headers and in ``_meta``."""
    HANDSHAKE = "2025-11-25"
    """A client begins with ``initialize``; this server keeps no session of it."""


REVISIONS: Final = tuple(each.value for each in ProtocolRevision)

VERSION_HEADER: Final = "MCP-Protocol-Version"
METHOD_HEADER: Final = "Mcp-Method"
NAME_HEADER: Final = "Mcp-Name"

_VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES_KEY: Final = "io.modelcontextprotocol/clientCapabilities"

_NAMED_BY: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""The parameter that the header ``Mcp-Name`` repeats, by method."""

_ENCODED_NAME: Final = re.compile(r"=\?base64\?(.*)\?=")


def revision_of(request: RpcRequest, headers: Mapping[str, str]) -> ProtocolRevision:
    """The revision that the request speaks; ``headers`` have names whose case makes no difference.

    Raises:
        RpcError: where this server speaks another, or header and body contradict each other.
    """
    named, meta = headers.get(VERSION_HEADER), _meta_of(request)
    in_body = meta.get(_VERSION_KEY)
    if named is None and in_body is None and request.method == "initialize":
        return ProtocolRevision.HANDSHAKE
    if named is None:
        msg = f"the header {VERSION_HEADER} is missing; this server speaks {' and '.join(REVISIONS)}"
        raise RpcError(HEADER_MISMATCH, msg)
    if in_body is not None and in_body != named:
        msg = f"the header {VERSION_HEADER} and {quoted(_VERSION_KEY)} in _meta name different revisions"
        raise RpcError(HEADER_MISMATCH, msg)
    if request.method == "initialize" and named != ProtocolRevision.STATELESS:
        return ProtocolRevision.HANDSHAKE
    if named not in REVISIONS:
        data = {"supported": list(REVISIONS), "requested": named}
        raise RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version", data=data)
    revision = ProtocolRevision(named)
    if revision is ProtocolRevision.STATELESS and not request.is_notification:
        _check_envelope(request, headers, meta)
    return revision


def _meta_of(request: RpcRequest) -> Mapping[str, object]:
    meta = request.params.get("_meta", {})
    if not isinstance(meta, dict):
        raise RpcError(INVALID_PARAMS, "_meta is an object")
    return meta


def _check_envelope(request: RpcRequest, headers: Mapping[str, str], meta: Mapping[str, object]) -> None:
    """Check what each request of the stateless revision says of itself.

    Raises:
        RpcError: where something is missing, or a header contradicts the body.
    """
    missing = [quoted(key) for key in (_VERSION_KEY, _CAPABILITIES_KEY) if key not in meta]
    if missing:
        raise RpcError(INVALID_PARAMS, f"params._meta needs {' and '.join(missing)}")
    if headers.get(METHOD_HEADER) != request.method:
        raise RpcError(HEADER_MISMATCH, f"the header {METHOD_HEADER} has to repeat the method of the body")
    parameter = _NAMED_BY.get(request.method)
    if parameter is not None and _decoded_name(headers.get(NAME_HEADER)) != request.params.get(parameter):
        msg = f"the header {NAME_HEADER} has to repeat the parameter {quoted(parameter)} of the body"
        raise RpcError(HEADER_MISMATCH, msg)


def _decoded_name(value: str | None) -> str | None:
    """The header's value, which is in Base64 where a name has other than ASCII characters."""
    match = _ENCODED_NAME.fullmatch(value or "")
    if match is None:
        return value
    try:
        return base64.b64decode(match[1], validate=True).decode()
    except (binascii.Error, ValueError):
        return None
