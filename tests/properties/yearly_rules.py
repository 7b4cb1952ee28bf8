"""A VTIMEZONE (RFC 5545, section 3.6.5) read by calendar arithmetic, and clock changes found by sampling."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from icsfeed.domain.zones import zone_names
from tests.properties.brute_force import HOUR, MINUTE, is_last_of_month, reading
from tests.properties.content_lines import Component

ORDINALS: Final = (1, 2, 3, 4, -1)
WEEKDAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEP: Final = 12 * HOUR


@cache
def different_zones() -> tuple[str, ...]:
    """One name for each zone of the database; the others are links, whose files have the same bytes."""
    data = resources.files("tzdata") / "zoneinfo"
    by_content = {data.joinpath(*name.split("/")).read_bytes(): name for name in sorted(zone_names(), reverse=True)}
    return tuple(sorted(by_content.values()))


class Change(NamedTuple):
    """A clock change (UTC), and the offsets before and after it."""

    at: datetime
    before: timedelta
    after: timedelta


def offset_at(instant: datetime, zone: ZoneInfo) -> timedelta:
    return reading(instant, zone) - instant.replace(tzinfo=None)


@cache
def sampled_changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[Change, ...]:
    """The clock changes of those years (UTC), found by sampling every twelve hours and then every minute."""
    changes = []
    instant, end = datetime(first_year, 1, 1, tzinfo=UTC) - STEP, datetime(last_year + 1, 1, 1, tzinfo=UTC)
    offset = instant.astimezone(zone).utcoffset()
    while instant < end - STEP:
        later = instant + STEP
        next_offset = later.astimezone(zone).utcoffset()
        if next_offset != offset:
            changes += _changes_between(zone, instant, later)
        instant, offset = later, next_offset
    changes += _changes_between(zone, instant, end - MINUTE)
    return tuple(changes)


def _changes_between(zone: ZoneInfo, first: datetime, last: datetime) -> list[Change]:
    hours = [first + hour * HOUR for hour in range(int((last - first) / HOUR) + 1)]
    if hours[-1] != last:
        hours.append(last)
    changes = []
    for hour, next_hour in pairwise(hours):
        if offset_at(hour, zone) != offset_at(next_hour, zone):
            minutes = [hour + minute * MINUTE for minute in range(61)]
            offsets = [offset_at(minute, zone) for minute in minutes]
            both = zip(minutes[1:], offsets, offsets[1:], strict=False)
            changes += [Change(*change) for change in both if change[1] != change[2]]
    return changes


def nth_weekday(year: int, month: int, ordinal: int, weekday: int) -> date:
    """The date of, for instance, the last (-1) Sunday (6) of a month."""
    dates = [date(year, month, day) for day in range(1, 29) if date(year, month, day).weekday() == weekday]
    while not is_last_of_month(dates[-1]) and (dates[-1] + timedelta(days=7)).month == month:
        dates.append(dates[-1] + timedelta(days=7))
    return dates[ordinal if ordinal < 0 else ordinal - 1]


def is_one_yearly_pair(changes: Iterable[Change], first_year: int, last_year: int) -> bool:
    """Whether each year has one change forward and one back, each on the same ordinal weekday at the same time."""
    years = range(first_year, last_year + 1)
    for forward in (True, False):
        directed = [change for change in changes if (change.after > change.before) is forward]
        if [change.at.year for change in directed] != list(years):
            return False
        if not any(_holds(directed, ordinal) for ordinal in ORDINALS):
            return False
    return True


def follows_one_pair(changes: Iterable[Change], first_year: int, last_year: int) -> bool:
    """Whether each year has one change forward and one back by the same rule of the database, such as ``Sun>=8``.

    Such rules are the first of a weekday on or after a day of the month; ``lastSun`` is one in a month of that length.
    Cairo's ends at 24:00 on the last Thursday of October, which may be in November.
    """
    years = range(first_year, last_year + 1)
    for forward in (True, False):
        directed = [change for change in changes if (change.after > change.before) is forward]
        if [change.at.year for change in directed] != list(years):
            return False
        if not any(_is_first_after(directed, day) for day in range(-6, 32)):
            return False
    return True


def _is_first_after(directed: list[Change], day: int) -> bool:
    """Whether all changes are on the first such weekday from that day of the month on, at the same local time."""
    first = directed[0].at.replace(tzinfo=None) + directed[0].before
    for change in directed:
        dates = [date(change.at.year, first.month, 1) + timedelta(days=day - 1 + later) for later in range(7)]
        due = next(each for each in dates if each.weekday() == first.weekday())
        if (datetime.combine(due, first.time(), UTC) - change.before, *directed[0][1:]) != change:
            return False
    return True


def _holds(directed: list[Change], ordinal: int) -> bool:
    """Whether all changes follow from the first one's month, weekday and local time."""
    first = directed[0].at.replace(tzinfo=None) + directed[0].before
    for change in directed:
        day = nth_weekday(change.at.year, first.month, ordinal, first.weekday())
        due = datetime.combine(day, first.time(), UTC) - change.before
        if (due, *directed[0][1:]) != change:
            return False
    return True


class VtimezoneClock:
    """The offsets that a VTIMEZONE gives in the requested years."""

    def __init__(self, component: Component, years: range) -> None:
        onsets = sorted(onset for each in component.children for onset in _onsets(each, years))
        self._instants = [instant for instant, _, _ in onsets]
        self._offsets = [to for _, _, to in onsets]
        self.is_joined = all(before[2] == after[1] for before, after in pairwise(onsets))
        """Whether each observance takes over at the offset at which the one before it ends."""

    def offset_at(self, instant: datetime) -> timedelta:
        """The offset of the observance that began last."""
        return self._offsets[bisect_right(self._instants, instant) - 1]


def _onsets(observance: Component, years: range) -> list[tuple[datetime, timedelta, timedelta]]:
    """The UTC onsets of an observance: its local onsets minus TZOFFSETFROM."""
    before, after = (_offset(observance.one(name).value) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    start = observance.one("DTSTART").local
    if not observance.all("RRULE"):
        return [(start.replace(tzinfo=UTC) - before, before, after)]
    parts = observance.one("RRULE").parts
    month, ordinal, weekday = int(parts["BYMONTH"]), int(parts["BYDAY"][:-2]), WEEKDAY_CODES.index(parts["BYDAY"][-2:])
    days = [nth_weekday(year, month, ordinal, weekday) for year in years]
    return [(datetime.combine(day, start.time(), UTC) - before, before, after) for day in days]


def _offset(text: str) -> timedelta:
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return -size if text.startswith("-") else size
