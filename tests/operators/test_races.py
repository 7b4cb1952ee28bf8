"""Two servers on one database, many threads: limits hold exactly, and what is revoked stays out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from icsfeed.domain.errors import IcsfeedError, RefusedError, TooManyAttemptsError, UnauthenticatedError
from icsfeed.services import operator_tokens
from icsfeed.services.operator_access import MAX_FAILURES, authenticate
from icsfeed.services.operator_sessions import active_session, active_sessions, sign_in_by_token
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.operators.access import ELSEWHERE, HERE, NOW, UNKNOWN, create, new_id, new_secret

THREADS = 4
MUCH_LESS_THAN_A_WRITER_WAITS = 5


@pytest.fixture
def servers(database_url: str) -> Iterator[tuple[Database, Database]]:
    """Two, with connections and locks of their own."""
    with closing(Database(database_url)) as one, closing(Database(database_url)) as other:
        yield one, other


def result_of(act: Callable[[], Any]) -> str:
    try:
        act()
    except IcsfeedError as error:
        return type(error).__name__
    return "done"


def results(acts: list[Callable[[], Any]]) -> list[str]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(result_of, acts))


def test_attempts_at_the_same_time_are_limited_exactly(servers: tuple[Database, Database]) -> None:
    create(servers[0])
    most = MAX_FAILURES[0][0]

    def attempt(number: int) -> Callable[[], Any]:
        return lambda: authenticate(servers[number % 2], UNKNOWN, address=HERE, now=NOW)

    outcomes = results([attempt(number) for number in range(2 * most)])
    assert outcomes.count(UnauthenticatedError.__name__) == most
    assert outcomes.count(TooManyAttemptsError.__name__) == most
    with servers[0].operator_rows() as rows:
        assert rows is not None
        assert len(rows.sign_ins.all()) == most


def test_of_two_tokens_with_one_name_at_the_same_time_one_is_created(servers: tuple[Database, Database]) -> None:
    outcomes = results([lambda server=server: create(server, "ci") for server in servers * 2])  # type: ignore[misc]
    assert sorted(outcomes) == [RefusedError.__name__] * 3 + ["done"]
    assert len(operator_tokens.tokens(servers[0])) == 1


def test_a_token_revoked_on_one_server_is_refused_by_the_other_at_once(servers: tuple[Database, Database]) -> None:
    one, other = servers
    text = create(one).text
    is_revoked = False

    def use_until_refused() -> list[bool]:
        """Whether the revocation had been acknowledged when each request began that was accepted."""
        accepted: list[bool] = []
        while True:
            began_after = is_revoked
            try:
                authenticate(other, text, address=ELSEWHERE, now=NOW)
            except UnauthenticatedError:
                return accepted
            accepted.append(began_after)

    with ThreadPoolExecutor(1) as pool:
        uses = pool.submit(use_until_refused)
        while not operator_tokens.tokens(one)[0].used_at:
            time.sleep(0.001)
        operator_tokens.revoke(one, "chat bot", actor=operator("Bob", NOW))
        is_revoked = True
        accepted = uses.result()
    assert accepted
    assert not any(accepted)


def test_no_session_survives_the_revocation_of_its_token(servers: tuple[Database, Database]) -> None:
    one, other = servers
    text = create(one).text
    cookies = []

    def sign_in() -> None:
        started = sign_in_by_token(other, text, address=HERE, now=NOW, new_id=new_id, new_secret=new_secret)
        cookies.append(started.cookie)

    def revoke() -> None:
        operator_tokens.revoke(one, "chat bot", actor=operator("Bob", NOW))

    outcomes = results([sign_in, sign_in, sign_in, revoke, sign_in, sign_in, sign_in])
    assert set(outcomes) <= {"done", UnauthenticatedError.__name__}
    assert [active_session(one, cookie, now=NOW) for cookie in cookies] == [None] * len(cookies)
    assert active_sessions(other, now=NOW) == ()


def test_a_request_waits_for_no_writer_to_store_its_use(servers: tuple[Database, Database]) -> None:
    """What an SQLite database can't store then is stored with the next request."""
    one, other = servers
    text = create(one).text
    with one.writing_operator_rows():
        began = time.monotonic()
        authenticate(other, text, address=HERE, now=NOW)
        assert time.monotonic() - began < MUCH_LESS_THAN_A_WRITER_WAITS
    authenticate(other, text, address=HERE, now=NOW)
    assert operator_tokens.tokens(one)[0].used_at == NOW
    with one.writing_operator_rows():
        pass  # the wait of later writers is as long as it was


def test_a_writer_waits_as_long_as_ever_after_a_note(database_url: str) -> None:
    with closing(Database(database_url)) as one, closing(Database(database_url, lock_seconds=1)) as other:
        text = create(one).text
        authenticate(other, text, address=HERE, now=NOW)
        with one.writing_operator_rows():
            began = time.monotonic()
            assert result_of(lambda: create(other, "another")) == "UnavailableError"
            assert time.monotonic() - began >= 1
