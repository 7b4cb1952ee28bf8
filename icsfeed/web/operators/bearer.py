"""Tokens in requests to the operators' API (RFC 6750): only in the header Authorization, never in the URL."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from flask import Request, Response

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import (
    BadInputError,
    IcsfeedError,
    InsufficientScopeError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from icsfeed.domain.operator_tokens import has_token_form
from icsfeed.domain.operators import Operator
from icsfeed.services.operator_access import authenticate
from icsfeed.services.repository import OperatorRepository

URL_PARAMETERS: Final = ("access_token", "token")
"""RFC 6750, section 2.3, allows the first; URLs stand in logs, histories and referrers."""

_REALM: Final = 'Bearer realm="icsfeed"'
_CREDENTIALS: Final = re.compile(r"bearer +(?P<token>[A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"bearer(?: |$)", re.IGNORECASE)


class MissingTokenError(UnauthenticatedError):
    """A request without any credentials, which is told how to send them, and not counted as an attempt."""


class MalformedTokenError(BadInputError):
    """Credentials that are not in the form, or not in the place, in which they are accepted."""


def has_bearer(request: Request) -> bool:
    """Whether the request tries to authenticate by a token, wherever that stands."""
    return "Authorization" in request.headers or _has_token_in_url(request)


def authenticated(
    database: OperatorRepository, request: Request, *, now: datetime, kind: ActorKind = ActorKind.TOKEN
) -> Operator:
    """The operator, of that ``kind``, whose token the request has in its header Authorization.

    Raises:
        UnauthenticatedError: without a token, or with one that is not valid.
        TooManyAttemptsError: after too many failed attempts.
        MalformedTokenError: for another scheme, a malformed header, or a token in the URL.
        UnavailableError: where the database can't be read.
    """
    token = bearer_token(request)
    return authenticate(database, token, address=request.remote_addr or "", now=now, kind=kind)


def bearer_token(request: Request) -> str:
    """The token in the header Authorization, not checked yet.

    Raises:
        MissingTokenError: where there is none.
        MalformedTokenError: where the header is malformed, or a token stands in the URL.
    """
    if _has_token_in_url(request):
        msg = (
            "a token in the URL is not accepted, because URLs end up in logs; send it in the header "
            '"Authorization: Bearer", and replace the token: `icsfeed token revoke`, then `icsfeed token create`'
        )
        raise MalformedTokenError(msg)
    header = request.headers.get("Authorization", "").strip(" ")
    if not header:
        msg = 'this needs a token; send it in the header "Authorization: Bearer"'
        raise MissingTokenError(msg)
    match = _CREDENTIALS.fullmatch(header)
    if match is not None:
        return match["token"]
    if _SCHEME.match(header):
        msg = 'the header Authorization is malformed; write "Bearer", a space and one token'
        raise MalformedTokenError(msg)
    msg = 'the header Authorization has another scheme than "Bearer"; write "Bearer", a space and a token'
    raise MissingTokenError(msg)


def add_challenge(response: Response, error: IcsfeedError) -> Response:
    """Say in the header WWW-Authenticate why a request was refused (RFC 6750, section 3); gives the response."""
    attributes = _challenge_attributes(error)
    if attributes is not None:
        challenge = ", ".join([_REALM, *(f'{name}="{value}"' for name, value in attributes.items())])
        response.headers["WWW-Authenticate"] = challenge
    return response


def is_about_token(error: IcsfeedError) -> bool:
    """Whether the error is about the request's token: missing, malformed, not valid, or not enough."""
    return isinstance(error, TooManyAttemptsError) or _challenge_attributes(error) is not None


def _challenge_attributes(error: IcsfeedError) -> dict[str, str] | None:
    """The attributes beside the realm; ``None`` where the error has nothing to do with tokens."""
    if isinstance(error, MissingTokenError):
        return {}
    if isinstance(error, UnauthenticatedError):
        return {"error": "invalid_token"}
    if isinstance(error, MalformedTokenError):
        return {"error": "invalid_request"}
    if isinstance(error, InsufficientScopeError):
        return {"error": "insufficient_scope", "scope": "write"}
    return None


def _has_token_in_url(request: Request) -> bool:
    parameters = request.args
    return any(name in parameters for name in URL_PARAMETERS) or any(
        has_token_form(value) for values in parameters.listvalues() for value in values
    )
