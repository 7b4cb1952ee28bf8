"""How to subscribe to each feed: the addresses and links that calendar programs take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Final
from urllib.parse import quote, urlsplit

import segno

from icsfeed.domain.feeds import ALL, Environment, Feed, Kind, automatic_feeds
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_path
from icsfeed.publication.feeds import download_path, feed_path
from icsfeed.publication.json_feed import json_path
from icsfeed.publication.representations import Maker, Representation
from icsfeed.words.feeds import feed_in_words
from icsfeed.words.languages import Language, sentence
from icsfeed.words.phrases import phrase
from icsfeed.words.terms import KIND_PLURALS

# As these services document them; Google accepts only addresses with the scheme webcal.
SERVICE_LINKS: Final = {
    "google": "https://calendar.google.com/calendar/u/0/r?cid={webcal}",
    "outlook": "https://outlook.live.com/calendar/0/addfromweb/?url={https}&name={name}",
    "microsoft365": "https://outlook.office.com/calendar/0/addfromweb/?url={https}&name={name}",
}
"""By service; the feed's addresses and name, percent-encoded, replace the braces."""


BUTTONS: Final = {
    "google": (phrase("Google Calendar"), phrase("refreshes every 4–24 hours")),
    "outlook": (phrase("Outlook.com"), phrase("refreshes every 3–24 hours")),
    "microsoft365": (phrase("Microsoft 365"), phrase("refreshes every 3–24 hours")),
    "webcal": (phrase("Apple Calendar and others"), phrase("refreshes as often as you choose")),
}
"""The text of each button, and a hint."""

REFRESH_TIMES: Final = (
    (phrase("Google Calendar"), phrase("every 4–24 hours; this can’t be changed")),
    (phrase("Outlook.com, Microsoft 365"), phrase("about every 3–24 hours; this can’t be changed")),
    (phrase("Apple Calendar"), phrase("as often as you choose; set it to “every hour” or more often")),
    (phrase("Thunderbird"), phrase("every 30 minutes, unless you change it")),
)
"""How often calendar programs check a feed for changes."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """The addresses and links of a feed.

    ``path`` is its path below the site's root, ``home`` the page that lists it and ``base`` the site's address. Where
    ``base`` is empty, the browser completes the links.
    """

    slug: str
    name: str
    title: str
    description: str
    path: str
    expanded_path: str
    download_path: str
    atom_path: str
    json_path: str
    base: str
    home: str
    is_private: bool = False

    def at(self, folder: str) -> Subscription:
        """The same feed in that folder, which is private: there, all its files lie side by side."""
        name, expanded = (path.rpartition("/")[2] for path in (self.path, self.expanded_path))
        path = f"{folder}{name}"
        return replace(
            self,
            path=path,
            expanded_path=f"{folder}{expanded}",
            download_path=path,
            atom_path="",
            json_path=f"{folder}{self.slug}.json",
            home=folder,
            is_private=True,
        )

    @property
    def address(self) -> str:
        """The address for calendar programs; empty where the site's is unknown."""
        return f"{self.base}/{self.path}" if self.base else ""

    @property
    def webcal(self) -> str:
        """The address with the scheme that opens calendar programs."""
        return urlsplit(self.address)._replace(scheme="webcal").geturl() if self.base else ""

    @property
    def patterns(self) -> dict[str, str]:
        """Each service's link with the name filled in; the browser fills in the addresses."""
        name = quote(self.title, safe="")
        return {service: link.replace("{name}", name) for service, link in SERVICE_LINKS.items()}

    @property
    def links(self) -> dict[str, str]:
        """Each service's link; empty where the address is unknown."""
        https, webcal = quote(self.address, safe=""), quote(self.webcal, safe="")
        return {
            service: link.replace("{https}", https).replace("{webcal}", webcal) if self.base else ""
            for service, link in self.patterns.items()
        }

    @property
    def qr_path(self) -> str:
        """The path of a QR code that leads to this feed on the page, where a phone offers the right button."""
        return _qr_path(self.slug, self.home) if self.base and not self.is_private else ""


def qr_makers(schedule: Schedule, folder: str, base: str) -> Iterator[tuple[str, Maker]]:
    """A QR code for each feed; none where the address of the site is unknown."""
    for feed in schedule.feeds if base else ():
        yield f"/{_qr_path(feed.slug, folder)}", partial(_qr, f"{base}/{folder}#{feed.slug}")


def _qr_path(slug: str, folder: str) -> str:
    return f"{folder}qr/{slug}.svg"


def _qr(text: str) -> Representation:
    image = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(image, kind="svg", border=3, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Representation(body=image.getvalue(), content_type="image/svg+xml", dated=False)


def subscriptions(
    schedule: Schedule, language: Language, folder: str, base: str, only: Environment | None = None
) -> tuple[Subscription, ...]:
    """How to subscribe to every feed in the language, whose ``folder`` that is, in the schedule's order.

    With ``only``, to the feeds that have this environment, those with nothing else first.
    """
    feeds = schedule.feeds
    if only is not None:
        own = sorted(
            (feed for feed in feeds if only.id in feed.environments),
            key=lambda feed: (len(feed.environments), -len(feed.kinds)),
        )
        feeds = tuple(own)
    automatic = frozenset(automatic_feeds(schedule.calendar.name, schedule.environments))
    return tuple(
        Subscription(
            slug=feed.slug,
            name=_name(feed, schedule, language, automatic),
            title=feed_in_words(feed, schedule, language).name,
            description=feed.description or _contents(feed, schedule, language),
            path=feed_path(feed.slug, Rendering.SERIES, folder).removeprefix("/"),
            expanded_path=feed_path(feed.slug, Rendering.EXPANDED, folder).removeprefix("/"),
            download_path=download_path(feed.slug, folder).removeprefix("/"),
            atom_path=atom_path(feed.slug, folder).removeprefix("/"),
            json_path=json_path(feed.slug, folder).removeprefix("/"),
            base=base,
            home=folder,
        )
        for feed in feeds
    )


def _name(feed: Feed, schedule: Schedule, language: Language, automatic: frozenset[Feed]) -> str:
    """The name of a feed on the page; automatic feeds lose the calendar's name, which they all share."""
    if feed.slug == ALL:
        return language.say("Everything")
    if feed in automatic:
        return schedule.environment_names.get(feed.slug) or sentence(language.say(KIND_PLURALS[Kind(feed.slug)]))
    return feed.name


def _contents(feed: Feed, schedule: Schedule, language: Language) -> str:
    """The description of a feed that has none: ``Maintenance windows and change freezes for Production``."""
    kinds = language.join([language.say(KIND_PLURALS[kind]) for kind in Kind if kind in feed.kinds])
    names = [each.name for each in schedule.environments if each.id in feed.environments]
    environments = language.join(names)
    return sentence(language.say("{kinds} for {environments}", kinds=kinds, environments=environments))
