"""Tokens in requests: where they are read, what is refused, and what the answer says of it (RFC 6750)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import (
    IcsfeedError,
    InsufficientScopeError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from icsfeed.domain.operators import Operator, Scope
from icsfeed.store.database.database import Database
from icsfeed.web.errors import status_of
from icsfeed.web.operators.bearer import (
    MalformedTokenError,
    MissingTokenError,
    add_challenge,
    authenticated,
    bearer_token,
    has_bearer,
)
from tests.operators.access import HERE, MINUTE, NOW, UNKNOWN, create


def a_request(header: str | None = None, query: str = "", address: str = HERE) -> Request:
    headers = [("Authorization", header)] if header is not None else []
    environ = EnvironBuilder(
        path="/api/v1/changes", query_string=query, headers=headers, environ_base={"REMOTE_ADDR": address}
    ).get_environ()
    return Request(environ)


@pytest.mark.parametrize(
    "header", ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc ", "Bearer a.b~c+d/e-f_g==", f"Bearer {UNKNOWN}"]
)
def test_a_token_is_read_from_the_header(header: str) -> None:
    assert bearer_token(a_request(header)) == header.split()[1]


@pytest.mark.parametrize(
    "header", [None, "", "  ", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Digest x", "Bearerabc", "abc"]
)
def test_without_a_bearer_token_the_request_is_told_to_send_one(header: str | None) -> None:
    with pytest.raises(MissingTokenError) as raised:
        bearer_token(a_request(header))
    assert "QWxhZGRpbjpvcGVuIHNlc2FtZQ" not in str(raised.value)
    response = add_challenge(Response(status=status_of(raised.value)), raised.value)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="icsfeed"')


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b", "Bearer a,b", 'Bearer "a"', "Bearer ä", "Bearer =a"],
)
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(MalformedTokenError) as raised:
        bearer_token(a_request(header))
    assert str(raised.value) == 'the header Authorization is malformed; write "Bearer", a space and one token'
    response = add_challenge(Response(status=status_of(raised.value)), raised.value)
    assert response.status_code == 400
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="icsfeed", error="invalid_request"'


@pytest.mark.parametrize("header", [None, f"Bearer {UNKNOWN}"])
@pytest.mark.parametrize(
    "query",
    [
        f"access_token={UNKNOWN}",
        f"token={UNKNOWN}",
        "token=",
        f"kind=planned&x={UNKNOWN}",
        f"x={quote(UNKNOWN, safe='')}",
    ],
)
def test_a_token_in_the_url_is_refused_even_beside_one_in_the_header(query: str, header: str | None) -> None:
    """URLs stand in logs. The message does not repeat the token."""
    with pytest.raises(MalformedTokenError) as raised:
        bearer_token(a_request(header, query))
    assert str(raised.value) == (
        "a token in the URL is not accepted, because URLs end up in logs; send it in the header "
        '"Authorization: Bearer", and replace the token: `icsfeed token revoke`, then `icsfeed token create`'
    )


def test_a_request_tries_to_authenticate_by_a_header_or_a_token_in_the_url() -> None:
    assert not has_bearer(a_request(query="kind=planned"))
    assert has_bearer(a_request("Bearer x"))
    assert has_bearer(a_request(query="token=x"))


def test_the_operator_of_a_request_has_its_address(database: Database) -> None:
    token = create(database, scope=Scope.READ)
    who = authenticated(database, a_request(f"Bearer {token.text}", address="2001:db8::1"), now=NOW)
    assert who == Operator(
        name="chat bot", kind=ActorKind.TOKEN, scope=Scope.READ, address="2001:db8::1", token=token.token.id
    )


@pytest.mark.parametrize(
    ("error", "status", "challenge"),
    [
        (UnauthenticatedError("x"), 401, 'Bearer realm="icsfeed", error="invalid_token"'),
        (InsufficientScopeError("x"), 403, 'Bearer realm="icsfeed", error="insufficient_scope", scope="write"'),
        (TooManyAttemptsError("x", retry_after=MINUTE), 429, None),
        (NotFoundError("x"), 404, None),
    ],
)
def test_the_challenge_says_why(error: IcsfeedError, status: int, challenge: str | None) -> None:
    response = add_challenge(Response(status=status_of(error)), error)
    assert (response.status_code, response.headers.get("WWW-Authenticate")) == (status, challenge)
