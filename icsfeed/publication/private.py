"""Private feeds: the public bytes or, for subscribers with alarms, the same events with alarms.

A feed that is not public has its own bytes, made from what its subscribers may see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from icsfeed.domain.subscribers import Subscribers
from icsfeed.domain.tokens import PRIVATE_PREFIX, TokenKey, private_folder
from icsfeed.ical.alarms import with_alarms
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_of
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import NO_SNIFFING, Headers, Representation
from icsfeed.words.languages import folder_of, languages_named

_RENDERINGS: Final = {".ics": Rendering.SERIES, ".expanded.ics": Rendering.EXPANDED}
_FILE: Final = (
    r"(?P<folder>(?:[a-z]{2,3}(?:-[a-z0-9]{2,8})?/)?)(?P<slug>[a-z0-9-]{1,60})(?P<suffix>\.ics|\.expanded\.ics|\.json)"
)
_A_FILE_NAME: Final = re.compile(_FILE)
_A_PATH: Final = re.compile(rf"{PRIVATE_PREFIX}[^/]+/({_FILE}(?:\.gz|\.br)?)")

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


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateFile:
    """What a private path leads to: a feed, in the language whose folder that is and in the form of the ``suffix``."""

    slug: str
    suffix: str
    folder: str = ""

    @classmethod
    def named(cls, name: str) -> PrivateFile | None:
        """The file of that name below ``/private/TOKEN/``; ``None`` where none can have it."""
        match = _A_FILE_NAME.fullmatch(name)
        return cls(slug=match["slug"], suffix=match["suffix"], folder=match["folder"]) if match else None

    @property
    def name(self) -> str:
        return f"{self.folder}{self.slug}{self.suffix}"

    @property
    def public_path(self) -> str:
        """Where it would be, were it public."""
        return f"/{self.folder}feeds/{self.slug}{self.suffix}"


def parse_private(path: str) -> tuple[str, str]:
    """The token in a private path, and the name after it."""
    token, _, name = path.removeprefix(PRIVATE_PREFIX).partition("/")
    return token, name


def label_of(publication: Publication, file: PrivateFile) -> str:
    """The path of a private file for metrics: without its token, and without the name of a feed that is not public."""
    name = file.name if file.slug not in publication.private else f"{file.folder}{{feed}}{file.suffix}"
    return f"{PRIVATE_PREFIX}{{token}}/{name}"


def masked(path: str) -> str:
    """A private path without its token, for logs and reports."""
    match = _A_PATH.fullmatch(path)
    return f"{PRIVATE_PREFIX}{{token}}/{match[1]}" if match else f"{PRIVATE_PREFIX}{{token}}"


def private_feed(
    publication: Publication, slug: str, alarms: tuple[timedelta, ...], *, file: PrivateFile | None = None
) -> Representation | None:
    """The feed for subscribers with those alarms, by default as iCalendar; ``None`` if there is no such feed."""
    file = file or PrivateFile(slug=slug, suffix=".ics")
    silent = publication.paths_of(slug).get(file.public_path)
    rendering = _RENDERINGS.get(file.suffix)
    if silent is None or not alarms or rendering is None:
        return silent
    language = file.folder.removesuffix("/") or publication.schedule.language
    events = publication.events.private.get(slug, publication.events).in_language(language)
    ringing = (with_alarms(event, alarms) for event in events.rendered(rendering))
    return feed_of(events.situation, events.schedule.feed(slug), ringing)


def files_of(publication: Publication, slug: str) -> tuple[PrivateFile, ...]:
    """All files of the private feed, in every language."""
    paths, languages = publication.paths_of(slug), languages_named(publication.schedule.calendar.languages)
    folders = [folder_of(language, languages) for language in languages]
    candidates = (PrivateFile(slug=slug, suffix=suffix, folder=folder) for folder in folders for suffix in (".ics",))
    return tuple(file for file in candidates if file.public_path in paths)


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
    of = cache(partial(_feeds, publication))
    feeds: dict[str, Representation] = {}
    left_out = []
    for subscriber, token in subscribers.valid(now=now):
        by_name = of(subscriber.feed, subscriber.alarms)
        if not by_name:
            continue  # the schedule has no such feed any more, and the server answers as to a wrong token
        secret = token.derived(key)
        if secret is None:
            left_out.append(LeftOut(name=subscriber.name, until=token.until))
        else:
            feeds |= {f"{private_folder(secret)}{name}": feed for name, feed in by_name.items()}
    return PrivateFeeds(representations=feeds, left_out=tuple(left_out))


def _feeds(publication: Publication, slug: str, alarms: tuple[timedelta, ...]) -> Mapping[str, Representation]:
    """Every file of the feed by name; empty if there is no such feed."""
    feeds = {file.name: private_feed(publication, slug, alarms, file=file) for file in files_of(publication, slug)}
    return {name: feed for name, feed in feeds.items() if feed is not None}
