"""All private feeds at once: shared copies of equal feeds, and subscribers whose tokens can't be derived."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.publication.private import LeftOut, private_feed, private_feeds
from icsfeed.publication.private_paths import PrivateFile, masked
from icsfeed.publication.publishing import publish
from tests.examples import NOW, POLICY

KEY = TokenKey(secret=b"k" * 32)
OTHER_KEY = TokenKey(secret=b"o" * 32)
HALF_AN_HOUR = timedelta(minutes=30)
WINDOWS = Feed(
    slug="windows", name="Windows", environments=frozenset({"production"}), kinds=frozenset({Kind.MAINTENANCE})
)
IN_ENGLISH = replace(POLICY.calendar, languages=("en",))
PUBLICATION = publish(
    Situation(schedule=replace(POLICY, calendar=IN_ENGLISH, feeds=(WINDOWS,)), now=NOW), changed_at=NOW
)


def add(name: str, key: TokenKey | None = KEY, feed: str = "all", alarms: tuple[timedelta, ...] = ()) -> SubscriberStep:
    """The step that adds a subscriber, whose salt is the name."""
    token, salt = (key.token(name), name) if key is not None else (f"random {name}", "")
    digest = digest_of(token)
    return SubscriberStep(action=Action.ADD, name=name, at=NOW, feed=feed, alarms=alarms, digest=digest, salt=salt)


def rotate(name: str, key: TokenKey, until: datetime) -> SubscriberStep:
    salt = f"{name} again"
    digest = digest_of(key.token(salt))
    return SubscriberStep(action=Action.ROTATE, name=name, at=NOW, digest=digest, salt=salt, until=until)


def path(name: str, feed: str = "all", form: str = "ics") -> str:
    return f"/private/{KEY.token(name)}/{feed}.{form}"


def paths(name: str, feed: str = "all") -> set[str]:
    """Those of the feed in every form."""
    return {path(name, feed, form) for form in ("ics", "expanded.ics", "maintnote.ics", "json")}


def test_each_subscriber_has_their_feed_at_their_own_path() -> None:
    subscribers = NOBODY.after([add("a"), add("b", alarms=(HALF_AN_HOUR,)), add("c", feed="windows")])
    feeds = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    assert feeds.left_out == ()
    public = PUBLICATION.representations
    assert {name: feed.body for name, feed in feeds.representations.items()} == {
        path("a"): public["/feeds/all.ics"].body,
        path("a", form="expanded.ics"): public["/feeds/all.expanded.ics"].body,
        path("a", form="maintnote.ics"): public["/feeds/all.maintnote.ics"].body,
        path("a", form="json"): public["/feeds/all.json"].body,
        path("b"): _with_alarm(".ics"),
        path("b", form="expanded.ics"): _with_alarm(".expanded.ics"),
        path("b", form="maintnote.ics"): public["/feeds/all.maintnote.ics"].body,
        path("b", form="json"): public["/feeds/all.json"].body,
        path("c", "windows"): public["/feeds/windows.ics"].body,
        path("c", "windows", "expanded.ics"): public["/feeds/windows.expanded.ics"].body,
        path("c", "windows", "maintnote.ics"): public["/feeds/windows.maintnote.ics"].body,
        path("c", "windows", "json"): public["/feeds/windows.json"].body,
    }
    assert feeds.pages.keys() == {f"/private/{KEY.token(name)}/" for name in "abc"}


def _with_alarm(suffix: str) -> bytes:
    feed = private_feed(PUBLICATION, "all", (HALF_AN_HOUR,), file=PrivateFile(slug="all", suffix=suffix))
    assert feed is not None
    assert b"TRIGGER:-PT30M" in feed.body
    return feed.body


def test_equal_feeds_share_one_copy() -> None:
    subscribers = NOBODY.after([add(str(number), alarms=(HALF_AN_HOUR,)) for number in range(20)])
    feeds = private_feeds(PUBLICATION, subscribers, KEY, now=NOW).representations
    assert (len(feeds), len({id(feed) for feed in feeds.values()})) == (80, 4)


def test_both_tokens_of_a_rotation_have_a_feed_while_they_are_valid() -> None:
    until = NOW + timedelta(days=1)
    subscribers = NOBODY.after([add("a"), rotate("a", KEY, until)])
    both_paths, new_path = paths("a") | paths("a again"), paths("a again")
    moments = {until - timedelta(microseconds=1): both_paths, until: new_path}
    assert {now: set(private_feeds(PUBLICATION, subscribers, KEY, now=now).representations) for now in moments} == (
        moments
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([add("a", None)], [LeftOut(name="a", until=None)], id="a random token"),
        pytest.param([add("a", OTHER_KEY)], [LeftOut(name="a", until=None)], id="a token of another key"),
        pytest.param(
            [add("a", None), rotate("a", KEY, NOW + timedelta(days=1))],
            [LeftOut(name="a", until=NOW + timedelta(days=1))],
            id="a random token, since rotated",
        ),
        pytest.param([add("a", None), SubscriberStep(action=Action.REVOKE, name="a", at=NOW)], [], id="revoked"),
        pytest.param([add("a", None, feed="gone")], [], id="a feed that was removed from the schedule"),
    ],
)
def test_subscribers_whose_token_can_not_be_derived_are_left_out(
    steps: list[SubscriberStep], expected: list[LeftOut]
) -> None:
    subscribers = NOBODY.after([*steps, add("other")])
    feeds = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    assert (feeds.left_out, path("other") in feeds.representations) == (tuple(expected), True)
    assert feeds.representations.keys() <= paths("other") | paths("a again")


def test_deriving_a_thousand_tokens_is_fast() -> None:
    subscribers: Subscribers = NOBODY.after([add(str(number)) for number in range(1000)])
    private_feeds(PUBLICATION, NOBODY.after([add("a")]), KEY, now=NOW)
    begun = time.perf_counter()
    feeds = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
    took = time.perf_counter() - begun
    assert (len(feeds.representations), len(feeds.pages)) == (4000, 1000)
    # The goal is 10 milliseconds; a busy machine may need more.
    assert took < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/private/q3Jm/all.ics", "/private/{token}/all.ics"),
        ("/private/q3Jm/all.ics.gz", "/private/{token}/all.ics.gz"),
        ("/private/q3Jm/all.ics.br", "/private/{token}/all.ics.br"),
        ("/private/q3Jm/q3Jm.ics", "/private/{token}"),
        ("/private/q3Jm/deep/all.ics", "/private/{token}"),
        ("/private/q3Jm/fr/all.json", "/private/{token}/fr/all.json"),
        ("/private/q3Jm/index.html", "/private/{token}/index.html"),
        ("/private/q3Jm/fr/index.html", "/private/{token}/fr/index.html"),
        ("/private/q3Jm/", "/private/{token}"),
        ("/private/q3Jm", "/private/{token}"),
        ("/private/", "/private/{token}"),
    ],
)
def test_a_path_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected
