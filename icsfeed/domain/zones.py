"""IANA time zones: their clock changes, and the yearly rules behind them.

The data is the pinned ``tzdata`` package's, never the host's, so that the same schedule gives the same instants on
every machine.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

DATA_VERSION: Final = tzdata.IANA_VERSION
"""The release of the IANA time zone database, such as ``2026f``."""

_DATA: Final = Path(tzdata.__file__).parent
_ONE_SECOND: Final = timedelta(seconds=1)
_CHECK_INTERVAL: Final = timedelta(days=6)
_DAYS_PER_WEEK: Final = 7
GRACE_YEARS: Final = 5
"""For so many years after a zone's rules have changed, calendar programs with older tables misread its local times."""

_YEARS_AHEAD: Final = 28
"""The weekdays of the Gregorian calendar repeat after 28 years (century years aside)."""


@cache
def zone_names() -> frozenset[str]:
    """Every name of the IANA time zone database, links included."""
    return frozenset((_DATA / "zones").read_text(encoding="ascii").split())


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name, one object for each name.

    Raises:
        BadInputError: where the database has no such name.
    """
    if name not in zone_names():
        msg = f"{quoted(name)} is not a name in the IANA time zone database {DATA_VERSION}"
        raise BadInputError(msg)
    with _DATA.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def is_utc(name: str) -> bool:
    """Whether the clocks of the zone of that name show UTC."""
    return name in {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockChange:
    """An instant (UTC) at which a zone's offset from UTC goes from ``before`` to ``after``."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def old_reading(self) -> datetime:
        """The naive local time at that instant, had the clock not been changed."""
        return self.at.replace(tzinfo=None) + self.before

    @property
    def new_reading(self) -> datetime:
        """The naive local time at that instant, after the change."""
        return self.at.replace(tzinfo=None) + self.after


def offset_at(tz: ZoneInfo, instant: datetime) -> timedelta:
    """The zone's offset from UTC at an aware instant."""
    offset = instant.astimezone(tz).utcoffset()
    if offset is None:  # pragma: no cover  (a ZoneInfo always knows)
        raise AssertionError
    return offset


@cache
def clock_changes_in(tz: ZoneInfo, year: int) -> tuple[ClockChange, ...]:
    """The clock changes of one calendar year (UTC), in order.

    The clock is looked at every few days and a change is bisected to the second. No zone has had two changes nearer to
    each other than that since 1971.
    """
    changes = []
    earlier = datetime(year, 1, 1, tzinfo=UTC) - _ONE_SECOND
    before = offset_at(tz, earlier)
    last = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    while earlier < last:
        later = min(earlier + _CHECK_INTERVAL, last)
        after = offset_at(tz, later)
        if after != before:
            changes.append(ClockChange(at=_first_instant_with(tz, after, earlier, later), before=before, after=after))
        earlier, before = later, after
    return tuple(changes)


def _first_instant_with(tz: ZoneInfo, offset: timedelta, earlier: datetime, later: datetime) -> datetime:
    seconds = range(int((later - earlier).total_seconds()))
    steps = bisect_left(seconds, True, key=lambda step: offset_at(tz, earlier + step * _ONE_SECOND) == offset)  # noqa: FBT003  (what is searched for)
    return earlier + steps * _ONE_SECOND


