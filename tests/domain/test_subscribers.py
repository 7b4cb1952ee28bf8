"""Subscribers: which feed a token opens, for how long, and the steps that operators take."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from tests.examples import NOW

A_DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)


def step(action: Action, name: str = "Acme Inc.", **others: Any) -> SubscriberStep:  # noqa: ANN401  (any field)
    return SubscriberStep(**{"action": action, "name": name, "at": NOW, **others})


def added(name: str = "Acme Inc.", token: str = "one", **others: Any) -> SubscriberStep:  # noqa: ANN401
    return step(Action.ADD, name, feed="all", digest=digest_of(token), **others)


def rotated(token: str, until: datetime, at: datetime = NOW) -> SubscriberStep:
    return step(Action.ROTATE, digest=digest_of(token), until=until, at=at)


def opens(subscribers: Subscribers, token: str, now: datetime) -> bool:
    return subscribers.holder(token, now=now) is not None


def test_a_subscribers_feed_opens_with_their_token_alone() -> None:
    subscribers = NOBODY.after([added(), added("Other", "two")])
    holders = [subscribers.holder(token, now=NOW) for token in ("one", "two", "three", "", digest_of("one"))]
    assert [each and each.name for each in holders] == ["Acme Inc.", "Other", None, None, None]


def test_only_the_sha_256_of_a_token_is_stored() -> None:
    assert digest_of("one") == hashlib.sha256(b"one").hexdigest()


def test_a_token_that_can_not_be_encoded_opens_nothing() -> None:
    assert NOBODY.after([added()]).holder("\udcff", now=NOW) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(NOW, (True, True), id="both at first"),
        pytest.param(NOW + A_DAY - A_MOMENT, (True, True), id="both until the overlap ends"),
        pytest.param(NOW + A_DAY, (False, True), id="only the new one afterwards"),
    ],
)
def test_a_rotated_token_stays_valid_during_the_overlap(now: datetime, expected: tuple[bool, bool]) -> None:
    subscribers = NOBODY.after([added(), rotated("two", NOW + A_DAY)])
    assert (opens(subscribers, "one", now), opens(subscribers, "two", now)) == expected


def test_a_second_rotation_does_not_extend_the_first_token() -> None:
    later = NOW + timedelta(hours=1)
    subscribers = NOBODY.after([added(), rotated("two", NOW + A_DAY), rotated("three", later + 5 * A_DAY, at=later)])
    valid = [opens(subscribers, token, NOW + A_DAY) for token in ("one", "two", "three")]
    assert valid == [False, True, True]


def test_a_second_rotation_can_shorten_the_first_tokens_overlap() -> None:
    subscribers = NOBODY.after([added(), rotated("two", NOW + 5 * A_DAY), rotated("three", NOW + A_DAY)])
    assert [opens(subscribers, token, NOW + A_DAY) for token in ("one", "two", "three")] == [False, False, True]


def test_expired_tokens_are_dropped() -> None:
    subscribers = NOBODY.after([added(), rotated("two", NOW + A_DAY), rotated("three", NOW + 9 * A_DAY, NOW + A_DAY)])
    acme = subscribers.named("acme inc.")
    assert acme is not None
    assert [token.digest for token in acme.tokens] == [digest_of("two"), digest_of("three")]


def test_the_next_expiry_is_that_of_the_first_token_to_end() -> None:
    steps = [
        added(),
        added("Other", "four"),
        rotated("two", NOW + 9 * A_DAY),
        rotated("three", NOW + A_DAY, NOW + A_MOMENT),
        replace(rotated("five", NOW + 5 * A_DAY), name="Other"),
    ]
    subscribers = NOBODY.after(steps)
    moments = (NOW, NOW + A_DAY - A_MOMENT, NOW + A_DAY, NOW + 5 * A_DAY)
    assert [subscribers.next_end(now=now) for now in moments] == [NOW + A_DAY, NOW + A_DAY, NOW + 5 * A_DAY, None]
    assert subscribers.after([step(Action.REVOKE, "Other")]).next_end(now=NOW + A_DAY) is None


def test_valid_tokens_are_those_that_open_a_feed() -> None:
    revoked = [added("Gone", "two"), step(Action.REVOKE, "Gone")]
    subscribers = NOBODY.after([added(), *revoked, rotated("three", NOW + A_DAY), added("New", "four")])
    for now, tokens in ((NOW, ["one", "three", "four"]), (NOW + A_DAY, ["three", "four"])):
        valid = [(subscriber.name, token.digest) for subscriber, token in subscribers.valid(now=now)]
        names = ["New" if token == "four" else "Acme Inc." for token in tokens]
        assert valid == list(zip(names, map(digest_of, tokens), strict=True))


def test_a_salt_is_stored_with_its_token() -> None:
    subscribers = NOBODY.after([added(salt="a"), replace(rotated("two", NOW + A_DAY), salt="b")])
    assert [token.salt for _, token in subscribers.valid(now=NOW)] == ["a", "b"]


def test_no_token_of_a_revoked_subscriber_opens_the_feed() -> None:
    subscribers = NOBODY.after([added(), rotated("two", NOW + A_DAY), step(Action.REVOKE)])
    assert [opens(subscribers, token, NOW) for token in ("one", "two")] == [False, False]


def test_a_revoked_subscriber_can_return_but_the_old_token_stays_invalid() -> None:
    subscribers = NOBODY.after([added(), step(Action.REVOKE), added(token="two")])
    assert [opens(subscribers, token, NOW) for token in ("one", "two")] == [False, True]


def test_alarms_are_unique_and_sorted_from_the_longest() -> None:
    half, whole = timedelta(minutes=30), timedelta(hours=1)
    subscriber = NOBODY.after([added(alarms=(half, whole, half))]).named("Acme Inc.")
    assert subscriber is not None
    assert subscriber.alarms == (whole, half)


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        pytest.param(
            [added(), added("ACME  inc.")],
            RefusedError,
            'there is a subscriber "Acme Inc." already; use `icsfeed subscriber rotate "Acme Inc."` for a new address, '
            'or `icsfeed subscriber change "Acme Inc."` for another account',
            id="added twice, in another spelling",
        ),
        pytest.param(
            [rotated("two", NOW)], NotFoundError, 'there is no subscriber "Acme Inc."', id="rotated, but never added"
        ),
        pytest.param(
            [added(), step(Action.REVOKE), rotated("two", NOW)],
            RefusedError,
            'the subscriber "Acme Inc." was revoked on 2026-11-23; add it again',
            id="rotated after being revoked",
        ),
    ],
)
def test_refusals_say_why(steps: list[SubscriberStep], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refusal:
        NOBODY.after(steps)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"name": " "}, "\" \" can't be a subscriber's name; write one line of at most 100 characters", id="no name"
        ),
        pytest.param(
            {"name": "a\nb"},
            "\"a\\nb\" can't be a subscriber's name; write one line of at most 100 characters",
            id="a name of two lines, which would forge a line in a list",
        ),
        pytest.param(
            {"name": "x" * 101},
            '"' + "x" * 101 + "\" can't be a subscriber's name; write one line of at most 100 characters",
            id="too long a name",
        ),
        pytest.param(
            {"alarms": (timedelta(days=29),)},
            "an alarm rings whole minutes before an event, and at most 28 days, not 29 days, 0:00:00",
            id="an alarm too far ahead",
        ),
        pytest.param(
            {"alarms": (timedelta(0),)},
            "an alarm rings whole minutes before an event, and at most 28 days, not 0:00:00",
            id="an alarm without lead time",
        ),
        pytest.param(
            {"alarms": (timedelta(seconds=90),)},
            "an alarm rings whole minutes before an event, and at most 28 days, not 0:01:30",
            id="an alarm of half a minute",
        ),
        pytest.param(
            {"alarms": tuple(timedelta(minutes=each) for each in range(1, 7))},
            "6 alarms before each event are too many; 5 is the most",
            id="too many alarms",
        ),
    ],
)
def test_invalid_steps_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        step(Action.ADD, **fields)
    assert str(refusal.value) == message
