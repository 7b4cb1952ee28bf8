"""The month as a picture: weeks of days, and what there is on each."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import DateRange
from icsfeed.publication.pages.dates import Dates
from icsfeed.publication.pages.entries import Shown, span_of_day


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """An entry on one day: ``at`` is when it starts or, on a later day, until when it lasts."""

    entry: Shown
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the picture; one of another month has no chips."""

    date: date
    inside: bool
    chips: tuple[Chip, ...] = ()

    @property
    def frozen(self) -> bool:
        """Whether it is, in part at least, in a freeze."""
        return any(chip.entry.kind is Kind.FREEZE for chip in self.chips)


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month in whole weeks; the weekdays are in words, short and in full."""

    first: date
    title: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]

    @property
    def path(self) -> str:
        """Where its page is, below the folder of the language."""
        return month_path(self.first)


def month_path(day: date) -> str:
    """Where the page of the month of ``day`` is, below the folder of the language."""
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


def month(day: date, entries: Iterable[Shown], dates: Dates) -> Month:
    """The picture of the month of ``day``."""
    within, shown = month_days(day), tuple(entries)
    weeks = calendar.Calendar(dates.first_weekday).monthdatescalendar(day.year, day.month)
    return Month(
        first=within.first,
        title=dates.month(day),
        weekdays=tuple(
            (dates.weekday(each.weekday(), "abbreviated"), dates.weekday(each.weekday())) for each in weeks[0]
        ),
        weeks=tuple(
            tuple(
                Day(date=each, inside=True, chips=tuple(_chips(each, shown, dates)))
                if each in within
                else Day(date=each, inside=False)
                for each in week
            )
            for week in weeks
        ),
    )


def _chips(day: date, entries: tuple[Shown, ...], dates: Dates) -> Iterator[Chip]:
    span = span_of_day(day, dates)
    for entry in entries:
        if not entry.span.overlaps(span):
            continue
        if entry.span.start >= span.start:
            whole = entry.days is not None
            yield Chip(entry=entry, at="" if whole else dates.time(entry.span.start))
        else:
            ends_here = entry.span.end < span.end
            yield Chip(entry=entry, at=f"– {dates.time(entry.span.end)}" if ends_here else "")
