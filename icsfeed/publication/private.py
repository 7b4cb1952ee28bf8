"""Subscribers' own feeds: the public bytes or, for those who ask for alarms, the same events ringing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from icsfeed.domain.subscribers import Subscribers
from icsfeed.domain.tokens import PRIVATE_PREFIX, TokenKey, private_path
from icsfeed.ical.alarms import with_alarms
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_of, feed_path
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import NO_SNIFFING, Headers, Representation

_SUFFIX: Final = ".ics"
_A_FEED: Final = re.compile(rf"{PRIVATE_PREFIX}[^/]+/([a-z0-9-]{{1,60}}\.ics(?:\.gz|\.br)?)")

CACHE_CONTROL: Final = ("Cache-Control", "private, max-age=60, stale-if-error=86400")
"""A private feed is kept by the client alone."""

HEADERS: Final[Headers] = (
    # The address is the secret: no other site is told of it, and no search engine shows what is there.
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    NO_SNIFFING,
)
"""What is said of everything at a private path."""


def is_private(path: str) -> bool:
    """Whether there is nothing at the path for whoever has no token."""
    return path.startswith(PRIVATE_PREFIX)


def parse_private(path: str) -> tuple[str, str]:
    """The token and the slug that a private path names; a slug that no feed has where it names none."""
    token, _, name = path.removeprefix(PRIVATE_PREFIX).partition("/")
    return token, name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else ""


def masked(path: str) -> str:
    """A private path as anybody may see it: without the token."""
    feed = _A_FEED.fullmatch(path)
    return f"{PRIVATE_PREFIX}{{token}}/{feed[1]}" if feed else f"{PRIVATE_PREFIX}{{token}}"


def private_feed(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Representation | None:
    """The feed as subscribers with those alarms have it; the public one where there are none, if there is that feed."""
    public = publication.representations.get(feed_path(slug, Rendering.SERIES))
    if public is None or not alarms:
        return public
    events = publication.events
    ringing = (with_alarms(event, alarms) for event in events.rendered(Rendering.SERIES))
    return feed_of(events.situation, events.schedule.feed(slug), ringing)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A subscriber with a token that can't be told, for it was handed out without the key, or with another one.

    ``until`` is when the token ends (``None``: it is the latest).
    """

    name: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateFeeds:
    """All private feeds by path, as far as the tokens in the paths can be told, and whose tokens can't."""

    representations: Mapping[str, Representation]
    left_out: tuple[LeftOut, ...]


NO_PRIVATE_FEEDS: Final = PrivateFeeds(representations={}, left_out=())


def private_feeds(publication: Publication, subscribers: Subscribers, key: TokenKey, *, now: datetime) -> PrivateFeeds:
    """What a server answers at all private paths that are valid at ``now`` (aware).

    Subscribers with the same feed and alarms share one copy. A token counts only where its digest is the recorded one.
    """
    of = cache(partial(private_feed, publication))
    found: dict[str, Representation] = {}
    left_out = []
    for subscriber, token in subscribers.valid(now=now):
        feed = of(subscriber.feed, subscriber.alarms)
        if feed is None:
            continue  # the schedule has no such feed any more, and the server answers as to a wrong token
        secret = token.derived(key)
        if secret is None:
            left_out.append(LeftOut(name=subscriber.name, until=token.until))
        else:
            found[private_path(secret, subscriber.feed)] = feed
    return PrivateFeeds(representations=found, left_out=tuple(left_out))
