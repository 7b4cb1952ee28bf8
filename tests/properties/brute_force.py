"""A second, slow implementation of the policy (decisions 2, 3 and 4), date by date and instant by instant.

It calls no product code: it only reads the attributes of a schedule, and uses ``datetime`` and ``zoneinfo``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.freeze_patterns import LastFullWeek, LastSevenDays, NamedDays, Pattern, WeekOfLastDay, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import ListedDates, Recurrence
from icsfeed.domain.schedule import Schedule
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


@cache
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
    if not _has_parts(day, rule):
        return False
    if rule.interval == 1 or anchor is None:
        return True
    periods = {
        "WEEKLY": (day.toordinal() - day.weekday() - anchor.toordinal() + anchor.weekday()) // 7,
        "MONTHLY": (day.year - anchor.year) * 12 + day.month - anchor.month,
        "YEARLY": day.year - anchor.year,
    }
    return periods[rule.frequency.value] % rule.interval == 0


def _has_parts(day: date, rule: Recurrence) -> bool:
    """Whether the date is what the rule's BYMONTH, BYMONTHDAY, BYDAY and BYSETPOS say."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days:
        return day.day in rule.month_days or (-1 in rule.month_days and is_last_of_month(day))
    if rule.positions:
        first = day.replace(day=1)
        month = [
            each for each in days(first, first + 30 * DAY) if each.month == day.month and _is_on_weekday(each, rule)
        ]
        return day in {month[place - 1 if place > 0 else place] for place in rule.positions if abs(place) <= len(month)}
    return _is_on_weekday(day, rule)


def _is_on_weekday(day: date, rule: Recurrence) -> bool:
    """Whether the date is one of the rule's weekdays, from the beginning of its month or from its end."""
    days_left = next(left for left in range(31) if is_last_of_month(day + left * DAY))
    return bool(
        {None, (day.day + 6) // 7, -(days_left // 7 + 1)} & {nth for nth, on in rule.by_day if on == day.weekday()}
    )


def is_effective(day: date, bounded: MaintenanceWindow | ChangeFreeze) -> bool:
    """Decision 4: the first and the last local date on which an occurrence may start or a day be frozen."""
    return (bounded.effective_from or date.min) <= day <= (bounded.effective_until or date.max)


def is_frozen(day: date, freeze: ChangeFreeze) -> bool:
    """Decision 3, for one date of the calendar's zone."""
    return is_effective(day, freeze) and day not in freeze.lifted and _is_named(day, freeze.pattern)


def _is_named(day: date, pattern: Pattern) -> bool:
    if isinstance(pattern, LastSevenDays):
        return (day + WEEK).month != day.month
    if isinstance(pattern, WeekOfLastDay):
        return any(is_last_of_month(each) for each in _week(day, pattern.week_starts))
    if isinstance(pattern, LastFullWeek):
        week = _week(day, pattern.week_starts)
        return _is_full(week) and not (_is_full(_week(day + WEEK, pattern.week_starts), week[0].month))
    if isinstance(pattern, NamedDays):
        return pattern.days.first <= day <= pattern.days.last
    assert isinstance(pattern, YearlyDays)
    month_day = (day.month, day.day)
    if pattern.start <= pattern.through:
        return pattern.start <= month_day <= pattern.through
    return month_day >= pattern.start or month_day <= pattern.through


def _week(day: date, week_starts: int) -> list[date]:
    """The seven dates of the date's calendar week."""
    while day.weekday() != week_starts:
        day -= DAY
    return [day + number * DAY for number in range(7)]


def _is_full(week: list[date], month: int | None = None) -> bool:
    return {each.month for each in week} == {month or week[0].month}


class Outcome(NamedTuple):
    """The outcome of an occurrence: when it happens or why not, and the freezes that it would overlap."""

    policy: Instants | None
    happens: Instants | None
    reason: str = ""
    freezes: frozenset[str] = frozenset()


class Policy:
    """The outcomes of a schedule and its adjustments between two dates."""

    def __init__(self, schedule: Schedule, adjustments: Iterable[Adjustment], first: date, last: date) -> None:
        self._adjusted = {(each.window_id, each.day): each for each in adjustments}
        zone = schedule.calendar.zone
        self._frozen: dict[date, tuple[Instants, frozenset[str]]] = {}
        self._zone = zone
        moved = [each.to for each in self._adjusted.values() if isinstance(each, Move)]
        begin = min([first, *(to.start.date() for to in moved)])
        end = max([last, *(to.end.date() for to in moved)])
        for day in days(begin - 4 * DAY, end + 4 * DAY):
            freezes = frozenset(freeze.id for freeze in schedule.freezes if is_frozen(day, freeze))
            midnight = datetime.combine(day, time())
            span = hull(midnight, midnight + DAY, zone) if freezes else None
            if span:
                self._frozen[day] = span, freezes
        self.outcomes = {
            (window.id, start): self._outcome(window, start, end)
            for window in schedule.windows
            for day in days(first, last)
            if is_effective(day, window) and is_on_rule(day, window.recurrence, window.effective_from)
            for start, end in [local_span(window, day)]
        }

    @property
    def frozen_dates(self) -> dict[date, frozenset[str]]:
        """The frozen dates, with the ids of their freezes."""
        return {day: freezes for day, (_, freezes) in self._frozen.items()}

    def _outcome(self, window: MaintenanceWindow, start: datetime, end: datetime) -> Outcome:
        adjustment = self._adjusted.get((window.id, start.date()))
        policy = hull(start, end, window.zone)
        if policy is None:
            return Outcome(None, None, "Missing")
        if touched := self._freezes_touching(policy):
            return Outcome(policy, None, "Frozen", touched)
        if isinstance(adjustment, Skip):
            return Outcome(policy, None, "Skipped")
        happens = (adjustment.to.start, adjustment.to.end) if isinstance(adjustment, Move) else policy
        if touched := self._freezes_touching(happens):
            return Outcome(policy, None, "Frozen", touched)
        return Outcome(policy, happens)

    def _freezes_touching(self, span: Instants) -> frozenset[str]:
        start, end = span
        near = days(reading(start, self._zone).date() - 2 * DAY, reading(end, self._zone).date() + 2 * DAY)
        frozen = [self._frozen[day] for day in near if day in self._frozen]
        return frozenset[str]().union(*(ids for (first, until), ids in frozen if first < end and start < until))


def local_span(window: MaintenanceWindow, day: date) -> tuple[datetime, datetime]:
    """Local start and end; an end at or before the start is on the next day."""
    end_day = day if window.start < window.end else day + DAY
    return datetime.combine(day, window.start), datetime.combine(end_day, window.end)
