"""The policy as a table: on which days and at which hours windows come, and which days are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from icsfeed.domain.civil import local_times
from icsfeed.domain.freezes import (
    ChangeFreeze,
    LastFullWeek,
    LastSevenDays,
    NamedDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.recurrence import Frequency, Recurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.publication.pages.dates import Dates

_DAYS_IN_A_WEEK = 7

_LIFTED_SHOWN = 5
"""So many lifted days are named; of the others, their number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRow:
    """A window in words; ``bounds`` says from when and until when it holds, ``zone`` names one of its own."""

    name: str
    description: str
    days: str
    hours: str
    zone: str
    length: str
    bounds: str
    environments: str
    impact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeRow:
    """A freeze in words."""

    name: str
    description: str
    days: str
    bounds: str


def window_rows(schedule: Schedule, dates: Dates, today: date) -> tuple[WindowRow, ...]:
    """The windows that are not over, those in effect first, by weekday and time."""
    current = [window for window in schedule.windows if not _over(window.effective_until, today)]
    current.sort(key=lambda each: ((each.effective_from or date.min) > today, each.recurrence.weekdays, each.start))
    return tuple(_window_row(schedule, window, dates, today) for window in current)


def freeze_rows(schedule: Schedule, dates: Dates, today: date) -> tuple[FreezeRow, ...]:
    """The freezes that are not over, with the days lifted from them in the published years."""
    return tuple(
        FreezeRow(
            name=freeze.name,
            description=freeze.description,
            days=_days_but_lifted(freeze, dates, today),
            bounds=_bounds(freeze, dates, today),
        )
        for freeze in schedule.freezes
        if not _over(freeze.effective_until, today)
        and not (isinstance(freeze.pattern, NamedDays) and _over(freeze.pattern.days.last, today))
    )


def _over(last: date | None, today: date) -> bool:
    return last is not None and last < today


def _window_row(schedule: Schedule, window: MaintenanceWindow, dates: Dates, today: date) -> WindowRow:
    say = dates.language.say
    start, end = local_times(date(2000, 1, 1), window.start, window.end)
    next_day = end.date() > start.date() and end.time() != end.min.time()
    own = window.zone.key != schedule.calendar.zone.key
    return WindowRow(
        name=window.name,
        description=window.description,
        days=recurrence_text(window.recurrence, dates),
        hours=say("hours next day" if next_day else "hours", start=dates.clock(start), end=dates.clock(end)),
        zone=window.zone.key if own else "",
        length=dates.length(end - start),
        bounds=_bounds(window, dates, today),
        environments=environments_text(schedule, window.environments),
        impact=say(f"impact {window.impact}"),
    )


def environments_text(schedule: Schedule, environments: frozenset[str] | tuple[str, ...]) -> str:
    """The names of environments, in the order of the file's ids."""
    names = schedule.environment_names
    return ", ".join(names.get(each, each) for each in sorted(environments))


def recurrence_text(recurrence: Recurrence, dates: Dates) -> str:
    """The rule in words, such as ``Every Thursday``."""
    say, every = dates.language.say, recurrence.interval
    if recurrence.frequency is Frequency.WEEKLY:
        days = [dates.weekday(day) for day in recurrence.weekdays]
        if every == 1:
            return say("every day" if len(days) == _DAYS_IN_A_WEEK else "weekly", days=dates.language.listed(days))
        return say("weekly interval", every=every, days=dates.language.listed([say("on day", day=day) for day in days]))
    return say(_rhythm(recurrence), every=every, day=_day_in_month(recurrence, dates), month=_month(recurrence, dates))


def _rhythm(recurrence: Recurrence) -> str:
    name = "monthly" if recurrence.frequency is Frequency.MONTHLY else "yearly"
    return f"{name} interval" if recurrence.interval > 1 else name


def _month(recurrence: Recurrence, dates: Dates) -> str:
    if recurrence.month is None:
        return ""
    name, date_of = dates.month_name(recurrence.month), (recurrence.month_day or -1) > 0
    return dates.language.say("of date" if date_of else "of vowel" if name[0] in "ao" else "of", month=name)


def _day_in_month(recurrence: Recurrence, dates: Dates) -> str:
    say = dates.language.say
    if recurrence.month_day is not None:
        return say("last day") if recurrence.month_day < 0 else dates.language.ordinal(recurrence.month_day)
    return say(f"nth {recurrence.ordinal}", day=dates.weekday(recurrence.weekdays[0]))


def _days_but_lifted(freeze: ChangeFreeze, dates: Dates, today: date) -> str:
    whole, years = replace(freeze, lifted=()), range(today.year - 1, today.year + 2)
    lifted = [day for day in sorted(freeze.lifted) if day.year in years and any(whole.ranges(day, day))]
    say, frozen = dates.language.say, _frozen_days(freeze, dates)
    if not lifted:
        return frozen
    told = [say("on day", day=dates.dated_day(day)) for day in lifted[:_LIFTED_SHOWN]]
    if len(lifted) > _LIFTED_SHOWN:
        told.append(say("more days", count=len(lifted) - _LIFTED_SHOWN))
    return say("except days", frozen=frozen, lifted=dates.language.listed(told, between="; "))


def _frozen_days(freeze: ChangeFreeze, dates: Dates) -> str:
    say, pattern = dates.language.say, freeze.pattern
    if isinstance(pattern, LastSevenDays):
        return say("last 7 days")
    if isinstance(pattern, WeekOfLastDay | LastFullWeek):
        first, last = (dates.weekday((pattern.week_starts + days) % _DAYS_IN_A_WEEK) for days in (0, 6))
        return say(
            "last full week" if isinstance(pattern, LastFullWeek) else "week of last day", first=first, last=last
        )
    if isinstance(pattern, YearlyDays):
        return say("yearly days", first=dates.yearly_day(*pattern.start), last=dates.yearly_day(*pattern.through))
    return str(dates.days(pattern.days))


def _bounds(part: MaintenanceWindow | ChangeFreeze, dates: Dates, today: date) -> str:
    return " ".join(_bound_words(part.effective_from, part.effective_until, dates, today))


def _bound_words(first: date | None, last: date | None, dates: Dates, today: date) -> Iterator[str]:
    if first is not None:
        yield dates.language.say("since date" if first <= today else "from date", date=dates.plain_day(first))
    if last is not None:
        yield dates.language.say("until date", date=dates.plain_day(last))
