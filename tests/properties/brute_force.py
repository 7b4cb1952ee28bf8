"""A second, slow reading of the wall clock and of recurrence rules (decisions 2 and 4), date by date.

It calls no product code: it only reads the attributes of windows and rules, and uses ``datetime`` and ``zoneinfo``.
Frozen times are in ``frozen_times``, the outcomes of occurrences in ``outcomes``.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import ListedDates, Recurrence
from icsfeed.domain.windows import MaintenanceWindow

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
REACH: Final = timedelta(hours=26)

Instants = tuple[datetime, datetime]
"""From the first until just before the second, both in UTC."""


def days(first: date, last: date) -> Iterator[date]:
    """All dates from the first through the last."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def reading(instant: datetime, zone: ZoneInfo) -> datetime:
    """The naive local time at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def offsets_around(start: datetime, end: datetime, zone: ZoneInfo) -> dict[datetime, timedelta]:
    """The zone's offset at every full hour (UTC) near those naive local times."""
    offsets: dict[datetime, timedelta] = {}
    for day in days((start - REACH).date(), (end + REACH).date()):
        offsets |= _offsets_on(day, zone)
    return offsets


@lru_cache(maxsize=4 * 3660)
def _offsets_on(day: date, zone: ZoneInfo) -> dict[datetime, timedelta]:
    hours = [datetime.combine(day, time(hour), UTC) for hour in range(24)]
    return {hour: reading(hour, zone) - hour.replace(tzinfo=None) for hour in hours}


def readings(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which the local time is exactly ``local``."""
    candidates = {local.replace(tzinfo=UTC) - offset for offset in set(offsets_around(local, local, zone).values())}
    return sorted(instant for instant in candidates if reading(instant, zone) == local)


def hull(start: datetime, end: datetime, zone: ZoneInfo) -> Instants | None:
    """From the first to the last instant at which the wall clock reads at or after ``start`` and before ``end``.

    Whether it does can change only where the clock shows ``start`` or ``end`` and, to the full minute, where it is put
    forward or back: those instants are looked at one by one.
    """
    offsets = offsets_around(start, end, zone)
    if len(set(offsets.values())) == 1:
        (offset,) = set(offsets.values())
        return start.replace(tzinfo=UTC) - offset, end.replace(tzinfo=UTC) - offset
    looked_at = {local.replace(tzinfo=UTC) - offset for local in (start, end) for offset in set(offsets.values())}
    for hour, offset in offsets.items():
        if offsets.get(hour + HOUR, offset) != offset:
            looked_at.update(hour + minute * MINUTE for minute in range(61))
    first, until, inside = None, None, False
    for instant in sorted(looked_at):
        before, inside = inside, start <= reading(instant, zone) < end
        if inside and first is None:
            first = instant
        if before and not inside:
            until = instant
    return (first, until) if first and until else None


def is_last_of_month(day: date) -> bool:
    return (day + DAY).month != day.month


def is_on_rule(day: date, rule: Recurrence | ListedDates, anchor: date | None) -> bool:
    """Whether the rule names the date; with an interval, the week, month or year of ``anchor`` is the first."""
    if isinstance(rule, ListedDates):
        return day in rule.days
    if not _fits(day, rule):
        return False
    if rule.positions:
        fitting = [each for each in _month_of(day) if _fits(each, rule)]
        at = fitting.index(day)
        if not {at + 1, at - len(fitting)} & set(rule.positions):
            return False
    if rule.interval == 1 or anchor is None:
        return True
    periods = {
        "WEEKLY": (day.toordinal() - day.weekday() - anchor.toordinal() + anchor.weekday()) // 7,
        "MONTHLY": (day.year - anchor.year) * 12 + day.month - anchor.month,
        "YEARLY": day.year - anchor.year,
    }
    number = periods[rule.frequency.value]
    return number >= 0 and number % rule.interval == 0


def _fits(day: date, rule: Recurrence) -> bool:
    """Whether the date is one of the rule's, were every period and every position meant."""
    length = len(_month_of(day))
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - length - 1} & set(rule.month_days):
        return False
    ordinals = {None, (day.day + 6) // 7, -((length - day.day) // 7 + 1)}
    return not rule.by_day or any(ordinal in ordinals and weekday == day.weekday() for ordinal, weekday in rule.by_day)


def _month_of(day: date) -> list[date]:
    """All dates of its month."""
    return [day.replace(day=number + 1) for number in range(calendar.monthrange(day.year, day.month)[1])]


def is_start(day: date, window: MaintenanceWindow) -> bool:
    """Whether an occurrence of the window starts on that local date."""
    on_rule = day - window.offset_days * DAY
    return is_effective(day, window) and is_on_rule(on_rule, window.recurrence, window.effective_from)


def is_effective(day: date, bounded: MaintenanceWindow | ChangeFreeze) -> bool:
    """Decision 4: the first and the last local date on which an occurrence may start or a day be frozen."""
    return (bounded.effective_from or date.min) <= day <= (bounded.effective_until or date.max)


def local_span(window: MaintenanceWindow, day: date) -> tuple[datetime, datetime]:
    """Local start and end; without a duration, an end at or before the start is on the next day."""
    start = datetime.combine(day, window.start)
    if window.duration is not None:
        return start, start + window.duration
    return start, datetime.combine(day if window.start < window.end else day + DAY, window.end)
