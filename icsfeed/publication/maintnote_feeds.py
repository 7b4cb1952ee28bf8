"""Feeds in the MAINTNOTE rendering: for everybody, and for the accounts of single subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from icsfeed.domain.feeds import Feed
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.maintnote import has_maintnote, maintnote_events
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import EventsInLanguage, feed_of, feed_path
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents


def maintnote_makers(events: PublishedEvents, translated: EventsInLanguage, folder: str) -> Iterator[tuple[str, Maker]]:
    """Every feed that has this rendering, in the language whose folder that is, by path."""
    for feed in events.schedule.feeds:
        if has_maintnote(events.schedule, feed):
            yield feed_path(feed.slug, Rendering.MAINTNOTE, folder), partial(_public_feed, translated, feed.slug)


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
