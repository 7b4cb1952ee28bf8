"""How to subscribe to each feed: the addresses and links that calendar programs take."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from icsfeed.domain.feeds import KIND_NAMES, Feed
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import download_path, feed_path


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where the feeds are: the address that customers use, and the path of this server's root.

    Both are without the final slash.
    """

    url: str
    here: str

    @classmethod
    def of(cls, url: str, *, here: str) -> Site:
        """The site at ``url``, asked for below the path ``here``."""
        return cls(url=url.rstrip("/"), here=here.rstrip("/"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A feed, and the ways to it. ``series`` and ``expanded`` are to be copied, the others are links."""

    name: str
    description: str
    series: str
    expanded: str
    webcal: str
    google: str
    outlook: str
    microsoft365: str
    download: str


def subscriptions(schedule: Schedule, site: Site) -> tuple[Subscription, ...]:
    """The ways to every feed, in the schedule's order."""
    return tuple(_subscription(feed, schedule, site) for feed in schedule.feeds)


def _subscription(feed: Feed, schedule: Schedule, site: Site) -> Subscription:
    series = site.url + feed_path(feed.slug, Rendering.SERIES)
    webcal = urlsplit(series)._replace(scheme="webcal").geturl()
    to_outlook = f"?url={quote(series, safe='')}&name={quote(feed.name, safe='')}"
    return Subscription(
        name=feed.name,
        description=feed.description or _contents(feed, schedule),
        series=series,
        expanded=site.url + feed_path(feed.slug, Rendering.EXPANDED),
        webcal=webcal,
        # The forms that these services document; Google takes the address only with the scheme webcal.
        google=f"https://calendar.google.com/calendar/u/0/r?cid={quote(webcal, safe='')}",
        outlook=f"https://outlook.live.com/calendar/0/addfromweb/{to_outlook}",
        microsoft365=f"https://outlook.office.com/calendar/0/addfromweb/{to_outlook}",
        download=site.here + download_path(feed.slug),
    )


def _contents(feed: Feed, schedule: Schedule) -> str:
    """What a feed without a description holds: ``Maintenance windows and change freezes for Production.``, say."""
    kinds = _listed([words for kind, words in KIND_NAMES.items() if kind in feed.kinds])
    names = _listed([each.name for each in schedule.environments if each.id in feed.environments])
    text = f"{kinds} for {names}." if names else f"{kinds}."
    return text[:1].upper() + text[1:]


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
