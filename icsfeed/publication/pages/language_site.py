"""The pages of one language, rendered when they are first requested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Final

from icsfeed.domain.feeds import Environment
from icsfeed.domain.schedule import Calendar
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.publication.editions import Edition
from icsfeed.publication.pages.announcements import announcements, is_shown, latest_update
from icsfeed.publication.pages.browser_data import browser_words, entry_groups
from icsfeed.publication.pages.day_status import DayStatus, first_work, status_of
from icsfeed.publication.pages.folding import Row, folded
from icsfeed.publication.pages.months import (
    anchored_days,
    month,
    month_after,
    month_days,
    month_path,
    year_months,
    year_path,
)
from icsfeed.publication.pages.page_items import (
    PageItem,
    distinct,
    in_progress,
    items_around,
    items_from,
    span_of_day,
)
from icsfeed.publication.pages.page_links import PageLinks
from icsfeed.publication.pages.rendering import Assets, render_page
from icsfeed.publication.pages.security import page_policy
from icsfeed.publication.pages.subscriptions import BUTTONS, REFRESH_TIMES, subscriptions
from icsfeed.publication.representations import Representation
from icsfeed.services.mail_links import SUBSCRIBE_PATH
from icsfeed.services.policy_rows import freeze_rows, window_rows
from icsfeed.services.upcoming import utc_text
from icsfeed.words.dates import Dates
from icsfeed.words.events import CATEGORIES
from icsfeed.words.languages import Language, sentence
from icsfeed.words.terms import KIND_NAMES, KIND_PLURALS

LISTED_TIME: Final = timedelta(weeks=6)
"""How far ahead the first page lists everything."""

MAX_LISTED_ROWS: Final = 18
"""The others are folded away."""

_MAX_LISTED_ROWS_IN_FRAME: Final = 4
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Site:
    """The pages of one language on one day; those of one ``environment`` show what affects it."""

    edition: Edition
    look: Assets
    environment: Environment | None = None
    links: type[PageLinks] = PageLinks

    def home(self) -> Representation:
        """The first page: what is ahead, and how to subscribe."""
        schedule, dates, only = self.situation.schedule, self.dates, self.environment
        firsts = (self.today.replace(day=1), month_after(self.today))
        around = [self._around(month_days(first)) for first in firsts]
        current, past = announcements(self.situation, dates, self.today, only)
        rows = self._rows
        mail_form = f"{schedule.mail.server}{SUBSCRIBE_PATH}" if schedule.mail is not None else ""
        return self.render(
            "home.html",
            environment_path(only) if only is not None else "",
            (*self._soon, *(item for _, items in around for item in items)),
            status_data=self._status_data,
            linked=True,
            status=self._status,
            buttons=BUTTONS,
            programs=REFRESH_TIMES,
            feeds=subscriptions(schedule, self.language, self.folder, self.base, only),
            environment=only,
            environments=schedule.environments,
            environment_path=environment_path,
            coming=rows,
            coming_kinds={row.kind.value for row in rows},
            listed=MAX_LISTED_ROWS,
            months=[month(first, items, dates) for first, (items, _) in zip(firsts, around, strict=True)],
            current=current,
            past=past,
            updated=latest_update(self.situation, dates),
            year_path=year_path(self.today.year),
            windows=window_rows(schedule, dates, self.today, only),
            freezes=freeze_rows(schedule, dates, self.today, only),
            form_target=mail_form,
            mail_form=mail_form,
        )

    def embed(self) -> Representation:
        """The small page for a frame in another site."""
        rows = [row for row in self._rows if not (isinstance(row, PageItem) and row.cancelled)]
        return self.render(
            "embed.html",
            "embed/",
            self._soon,
            status_data=self._status_data,
            ancestors=self._calendar.embed_in or ("'self'",),
            status=self._status,
            coming=rows,
            listed=_MAX_LISTED_ROWS_IN_FRAME,
        )

    def month(self, first: date) -> Representation:
        """The page of the month that begins on ``first``."""
        items, around = self._around(month_days(first))
        table, years = month(first, items, self.dates), self.situation.published_years
        earlier, later = (first - timedelta(days=1)).replace(day=1), month_after(first)
        return self.render(
            "month.html",
            table.path,
            around,
            month=table,
            year_path=year_path(first.year),
            today_path=month_path(self.today),
            in_month=items,
            anchors=anchored_days(table),
            announced={
                item.anchor for item in around if item.anchor and is_shown(self.situation, item.id, self._start)
            },
            around=around,
            earlier=month(earlier, (), self.dates) if earlier.year in years else None,
            later=month(later, (), self.dates) if later.year in years else None,
        )

    def year(self, year: int, path: str) -> Representation:
        """The page of that year, at ``path``."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        items = self._selected(items_from(self.situation, self.dates, first, last - first + timedelta(days=1)))
        return self.render(
            "year.html",
            path,
            (),
            year=year,
            years=self.situation.published_years,
            year_path=year_path,
            today_path=month_path(self.today),
            months=year_months(year, items, self.dates),
        )

    @property
    def situation(self) -> Situation:
        return self.edition.situation

    @property
    def today(self) -> date:
        return self.edition.today

    @property
    def language(self) -> Language:
        return self.edition.language

    @property
    def languages(self) -> tuple[Language, ...]:
        return self.edition.languages

    @property
    def base(self) -> str:
        """The address of the site, or empty."""
        return self.edition.base_url

    @property
    def folder(self) -> str:
        return self.edition.folder

    @property
    def dates(self) -> Dates:
        return self.edition.dates

    @property
    def _calendar(self) -> Calendar:
        return self.situation.schedule.calendar

    @cached_property
    def _start(self) -> datetime:
        """The beginning of today in the calendar's zone."""
        return span_of_day(self.today, self.dates).start

    @cached_property
    def _coming(self) -> tuple[PageItem, ...]:
        return self._selected(items_from(self.situation, self.dates, self.today, LISTED_TIME))

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        listed = Span(start=self._start, end=self._listed_until)
        return folded(self._coming, self.situation, self.dates, listed, self.environment)

    @cached_property
    def _listed_until(self) -> datetime:
        """Up to when the page lists everything; a page that is still open then says that it is out of date."""
        return self._start + LISTED_TIME

    @cached_property
    def _soon(self) -> tuple[PageItem, ...]:
        """The listed items, the changes in progress, and the first work after them, however far ahead."""
        situation, dates = self.situation, self.dates
        end = date(self.situation.published_years[-1] + 1, 1, 1)
        later = first_work(situation, dates, after=self._listed_until, before=end, select=self._selected)
        return distinct((*self._selected(in_progress(situation, dates)), *self._coming, *filter(None, [later])))

    @cached_property
    def _status_data(self) -> dict[str, object]:
        """What the browser needs to keep the status current."""
        return {"date": self.dates.long_day(self.today), "listed_until": utc_text(self._listed_until)}

    @cached_property
    def _status(self) -> DayStatus:
        return status_of(self.today, self._soon, self.dates)

    def _around(self, days: DateRange) -> tuple[tuple[PageItem, ...], tuple[PageItem, ...]]:
        within, around = items_around(self.situation, self.dates, days)
        return self._selected(within), self._selected(around)

    def _selected(self, items: Iterable[PageItem]) -> tuple[PageItem, ...]:
        """The items that affect the environment of these pages."""
        only = self.environment
        return tuple(each for each in items if only is None or not each.environments or only.id in each.environments)

    def render(
        self,
        template: str,
        below: str,
        items: Iterable[PageItem],
        *,
        status_data: Mapping[str, object] = MappingProxyType({}),
        ancestors: Iterable[str] = ("'none'",),
        form_target: str = "",
        **context: object,
    ) -> Representation:
        """The page at ``below`` the folder of the language; ``items`` are all that it shows the times of.

        ``form_target`` is the address that its form is sent to, if it has one.
        """
        policy = page_policy(self._calendar, form_target)
        links = self.links(language=self.language, languages=self.languages, below=below, base=self.base, policy=policy)
        kind_names = {kind.value: self.language.say(name) for kind, name in KIND_NAMES.items()}
        categories = {kind.value: self.language.say(name) for kind, name in CATEGORIES.items()}
        groups, places = entry_groups(distinct(items))
        data = {
            "zone": self._calendar.zone.key,
            "locale": self.dates.tag,
            "year": self.today.year,
            "base": self.base,
            "first": self.dates.first_of_month,
            "words": browser_words(self.language),
            "kinds": categories,
            "entries": groups,
            **status_data,
        }
        shared = {
            "page": links,
            "language": self.language,
            "say": self.language.say,
            "say_count": self.language.say_count,
            "kind_names": kind_names,
            "categories": categories,
            "kind_plurals": {kind.value: sentence(self.language.say(name)) for kind, name in KIND_PLURALS.items()},
            "calendar": self._calendar,
            "zone_name": self.dates.zone_name,
            "today": self.today,
            "assets": self.look,
            "icon": self.look.icon,
            "linked": False,
            "groups_of": lambda row: sorted({places[each] for each in row}),
        }
        return Representation(
            body=render_page(template, data, **{**shared, **context}),
            content_type=HTML,
            dated=False,
            security=f"{policy}; frame-ancestors {' '.join(ancestors)}",
            language=self.language.code,
        )


def environment_path(environment: Environment) -> str:
    """The path of the page of an environment, below the folder of the language."""
    return f"environments/{environment.id}/"
