"""The site: every page by its path, made when it is first asked for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from icsfeed.domain.civil import local_date
from icsfeed.domain.schedule import Calendar
from icsfeed.domain.spans import DateRange
from icsfeed.publication.pages.announcements import announcements
from icsfeed.publication.pages.dates import Dates
from icsfeed.publication.pages.entries import Shown, distinct, entries_around, entries_from, in_progress, span_of_day
from icsfeed.publication.pages.languages import LANGUAGES, Language
from icsfeed.publication.pages.months import month, month_after, month_days, months_of
from icsfeed.publication.pages.places import PageLinks
from icsfeed.publication.pages.policies import freeze_rows, window_rows
from icsfeed.publication.pages.rendering import Assets, assets, environment, rendered
from icsfeed.publication.pages.statuses import Status, first_work, status_of
from icsfeed.publication.pages.subscriptions import subscriptions
from icsfeed.publication.representations import FOR_EVER, Maker, Representation
from icsfeed.services.events import PublishedEvents
from icsfeed.services.upcoming import utc_text

COMING: Final = timedelta(weeks=6)
"""So far ahead the first page tells all that comes."""

_LISTED: Final = 18
"""So many entries are listed before a reader has to ask for more."""

_LISTED_IN_FRAME: Final = 5
_HTML: Final = "text/html; charset=utf-8"
_TO_BROWSER: Final = (
    *("now", "as of", "now emergency", "now planned", "now maintenance", "now freeze", "now open", "now open text"),
    *("now unknown", "now unknown text", "until", "overdue", "in", "starting", "nothing next"),
    *("zone vendor", "zone visitor", "zone other", "embed zone", "copied"),
)
_ROBOTS: Final = b"User-agent: *\nAllow: /\n"


def page_makers(events: PublishedEvents, *, now: datetime, base_url: str) -> Iterator[tuple[str, Maker]]:
    """Every page and what it loads, by path; of ``now`` (aware) they know the date in the calendar's zone, no more.

    ``base_url`` is where customers reach the site, without the final slash; it may be empty.
    """
    look = assets(events.schedule.calendar.color)
    yield f"/{look.style}", partial(_asset, look.style_content, "text/css; charset=utf-8")
    yield f"/{look.script}", partial(_asset, look.script_content, "text/javascript; charset=utf-8")
    yield "/robots.txt", partial(Representation, body=_ROBOTS, content_type="text/plain; charset=utf-8", dated=False)
    yield "/404.html", partial(_missing, base_url)
    today = local_date(now, events.schedule.calendar.zone)
    for language in LANGUAGES:
        site = Site(events=events, today=today, language=language, base=base_url, look=look)
        yield f"/{language.folder}", site.home
        yield f"/{language.folder}embed/", site.embed
        for first in months_of(events.years):
            yield f"/{language.folder}calendar/{first:%Y/%m}/", partial(site.month, first)


@dataclass(frozen=True, kw_only=True)
class Site:
    """The pages of one language on one day."""

    events: PublishedEvents
    today: date
    language: Language
    base: str
    look: Assets

    def home(self) -> Representation:
        """The page to subscribe from, with all that comes soon."""
        schedule, dates = self.events.schedule, self.dates
        firsts = (self.today.replace(day=1), month_after(self.today))
        around = [self._around(month_days(first)) for first in firsts]
        current, past = announcements(schedule, self.events.record, dates, self.today)
        return self._page(
            "home.html",
            "",
            (*self._soon, *(entry for _, entries in around for entry in entries)),
            told=self._told,
            linked=True,
            status=self._status,
            feeds=subscriptions(schedule, self.language, self.base),
            coming=self._coming,
            listed=_LISTED,
            months=[month(first, entries, dates) for first, (entries, _) in zip(firsts, around, strict=True)],
            current=current,
            past=past,
            windows=window_rows(schedule, dates, self.today),
            freezes=freeze_rows(schedule, dates, self.today),
        )

    def embed(self) -> Representation:
        """The small page for a frame in another site."""
        return self._page(
            "embed.html",
            "embed/",
            self._soon,
            told=self._told,
            ancestors=self._calendar.embed_in or ("'self'",),
            status=self._status,
            coming=[each for each in self._coming if not each.cancelled],
            listed=_LISTED_IN_FRAME,
        )

    def month(self, first: date) -> Representation:
        """The page of the month that begins on ``first``."""
        entries, around = self._around(month_days(first))
        shown, years = month(first, entries, self.dates), self.events.years
        earlier, later = (first - timedelta(days=1)).replace(day=1), month_after(first)
        return self._page(
            "month.html",
            shown.path,
            around,
            month=shown,
            entries=entries,
            around=around,
            earlier=month(earlier, (), self.dates) if earlier.year in years else None,
            later=month(later, (), self.dates) if later.year in years else None,
        )

    @cached_property
    def dates(self) -> Dates:
        """How the site writes dates."""
        return Dates(language=self.language, zone=self._calendar.zone, year=self.today.year)

    @property
    def _calendar(self) -> Calendar:
        return self.events.schedule.calendar

    @cached_property
    def _coming(self) -> tuple[Shown, ...]:
        return entries_from(self.events.schedule, self.events.record, self.dates, self.today, COMING)

    @cached_property
    def _known_until(self) -> datetime:
        """Until when all that comes is told; of what holds later, a page that is still open by then knows nothing."""
        return span_of_day(self.today, self.dates).start + COMING

    @cached_property
    def _soon(self) -> tuple[Shown, ...]:
        """What comes, with what is in progress, and the first work after it, however far ahead."""
        schedule, record, dates = self.events.schedule, self.events.record, self.dates
        end = date(self.events.years[-1] + 1, 1, 1)
        later = first_work(schedule, record, dates, after=self._known_until, before=end)
        return distinct((*in_progress(record, schedule, dates), *self._coming, *filter(None, [later])))

    @cached_property
    def _told(self) -> dict[str, object]:
        """What a page that says what holds now has to know of itself."""
        return {"date": self.dates.long_day(self.today), "known_until": utc_text(self._known_until)}

    @cached_property
    def _status(self) -> Status:
        return status_of(self.today, self._soon, self.dates)

    def _around(self, days: DateRange) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
        return entries_around(self.events.schedule, self.events.record, self.dates, days)

    def _page(
        self,
        template: str,
        below: str,
        known: Iterable[Shown],
        *,
        told: Mapping[str, object] = MappingProxyType({}),
        ancestors: Iterable[str] = ("'none'",),
        **context: object,
    ) -> Representation:
        policy = _policy(self._calendar)
        place = PageLinks(language=self.language, below=below, base=self.base, policy=policy)
        data = {
            "zone": self._calendar.zone.key,
            "locale": self.dates.tag,
            "year": self.today.year,
            "base": self.base,
            "words": {key: self.language.words[key] for key in _TO_BROWSER},
            "entries": [each.for_browser() for each in distinct(known)],
            **told,
        }
        shared = {
            "page": place,
            "language": self.language,
            "say": self.language.say,
            "calendar": self._calendar,
            "zone_name": self.dates.zone_name,
            "today": self.today,
            "assets": self.look,
            "icon": self.look.icon,
            "linked": False,
        }
        return Representation(
            body=rendered(template, data, **{**shared, **context}),
            content_type=_HTML,
            dated=False,
            security=f"{policy}; frame-ancestors {' '.join(ancestors)}",
        )


def _policy(calendar: Calendar) -> str:
    """What a page may load: its own assets, and the vendor's logo (Content Security Policy, level 3)."""
    logo = urlsplit(calendar.logo)
    pictures = f" {logo.scheme}://{logo.netloc}" if calendar.logo else ""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:{pictures}; base-uri 'none'; form-action 'none'"
    )


def _asset(content: bytes, content_type: str) -> Representation:
    return Representation(body=content, content_type=content_type, dated=False, cache_control=FOR_EVER)


def _missing(base: str) -> Representation:
    """What static hosts show in place of what is missing, at any path: it loads nothing."""
    style = environment().get_template("missing.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    text = environment().get_template("missing.html").render(style=style, policy=policy, languages=LANGUAGES, base=base)
    return Representation(
        body=text.encode(), content_type=_HTML, dated=False, security=f"{policy}; frame-ancestors 'none'"
    )