def clock_changes(tz: ZoneInfo, start: datetime, end: datetime) -> tuple[ClockChange, ...]:
    """The clock changes at or after ``start`` and before ``end`` (aware, UTC), in order."""
    return tuple(
        change
        for year in range(start.year, end.year + 1)
        for change in clock_changes_in(tz, year)
        if start <= change.at < end
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Onset:
    """A yearly clock change: on the ``ordinal``-th (-1: last) ``weekday`` (Monday is 0) of ``month``.

    ``time`` is read on the clock as it is before the change (RFC 5545, section 3.6.5); ``name`` is what the new time
    is called, such as ``EDT``.
    """

    month: int
    ordinal: int
    weekday: int
    time: time
    before: timedelta
    after: timedelta
    name: str

    def date_in(self, year: int) -> date:
        """The local date of the change in that year."""
        days = [
            day
            for day in calendar.Calendar().itermonthdates(year, self.month)
            if day.month == self.month and day.weekday() == self.weekday
        ]
        return days[self.ordinal if self.ordinal < 0 else self.ordinal - 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class SettledClock:
    """A zone's clock that follows one yearly pair of rules over some years, or never changes in them.

    ``onsets`` has none (``offset`` and ``name`` hold all year) or two: first the change to the lesser offset, then the
    change to the greater one.
    """

    offset: timedelta
    name: str
    onsets: tuple[Onset, ...]

    def skips(self, local: time) -> bool:
        """Whether the clock skips that time of day when it is put forward."""
        day = timedelta(days=1)
        since = [
            ((datetime.combine(date.min, local) - datetime.combine(date.min, onset.time)) % day, onset)
            for onset in self.onsets
        ]
        return any(passed < onset.after - onset.before for passed, onset in since)


@cache
def settled_clock(tz: ZoneInfo, first_year: int, last_year: int) -> SettledClock | None:
    """The clock's rules in those calendar years (UTC), or ``None`` where no single yearly pair fits.

    That is also so where the rules were others in the five years before: they have not settled yet.

    A date can be both the fourth and the last Sunday of its month in each of a few years: the years that follow decide,
    so that a zone gets the same rules for any years.
    """
    years = [clock_changes_in(tz, year) for year in range(first_year, last_year + 1)]
    if not _keeps_its_rules(tz, first_year - GRACE_YEARS, last_year):
        return None
    if not any(years):
        start = datetime(first_year, 1, 1, tzinfo=UTC)
        return SettledClock(offset=offset_at(tz, start), name=_name_at(tz, start), onsets=())
    if any(len(changes) != 2 for changes in years):  # noqa: PLR2004  (there and back)
        return None
    onsets = []
    for greater in (False, True):
        onset = _shared_onset(tz, first_year, last_year, greater=greater)
        if onset is None:
            return None
        onsets.append(onset)
    return SettledClock(offset=onsets[0].after, name=onsets[0].name, onsets=tuple(onsets))


def _keeps_its_rules(tz: ZoneInfo, first_year: int, last_year: int) -> bool:
    """Whether the clock is never changed in those years, or follows one pair of the database's rules in all of them.

    Such a rule names a weekday on or after a day of a month, so its dates are within seven days of the year. It may be
    none that an onset can express: the Friday before the last Sunday is not always the same one of its month.
    """
    years = range(first_year, last_year + 1)
    changes = [change for year in years for change in clock_changes_in(tz, year)]
    if not changes:
        return True
    for greater in (False, True):
        of_rule = [change for change in changes if (change.after > change.before) is greater]
        if [change.at.year for change in of_rule] != list(years):
            return False
        readings = [change.old_reading for change in of_rule]
        month = readings[0].month
        days = [(local.date() - local.date().replace(month=month, day=1)).days for local in readings]
        kinds = {
            (change.before, change.after, local.weekday(), local.time())
            for change, local in zip(of_rule, readings, strict=True)
        }
        if len(kinds) > 1 or max(days) - min(days) >= _DAYS_PER_WEEK:
            return False
    return True


def _shared_onset(tz: ZoneInfo, first_year: int, last_year: int, *, greater: bool) -> Onset | None:
    """The one onset, toward the ``greater`` or the lesser offset, that all of those years have."""
    shared = _onsets_in(tz, first_year, greater=greater)
    for year in range(first_year + 1, last_year + 1):
        shared &= _onsets_in(tz, year, greater=greater)
    for year in range(last_year + 1, last_year + 1 + _YEARS_AHEAD):
        if len(shared) <= 1:
            break
        shared = shared & _onsets_in(tz, year, greater=greater) or shared
    return min(shared, key=lambda onset: onset.ordinal, default=None)


def _onsets_in(tz: ZoneInfo, year: int, *, greater: bool) -> set[Onset]:
    """The onsets that the one change of that year, toward the ``greater`` or the lesser offset, may belong to."""
    changes = [change for change in clock_changes_in(tz, year) if (change.after > change.before) is greater]
    return _onsets_of(tz, changes[0]) if len(changes) == 1 else set()


def _onsets_of(tz: ZoneInfo, change: ClockChange) -> set[Onset]:
    """Every onset that ``change`` may belong to."""
    local = change.old_reading
    nth = (local.day - 1) // 7 + 1
    ordinals = {nth} if nth <= 4 else set()  # noqa: PLR2004  (a fifth one does not come every year)
    if local.day + 7 > calendar.monthrange(local.year, local.month)[1]:
        ordinals.add(-1)
    return {
        Onset(
            month=local.month,
            ordinal=ordinal,
            weekday=local.weekday(),
            time=local.time(),
            before=change.before,
            after=change.after,
            name=_name_at(tz, change.at),
        )
        for ordinal in ordinals
    }


def _name_at(tz: ZoneInfo, instant: datetime) -> str:
    return instant.astimezone(tz).tzname() or ""
