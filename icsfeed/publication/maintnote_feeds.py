"""Feeds in the MAINTNOTE rendering: for everybody, and for the accounts of single subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from icsfeed.domain.feeds import ALL, Feed
from icsfeed.domain.maintnote import MAINTENANCE_KINDS, PUBLIC_ACCOUNT, Account, has_maintnote
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.limits import MAX_BYTES
from icsfeed.ical.maintnote import account_lines, maintnote_events
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import EventsInLanguage, feed_of, feed_path
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents

_MAX_OWN_BYTES_WITHOUT_UID: Final = 200
"""Of the lines that say which maintenance an event is, beside its id, which is part of the UID."""

_MAX_SAFE_BYTES: Final = MAX_BYTES * 3 // 4
"""What events take in a feed that surely has room for them all: the rest is for any header."""


def maintnote_makers(events: PublishedEvents, translated: EventsInLanguage, folder: str) -> Iterator[tuple[str, Maker]]:
    """Every feed that has this rendering, in the language whose folder that is, by path."""
    for feed in events.schedule.feeds:
        if has_maintnote(events.schedule, feed):
            yield feed_path(feed.slug, Rendering.MAINTNOTE, folder), partial(_public_feed, translated, feed.slug)


def maintnote_turns(events: PublishedEvents) -> Iterator[datetime]:
    """The instants at which time alone changes a feed for everybody, if it may leave events out: the ends of these."""
    schedule, every = events.schedule, events.schedule.feed(ALL)
    if not has_maintnote(schedule, every):
        return
    maintenance = [each for each in events.of(Rendering.MAINTNOTE) if each.kind in MAINTENANCE_KINDS]
    sizes = (
        len(each.content) + len(account_lines(schedule, every, each)) + _MAX_OWN_BYTES_WITHOUT_UID + len(each.uid)
        for each in maintenance
    )
    if sum(sizes) > _MAX_SAFE_BYTES:
        yield from (each.span.end for each in maintenance)


def _public_feed(translated: EventsInLanguage, slug: str) -> Representation:
    return MaintnoteFeed(events=translated(), slug=slug).of(PUBLIC_ACCOUNT)


@dataclass(frozen=True, kw_only=True)
class MaintnoteFeed:
    """The feed of that slug, for any account, in the language of the ``events``."""

    events: PublishedEvents
    slug: str

    def of(self, account: Account) -> Representation:
        rendered = maintnote_events(self.events.schedule, self._feed, self._expanded, account)
        return feed_of(self.events.situation, self._feed, rendered)

    @cached_property
    def _feed(self) -> Feed:
        return self.events.schedule.feed(self.slug)

    @cached_property
    def _expanded(self) -> tuple[CalendarEvent, ...]:
        return self.events.rendered(Rendering.MAINTNOTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFeed:
    """A MAINTNOTE feed for one account, which nothing keeps: a copy for each would take too much memory.

    ``public`` is the feed for everybody who sees its events.
    """

    feed: MaintnoteFeed
    account: Account
    public: Representation

    @property
    def fingerprint(self) -> str:
        """Another one whenever the bytes are others."""
        return repr((self.public.etag, self.account.id, self.account.objects))

    @property
    def representation(self) -> Representation:
        return self.feed.of(self.account)
