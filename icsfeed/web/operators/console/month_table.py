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
    """An entry on one day; ``at`` is its start or, on a later day, its end.

    ``run`` says when it is, on the day with which a freeze of several days begins in the table. It ``is_continued`` on
    the days after that.
    """

    entry: CalendarEntry
    at: str
    run: str = ""
    is_continued: bool = False


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

    @property
    def is_continued(self) -> bool:
        """Whether nothing is on it but freezes that earlier days of the table have as well."""
        return bool(self.chips) and all(chip.is_continued for chip in self.chips)


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
        is_run = entry.kind is Kind.FREEZE and (entry.span.start < span.start or entry.span.end > span.end)
        if entry.span.start >= span.start:
            at = "" if entry.is_whole_days else dates.time(entry.span.start)
            yield DayChip(entry=entry, at=at, run=entry.when if is_run else "")
        else:
            ends_here = entry.span.end < span.end
            until = dates.language.say("until {when}", when=dates.time(entry.span.end))
            is_first = day.day == 1
            yield DayChip(
                entry=entry,
                at=until if ends_here and not entry.is_whole_days else "",
                run=entry.when if is_run and is_first else "",
                is_continued=is_run and not is_first,
            )
