"""Operators are told from strangers before their requests are read, and nobody learns anything by that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from wsgiref.types import WSGIEnvironment

import pytest
from werkzeug.test import EnvironBuilder

from icsfeed.services import operator_sessions, operator_tokens
from icsfeed.store.database.database import Database
from icsfeed.web.operators.admission import operator_check
from tests.actors import operator
from tests.operators.access import HERE, HOUR, UNKNOWN, create, new_id, new_secret
from tests.operators.consoles import SECURE, Operations, operations


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Operations]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        yield operations(tmp_path, database)


def environ(*headers: tuple[str, str], base_url: str = SECURE, query: str = "") -> WSGIEnvironment:
    return EnvironBuilder(path="/api/v1/changes", base_url=base_url, query_string=query, headers=headers).get_environ()


def bearer(token: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {token}"


def is_operator(console: Operations, request: WSGIEnvironment) -> bool:
    return operator_check(console.app.extensions["icsfeed"])(request) is not None


def test_a_valid_token_or_session_is_an_operators(console: Operations) -> None:
    token = create(console.database).text
    started = operator_sessions.sign_in_by_token(
        console.database, token, address=HERE, now=console.now, new_id=new_id, new_secret=new_secret
    )
    assert is_operator(console, environ(bearer(token)))
    assert is_operator(console, environ(("Cookie", f"__Host-icsfeed={started.cookie}")))
    assert is_operator(console, environ(("Cookie", f"icsfeed={started.cookie}"), base_url="http://localhost"))
    assert is_operator(console, environ(("Cookie", "__Host-icsfeed=other"), bearer(token)))
    ids = {
        operator_check(console.app.extensions["icsfeed"])(environ(header))
        for header in (bearer(token), ("Cookie", f"__Host-icsfeed={started.cookie}"))
    }
    assert len(ids) == 1
    operator_tokens.revoke(console.database, "chat bot", actor=operator("Bob", console.now))
    assert not is_operator(console, environ(bearer(token)))
    assert not is_operator(console, environ(("Cookie", f"__Host-icsfeed={started.cookie}")))


@pytest.mark.parametrize(
    "header",
    [
        bearer(UNKNOWN),
        bearer("x"),
        ("Authorization", "Basic eDp5"),
        ("Authorization", "Bearer a b"),
        ("Cookie", "__Host-icsfeed=0"),
        ("Cookie", "icsfeed=0"),
        ("Accept", "*/*"),
    ],
)
def test_anybody_else_is_a_stranger_and_leaves_no_trace(console: Operations, header: tuple[str, str]) -> None:
    create(console.database)
    for _ in range(20):
        assert not is_operator(console, environ(header))
    with console.database.operator_rows() as rows:
        assert rows is not None
        assert rows.sign_ins.all() == ()


def test_a_token_that_has_expired_or_stands_in_the_url_is_a_strangers(console: Operations) -> None:
    token = create(console.database, lasts=HOUR).text
    assert not is_operator(console, environ(bearer(token), query=f"token={token}"))
    assert is_operator(console, environ(bearer(token)))
    console.later(HOUR)
    assert not is_operator(console, environ(bearer(token)))
