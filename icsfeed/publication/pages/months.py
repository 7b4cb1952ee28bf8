"""A month as a table: weeks of days, with the items of each day."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from icsfeed.domain.civil import days_span
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import DateRange
from icsfeed.publication.pages.page_items import PageItem, span_of_day
from icsfeed.words.dates import Dates


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """An item on one day; ``at`` is its start or, on a later day, its end."""

    item: PageItem
    at: str
    starts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day in the table; one of another month has no chips."""

    date: date
    in_month: bool
    chips: tuple[Chip, ...] = ()

    @property
    def marks(self) -> tuple[tuple[str, bool], ...]:
        """The symbols of its chips, each once, and whether all that it stands for is cancelled."""
        marks: dict[str, bool] = {}
        for chip in self.chips:
            marks[chip.item.icon] = marks.get(chip.item.icon, True) and chip.item.cancelled
        return tuple(marks.items())

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its chips, each once."""
        return tuple(dict.fromkeys(chip.item.kind for chip in self.chips))

    @property
    def frozen(self) -> bool:
        """Whether any part of it is frozen."""
        return any(chip.item.kind is Kind.FREEZE for chip in self.chips)


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month in whole weeks; ``weekdays`` are their names, abbreviated and in full."""

    first: date
    title: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]

    @property
    def path(self) -> str:
        """The path of its page below the folder of the language."""
        return month_path(self.first)


CALENDAR_PATH: Final = "calendar/"
"""The path of the current year's page, below the folder of the language."""


def year_path(year: int) -> str:
    """The path of the page of the year, below the folder of the language."""
    return f"{CALENDAR_PATH}{year}/"


def month_path(day: date) -> str:
    """The path of the page of the month of ``day``, below the folder of the language."""
    return f"{CALENDAR_PATH}{day:%Y/%m}/"


def month_days(day: date) -> DateRange:
    """All days of the month of ``day``."""
    return DateRange(first=day.replace(day=1), last=day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def month_after(day: date) -> date:
    """The first day of the next month."""
    return month_days(day).last + timedelta(days=1)


def months_of(years: range) -> Iterator[date]:
    """The first day of every month of those years."""
    for year in years:
        for month in range(1, 13):
            yield date(year, month, 1)


def year_months(year: int, items: Iterable[PageItem], dates: Dates) -> tuple[Month, ...]:
    """The tables of all months of the year."""
    within = {first: days_span(month_days(first), dates.zone) for first in months_of(range(year, year + 1))}
    candidates = tuple(items)
    return tuple(
        month(first, (each for each in candidates if span is not None and each.span.overlaps(span)), dates)
        for first, span in within.items()
    )


def anchored_days(table: Month) -> dict[PageItem, list[date]]:
    """The days of a month by the item in its list that they lead to: to the first that starts on the day, if any."""
    anchors: dict[PageItem, list[date]] = {}
    for day in (each for week in table.weeks for each in week if each.chips):
        chips = sorted(day.chips, key=lambda chip: not chip.starts)
        anchors.setdefault(chips[0].item, []).append(day.date)
    return anchors


def month(day: date, items: Iterable[PageItem], dates: Dates) -> Month:
    """The table of the month of ``day``."""
    within, candidates = month_days(day), tuple(items)
    weeks = calendar.Calendar(dates.first_weekday).monthdatescalendar(day.year, day.month)
    return Month(
        first=within.first,
        title=dates.month(day),
        weekdays=tuple(
            (dates.weekday(each.weekday(), "abbreviated"), dates.weekday(each.weekday())) for each in weeks[0]
        ),
        weeks=tuple(
            tuple(
                Day(date=each, in_month=True, chips=tuple(_chips(each, candidates, dates)))
                if each in within
                else Day(date=each, in_month=False)
                for each in week
            )
            for week in weeks
        ),
    )


def _chips(day: date, items: tuple[PageItem, ...], dates: Dates) -> Iterator[Chip]:
    span = span_of_day(day, dates)
    for item in items:
        if not item.span.overlaps(span):
            continue
        if item.span.start >= span.start:
            whole_days = item.days is not None
            yield Chip(item=item, at="" if whole_days else dates.time(item.span.start), starts=True)
        else:
            ends_here = item.span.end < span.end
            until = dates.language.say("until {when}", when=dates.time(item.span.end))
            yield Chip(item=item, at=until if ends_here else "", starts=False)
