"""Change freezes: whole local days on which no planned change happens."""

from __future__ import annotations

import calendar
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import days_span, local_date
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.spans import DateRange, Span

_DAYS_IN_WEEK = 7
_LEAP_YEAR = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSevenDays:
    """The last seven days of every month."""

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The freezes with a day from ``first`` through ``last``; neighbouring ones may be included."""
        for end in _month_ends(first, last):
            yield DateRange(first=end - timedelta(days=_DAYS_IN_WEEK - 1), last=end)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekOfLastDay:
    """The calendar week that contains the last day of the month; ``week_starts`` on a weekday (Monday is 0)."""

    week_starts: int = 0

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The freezes with a day from ``first`` through ``last``; neighbouring ones may be included."""
        for end in _month_ends(first - timedelta(days=_DAYS_IN_WEEK), last):
            start = end - timedelta(days=(end.weekday() - self.week_starts) % _DAYS_IN_WEEK)
            yield DateRange(first=start, last=start + timedelta(days=_DAYS_IN_WEEK - 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class LastFullWeek:
    """The last calendar week that lies entirely in the month; ``week_starts`` on a weekday (Monday is 0)."""

    week_starts: int = 0

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The freezes with a day from ``first`` through ``last``; neighbouring ones may be included."""
        for month_end in _month_ends(first, last):
            end = month_end - timedelta(days=(month_end.weekday() - self.week_starts + 1) % _DAYS_IN_WEEK)
            yield DateRange(first=end - timedelta(days=_DAYS_IN_WEEK - 1), last=end)


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedDays:
    """One range of dates."""

    days: DateRange

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The range, if it has a day from ``first`` through ``last``."""
        if self.days.first <= last and first <= self.days.last:
            yield self.days


@dataclass(frozen=True, kw_only=True, slots=True)
class YearlyDays:
    """The days of each year from one (month, day) through another, which may be in the next year.

    In a year without 29 February a freeze from that day begins on 1 March, one through it ends on 28 February.
    """

    start: tuple[int, int]
    through: tuple[int, int]

    def __post_init__(self) -> None:
        for month, day in (self.start, self.through):
            try:
                date(_LEAP_YEAR, month, day)
            except ValueError:
                msg = f"no year has a day {day} of month {month}"
                raise BadInputError(msg) from None

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The freezes with a day from ``first`` through ``last``; neighbouring ones may be included."""
        over_new_year = self.through < self.start
        for year in range(first.year - over_new_year, last.year + 1):
            start = _day_of(year, self.start, missing=date(year, 3, 1))
            end_year = year + over_new_year
            end = _day_of(end_year, self.through, missing=date(end_year, 2, 28))
            if start <= end:  # of 29 February alone, other years have nothing
                yield DateRange(first=start, last=end)


Pattern = LastSevenDays | WeekOfLastDay | LastFullWeek | NamedDays | YearlyDays


def _month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from the one of ``first`` through the one of ``last``."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, number = divmod(month, 12)
        yield date(year, number + 1, calendar.monthrange(year, number + 1)[1])


def _day_of(year: int, day: tuple[int, int], *, missing: date) -> date:
    return missing if day == (2, 29) and not calendar.isleap(year) else date(year, *day)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFreeze:
    """Whole days, in the calendar's zone, in which no planned change happens.

    ``effective_from`` and ``effective_until`` are the first and the last date that may be frozen (``None``: no bound);
    ``lifted`` dates are not frozen.
    """

    id: str
    name: str
    pattern: Pattern
    description: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    lifted: tuple[date, ...] = ()

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The frozen ranges that have a day from ``first`` through ``last``, whole and in order."""
        for nominal in self.pattern.ranges(first, last):
            effective = nominal.within(self.effective_from, self.effective_until)
            for days in effective.without(self.lifted) if effective else ():
                if days.first <= last and first <= days.last:
                    yield days


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenSpan:
    """One stretch of frozen days: ``days`` in the calendar's zone, ``span`` as instants."""

    freeze: ChangeFreeze
    days: DateRange
    span: Span


def frozen_spans(freezes: Iterable[ChangeFreeze], zone: ZoneInfo, first: date, last: date) -> tuple[FrozenSpan, ...]:
    """Every stretch of frozen days with a day from ``first`` through ``last``, by start, then id."""
    stretches = []
    for freeze in freezes:
        for days in freeze.ranges(first, last):
            span = days_span(days, zone)
            if span is not None:
                stretches.append(FrozenSpan(freeze=freeze, days=days, span=span))
    return tuple(sorted(stretches, key=lambda frozen: (frozen.span.start, frozen.freeze.id)))


class FreezeIndex:
    """Finds the freeze that a span touches, among stretches sorted by start."""

    def __init__(self, frozen: tuple[FrozenSpan, ...]) -> None:
        self._frozen = frozen
        self._starts = [each.span.start for each in frozen]
        self._latest_ends = list(accumulate((each.span.end for each in frozen), max))

    def touching(self, span: Span) -> FrozenSpan | None:
        """The first stretch that shares an instant with ``span``."""
        reach = bisect_left(self._starts, span.end)
        from_here = bisect_left(self._latest_ends, span.start, hi=reach)
        for frozen in self._frozen[from_here:reach]:
            if frozen.span.overlaps(span):
                return frozen
        return None


def freeze_touching(freezes: Iterable[ChangeFreeze], zone: ZoneInfo, span: Span) -> FrozenSpan | None:
    """The first stretch of frozen days that shares an instant with ``span``."""
    frozen = frozen_spans(freezes, zone, local_date(span.start, zone), local_date(span.end, zone))
    return FreezeIndex(frozen).touching(span)
