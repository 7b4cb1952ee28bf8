"""Private feeds: the public bytes or, for subscribers with alarms or an account, the same events with these; pages.

A feed that is not public has its own bytes, made from what its subscribers may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.domain.subscribers import Subscribers
from icsfeed.domain.tokens import TokenKey, private_folder
from icsfeed.ical.alarms import with_alarms
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_of
from icsfeed.publication.maintnote_feeds import AccountFeed, MaintnoteFeed
from icsfeed.publication.pages.private_site import SubscriberPage
from icsfeed.publication.private_paths import MAINTNOTE_SUFFIX, RENDERINGS, SUFFIXES, PrivateFile
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation
from icsfeed.services.events import PublishedEvents
from icsfeed.words.languages import folder_of, language_of, languages_named


def private_feed(
    publication: Publication,
    slug: str,
    alarms: tuple[timedelta, ...],
    *,
    account: Account = PUBLIC_ACCOUNT,
    file: PrivateFile | None = None,
) -> Representation | None:
    """The feed for subscribers with those alarms, by default as iCalendar; ``None`` if there is no such feed.

    A program that reads MAINTNOTE has no use for alarms: there, only the account counts.
    """
    file = file or PrivateFile(slug=slug, suffix=".ics")
    silent = publication.paths_of(slug).get(file.public_path)
    rendering = RENDERINGS.get(file.suffix)
    if silent is None or rendering is None:
        return silent
    if rendering is Rendering.MAINTNOTE:
        if account == PUBLIC_ACCOUNT:
            return silent
        return MaintnoteFeed(events=_events_of(publication, slug, file.folder), slug=slug).of(account)
    if not alarms:
        return silent
    events = _events_of(publication, slug, file.folder)
    ringing = (with_alarms(event, alarms) for event in events.rendered(rendering))
    return feed_of(events.situation, events.schedule.feed(slug), ringing)


def _events_of(publication: Publication, slug: str, folder: str) -> PublishedEvents:
    """What subscribers of the feed see, in the language whose folder that is."""
    events = publication.events.private.get(slug, publication.events)
    language = language_of(folder, languages_named(events.schedule.calendar.languages))
    return events if language is None else events.in_language(language.code)


def private_page(publication: Publication, slug: str, folder: str, token: str) -> SubscriberPage | None:
    """The page of the subscriber of that feed with that token; ``None`` where there is no such feed or language."""
    page = publication.private_page(slug, folder)
    return page.of(token) if page is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A subscriber whose token can't be derived: it was created without the key, or with another one.

    ``until`` is when the token ends (``None``: it is the latest).
    """

    name: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateFeeds:
    """All private feeds and pages by path, as far as their tokens can be derived, and the others.

    Subscribers with the same feed and alarms share one copy of ``representations``; ``account_feeds`` have none.
    """

    representations: Mapping[str, Representation]
    left_out: tuple[LeftOut, ...]
    account_feeds: Mapping[str, AccountFeed] = field(default_factory=dict)
    pages: Mapping[str, SubscriberPage] = field(default_factory=dict)


NO_PRIVATE_FEEDS: Final = PrivateFeeds(representations={}, left_out=())


def private_feeds(publication: Publication, subscribers: Subscribers, key: TokenKey, *, now: datetime) -> PrivateFeeds:
    """The feeds and pages at all private paths that are valid at ``now`` (aware).

    A token counts only where its digest is the recorded one.
    """
    of, maintnote_feeds_of = cache(partial(_feeds, publication)), cache(partial(_maintnote_feeds, publication))
    representations: dict[str, Representation] = {}
    account_feeds: dict[str, AccountFeed] = {}
    pages: dict[str, SubscriberPage] = {}
    left_out = []
    for subscriber, token in subscribers.valid(now=now):
        feeds = of(subscriber.feed, subscriber.alarms)
        if not feeds:
            continue  # the schedule has no such feed any more, and the server answers as to a wrong token
        secret = token.derived(key)
        if secret is None:
            left_out.append(LeftOut(name=subscriber.name, until=token.until))
            continue
        folder = private_folder(secret)
        representations |= {f"{folder}{name}": feed for name, feed in feeds.items()}
        if subscriber.account != PUBLIC_ACCOUNT:
            for name, feed in maintnote_feeds_of(subscriber.feed).items():
                public = representations.pop(f"{folder}{name}")
                account_feeds[f"{folder}{name}"] = AccountFeed(feed=feed, account=subscriber.account, public=public)
        for name in _folders(publication):
            page = private_page(publication, subscriber.feed, name, secret)
            if page is not None:
                pages[f"{folder}{name}"] = page
    return PrivateFeeds(
        representations=representations, account_feeds=account_feeds, pages=pages, left_out=tuple(left_out)
    )


def _feeds(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Mapping[str, Representation]:
    """Every form of the feed by name, in every language; empty if there is no such feed."""
    files = (
        PrivateFile(slug=slug, suffix=suffix, folder=folder) for folder in _folders(publication) for suffix in SUFFIXES
    )
    feeds = {file.name: private_feed(publication, slug, alarms, file=file) for file in files}
    return {name: feed for name, feed in feeds.items() if feed is not None}


def _maintnote_feeds(publication: Publication, slug: str) -> Mapping[str, MaintnoteFeed]:
    """The feed in every language by name; empty where it has no MAINTNOTE rendering."""
    files = (PrivateFile(slug=slug, suffix=MAINTNOTE_SUFFIX, folder=folder) for folder in _folders(publication))
    return {
        file.name: MaintnoteFeed(events=_events_of(publication, slug, file.folder), slug=slug)
        for file in files
        if file.public_path in publication.paths_of(slug)
    }


def _folders(publication: Publication) -> Iterator[str]:
    """The folder of each language."""
    languages = languages_named(publication.schedule.calendar.languages)
    return (folder_of(language, languages) for language in languages)
