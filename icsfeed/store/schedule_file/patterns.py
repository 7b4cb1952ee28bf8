"""On which days, and at which hours, the validated tables of windows and freezes recur."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from icsfeed.domain.freeze_patterns import (
    WHOLE_DAY,
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
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.recurrence import ListedDates, Recurrence, parse_recurrence, weekly
from icsfeed.domain.rule_parts import WEEKDAYS
from icsfeed.domain.spans import ONE_DAY, DateRange
from icsfeed.store.schedule_file.date_values import month_day
from icsfeed.store.schedule_file.values import FIRST_SEVEN_DAYS, LAST_SEVEN_DAYS, WEEK_OF_LAST_DAY

if TYPE_CHECKING:
    from icsfeed.store.schedule_file.policy_tables import FreezeTable, HolidaysTable, WindowTable


def recurrence_of(table: WindowTable) -> Recurrence | ListedDates:
    """The rule, or the dates, by which a window recurs."""
    if "rrule" in table:
        return parse_recurrence(table["rrule"])
    if "dates" in table:
        return ListedDates(days=tuple(sorted(table["dates"])))
    return weekly(*(WEEKDAYS.index(day) for day in table["days"]))


def pattern_of(table: FreezeTable) -> Pattern:
    """The days and hours of a freeze."""
    if "rrule" in table:
        return RecurringDays(
            recurrence=parse_recurrence(table["rrule"]),
            offset_days=table.get("offset_days", 0),
            hours=_hours(table),
            anchor=table.get("effective_from"),
        )
    if "dates" in table:
        return ListedDays(dates=tuple(sorted(table["dates"])), hours=_hours(table))
    if "holidays" in table:
        return _holidays(table["holidays"])
    if "every" in table and "from" not in table:
        return _week(table)
    return _from_to(table)


def _hours(table: FreezeTable) -> FreezeHours:
    if not {"start", "duration"} & table.keys():
        return WHOLE_DAY
    length = parse_length(table["duration"]) if "duration" in table else ONE_DAY
    return FreezeHours(start=table.get("start"), length=length)


def _holidays(table: HolidaysTable) -> PublicHolidays:
    return PublicHolidays(
        country=table["country"],
        subdivision=table.get("subdivision", ""),
        days_before=table.get("days_before", 0),
        days_after=table.get("days_after", 0),
        only=tuple(table.get("only", ())),
    )


def _week(table: FreezeTable) -> Pattern:
    period, week = Period[table["every"].upper()], table.get("week", LAST_SEVEN_DAYS)
    if week == FIRST_SEVEN_DAYS:
        return FirstSevenDays(period=period)
    if week == LAST_SEVEN_DAYS:
        return LastSevenDays(period=period)
    week_starts = WEEKDAYS.index(table.get("week_starts", WEEKDAYS[0]))
    kind = WeekOfLastDay if week == WEEK_OF_LAST_DAY else LastFullWeek
    return kind(week_starts=week_starts, period=period)


def _from_to(table: FreezeTable) -> Pattern:
    first = table["from"]
    if isinstance(first, datetime):
        return NamedHours(hours=LocalSpan(start=first, end=table["until"]))
    last = table["through"]
    if isinstance(first, date) and isinstance(last, date):
        return NamedDays(days=DateRange(first=first, last=last))
    start, through = month_day(str(first)), month_day(str(last))
    if start is None or through is None:  # pragma: no cover  (both were validated)
        raise AssertionError
    return YearlyDays(start=start, through=through)
