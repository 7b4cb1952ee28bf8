"""The site: every page by its path, rendered when it is first requested."""

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
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.publication.pages.announcements import announcements
from icsfeed.publication.pages.day_status import DayStatus, first_work, status_of
from icsfeed.publication.pages.months import month, month_after, month_days, months_of
from icsfeed.publication.pages.page_items import (
    PageItem,
    distinct,
    in_progress,
    items_around,
    items_from,
    span_of_day,
)
from icsfeed.publication.pages.page_links import PageLinks
from icsfeed.publication.pages.policies import freeze_rows, window_rows
from icsfeed.publication.pages.rendering import Assets, assets, environment, render_page
from icsfeed.publication.pages.subscriptions import BUTTONS, REFRESH_TIMES, subscriptions
from icsfeed.publication.representations import FOR_EVER, Maker, Representation
from icsfeed.services.events import PublishedEvents
from icsfeed.services.upcoming import utc_text
from icsfeed.words.dates import Dates
from icsfeed.words.languages import Language, folder_of, languages_named
from icsfeed.words.phrases import Phrase, phrase
from icsfeed.words.terms import KIND_NAMES

LISTED_TIME: Final = timedelta(weeks=6)
"""How far ahead the first page lists everything."""

_MAX_LISTED_ITEMS: Final = 18
"""The others are folded away."""

_MAX_LISTED_ITEMS_IN_FRAME: Final = 5
_HTML: Final = "text/html; charset=utf-8"
_BROWSER_WORDS: Final[dict[str, Phrase]] = {
    "now": phrase("Right now"),
    "as of": phrase("As of {when}"),
    "now emergency": phrase("Emergency change in progress"),
    "now planned": phrase("Planned change in progress"),
    "now maintenance": phrase("Maintenance in progress"),
    "now freeze": phrase("Change freeze"),
    "now open": phrase("No maintenance right now"),
    "now open text": phrase("No change is in progress, and no change freeze applies."),
    "now unknown": phrase("This page is out of date"),
    "now unknown text": phrase("It dates from {date}. Reload it to see the current status."),
    "until": phrase("until {when}"),
    "overdue": phrase("taking longer than planned"),
    "in": phrase("in {length}"),
    "starting": phrase("about to start"),
    "nothing next": phrase("Nothing is planned."),
    "zone vendor": phrase("the vendor’s time zone"),
    "zone visitor": phrase("your time zone"),
    "zone other": phrase("Other time zones"),
    "embed zone": phrase("Times in {zone}"),
    "copied": phrase("Copied"),
}
"""By the keys of the script."""

_ROBOTS: Final = b"User-agent: *\nAllow: /\n"


def page_makers(
    events: PublishedEvents, *, base_url: str, languages: tuple[Language, ...] | None = None
) -> Iterator[tuple[str, Maker]]:
    """Every page, and the assets that pages load, by path.

    Of now, pages state no more than the date in the calendar's zone. ``base_url`` is the address of the
    site for customers, without the final slash; it may be empty.
    """
    languages = languages or languages_named(events.schedule.calendar.languages)
    look = assets(events.schedule.calendar.color)
    yield f"/{look.style}", partial(_asset, look.style_content, "text/css; charset=utf-8")
    yield f"/{look.script}", partial(_asset, look.script_content, "text/javascript; charset=utf-8")
    yield "/robots.txt", partial(Representation, body=_ROBOTS, content_type="text/plain; charset=utf-8", dated=False)
    yield "/404.html", partial(_missing, base_url, languages)
    situation = events.situation
    today = local_date(situation.now, situation.zone)
    for language in languages:
        folder, translated = folder_of(language, languages), situation.in_language(language.code)
        site = Site(situation=translated, today=today, language=language, languages=languages, base=base_url, look=look)
        yield f"/{folder}", site.home
        yield f"/{folder}embed/", site.embed
        for first in months_of(situation.published_years):
            yield f"/{folder}calendar/{first:%Y/%m}/", partial(site.month, first)


