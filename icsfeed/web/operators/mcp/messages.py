"""The messages of JSON-RPC 2.0 that a client posts, read strictly, and the bodies that answer them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NoReturn

MAX_BODY_BYTES: Final = 64 * 1024
_MAX_DEPTH: Final = 32
_MAX_ID_CHARS: Final = 256
_MAX_METHOD_CHARS: Final = 128

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
HEADER_MISMATCH: Final = -32020
UNSUPPORTED_VERSION: Final = -32022


@dataclass(frozen=True, kw_only=True, slots=True)
class RpcRequest:
    """A request, which is answered under its ``id``; a notification has none, and gets no answer."""

    id: int | str | None
    method: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_notification(self) -> bool:
        return self.id is None


@dataclass(frozen=True, kw_only=True, slots=True)
class McpReply:
    """What goes back over HTTP; without a ``body`` there is nothing to say."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class RpcError(Exception):
    """A request that can't be answered, as JSON-RPC tells it; ``status`` is that of HTTP.

    Refusals that are HTTP's own, such as a body that is too large, have its status for a code: JSON-RPC leaves all
    codes above -32000 to applications.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        data: object = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.data, self.headers = code, message, status, data, headers

    @classmethod
    def of_status(cls, status: HTTPStatus, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> RpcError:
        return cls(status.value, message, status=status, headers=headers)

    def reply(self, request_id: int | str | None = None) -> McpReply:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        body = _encoded({"jsonrpc": "2.0", "id": request_id, "error": error})
        return McpReply(status=self.status, body=body, headers=self.headers)


def result_reply(request_id: int | str | None, result: Mapping[str, object]) -> McpReply:
    return McpReply(body=_encoded({"jsonrpc": "2.0", "id": request_id, "result": result}))


def read_request(body: bytes) -> RpcRequest:
    """The one request or notification in the body.

    Raises:
        RpcError: where there is none, or another message.
    """
    message = _decoded(body)
    if isinstance(message, list):
        raise RpcError(INVALID_REQUEST, "a batch is not accepted; post each message on its own")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, 'a message is an object of JSON-RPC 2.0, with "jsonrpc": "2.0"')
    method, params, request_id = message.get("method"), message.get("params", {}), message.get("id")
    if not isinstance(method, str) or not 0 < len(method) <= _MAX_METHOD_CHARS:
        raise RpcError(INVALID_REQUEST, 'a message needs a "method"; this server sends no requests to answer')
    if "id" in message and not _is_id(request_id):
        raise RpcError(INVALID_REQUEST, f'an "id" is a whole number or a text of up to {_MAX_ID_CHARS} characters')
    if not isinstance(params, dict):
        raise RpcError(INVALID_REQUEST, '"params" is an object')
    return RpcRequest(id=request_id, method=method, params=params)


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _MAX_ID_CHARS
    return isinstance(value, int) and not isinstance(value, bool)


def _decoded(body: bytes) -> object:
    """The JSON text (RFC 8259) in UTF-8, without what parsers understand differently.

    Raises:
        RpcError: where it is none, repeats a name, is nested too deeply, or has a number or text that can't be written.
    """
    try:
        value: object = json.loads(
            body.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, _NotJsonError) else "the body is not JSON in UTF-8"
        raise RpcError(PARSE_ERROR, reason) from None
    _check_contents(value)
    return value


class _NotJsonError(ValueError):
    """What the standard library reads as JSON, and RFC 8259 does not, or warns of."""


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members = list(pairs)
    values = dict(members)
    if len(values) != len(members):
        msg = "an object in the body has a name twice"
        raise _NotJsonError(msg)
    return values


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise _NotJsonError(msg)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        msg = "a number in the body is too large"
        raise _NotJsonError(msg)
    return value


def _check_contents(value: object) -> None:
    """Check the depth, and that every text can be written as UTF-8, which lone surrogates can't.

    Raises:
        RpcError: where either is wrong.
    """
    level = [value]
    for _ in range(_MAX_DEPTH):
        inner: list[object] = []
        for each in level:
            if isinstance(each, str) and not each.isascii():
                _check_text(each)
            elif isinstance(each, dict):
                inner += (*each, *each.values())
            elif isinstance(each, list):
                inner += each
        if not inner:
            return
        level = inner
    raise RpcError(PARSE_ERROR, f"the body is nested more than {_MAX_DEPTH} levels deep")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RpcError(PARSE_ERROR, "a text in the body has half of a surrogate pair") from None


def _encoded(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
