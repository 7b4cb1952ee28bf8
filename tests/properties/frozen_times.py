"""A second, slow reading of change freezes (decisions 3 and 4): day by day on the wall of each freeze's zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedDays,
    NamedHours,
    Pattern,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recorded_freezes import RecordedFreeze
from tests.properties.brute_force import DAY, WEEK, Instants, days, hull, is_effective, is_on_rule, reading

LocalTimes = tuple[datetime, datetime]
"""From the first until just before the second, both naive."""


class FrozenTime(NamedTuple):
    """Instants that a freeze freezes in some environments; ``day`` is the local date, of recorded freezes the first."""

    freeze_id: str
    environments: frozenset[str]
    day: date
    span: Instants
    is_recorded: bool = False

    def overlaps(self, span: Instants) -> bool:
        return self.span[0] < span[1] and span[0] < self.span[1]


def frozen_times(freeze: ChangeFreeze, first: date, last: date) -> Iterator[FrozenTime]:
    """What the freeze freezes on each local date from the first through the last."""
    for day in days(first, last):
        for start, end in frozen_on(day, freeze):
            span = hull(start, end, freeze.zone)
            if span:
                yield FrozenTime(freeze.id, freeze.environments, day, span)


def recorded_time(freeze: RecordedFreeze) -> FrozenTime:
    """What an operator froze: from the minute of the start until the earlier of the two ends, if there is any."""
    start = freeze.started_at.replace(second=0, microsecond=0)
    ends = [freeze.until] if freeze.until else []
    if freeze.ended_at:
        ends.append(max(freeze.ended_at.replace(second=0, microsecond=0), start + timedelta(minutes=1)))
    end = min(ends, default=datetime.max.replace(tzinfo=start.tzinfo))
    return FrozenTime(freeze.id, freeze.environments, start.date(), (start, end), is_recorded=True)


def is_frozen(day: date, freeze: ChangeFreeze) -> bool:
    """Whether it freezes any time of that local date."""
    return any(True for _ in frozen_on(day, freeze))


def is_frozen_at(instant: datetime, freeze: ChangeFreeze) -> bool:
    """Whether it freezes what the clock of its zone shows at that instant."""
    local = reading(instant, freeze.zone)
    return any(start <= local < end for start, end in frozen_on(local.date(), freeze))


def frozen_on(day: date, freeze: ChangeFreeze) -> Iterable[LocalTimes]:
    """The local times of that date that it freezes."""
    if not is_effective(day, freeze) or day in freeze.lifted:
        return ()
    return _named_on(day, freeze.pattern, freeze.effective_from)


def _named_on(day: date, pattern: Pattern, effective_from: date | None) -> Iterable[LocalTimes]:
    begin, end = midnight(day), midnight(day) + DAY
    match pattern:
        case NamedHours(hours=hours):
            spans = [(hours.start, hours.end)]
        case ListedDays() | RecurringDays():
            starts = [day - number * DAY for number in range(pattern.hours.length.days + 2)]
            at = pattern.hours.start or time()
            spans = [
                (datetime.combine(each, at), datetime.combine(each, at) + pattern.hours.length)
                for each in starts
                if _is_start(each, pattern, effective_from)
            ]
        case _:
            return [(begin, end)] if _is_named(day, pattern) else []
    return [(max(start, begin), min(until, end)) for start, until in spans if start < end and begin < until]


@lru_cache(maxsize=100_000)
def _is_start(day: date, pattern: ListedDays | RecurringDays, effective_from: date | None) -> bool:
    if isinstance(pattern, ListedDays):
        return day in pattern.dates
    return is_on_rule(day - pattern.offset_days * DAY, pattern.recurrence, effective_from)


def _is_named(day: date, pattern: Pattern) -> bool:
    match pattern:
        case NamedDays():
            return pattern.days.first <= day <= pattern.days.last
        case PublicHolidays():
            reach = (day - pattern.days_after * DAY, day + pattern.days_before * DAY)
            return any(_is_holiday(each, pattern) for each in days(*reach))
        case YearlyDays():
            month_day = (day.month, day.day)
            if pattern.start <= pattern.through:
                return pattern.start <= month_day <= pattern.through
            return month_day >= pattern.start or month_day <= pattern.through
        case FirstSevenDays() | LastSevenDays() | WeekOfLastDay() | LastFullWeek():
            return _is_in_week(day, pattern)
        case _:
            raise AssertionError(pattern)


def _is_in_week(day: date, pattern: FirstSevenDays | LastSevenDays | WeekOfLastDay | LastFullWeek) -> bool:
    months = pattern.period.value
    match pattern:
        case FirstSevenDays():
            return any(_is_first(day - number * DAY, months) for number in range(7))
        case LastSevenDays():
            return any(_is_last(day + number * DAY, months) for number in range(7))
        case WeekOfLastDay():
            return any(_is_last(each, months) for each in _week(day, pattern.week_starts))
        case LastFullWeek():
            return _is_last_full(_week(day, pattern.week_starts), months)


def _is_first(day: date, months: int) -> bool:
    """Whether a period of so many months begins on that date; the year begins one."""
    return day.day == 1 and (day.month - 1) % months == 0


def _is_last(day: date, months: int) -> bool:
    return _is_first(day + DAY, months)


def _week(day: date, week_starts: int) -> list[date]:
    """The seven dates of the date's calendar week."""
    while day.weekday() != week_starts:
        day -= DAY
    return [day + number * DAY for number in range(7)]


def _is_last_full(week: list[date], months: int) -> bool:
    """Whether no period begins within the week, but one does within the next, or with its end."""
    begins = [each for each in week[1:] if _is_first(each, months)]
    following = [each + WEEK for each in week]
    return not begins and any(_is_first(each, months) for each in following)


@lru_cache(maxsize=100_000)
def _is_holiday(day: date, pattern: PublicHolidays) -> bool:
    names = _holidays(pattern.country, pattern.subdivision, day.year).get(day, "")
    plain = [each.removesuffix(" (observed)") for each in names.split("; ")]
    return bool(names) and (not pattern.only or not set(pattern.only).isdisjoint(plain))


@lru_cache(maxsize=100_000)
def _holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US"))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())
