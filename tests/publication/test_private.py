"""All private feeds at once: those whose tokens can be told, one copy for all alike, and whose tokens can't."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.publication.private import LeftOut, masked, private_feed, private_feeds
from icsfeed.publication.publishing import publish
from tests.examples import NOW, POLICY

KEY = TokenKey(secret=b"k" * 32)
OTHER_KEY = TokenKey(secret=b"o" * 32)
HALF_AN_HOUR = timedelta(minutes=30)
WINDOWS = Feed(
    slug="windows", name="Windows", environments=frozenset({"production"}), kinds=frozenset({Kind.MAINTENANCE})
)
PUBLICATION = publish(Situation(schedule=replace(POLICY, feeds=(WINDOWS,)), now=NOW), changed_at=NOW)


def added(
    name: str, key: TokenKey | None = KEY, feed: str = "all", alarms: tuple[timedelta, ...] = ()
) -> SubscriberStep:
    """The step by which a subscriber comes, whose salt is the name."""
    token, salt = (key.token(name), name) if key is not None else (f"random {name}", "")
    digest = digest_of(token)
    return SubscriberStep(action=Action.ADD, name=name, at=NOW, feed=feed, alarms=alarms, digest=digest, salt=salt)


def rotated(name: str, key: TokenKey, until: datetime) -> SubscriberStep:
    salt = f"{name} again"
    digest = digest_of(key.token(salt))
    return SubscriberStep(action=Action.ROTATE, name=name, at=NOW, digest=digest, salt=salt, until=until)


def path(name: str, feed: str = "all") -> str:
    return f"/private/{KEY.token(name)}/{feed}.ics"


def test_each_subscriber_has_the_feed_of_their_own_at_their_own_path() -> None:
    subscribers = NOBODY.after([added("a"), added("b", alarms=(HALF_AN_HOUR,)), added("c", feed="windows")])
    found = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    assert found.left_out == ()
    assert {name: feed.body for name, feed in found.representations.items()} == {
        path("a"): PUBLICATION.representations["/feeds/all.ics"].body,
        path("b"): _ringing(),
        path("c", "windows"): PUBLICATION.representations["/feeds/windows.ics"].body,
    }


def _ringing() -> bytes:
    feed = private_feed(PUBLICATION, "all", (HALF_AN_HOUR,))
    assert feed is not None
    assert b"TRIGGER:-PT30M" in feed.body
    return feed.body


def test_those_alike_share_one_copy() -> None:
    subscribers = NOBODY.after([added(str(number), alarms=(HALF_AN_HOUR,)) for number in range(20)])
    found = private_feeds(PUBLICATION, subscribers, KEY, now=NOW).representations
    assert (len(found), len({id(feed) for feed in found.values()})) == (20, 1)


def test_the_tokens_of_a_rotation_count_as_long_as_they_are_valid() -> None:
    until = NOW + timedelta(days=1)
    subscribers = NOBODY.after([added("a"), rotated("a", KEY, until)])
    both, one = {path("a"), path("a again")}, {path("a again")}
    moments = {until - timedelta(microseconds=1): both, until: one}
    assert {now: set(private_feeds(PUBLICATION, subscribers, KEY, now=now).representations) for now in moments} == (
        moments
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([added("a", None)], [LeftOut(name="a", until=None)], id="at random"),
        pytest.param([added("a", OTHER_KEY)], [LeftOut(name="a", until=None)], id="another key"),
        pytest.param(
            [added("a", None), rotated("a", KEY, NOW + timedelta(days=1))],
            [LeftOut(name="a", until=NOW + timedelta(days=1))],
            id="at random, and rotated since",
        ),
        pytest.param([added("a", None), SubscriberStep(action=Action.REVOKE, name="a", at=NOW)], [], id="revoked"),
        pytest.param([added("a", None, feed="gone")], [], id="a feed that the schedule has no more"),
    ],
)
def test_whose_token_nobody_can_tell_is_left_out(steps: list[SubscriberStep], expected: list[LeftOut]) -> None:
    subscribers = NOBODY.after([*steps, added("other")])
    found = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    assert (found.left_out, path("other") in found.representations) == (tuple(expected), True)
    assert found.representations.keys() <= {path("other"), path("a again")}


def test_a_thousand_tokens_are_told_in_no_time() -> None:
    subscribers: Subscribers = NOBODY.after([added(str(number)) for number in range(1000)])
    private_feeds(PUBLICATION, NOBODY.after([added("a")]), KEY, now=NOW)
    begun = time.perf_counter()
    found = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    took = time.perf_counter() - begun
    assert len(found.representations) == 1000
    # The aim is 10 milliseconds; a machine that is busy may need more.
    assert took < 1


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("/private/q3Jm/all.ics", "/private/{token}/all.ics"),
        ("/private/q3Jm/all.ics.gz", "/private/{token}/all.ics.gz"),
        ("/private/q3Jm/all.ics.br", "/private/{token}/all.ics.br"),
        ("/private/q3Jm/q3Jm.ics", "/private/{token}"),
        ("/private/q3Jm/deep/all.ics", "/private/{token}"),
        ("/private/q3Jm/", "/private/{token}"),
        ("/private/q3Jm", "/private/{token}"),
        ("/private/", "/private/{token}"),
    ],
)
def test_a_path_is_shown_without_its_token(shown: str, expected: str) -> None:
    assert masked(shown) == expected
