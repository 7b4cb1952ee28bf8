"""From a POST over HTTP to the server of the protocol, and back."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import IcsfeedError, TooManyAttemptsError, UnauthenticatedError, UnavailableError
from icsfeed.domain.operators import Operator
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import NoRepository
from icsfeed.web.errors import RETRY_AFTER, status_of
from icsfeed.web.operators.bearer import add_challenge, authenticated, has_bearer
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.mcp.messages import MAX_BODY_BYTES, McpReply, RpcError
from icsfeed.web.operators.mcp.revisions import METHOD_HEADER, NAME_HEADER, VERSION_HEADER

_JSON: Final = "application/json"
_HEADERS: Final = (VERSION_HEADER, METHOD_HEADER, NAME_HEADER)


def check_origin(request: Request, own_address: str) -> None:
    """Refuse requests that a page of another site has a browser make, even one whose name leads here (DNS rebinding).

    Programs send no Origin. The name in the request says nothing: an attacker chooses it. ``own_address`` is the
    calendar's.

    Raises:
        RpcError: where the request comes from a page of another site.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != _origin_of(own_address):
        msg = f"requests of pages at {quoted(origin)} are not accepted; connect a program instead of a page"
        raise RpcError.of_status(HTTPStatus.FORBIDDEN, msg)


def _origin_of(address: str) -> str | None:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else None


def read_body(request: Request) -> bytes:
    """The body, of a type that no form of a browser can send.

    Raises:
        RpcError: where it has another type, is too long, or the client wants no JSON back.
    """
    if request.mimetype != _JSON or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        msg = f"post JSON, with Content-Type: {_JSON}"
        raise RpcError.of_status(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
    if request.accept_mimetypes and not request.accept_mimetypes.quality(_JSON):
        msg = f"the answer is JSON, so the header Accept has to allow {_JSON}"
        raise RpcError.of_status(HTTPStatus.NOT_ACCEPTABLE, msg)
    request.max_content_length = MAX_BODY_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        msg = f"a message has {MAX_BODY_BYTES:,} bytes at most"
        raise RpcError.of_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, msg) from None


def protocol_headers(request: Request) -> Mapping[str, str]:
    """The headers that the protocol defines, as far as the request has them."""
    return {name: request.headers[name] for name in _HEADERS if name in request.headers}


def operator_of(context: OperatorsContext, request: Request) -> Operator | None:
    """The operator whose token the request has, as the audit trail names those who act through this protocol.

    Raises:
        IcsfeedError: where it has a token that is not valid, or in the wrong place.
    """
    if not has_bearer(request):
        return None
    if isinstance(context.database, NoRepository):
        msg = "this server shows the packaged example and has no tokens; leave out the header Authorization"
        raise UnauthenticatedError(msg)
    return authenticated(context.database, request, now=context.clock(), kind=ActorKind.AGENT)


def refusal(error: IcsfeedError) -> Response:
    """The answer where no message was read: the request has no valid token, or nothing can be read now."""
    headers = [("Retry-After", RETRY_AFTER)] if isinstance(error, UnavailableError) else []
    if isinstance(error, TooManyAttemptsError):
        headers = [("Retry-After", str(int(error.retry_after.total_seconds())))]
    status = HTTPStatus(status_of(error))
    return add_challenge(http_response(RpcError.of_status(status, str(error), headers=tuple(headers)).reply()), error)


def http_response(reply: McpReply) -> Response:
    response = Response(reply.body, status=reply.status)
    if reply.body:
        response.headers["Content-Type"] = _JSON
    else:
        del response.headers["Content-Type"]
    response.headers.extend(reply.headers)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
