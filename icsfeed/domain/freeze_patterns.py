"""Patterns of change freezes: which local times they freeze, in no zone yet."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from itertools import zip_longest
from typing import Final, TypeAlias

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.local_spans import LocalSpan, joined
from icsfeed.domain.public_holidays import holidays_between
from icsfeed.domain.recurrence import Recurrence, offset_dates
from icsfeed.domain.spans import ONE_DAY, DateRange

_DAYS_IN_WEEK = 7
_LEAP_YEAR = 2000


class Period(IntEnum):
    """A recurring period, by its length in months; periods begin with the year."""

    MONTH = 1
    QUARTER = 3
    YEAR = 12

    def firsts(self, first: date, last: date) -> Iterator[date]:
        """The first days of the periods from the one of ``first`` through the one of ``last``."""
        for number in range((first.year * 12 + first.month - 1) // self, (last.year * 12 + last.month - 1) // self + 1):
            year, month = divmod(number * self, 12)
            yield date(year, month + 1, 1)

    def lasts(self, first: date, last: date) -> Iterator[date]:
        """The last days of the periods from the one of ``first`` through the one of ``last``."""
        for begin in self.firsts(first, last):
            year, month = divmod(begin.year * 12 + begin.month - 1 + self, 12)
            yield date(year, month + 1, 1) - ONE_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSevenDays:
    """The first seven days of every period."""

    period: Period = Period.MONTH

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen days with one from ``first`` through ``last``; neighbouring ones may be included."""
        for begin in self.period.firsts(first, last):
            yield _week_from(begin)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSevenDays:
    """The last seven days of every period."""

    period: Period = Period.MONTH

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen days with one from ``first`` through ``last``; neighbouring ones may be included."""
        for end in self.period.lasts(first, last):
            yield _week_through(end)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekOfLastDay:
    """The calendar week that contains the last day of the period; ``week_starts`` on a weekday (Monday is 0)."""

    week_starts: int = 0
    period: Period = Period.MONTH

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen days with one from ``first`` through ``last``; neighbouring ones may be included."""
        for end in self.period.lasts(first - timedelta(days=_DAYS_IN_WEEK), last):
            yield _week_from(end - timedelta(days=(end.weekday() - self.week_starts) % _DAYS_IN_WEEK))


@dataclass(frozen=True, kw_only=True, slots=True)
class LastFullWeek:
    """The last calendar week that lies entirely in the period; ``week_starts`` on a weekday (Monday is 0)."""

    week_starts: int = 0
    period: Period = Period.MONTH

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen days with one from ``first`` through ``last``; neighbouring ones may be included."""
        for end in self.period.lasts(first, last):
            yield _week_through(end - timedelta(days=(end.weekday() - self.week_starts + 1) % _DAYS_IN_WEEK))


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedDays:
    """One range of dates."""

    days: DateRange

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The range, if it has a day from ``first`` through ``last``."""
        return _touching([LocalSpan.of_days(self.days)], first, last)


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedHours:
    """One span of local time."""

    hours: LocalSpan

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The span, if it touches a day from ``first`` through ``last``."""
        return _touching([self.hours], first, last)


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

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen days with one from ``first`` through ``last``; neighbouring ones may be included."""
        over_new_year = self.through < self.start
        for year in range(first.year - over_new_year, last.year + 1):
            start = _day_of(year, self.start, missing=date(year, 3, 1))
            end_year = year + over_new_year
            end = _day_of(end_year, self.through, missing=date(end_year, 2, 28))
            if start <= end:  # of 29 February alone, other years have nothing
                yield LocalSpan.of_days(DateRange(first=start, last=end))


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeHours:
    """What is frozen from each date on: ``length`` on the wall clock from ``start``, or from midnight in whole days."""

    length: timedelta = ONE_DAY
    start: time | None = None

    def __post_init__(self) -> None:
        if self.length <= timedelta(0):
            msg = f"a freeze lasts some time, not {self.length}"
            raise BadInputError(msg)
        if self.start is None and self.length % ONE_DAY:
            msg = f"a freeze without a start lasts whole days, not {self.length}"
            raise BadInputError(msg)

    @property
    def days(self) -> timedelta:
        """How many days at most it reaches beyond the date on which it starts."""
        return self.length + ONE_DAY

    def on(self, day: date) -> LocalSpan:
        start = datetime.combine(day, self.start or time())
        return LocalSpan(start=start, end=start + self.length)


