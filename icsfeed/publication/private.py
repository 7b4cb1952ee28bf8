"""Private feeds: the public bytes or, for subscribers with alarms, the same events with alarms."""

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
"""Only the client may cache a private feed."""

HEADERS: Final[Headers] = (
    # The address is the secret: it is not sent to other sites, and not indexed.
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    NO_SNIFFING,
)
"""The headers of everything at a private path."""


def is_private(path: str) -> bool:
    """Whether the path needs a token."""
    return path.startswith(PRIVATE_PREFIX)


def parse_private(path: str) -> tuple[str, str]:
    """The token and the slug in a private path; an empty slug, which no feed has, if there is none."""
    token, _, name = path.removeprefix(PRIVATE_PREFIX).partition("/")
    return token, name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else ""


def masked(path: str) -> str:
    """A private path without its token, for logs and metrics."""
    feed = _A_FEED.fullmatch(path)
    return f"{PRIVATE_PREFIX}{{token}}/{feed[1]}" if feed else f"{PRIVATE_PREFIX}{{token}}"


def private_feed(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Representation | None:
    """The feed for subscribers with those alarms; without alarms, the public one. ``None`` if there is no such feed."""
    public = publication.representations.get(feed_path(slug, Rendering.SERIES))
    if public is None or not alarms:
        return public
    events = publication.events
    ringing = (with_alarms(event, alarms) for event in events.rendered(Rendering.SERIES))
    return feed_of(events.situation, events.schedule.feed(slug), ringing)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A subscriber whose token can't be derived: it was created without the key, or with another one.

    ``until`` is when the token ends (``None``: it is the latest).
    """

    name: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateFeeds:
    """All private feeds by path, as far as their tokens can be derived, and the others."""

    representations: Mapping[str, Representation]
    left_out: tuple[LeftOut, ...]


NO_PRIVATE_FEEDS: Final = PrivateFeeds(representations={}, left_out=())


def private_feeds(publication: Publication, subscribers: Subscribers, key: TokenKey, *, now: datetime) -> PrivateFeeds:
    """The feeds at all private paths that are valid at ``now`` (aware).

    Subscribers with the same feed and alarms share one copy. A token counts only where its digest is the recorded one.
    """
    of = cache(partial(private_feed, publication))
    feeds: dict[str, Representation] = {}
    left_out = []
    for subscriber, token in subscribers.valid(now=now):
        feed = of(subscriber.feed, subscriber.alarms)
        if feed is None:
            continue  # the schedule has no such feed any more, and the server answers as to a wrong token
        secret = token.derived(key)
        if secret is None:
            left_out.append(LeftOut(name=subscriber.name, until=token.until))
        else:
            feeds[private_path(secret, subscriber.feed)] = feed
    return PrivateFeeds(representations=feeds, left_out=tuple(left_out))
