"""A month of the operators' calendar as a table: weeks of days, each with its entries."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.civil import days_span
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.publication.pages.months import month_days
from icsfeed.web.operators.console.calendar_entries import CalendarEntry, calendar_entries, day_path
from icsfeed.words.dates import Dates


@dataclass(frozen=True, kw_only=True, slots=True)
class DayChip:
    """An entry on one day; ``at`` is its start or, on a later day, its end."""

    entry: CalendarEntry
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthDay:
    """A day of the table, with its ``name`` in full; one of another month has no chips."""

    date: date
    name: str
    path: str
    in_month: bool
    is_today: bool
    chips: tuple[DayChip, ...] = ()

    @property
    def is_frozen(self) -> bool:
        """Whether any part of it is frozen."""
        return any(chip.entry.kind is Kind.FREEZE for chip in self.chips)


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthTable:
    """A month in whole weeks; ``weekdays`` are their names, abbreviated and in full."""

    first: date
    title: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[MonthDay, ...], ...]

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the next month."""
        return month_days(self.first).last + timedelta(days=1)


def month_table(situation: Situation, first: date, dates: Dates) -> MonthTable:
    """The month that begins on ``first``."""
    days = month_days(first)
    within = days_span(days, dates.zone)
    entries = calendar_entries(situation, within, dates) if within is not None else ()
    weeks = calendar.Calendar(dates.first_weekday).monthdatescalendar(first.year, first.month)
    today = dates.local(situation.now).date()
    return MonthTable(
        first=days.first,
        title=dates.month(first),
        weekdays=tuple(
            (dates.weekday(each.weekday(), "abbreviated"), dates.weekday(each.weekday())) for each in weeks[0]
        ),
        weeks=tuple(
            tuple(
                MonthDay(
                    date=day,
                    name=dates.long_day(day),
                    path=day_path(day),
                    in_month=day in days,
                    is_today=day == today,
                    chips=tuple(_chips(day, entries, dates)) if day in days else (),
                )
                for day in week
            )
            for week in weeks
        ),
    )


def day_span(day: date, dates: Dates) -> Span | None:
    """That day in the calendar's zone; ``None`` where the zone skips it."""
    return days_span(DateRange(first=day, last=day), dates.zone)


def _chips(day: date, entries: tuple[CalendarEntry, ...], dates: Dates) -> Iterator[DayChip]:
    span = day_span(day, dates)
    for entry in entries:
        if span is None or not entry.span.overlaps(span):
            continue
        if entry.span.start >= span.start:
            yield DayChip(entry=entry, at="" if entry.is_whole_days else dates.time(entry.span.start))
        else:
            ends_here = entry.span.end < span.end
            until = dates.language.say("until {when}", when=dates.time(entry.span.end))
            yield DayChip(entry=entry, at=until if ends_here else "")