WHOLE_DAY: Final = FreezeHours()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedDays:
    """Listed dates; those that follow one another without a gap are one stretch."""

    dates: tuple[date, ...]
    hours: FreezeHours = WHOLE_DAY

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The stretches that touch a day from ``first`` through ``last``."""
        return _touching(joined(map(self.hours.on, self.dates)), first, last)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurringDays:
    """The dates of a rule, ``offset_days`` later; an interval of the rule counts from ``anchor``.

    A stretch ends at the latest where the next one begins, so that no two stretches begin at the same time.
    """

    recurrence: Recurrence
    offset_days: int = 0
    hours: FreezeHours = WHOLE_DAY
    anchor: date | None = None

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The stretches that touch a day from ``first`` through ``last``; neighbouring ones may be included."""
        earliest, latest = first - self.hours.days, last + self.hours.days
        dates = offset_dates(self.recurrence, self.offset_days, earliest, latest, anchor=self.anchor)
        spans = [self.hours.on(day) for day in dates]
        for span, following in zip_longest(spans, spans[1:]):
            if span.start.date() <= last:
                yield span if following is None else LocalSpan(start=span.start, end=min(span.end, following.start))


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicHolidays:
    """The public holidays of a country or one of its subdivisions, with days before and after each.

    ``only`` are the names of the holidays that count; none: all of them. Days that follow one another are one stretch.
    """

    country: str
    subdivision: str = ""
    days_before: int = 0
    days_after: int = 0
    only: tuple[str, ...] = ()

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The stretches that touch a day from ``first`` through ``last``."""
        # Stretches may join over New Year, so the years around are looked at as well.
        whole = date(first.year - 1, 1, 1), date(last.year + 1, 12, 31)
        holidays = holidays_between(self.country, self.subdivision, *whole)
        stretches = (
            LocalSpan.of_days(
                DateRange(
                    first=each.day - timedelta(days=self.days_before), last=each.day + timedelta(days=self.days_after)
                )
            )
            for each in holidays
            if not self.only or each.is_one_of(self.only)
        )
        return _touching(joined(stretches), first, last)


Pattern: TypeAlias = (
    FirstSevenDays
    | LastSevenDays
    | WeekOfLastDay
    | LastFullWeek
    | NamedDays
    | NamedHours
    | YearlyDays
    | ListedDays
    | RecurringDays
    | PublicHolidays
)


def has_hours(pattern: Pattern) -> bool:
    """Whether it freezes hours of days, rather than whole days."""
    match pattern:
        case NamedHours():
            return True
        case ListedDays(hours=hours) | RecurringDays(hours=hours):
            return hours.start is not None
        case _:
            return False


def last_day(pattern: Pattern) -> date | None:
    """The last day that dates in the pattern freeze; ``None`` where it recurs without an end."""
    match pattern:
        case NamedDays(days=days):
            return days.last
        case NamedHours(hours=hours):
            return hours.days.last
        case ListedDays(dates=dates, hours=hours):
            return hours.on(dates[-1]).days.last
        case _:
            return None


def _week_from(day: date) -> LocalSpan:
    return LocalSpan.of_days(DateRange(first=day, last=day + timedelta(days=_DAYS_IN_WEEK - 1)))


def _week_through(day: date) -> LocalSpan:
    return _week_from(day - timedelta(days=_DAYS_IN_WEEK - 1))


def _touching(spans: Iterable[LocalSpan], first: date, last: date) -> Iterator[LocalSpan]:
    return (span for span in spans if span.days.first <= last and first <= span.days.last)


def _day_of(year: int, day: tuple[int, int], *, missing: date) -> date:
    return missing if day == (2, 29) and not calendar.isleap(year) else date(year, *day)
