"""The policy in sentences: on which days windows occur, and which days are frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from icsfeed.domain.freeze_patterns import LastFullWeek, LastSevenDays, NamedDays, WeekOfLastDay, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import Frequency, Recurrence
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.dates import Dates
from icsfeed.words.phrases import phrase, phrase_in

_DAYS_IN_A_WEEK: Final = 7
_MIN_RANGE_DAYS: Final = 3
"""From how many successive weekdays on they are written as a range."""

_MAX_LIFTED_DAYS: Final = 5
"""How many lifted days are named; the others are counted."""

_WEEKDAY_AFTER_EVERY: Final = phrase_in("weekday, as in: every Thursday and Sunday", "{day}")
_LISTED_DAY: Final = phrase_in("day in a list of days", "{day}")
_DATE_SEPARATOR: Final = phrase_in("between dates that contain commas", "; ")
_NTH_WEEKDAYS: Final = {
    1: phrase("first {day}"),
    2: phrase("second {day}"),
    3: phrase("third {day}"),
    4: phrase("fourth {day}"),
    -1: phrase("last {day}"),
}
_OF_MONTH_AFTER_DATE: Final = phrase_in("as in: the 1st of October", "of {month}")
_OF_MONTH: Final = phrase_in("as in: the last day of May", "of {month}")
_OF_MONTH_WITH_VOWEL: Final = phrase_in("as in: the last day of August, which begins with a vowel", "of {month}")
_VOWELS: Final = frozenset("aeiou")


def recurrence_text(recurrence: Recurrence, dates: Dates) -> str:
    """The rule, such as ``Every Thursday``."""
    if recurrence.frequency is Frequency.WEEKLY:
        return _weekly_text(recurrence, dates)
    say_count, every, day = dates.language.say_count, recurrence.interval, _day_in_month(recurrence, dates)
    if recurrence.frequency is Frequency.MONTHLY:
        return say_count("The {day} of every month", "The {day} of every {count} months", every, day=day)
    month = _month(recurrence, dates)
    return say_count("The {day} {month}", "The {day} {month}, every {count} years", every, day=day, month=month)


def _weekly_text(recurrence: Recurrence, dates: Dates) -> str:
    language, every = dates.language, recurrence.interval
    days = recurrence.weekdays
    names = [dates.weekday(day) for day in days]
    weekdays = _weekday_range(days)
    if every == 1:
        if len(days) == _DAYS_IN_A_WEEK:
            return language.say("Every day")
        if weekdays is not None:
            first, last = map(dates.weekday, weekdays)
            return language.say("{first} to {last}", first=first, last=last)
        every_day = [language.say(_WEEKDAY_AFTER_EVERY, day=name) for name in names]
        return language.say("Every {days}", days=language.join(every_day))
    listed = language.join([language.say(_LISTED_DAY, day=name) for name in names])
    return language.say_count("Every week on {days}", "Every {count} weeks on {days}", every, days=listed)


def _weekday_range(days: tuple[int, ...]) -> tuple[int, int] | None:
    """The first and last of successive weekdays, over the end of the week too."""
    for first in days:
        successive = {(first + offset) % _DAYS_IN_A_WEEK for offset in range(len(days))}
        if len(days) >= _MIN_RANGE_DAYS and successive == set(days):
            return first, (first + len(days) - 1) % _DAYS_IN_A_WEEK
    return None


def _month(recurrence: Recurrence, dates: Dates) -> str:
    if recurrence.month is None:
        return ""
    name = dates.month_name(recurrence.month)
    if (recurrence.month_day or -1) > 0:
        return dates.language.say(_OF_MONTH_AFTER_DATE, month=name)
    of_month = _OF_MONTH_WITH_VOWEL if name[0].lower() in _VOWELS else _OF_MONTH
    return dates.language.say(of_month, month=name)


def _day_in_month(recurrence: Recurrence, dates: Dates) -> str:
    if recurrence.month_day is None:
        nth_weekday = _NTH_WEEKDAYS[recurrence.ordinal or 1]
        return dates.language.say(nth_weekday, day=dates.weekday(recurrence.weekdays[0]))
    return dates.ordinal(recurrence.month_day) if recurrence.month_day > 0 else dates.language.say("last day")


def frozen_days_text(freeze: ChangeFreeze, dates: Dates, today: date) -> str:
    """The days of a freeze, and those lifted from it in the published years."""
    whole, years = replace(freeze, lifted=()), range(today.year - 1, today.year + 2)
    lifted = [day for day in sorted(freeze.lifted) if day.year in years and any(whole.ranges(day, day))]
    frozen, language = _pattern_text(freeze, dates), dates.language
    if not lifted:
        return frozen
    names = [language.say(_LISTED_DAY, day=dates.dated_day(day)) for day in lifted[:_MAX_LIFTED_DAYS]]
    if len(lifted) > _MAX_LIFTED_DAYS:
        names.append(language.say_count("{count} more", "{count} more", len(lifted) - _MAX_LIFTED_DAYS))
    return language.say(
        "{frozen}, except {lifted}", frozen=frozen, lifted=language.join(names, between=language.say(_DATE_SEPARATOR))
    )


def _pattern_text(freeze: ChangeFreeze, dates: Dates) -> str:
    language, pattern = dates.language, freeze.pattern
    if isinstance(pattern, LastSevenDays):
        return language.say("The last 7 days of every month")
    if isinstance(pattern, WeekOfLastDay | LastFullWeek):
        first, last = (dates.weekday((pattern.week_starts + days) % _DAYS_IN_A_WEEK) for days in (0, 6))
        if isinstance(pattern, LastFullWeek):
            return language.say("The last full week of every month, {first} through {last}", first=first, last=last)
        return language.say(
            "The week, {first} through {last}, that contains the last day of the month", first=first, last=last
        )
    if isinstance(pattern, YearlyDays):
        first, last = dates.yearly_day(*pattern.start), dates.yearly_day(*pattern.through)
        return language.say("Every year from {first} through {last}", first=first, last=last)
    if isinstance(pattern, NamedDays):
        return str(dates.days(pattern.days))
    raise AssertionError(pattern)


def effective_dates_text(part: MaintenanceWindow | ChangeFreeze, dates: Dates, today: date) -> str:
    """From when and until when it is in effect; empty where no date is set."""
    say, first, last = dates.language.say, part.effective_from, part.effective_until
    if first is not None and last is not None:
        return say("from {first} through {last}", first=dates.plain_day(first), last=dates.plain_day(last))
    if last is not None:
        return say("until {date}", date=dates.plain_day(last))
    if first is None:
        return ""
    if first <= today:
        return say("since {date}", date=dates.plain_day(first))
    return say("from {date}", date=dates.plain_day(first))
