"""Recurrences in sentences: on which days something recurs."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.recurrence import ListedDates, Recurrence
from icsfeed.domain.rule_parts import Frequency
from icsfeed.words.dates import Dates
from icsfeed.words.languages import uncapitalized
from icsfeed.words.phrases import phrase, phrase_in

_DAYS_IN_A_WEEK: Final = 7
_MIN_RANGE_DAYS: Final = 3
"""From how many successive weekdays on they are written as a range."""

_MAX_NAMED_DATES: Final = 5
"""How many of a list of dates are named; the others are counted."""

WEEKDAY_AFTER_EVERY: Final = phrase_in("weekday, as in: every Thursday and Sunday", "{day}")
LISTED_DAY: Final = phrase_in("day in a list of days", "{day}")
DATE_SEPARATOR: Final = phrase_in("between dates that contain commas", "; ")
_FURTHER_DAY: Final = phrase_in("further day in a list, as in: the 1st and the 15th", "the {day}")
_NTH_WEEKDAYS: Final = {
    1: phrase("first {day}"),
    2: phrase("second {day}"),
    3: phrase("third {day}"),
    4: phrase("fourth {day}"),
    5: phrase("fifth {day}"),
    -1: phrase("last {day}"),
    -2: phrase("second-to-last {day}"),
    -3: phrase("third-to-last {day}"),
    -4: phrase("fourth-to-last {day}"),
    -5: phrase("fifth-to-last {day}"),
}
_NUMBERED_WEEKDAY: Final = phrase_in("as in: the 10th weekday of every month", "{number} {day}")
_NUMBERED_FROM_THE_END: Final = phrase_in("as in: the 10th-to-last weekday of every month", "{number}-to-last {day}")
_WEEKDAY_GROUPS: Final = {
    tuple(range(5)): phrase_in("Monday to Friday, as in: the last weekday of every month", "weekday"),
    (5, 6): phrase_in("Saturday or Sunday, as in: the first weekend day of every month", "weekend day"),
    tuple(range(7)): phrase_in("any day, as in: the second-to-last day of every month", "day"),
}
_OF_MONTH_AFTER_DATE: Final = phrase_in("as in: the 1st of October", "of {month}")
_OF_MONTH: Final = phrase_in("as in: the last day of May", "of {month}")
_OF_MONTH_WITH_VOWEL: Final = phrase_in("as in: the last day of August, which begins with a vowel", "of {month}")
_OF_MONTHS: Final = phrase_in("as in: the 15th of March and June", "of {months}")
_VOWELS: Final = frozenset("aeiou")


def recurrence_text(recurrence: Recurrence | ListedDates, dates: Dates) -> str:
    """The rule, such as ``Every Thursday``, or the dates."""
    if isinstance(recurrence, ListedDates):
        return _dates_text(recurrence, dates)
    if recurrence.frequency is Frequency.WEEKLY:
        return _weekly_text(recurrence, dates)
    say_count, every, day = dates.language.say_count, recurrence.interval, _days_in_month(recurrence, dates)
    if not recurrence.months:
        return say_count("The {day} of every month", "The {day} of every {count} months", every, day=day)
    month = _months(recurrence, dates)
    return say_count("The {day} {month}", "The {day} {month}, every {count} years", every, day=day, month=month)


def days_text(recurrence: Recurrence | ListedDates, offset_days: int, dates: Dates) -> str:
    """The days that lie ``offset_days`` after those of the rule."""
    text = recurrence_text(recurrence, dates)
    if not offset_days:
        return text
    days = uncapitalized(text)
    if offset_days > 0:
        return dates.language.say_count("{count} day after {days}", "{count} days after {days}", offset_days, days=days)
    return dates.language.say_count("{count} day before {days}", "{count} days before {days}", -offset_days, days=days)


def _dates_text(listed: ListedDates, dates: Dates) -> str:
    """The dates of this year and later ones; all, where none is left."""
    language = dates.language
    days = [day for day in listed.days if day.year >= dates.year] or listed.days
    names = [dates.dated_day(day) for day in days[:_MAX_NAMED_DATES]]
    if len(days) > _MAX_NAMED_DATES:
        names.append(language.say_count("{count} more", "{count} more", len(days) - _MAX_NAMED_DATES))
    return language.join(names, between=language.say(DATE_SEPARATOR))


def _weekly_text(recurrence: Recurrence, dates: Dates) -> str:
    if not recurrence.months:
        return _every_week_text(recurrence, dates)
    months = dates.language.join([dates.month_name(month) for month in recurrence.months])
    return dates.language.say("{weekly}, in {months}", weekly=_every_week_text(recurrence, dates), months=months)


def _every_week_text(recurrence: Recurrence, dates: Dates) -> str:
    language, every = dates.language, recurrence.interval
    if every == 1:
        return weekdays_text(recurrence.weekdays, dates)
    names = [dates.weekday(day) for day in recurrence.weekdays]
    listed = language.join([language.say(LISTED_DAY, day=name) for name in names])
    return language.say_count("Every week on {days}", "Every {count} weeks on {days}", every, days=listed)


def weekdays_text(days: tuple[int, ...], dates: Dates) -> str:
    """Weekdays (Monday is 0) of every week, such as ``Monday to Friday``."""
    language, weekdays = dates.language, _weekday_range(days)
    if len(days) == _DAYS_IN_A_WEEK:
        return language.say("Every day")
    if weekdays is not None:
        first, last = map(dates.weekday, weekdays)
        return language.say("{first} to {last}", first=first, last=last)
    every_day = [language.say(WEEKDAY_AFTER_EVERY, day=dates.weekday(day)) for day in days]
    return language.say("Every {days}", days=language.join(every_day))


def _weekday_range(days: tuple[int, ...]) -> tuple[int, int] | None:
    """The first and last of successive weekdays, over the end of the week too."""
    for first in days:
        successive = {(first + offset) % _DAYS_IN_A_WEEK for offset in range(len(days))}
        if len(days) >= _MIN_RANGE_DAYS and successive == set(days):
            return first, (first + len(days) - 1) % _DAYS_IN_A_WEEK
    return None


def _months(recurrence: Recurrence, dates: Dates) -> str:
    language, names = dates.language, [dates.month_name(month) for month in recurrence.months]
    if len(names) > 1:
        return language.say(_OF_MONTHS, months=language.join(names))
    if any(day > 0 for day in recurrence.month_days):
        return language.say(_OF_MONTH_AFTER_DATE, month=names[0])
    of_month = _OF_MONTH_WITH_VOWEL if names[0][0].lower() in _VOWELS else _OF_MONTH
    return language.say(of_month, month=names[0])


def _days_in_month(recurrence: Recurrence, dates: Dates) -> str:
    """The days of a month, such as ``second Tuesday`` or ``1st and the 15th``."""
    say = dates.language.say
    if recurrence.month_days:
        days = [dates.ordinal(day) if day > 0 else say("last day") for day in recurrence.month_days]
    elif recurrence.positions:
        group = _weekday_group(recurrence.weekdays, dates)
        days = [_nth_text(position, group, dates) for position in recurrence.positions]
    else:
        days = [_nth_text(ordinal or 1, dates.weekday(weekday), dates) for ordinal, weekday in recurrence.by_day]
    return dates.language.join([days[0], *(say(_FURTHER_DAY, day=day) for day in days[1:])])


def _weekday_group(weekdays: tuple[int, ...], dates: Dates) -> str:
    if weekdays in _WEEKDAY_GROUPS:
        return dates.language.say(_WEEKDAY_GROUPS[weekdays])
    names = [dates.weekday(day) for day in weekdays]
    return dates.language.say("{most} or {last}", most=", ".join(names[:-1]), last=names[-1])


def _nth_text(nth: int, day: str, dates: Dates) -> str:
    if nth in _NTH_WEEKDAYS:
        return dates.language.say(_NTH_WEEKDAYS[nth], day=day)
    return dates.language.say(
        _NUMBERED_WEEKDAY if nth > 0 else _NUMBERED_FROM_THE_END, day=day, number=dates.ordinal(abs(nth))
    )
