"""Sessions in the console: how they start, and how they end by themselves, by others, or with their token."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import NotFoundError, TooManyAttemptsError, UnauthenticatedError
from icsfeed.domain.operator_sessions import MAX_SESSION_LENGTH, MAX_SESSION_PAUSE
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.sign_ins import SignInMethod, SignInOutcome
from icsfeed.services import operator_sessions, operator_tokens
from icsfeed.services.operator_access import MAX_FAILURES
from icsfeed.services.operator_sessions import SESSIONS_KEPT, StartedSession, active_session, active_sessions
from icsfeed.store.database.database import Database
from icsfeed.store.database.operator_tables import operator_sessions as session_table
from tests.actors import operator
from tests.operators.access import DAY, ELSEWHERE, HERE, HOUR, MINUTE, NOW, UNKNOWN, create, new_id, new_secret

CAROL = Operator(name="carol@example.com", kind=ActorKind.PERSON, scope=Scope.READ, address=HERE)


def start(database: Database, who: Operator = CAROL, *, now: datetime = NOW) -> StartedSession:
    return operator_sessions.start(database, who, now=now, new_id=new_id, new_secret=new_secret)


def by_token(database: Database, token: str, *, now: datetime = NOW, address: str = HERE) -> StartedSession:
    return operator_sessions.sign_in_by_token(
        database, token, address=address, now=now, new_id=new_id, new_secret=new_secret
    )


def sign_ins(database: Database) -> list[tuple[SignInMethod, SignInOutcome, str]]:
    with database.operator_rows() as rows:
        assert rows is not None
        return [(each.method, each.outcome, each.name) for each in rows.sign_ins.all()]


def test_a_person_signs_in_by_a_token(database: Database) -> None:
    created = create(database)
    started = by_token(database, created.text)
    session = active_session(database, started.cookie, now=NOW + MINUTE)
    assert session is not None
    assert session.operator == Operator(
        name="chat bot", kind=ActorKind.PERSON, scope=Scope.WRITE, address=HERE, token=created.token.id
    )
    assert session.operator_at(ELSEWHERE).address == ELSEWHERE
    assert sign_ins(database) == [(SignInMethod.TOKEN, SignInOutcome.ACCEPTED, "chat bot")]


def test_a_wrong_token_starts_no_session_and_counts_as_an_attempt(database: Database) -> None:
    create(database)
    for _ in range(MAX_FAILURES[0][0]):
        with pytest.raises(UnauthenticatedError):
            by_token(database, UNKNOWN)
    with pytest.raises(TooManyAttemptsError):
        by_token(database, UNKNOWN)
    assert active_sessions(database, now=NOW) == ()
    assert set(sign_ins(database)) == {(SignInMethod.TOKEN, SignInOutcome.UNKNOWN_TOKEN, "")}


def test_each_session_has_a_cookie_of_its_own_which_is_not_stored(database: Database) -> None:
    one, other = start(database), start(database)
    assert one.cookie != other.cookie
    with database.operator_rows() as rows:
        assert rows is not None
        stored = [str(tuple(row)) for row in rows.sessions._connection.execute(select(session_table))]  # noqa: SLF001
    assert len(stored) == 2
    assert not any(cookie in row for row in stored for cookie in (one.cookie, other.cookie))
    assert one.session.id in "".join(stored)
    assert one.cookie not in repr(one)


@pytest.mark.parametrize("cookie", ["", "x", "0" * 64, "\ud800"])
def test_no_other_cookie_opens_a_session(database: Database, cookie: str) -> None:
    session = start(database).session
    assert active_session(database, cookie, now=NOW) is None
    assert active_session(database, session.id, now=NOW) is None


def test_a_session_ends_after_a_pause(database: Database) -> None:
    cookie = start(database).cookie
    assert active_session(database, cookie, now=NOW + MAX_SESSION_PAUSE - MINUTE) is not None
    assert active_session(database, cookie, now=NOW + 2 * MAX_SESSION_PAUSE - 2 * MINUTE) is not None
    assert active_session(database, cookie, now=NOW + 3 * MAX_SESSION_PAUSE) is None
    assert active_session(database, cookie, now=NOW + 3 * MAX_SESSION_PAUSE) is None


def test_a_session_ends_after_a_shift_however_busy(database: Database) -> None:
    cookie = start(database).cookie
    step = MAX_SESSION_PAUSE / 2
    active = [
        active_session(database, cookie, now=NOW + number * step) is not None
        for number in range(2 * MAX_SESSION_LENGTH // MAX_SESSION_PAUSE + 1)
    ]
    assert active == [*[True] * (len(active) - 1), False]


def test_that_a_session_goes_on_is_stored_once_a_minute(database: Database) -> None:
    cookie = start(database).cookie
    seen = []
    for seconds in (30, 60, 90, 120):
        active_session(database, cookie, now=NOW + timedelta(seconds=seconds))
        seen.append(active_sessions(database, now=NOW)[0].seen_at - NOW)
    assert seen == [timedelta(0), MINUTE, MINUTE, 2 * MINUTE]


def test_a_session_ends_when_its_token_expires(database: Database) -> None:
    cookie = by_token(database, create(database, lasts=30 * MINUTE).text).cookie
    assert active_session(database, cookie, now=NOW + 29 * MINUTE) is not None
    assert active_session(database, cookie, now=NOW + 30 * MINUTE) is None


def test_the_sessions_of_a_token_end_when_it_is_revoked(database: Database) -> None:
    token, other = create(database), create(database, "other")
    cookies = [by_token(database, each.text).cookie for each in (token, token, other)]
    operator_tokens.revoke(database, "chat bot", actor=operator("Bob", NOW + MINUTE))
    active = [active_session(database, each, now=NOW + MINUTE) is not None for each in cookies]
    assert active == [False, False, True]


def test_signing_out_ends_one_session_and_is_recorded_once(database: Database) -> None:
    first, second = start(database), start(database)
    for _ in range(2):
        operator_sessions.sign_out(database, first.session, address=ELSEWHERE, now=NOW + MINUTE)
    assert active_session(database, first.cookie, now=NOW + MINUTE) is None
    assert active_session(database, second.cookie, now=NOW + MINUTE) is not None
    accepted = (SignInMethod.OIDC, SignInOutcome.ACCEPTED, CAROL.name)
    assert sign_ins(database) == [accepted, accepted, (SignInMethod.OIDC, SignInOutcome.SIGNED_OUT, CAROL.name)]


def test_somebody_ends_a_session_by_its_public_id(database: Database) -> None:
    one, other = start(database), start(database)
    for _ in range(2):
        operator_sessions.end(database, one.session.id, actor=operator("Bob", NOW + MINUTE))
    assert [each.id for each in active_sessions(database, now=NOW + MINUTE)] == [other.session.id]
    entries = [(each.by, each.action, each.subject) for each in database.entries()]
    assert entries == [("Bob", "session end", CAROL.name)]
    with pytest.raises(NotFoundError, match="there is no such session"):
        operator_sessions.end(database, one.cookie, actor=operator("Bob", NOW))


def test_somebody_ends_all_sessions_of_an_operator(database: Database) -> None:
    create(database)
    sessions = [start(database), start(database), by_token(database, create(database, "bot 2").text)]
    ended = operator_sessions.end_all(database, CAROL.name, actor=operator("Bob", NOW + MINUTE))
    assert {each.id for each in ended} == {each.session.id for each in sessions[:2]}
    assert [each.operator.name for each in active_sessions(database, now=NOW + MINUTE)] == ["bot 2"]
    assert operator_sessions.end_all(database, CAROL.name, actor=operator("Bob", NOW + MINUTE)) == ()


def test_the_list_has_the_sessions_that_go_on(database: Database) -> None:
    start(database, now=NOW - DAY)
    start(database, now=NOW - MAX_SESSION_PAUSE)
    going_on = start(database, now=NOW - MINUTE)
    assert active_sessions(database, now=NOW) == (going_on.session,)


def test_old_sessions_are_deleted_when_another_starts(database: Database) -> None:
    start(database)
    start(database, now=NOW + HOUR)
    start(database, now=NOW + MAX_SESSION_LENGTH + SESSIONS_KEPT)
    with database.operator_rows() as rows:
        assert rows is not None
        kept = rows.sessions._connection.execute(select(session_table.c.started_at)).scalars().all()  # noqa: SLF001
    assert sorted(kept) == [NOW + HOUR, NOW + MAX_SESSION_LENGTH + SESSIONS_KEPT]