@dataclass(frozen=True, kw_only=True)
class Site:
    """The pages of one language on one day."""

    situation: Situation
    today: date
    language: Language
    languages: tuple[Language, ...]
    base: str
    look: Assets

    def home(self) -> Representation:
        """The first page: what is ahead, and how to subscribe."""
        schedule, dates = self.situation.schedule, self.dates
        firsts = (self.today.replace(day=1), month_after(self.today))
        around = [self._around(month_days(first)) for first in firsts]
        current, past = announcements(self.situation, dates, self.today)
        return self._page(
            "home.html",
            "",
            (*self._soon, *(item for _, items in around for item in items)),
            status_data=self._status_data,
            linked=True,
            status=self._status,
            buttons=BUTTONS,
            programs=REFRESH_TIMES,
            feeds=subscriptions(schedule, self.language, folder_of(self.language, self.languages), self.base),
            coming=self._coming,
            listed=_MAX_LISTED_ITEMS,
            months=[month(first, items, dates) for first, (items, _) in zip(firsts, around, strict=True)],
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
            status_data=self._status_data,
            ancestors=self._calendar.embed_in or ("'self'",),
            status=self._status,
            coming=[each for each in self._coming if not each.cancelled],
            listed=_MAX_LISTED_ITEMS_IN_FRAME,
        )

    def month(self, first: date) -> Representation:
        """The page of the month that begins on ``first``."""
        items, around = self._around(month_days(first))
        table, years = month(first, items, self.dates), self.situation.published_years
        earlier, later = (first - timedelta(days=1)).replace(day=1), month_after(first)
        return self._page(
            "month.html",
            table.path,
            around,
            month=table,
            in_month=items,
            around=around,
            earlier=month(earlier, (), self.dates) if earlier.year in years else None,
            later=month(later, (), self.dates) if later.year in years else None,
        )

    @cached_property
    def dates(self) -> Dates:
        return Dates(language=self.language, zone=self._calendar.zone, year=self.today.year)

    @property
    def _calendar(self) -> Calendar:
        return self.situation.schedule.calendar

    @cached_property
    def _coming(self) -> tuple[PageItem, ...]:
        return items_from(self.situation, self.dates, self.today, LISTED_TIME)

    @cached_property
    def _listed_until(self) -> datetime:
        """Up to when the page lists everything; a page that is still open then says that it is out of date."""
        return span_of_day(self.today, self.dates).start + LISTED_TIME

    @cached_property
    def _soon(self) -> tuple[PageItem, ...]:
        """The listed items, the changes in progress, and the first work after them, however far ahead."""
        situation, dates = self.situation, self.dates
        end = date(self.situation.published_years[-1] + 1, 1, 1)
        later = first_work(situation, dates, after=self._listed_until, before=end)
        return distinct((*in_progress(situation, dates), *self._coming, *filter(None, [later])))

    @cached_property
    def _status_data(self) -> dict[str, object]:
        """What the browser needs to keep the status current."""
        return {"date": self.dates.long_day(self.today), "listed_until": utc_text(self._listed_until)}

    @cached_property
    def _status(self) -> DayStatus:
        return status_of(self.today, self._soon, self.dates)

    def _around(self, days: DateRange) -> tuple[tuple[PageItem, ...], tuple[PageItem, ...]]:
        return items_around(self.situation, self.dates, days)

    def _page(
        self,
        template: str,
        below: str,
        items: Iterable[PageItem],
        *,
        status_data: Mapping[str, object] = MappingProxyType({}),
        ancestors: Iterable[str] = ("'none'",),
        **context: object,
    ) -> Representation:
        policy = _policy(self._calendar)
        links = PageLinks(language=self.language, languages=self.languages, below=below, base=self.base, policy=policy)
        data = {
            "zone": self._calendar.zone.key,
            "locale": self.dates.tag,
            "year": self.today.year,
            "base": self.base,
            "first": self.dates.first_of_month,
            "words": {key: self.language.say(text) for key, text in _BROWSER_WORDS.items()},
            "entries": [each.for_browser() for each in distinct(items)],
            **status_data,
        }
        shared = {
            "page": links,
            "language": self.language,
            "say": self.language.say,
            "say_count": self.language.say_count,
            "kind_names": {kind.value: self.language.say(name) for kind, name in KIND_NAMES.items()},
            "calendar": self._calendar,
            "zone_name": self.dates.zone_name,
            "today": self.today,
            "assets": self.look,
            "icon": self.look.icon,
            "linked": False,
        }
        return Representation(
            body=render_page(template, data, **{**shared, **context}),
            content_type=_HTML,
            dated=False,
            security=f"{policy}; frame-ancestors {' '.join(ancestors)}",
        )


def _policy(calendar: Calendar) -> str:
    """Lets a page load its own assets and the vendor's logo (Content Security Policy, level 3)."""
    logo = urlsplit(calendar.logo)
    pictures = f" {logo.scheme}://{logo.netloc}" if calendar.logo else ""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:{pictures}; base-uri 'none'; form-action 'none'"
    )


def _asset(content: bytes, content_type: str) -> Representation:
    return Representation(body=content, content_type=content_type, dated=False, cache_control=FOR_EVER)


def _missing(base: str, languages: tuple[Language, ...]) -> Representation:
    """The page that static hosts show at any path that does not exist; it loads nothing."""
    style = environment().get_template("missing.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    text = environment().get_template("missing.html").render(style=style, policy=policy, languages=languages, base=base)
    return Representation(
        body=text.encode(), content_type=_HTML, dated=False, security=f"{policy}; frame-ancestors 'none'"
    )
