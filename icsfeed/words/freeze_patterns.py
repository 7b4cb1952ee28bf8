"""Patterns of change freezes in sentences: which days and hours are frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import stretch
from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    FreezeHours,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedDays,
    NamedHours,
    Pattern,
    Period,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.public_holidays import subdivisions
from icsfeed.domain.recurrence import ListedDates
from icsfeed.domain.spans import ONE_DAY
from icsfeed.words.dates import Dates
from icsfeed.words.phrases import phrase
from icsfeed.words.recurrences import days_text, recurrence_text

_DAYS_IN_A_WEEK: Final = 7
_ANY_DAY: Final = date(2000, 1, 1)
_FIRST_DAYS: Final = {
    Period.MONTH: phrase("The first 7 days of every month"),
    Period.QUARTER: phrase("The first 7 days of every quarter"),
    Period.YEAR: phrase("The first 7 days of every year"),
}
_LAST_DAYS: Final = {
    Period.MONTH: phrase("The last 7 days of every month"),
    Period.QUARTER: phrase("The last 7 days of every quarter"),
    Period.YEAR: phrase("The last 7 days of every year"),
}
_LAST_WEEKS: Final = {
    Period.MONTH: phrase("The last full week of every month, {first} through {last}"),
    Period.QUARTER: phrase("The last full week of every quarter, {first} through {last}"),
    Period.YEAR: phrase("The last full week of every year, {first} through {last}"),
}
_WEEKS_OF_LAST_DAY: Final = {
    Period.MONTH: phrase("The week, {first} through {last}, that contains the last day of the month"),
    Period.QUARTER: phrase("The week, {first} through {last}, that contains the last day of the quarter"),
    Period.YEAR: phrase("The week, {first} through {last}, that contains the last day of the year"),
}
_PERIODS: Final = {
    FirstSevenDays: _FIRST_DAYS,
    LastSevenDays: _LAST_DAYS,
    LastFullWeek: _LAST_WEEKS,
    WeekOfLastDay: _WEEKS_OF_LAST_DAY,
}


def pattern_text(pattern: Pattern, zone: ZoneInfo, dates: Dates) -> str:
    """The days that the pattern freezes, and the hours in ``zone``, which is named where nothing else tells it."""
    if isinstance(pattern, NamedHours):
        span = stretch(pattern.hours.start, pattern.hours.end, zone).span
        return str(replace(dates, zone=zone).span(span)) if span is not None else ""
    text = _days_text(pattern, dates)
    if isinstance(pattern, ListedDays | RecurringDays):
        text = _with_hours(text, pattern.hours, dates)
        if pattern.hours.start is not None:
            return f"{text}, {dates.name_of_zone(zone)}"
    return text if zone.key == dates.zone.key else f"{text}, {dates.name_of_zone(zone)}"


def _days_text(pattern: Pattern, dates: Dates) -> str:  # noqa: PLR0911  (one for each kind)
    say = dates.language.say
    match pattern:
        case FirstSevenDays(period=period) | LastSevenDays(period=period):
            return say(_PERIODS[type(pattern)][period])
        case (
            LastFullWeek(period=period, week_starts=week_starts) | WeekOfLastDay(period=period, week_starts=week_starts)
        ):
            first, last = dates.weekday(week_starts), dates.weekday((week_starts + 6) % _DAYS_IN_A_WEEK)
            return say(_PERIODS[type(pattern)][period], first=first, last=last)
        case YearlyDays(start=start, through=through):
            first, last = dates.yearly_day(*start), dates.yearly_day(*through)
            return say("Every year from {first} through {last}", first=first, last=last)
        case RecurringDays(recurrence=recurrence, offset_days=offset_days):
            return days_text(recurrence, offset_days, dates)
        case ListedDays(dates=listed):
            return recurrence_text(ListedDates(days=listed), dates)
        case PublicHolidays():
            return _holidays_text(pattern, dates)
        case NamedDays(days=days):
            return str(dates.days(days))
        case NamedHours():  # pragma: no cover  (see above)
            raise AssertionError


def _with_hours(days: str, hours: FreezeHours, dates: Dates) -> str:
    if hours.start is not None:
        span = hours.on(_ANY_DAY)
        return f"{days}, {dates.hours(span.start, span.end)}"
    count = hours.length // ONE_DAY
    if count == 1:
        return days
    return dates.language.say_count("{days}, for {count} day", "{days}, for {count} days", count, days=days)


def _holidays_text(pattern: PublicHolidays, dates: Dates) -> str:
    language = dates.language
    place = str(dates.locale.territories.get(pattern.country, pattern.country))
    if pattern.subdivision:
        place = f"{place} ({_subdivision_name(pattern)})"
    if pattern.only:
        text = language.say("{names} in {place}", names=language.join(pattern.only), place=place)
    else:
        text = language.say("Public holidays in {place}", place=place)
    around = []
    if pattern.days_before:
        around.append(language.say_count("{count} day before", "{count} days before", pattern.days_before))
    if pattern.days_after:
        around.append(language.say_count("{count} day after", "{count} days after", pattern.days_after))
    return language.say("{holidays}, with {days}", holidays=text, days=language.join(around)) if around else text


def _subdivision_name(pattern: PublicHolidays) -> str:
    """The name of the subdivision where the library has one, else its code."""
    names = subdivisions(pattern.country)
    code = names.get(pattern.subdivision, pattern.subdivision)
    return next((name for name, each in names.items() if each == code and name != code), code)
