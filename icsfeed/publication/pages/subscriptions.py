"""How to subscribe to each feed: the addresses and links that calendar programs take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

import segno

from icsfeed.domain.feeds import ALL, Feed, Kind, automatic_feeds
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_path
from icsfeed.publication.feeds import download_path, feed_path
from icsfeed.publication.pages.languages import Language, sentence

# The forms that these services document; Google takes the address only with the scheme webcal.
LINKS: Final = {
    "google": "https://calendar.google.com/calendar/u/0/r?cid={webcal}",
    "outlook": "https://outlook.live.com/calendar/0/addfromweb/?url={https}&name={name}",
    "microsoft365": "https://outlook.office.com/calendar/0/addfromweb/?url={https}&name={name}",
}
"""Each service's link: the addresses of the feed, and its name, percent-encoded in their places."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A feed, and the ways to it.

    ``path`` is where it is below the site's root, ``home`` the page that lists it and ``base`` the site's address; it
    may be empty, and then the links are left for the browser to complete.
    """

    slug: str
    name: str
    title: str
    description: str
    path: str
    expanded_path: str
    download_path: str
    atom_path: str
    base: str
    home: str

    @property
    def address(self) -> str:
        """What calendar programs are given; empty where it is not known."""
        return f"{self.base}/{self.path}" if self.base else ""

    @property
    def webcal(self) -> str:
        """The address under the scheme that opens calendar programs."""
        return urlsplit(self.address)._replace(scheme="webcal").geturl() if self.base else ""

    @property
    def patterns(self) -> dict[str, str]:
        """Each service's link with the name filled in, for the browser to put the addresses in."""
        name = quote(self.title, safe="")
        return {service: link.replace("{name}", name) for service, link in LINKS.items()}

    @property
    def links(self) -> dict[str, str]:
        """Each service's link; empty where the address is not known."""
        https, webcal = quote(self.address, safe=""), quote(self.webcal, safe="")
        return {
            service: link.replace("{https}", https).replace("{webcal}", webcal) if self.base else ""
            for service, link in self.patterns.items()
        }

    @property
    def qr(self) -> str:
        """A QR code of this feed's place on the page, as SVG: a phone has the right button there."""
        return _qr(f"{self.base}/{self.home}#{self.slug}") if self.base else ""


@lru_cache(maxsize=512)
def _qr(text: str) -> str:
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None))


def subscriptions(schedule: Schedule, language: Language, base: str) -> tuple[Subscription, ...]:
    """The ways to every feed, in the schedule's order."""
    automatic = frozenset(automatic_feeds(schedule.calendar.name, schedule.environments))
    return tuple(
        Subscription(
            slug=feed.slug,
            name=_name(feed, schedule, language, automatic),
            title=feed.name,
            description=feed.description or _contents(feed, schedule, language),
            path=feed_path(feed.slug, Rendering.SERIES).removeprefix("/"),
            expanded_path=feed_path(feed.slug, Rendering.EXPANDED).removeprefix("/"),
            download_path=download_path(feed.slug).removeprefix("/"),
            atom_path=atom_path(feed.slug).removeprefix("/"),
            base=base,
            home=language.folder,
        )
        for feed in schedule.feeds
    )


def _name(feed: Feed, schedule: Schedule, language: Language, automatic: frozenset[Feed]) -> str:
    """What the page calls a feed: automatic ones, which are called after the calendar, by what tells them apart."""
    if feed.slug == ALL:
        return language.say("everything")
    if feed in automatic:
        return schedule.environment_names.get(feed.slug) or sentence(language.say(f"kinds {feed.slug}"))
    return feed.name


def _contents(feed: Feed, schedule: Schedule, language: Language) -> str:
    """What a feed without a description holds: ``Maintenance windows and change freezes for Production.``, say."""
    kinds = language.listed([language.say(f"kinds {kind}") for kind in Kind if kind in feed.kinds])
    names = [each.name for each in schedule.environments if each.id in feed.environments]
    text = language.say("contents", kinds=kinds, environments=language.listed(names))
    return sentence(text)
