"""Private feeds: the public bytes or, for subscribers with alarms, the same events with alarms; and customers' pages.

A feed that is not public has its own bytes, made from what its subscribers may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from icsfeed.domain.subscribers import Subscribers
from icsfeed.domain.tokens import TokenKey, private_folder
from icsfeed.ical.alarms import with_alarms
from icsfeed.publication.feeds import feed_of
from icsfeed.publication.pages.private_site import SubscriberPage
from icsfeed.publication.private_paths import RENDERINGS, SUFFIXES, PrivateFile
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation
from icsfeed.words.languages import folder_of, language_of, languages_named


def private_feed(
    publication: Publication, slug: str, alarms: tuple[timedelta, ...], *, file: PrivateFile | None = None
) -> Representation | None:
    """The feed for subscribers with those alarms, by default as iCalendar; ``None`` if there is no such feed."""
    file = file or PrivateFile(slug=slug, suffix=".ics")
    silent = publication.paths_of(slug).get(file.public_path)
    rendering = RENDERINGS.get(file.suffix)
    events = publication.events.private.get(slug, publication.events)
    language = language_of(file.folder, languages_named(events.schedule.calendar.languages))
    if silent is None or not alarms or rendering is None or language is None:
        return silent
    events = events.in_language(language.code)
    ringing = (with_alarms(event, alarms) for event in events.rendered(rendering))
    return feed_of(events.situation, events.schedule.feed(slug), ringing)


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
    """All private feeds and pages by path, as far as their tokens can be derived, and the others."""

    representations: Mapping[str, Representation]
    left_out: tuple[LeftOut, ...]
    pages: Mapping[str, SubscriberPage] = field(default_factory=dict)


NO_PRIVATE_FEEDS: Final = PrivateFeeds(representations={}, left_out=())


def private_feeds(publication: Publication, subscribers: Subscribers, key: TokenKey, *, now: datetime) -> PrivateFeeds:
    """The feeds and pages at all private paths that are valid at ``now`` (aware).

    Subscribers with the same feed and alarms share one copy. A token counts only where its digest is the recorded one.
    """
    of = cache(partial(_feeds, publication))
    representations: dict[str, Representation] = {}
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
        for name in _folders(publication):
            page = private_page(publication, subscriber.feed, name, secret)
            if page is not None:
                pages[f"{folder}{name}"] = page
    return PrivateFeeds(representations=representations, pages=pages, left_out=tuple(left_out))


def _feeds(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Mapping[str, Representation]:
    """Every form of the feed by name, in every language; empty if there is no such feed."""
    files = (
        PrivateFile(slug=slug, suffix=suffix, folder=folder) for folder in _folders(publication) for suffix in SUFFIXES
    )
    feeds = {file.name: private_feed(publication, slug, alarms, file=file) for file in files}
    return {name: feed for name, feed in feeds.items() if feed is not None}


def _folders(publication: Publication) -> Iterator[str]:
    """The folder of each language."""
    languages = languages_named(publication.schedule.calendar.languages)
    return (folder_of(language, languages) for language in languages)
