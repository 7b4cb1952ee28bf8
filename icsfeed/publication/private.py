"""Subscribers' own feeds: the public bytes or, for those who ask for alarms, the same events ringing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from icsfeed.ical.alarms import with_alarms
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_of, feed_path
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation

_PREFIX: Final = "/private/"
_SUFFIX: Final = ".ics"


def private_path(token: str, slug: str) -> str:
    """Where the feed of whoever has that token is."""
    return f"{_PREFIX}{token}/{slug}{_SUFFIX}"


def is_private(path: str) -> bool:
    """Whether there is nothing at the path for whoever has no token."""
    return path.startswith(_PREFIX)


def parse_private(path: str) -> tuple[str, str]:
    """The token and the slug that a private path names; a slug that no feed has where it names none."""
    token, _, name = path.removeprefix(_PREFIX).partition("/")
    return token, name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else ""


def private_feed(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Representation | None:
    """The feed as subscribers with those alarms have it; the public one where there are none, if there is that feed."""
    public = publication.representations.get(feed_path(slug, Rendering.SERIES))
    if public is None or not alarms:
        return public
    events, now = publication.events, publication.made_for
    rendered = events.rendered(Rendering.SERIES, events.record.ledger, now=now)
    ringing = (with_alarms(event, alarms) for event in rendered)
    return feed_of(events.schedule, events.schedule.feed(slug), ringing, now=now)
