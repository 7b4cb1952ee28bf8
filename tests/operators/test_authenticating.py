"""A token is all that an operator needs: which ones are accepted, and what is left of the others."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import TooManyAttemptsError, UnauthenticatedError
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.services import operator_tokens
from icsfeed.services.operator_access import MAX_FAILURES, MAX_FAILURES_A_DAY, authenticate, is_enabled
from icsfeed.services.repository import NoRepository
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import POLICY
from tests.operators.access import DAY, ELSEWHERE, HERE, HOUR, MINUTE, NOW, UNKNOWN, create

PERIOD = timedelta(minutes=15)


def sign_ins(database: Database) -> tuple[SignIn, ...]:
    with database.operator_rows() as rows:
        assert rows is not None
        return rows.sign_ins.all()


def fail(database: Database, count: int, *, address: str = HERE, now: datetime = NOW) -> None:
    for _ in range(count):
        with pytest.raises(UnauthenticatedError):
            authenticate(database, UNKNOWN, address=address, now=now)


def record_failures(database: Database, attempts: Iterable[tuple[str, datetime]]) -> None:
    """As many failed attempts leave them; in one transaction, which is faster."""
    with database.writing_operator_rows() as rows:
        for address, at in attempts:
            rows.sign_ins.add(
                SignIn(at=at, method=SignInMethod.BEARER, outcome=SignInOutcome.UNKNOWN_TOKEN, address=address)
            )


@pytest.mark.parametrize("scope", Scope)
def test_a_token_names_its_operator(database: Database, scope: Scope) -> None:
    token = create(database, scope=scope)
    expected = Operator(name="chat bot", kind=ActorKind.TOKEN, scope=scope, address=HERE, token=token.token.id)
    assert authenticate(database, token.text, address=HERE, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "icsfeed_", UNKNOWN, "Ü" * 50, "x" * 5000, "\ud800", "icsfeed_" + "A" * 42 + "\n", "' OR 1=1 --"],
)
def test_any_other_text_is_no_token(database: Database, text: str) -> None:
    create(database)
    with pytest.raises(UnauthenticatedError) as raised:
        authenticate(database, text, address=HERE, now=NOW)
    assert str(raised.value) == "this token is not valid; use another"


def test_the_first_use_of_a_token_by_an_agent_is_recorded_as_an_agents(database: Database) -> None:
    token = create(database)
    who = authenticate(database, token.text, address=HERE, now=NOW, kind=ActorKind.AGENT)
    assert who.kind is ActorKind.AGENT
    (first_use,) = sign_ins(database)
    assert (first_use.name, first_use.kind) == ("chat bot", ActorKind.AGENT)


def test_a_token_with_another_end_or_case_is_unknown(database: Database) -> None:
    text = create(database).text
    for other in (text[:-1], text[:-1] + "_", text + "A", text.swapcase(), f" {text}"):
        with pytest.raises(UnauthenticatedError, match="not valid"):
            authenticate(database, other, address=HERE, now=NOW)


def test_a_token_is_valid_until_just_before_it_expires(database: Database) -> None:
    token = create(database, lasts=DAY)
    authenticate(database, token.text, address=HERE, now=NOW + DAY - timedelta(microseconds=1))
    with pytest.raises(UnauthenticatedError) as raised:
        authenticate(database, token.text, address=HERE, now=NOW + DAY)
    message = 'the token "chat bot" expired at 2026-11-29T12:00:00Z; use another'
    assert str(raised.value) == message


def test_a_token_without_an_end_stays_valid(database: Database) -> None:
    token = create(database, lasts=None)
    authenticate(database, token.text, address=HERE, now=NOW + 20_000 * DAY)


def test_a_revoked_token_is_refused_at_once(database: Database) -> None:
    token = create(database)
    authenticate(database, token.text, address=HERE, now=NOW)
    operator_tokens.revoke(database, "chat bot", actor=operator("Bob", NOW + MINUTE))
    with pytest.raises(UnauthenticatedError) as raised:
        authenticate(database, token.text, address=HERE, now=NOW + MINUTE)
    assert str(raised.value) == 'the token "chat bot" was revoked; use another'


def test_failed_attempts_are_recorded_with_what_was_recognized(database: Database) -> None:
    expired, revoked = create(database, "old", lasts=HOUR), create(database, "lost")
    operator_tokens.revoke(database, "lost", actor=operator("Bob", NOW))
    entry = database.record().entry
    for text in (UNKNOWN, expired.text, revoked.text):
        with pytest.raises(UnauthenticatedError):
            authenticate(database, text, address=HERE, now=NOW + HOUR)
    bearer = SignInMethod.BEARER
    assert sign_ins(database) == (
        SignIn(at=NOW + HOUR, method=bearer, outcome=SignInOutcome.UNKNOWN_TOKEN, address=HERE),
        SignIn(
            at=NOW + HOUR,
            method=bearer,
            outcome=SignInOutcome.EXPIRED_TOKEN,
            address=HERE,
            name="old",
            kind=ActorKind.TOKEN,
        ),
        SignIn(
            at=NOW + HOUR,
            method=bearer,
            outcome=SignInOutcome.REVOKED_TOKEN,
            address=HERE,
            name="lost",
            kind=ActorKind.TOKEN,
        ),
    )
    assert database.record().entry == entry, "servers would look at the database for each attempt"


def test_after_ten_failures_an_address_waits_and_leaves_no_more_rows(database: Database) -> None:
    create(database)
    most, period = MAX_FAILURES[0]
    fail(database, most)
    for _ in range(3):
        with pytest.raises(TooManyAttemptsError) as raised:
            authenticate(database, UNKNOWN, address=HERE, now=NOW + MINUTE)
    assert str(raised.value) == (
        "too many attempts to sign in have failed; try again in 14 min 1 s; a valid token works now"
    )
    assert raised.value.retry_after == timedelta(minutes=14, seconds=1)
    assert len(sign_ins(database)) == most
    fail(database, 1, now=NOW + period + timedelta(seconds=1))


def test_a_valid_token_works_from_an_address_that_has_to_wait(database: Database) -> None:
    """An operator behind the same address as an attacker must get in."""
    token = create(database)
    record_failures(database, [(HERE, NOW)] * MAX_FAILURES[0][0])
    with pytest.raises(TooManyAttemptsError):
        authenticate(database, UNKNOWN, address=HERE, now=NOW)
    assert authenticate(database, token.text, address=HERE, now=NOW).name == "chat bot"


def test_other_addresses_need_not_wait(database: Database) -> None:
    create(database)
    record_failures(database, [(HERE, NOW)] * MAX_FAILURES[0][0])
    fail(database, 1, address=ELSEWHERE)


def test_all_addresses_of_an_ipv6_network_count_as_one(database: Database) -> None:
    create(database)
    record_failures(database, [(f"2001:db8::{number:x}:1", NOW) for number in range(MAX_FAILURES[0][0])])
    with pytest.raises(TooManyAttemptsError):
        authenticate(database, UNKNOWN, address="2001:db8::ffff", now=NOW)
    fail(database, 1, address="2001:db8:0:1::1")


def test_an_address_that_keeps_to_the_short_limit_runs_into_the_long_one(database: Database) -> None:
    """A program with an expired token that asks again and again must not fill the table."""
    create(database)
    (few, period), (many, day) = MAX_FAILURES
    spacing = period + timedelta(seconds=1)
    record_failures(database, [(HERE, NOW + number // few * spacing) for number in range(many - 1)])
    now = NOW + many // few * spacing
    fail(database, 1, now=now)
    with pytest.raises(TooManyAttemptsError) as raised:
        authenticate(database, UNKNOWN, address=HERE, now=now)
    assert raised.value.retry_after > day - timedelta(hours=3)
    assert len(sign_ins(database)) == many


def test_many_addresses_together_leave_a_thousand_rows_a_day(database: Database) -> None:
    token = create(database)
    record_failures(database, [(f"10.0.{number // 200}.{number % 200}", NOW) for number in range(MAX_FAILURES_A_DAY)])
    with pytest.raises(TooManyAttemptsError) as raised:
        authenticate(database, UNKNOWN, address=HERE, now=NOW + HOUR)
    assert raised.value.retry_after == DAY - HOUR + timedelta(seconds=1)
    assert len(sign_ins(database)) == MAX_FAILURES_A_DAY
    authenticate(database, token.text, address=HERE, now=NOW + HOUR)
    fail(database, 1, now=NOW + DAY)


def test_a_clock_that_was_put_back_does_not_lock_anybody_out_for_longer_than_a_day(database: Database) -> None:
    create(database)
    record_failures(database, [(HERE, NOW + 30 * DAY)] * MAX_FAILURES[0][0])
    with pytest.raises(TooManyAttemptsError) as raised:
        authenticate(database, UNKNOWN, address=HERE, now=NOW)
    assert raised.value.retry_after <= DAY + timedelta(seconds=1)


def test_the_last_use_is_stored_once_a_minute(database: Database) -> None:
    token = create(database)
    uses = []
    for seconds in (0, 59, 60, 200):
        authenticate(database, token.text, address=HERE, now=NOW + timedelta(seconds=seconds))
        uses.append(operator_tokens.tokens(database)[0].used_at)
    assert uses == [NOW, NOW, NOW + MINUTE, NOW + timedelta(seconds=200)]


def test_the_first_use_from_a_network_within_a_day_is_a_sign_in(database: Database) -> None:
    """A token that somebody else got hold of shows in the audit trail."""
    token = create(database, lasts=None)
    for address, at in ((HERE, NOW), (HERE, NOW + MINUTE), (ELSEWHERE, NOW + MINUTE), (HERE, NOW + DAY)):
        authenticate(database, token.text, address=address, now=at)
    accepted = [(each.address, each.at, each.outcome, each.name) for each in sign_ins(database)]
    assert accepted == [
        (HERE, NOW, SignInOutcome.ACCEPTED, "chat bot"),
        (ELSEWHERE, NOW + MINUTE, SignInOutcome.ACCEPTED, "chat bot"),
        (HERE, NOW + DAY, SignInOutcome.ACCEPTED, "chat bot"),
    ]


def test_no_token_and_no_table_of_operators_mean_no_operators(database: Database) -> None:
    assert not is_enabled(database, POLICY)
    create(database)
    assert is_enabled(database, POLICY)


def test_without_a_database_an_attempt_creates_none(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with closing(Database(f"sqlite:///{file}", may_be_missing=True)) as database:
        assert not is_enabled(database, POLICY)
        with pytest.raises(UnauthenticatedError):
            authenticate(database, UNKNOWN, address=HERE, now=NOW)
    assert not file.exists()


def test_the_packaged_example_has_no_operators() -> None:
    repository = NoRepository()
    assert not is_enabled(repository, POLICY)
    with pytest.raises(UnauthenticatedError):
        authenticate(repository, UNKNOWN, address=HERE, now=NOW)
