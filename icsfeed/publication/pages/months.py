"""A month as a table: weeks of days, with the items of each day."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import DateRange
from icsfeed.publication.pages.page_items import PageItem, span_of_day
from icsfeed.words.dates import Dates


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """An item on one day; ``at`` is its start or, on a later day, its end."""

    item: PageItem
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day in the table; one of another month has no chips."""

    date: date
    in_month: bool
    chips: tuple[Chip, ...] = ()

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


def month_path(day: date) -> str:
    """The path of the page of the month of ``day``, below the folder of the language."""
    return f"calendar/{day:%Y/%m}/"


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
            yield Chip(item=item, at="" if whole_days else dates.time(item.span.start))
        else:
            ends_here = item.span.end < span.end
            yield Chip(item=item, at=f"– {dates.time(item.span.end)}" if ends_here else "")
