"""Strategies for whole schedules, biased towards hours and dates at which calendars go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import LastFullWeek, LastSevenDays, NamedDays, Pattern, WeekOfLastDay, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import Recurrence, parse_recurrence
from icsfeed.domain.rule_parts import WEEKDAY_CODES
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone, zone_names

TRICKY_ZONES: Final = {
    "America/Toronto": "the policy's own",
    "America/Panama": "fixed",
    "Asia/Kathmandu": "fixed, at three quarters of an hour",
    "UTC": "no TZID at all",
    "Etc/GMT+5": "fixed, with a plus sign in its name",
    "Europe/Berlin": "changes at 02:00 and 03:00",
    "Europe/London": "changes at 01:00 and 02:00",
    "Europe/Dublin": "negative daylight saving time",
    "Australia/Lord_Howe": "changes by half an hour",
    "Pacific/Auckland": "southern; far ahead of UTC",
    "Pacific/Apia": "lost a whole day in 2011",
    "America/Santiago": "changes at midnight, on a Sunday that is no ordinal one",
    "Asia/Beirut": "changes at midnight",
    "America/Asuncion": "changed at midnight until 2024",
    "Africa/Cairo": "changes at midnight since 2023",
    "America/Nuuk": "changes on the eve, and for good in 2023",
    "America/Havana": "changes at midnight and at 01:00",
    "America/Vancouver": "changes for good in 2026",
    "America/Edmonton": "changes for good in 2026",
    "Africa/Casablanca": "follows Ramadan",
    "America/St_Johns": "changed at 00:01 until 2011",
    "Antarctica/Troll": "changes by two hours",
}
"""Zones that differ in kind, each with what is special about it."""

NOWS: Final = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31, 23, 59, 59), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
_FIRST_DATE: Final = date(2004, 1, 1)
_LAST_DATE: Final = date(2038, 12, 31)
_CHANGE_HOURS: Final = tuple(time(hour, minute) for hour in (0, 1, 2, 3, 4, 22, 23) for minute in (0, 30))
_ENVIRONMENTS: Final = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))

dates = st.dates(_FIRST_DATE, _LAST_DATE)
recent_dates = st.dates(date(2018, 6, 1), date(2037, 6, 1))
weekdays = st.sampled_from((6, 6, 4, 0, 1, 2, 3, 5))
intervals = st.sampled_from((1, 1, 1, 2, 3, 5))


def zones() -> st.SearchStrategy[ZoneInfo]:
    """One of the tricky zones, or any other zone of the database."""
    return st.one_of(st.sampled_from(list(TRICKY_ZONES)), st.sampled_from(sorted(zone_names()))).map(zone)


def times() -> st.SearchStrategy[time]:
    """A time of day, most often one with a clock change in some zone."""
    anywhere = st.times().map(lambda each: each.replace(microsecond=0))
    return st.one_of(st.sampled_from(_CHANGE_HOURS), st.just(time()), anywhere)


_MONTHS: Final = (
    *("BYMONTH=1", "BYMONTH=2", "BYMONTH=8", "BYMONTH=3,6,9,12", "BYMONTH=5,11", "BYMONTH=1,2,12"),
    "BYMONTH=1,2,3,4,5,6,7,8,9,10,11",
)
_DAYS: Final = (
    *("BYMONTHDAY=1", "BYMONTHDAY=28", "BYMONTHDAY=-1", "BYMONTHDAY=1,15", "BYMONTHDAY=2,-1", "BYMONTHDAY=28,-1"),
    *("BYDAY=2TU,4TU", "BYDAY=1SU,-1SU", "BYDAY=4FR,-1FR", "BYDAY=5MO", "BYDAY=1MO,1WE", "BYDAY=-2FR"),
    *("BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "BYDAY=SA,SU;BYSETPOS=1,3", "BYDAY=MO,TU;BYSETPOS=2"),
)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """A rule of any kind."""
    if draw(st.booleans()):
        codes = draw(st.sets(weekdays, min_size=1, max_size=3))
        parts = ["FREQ=WEEKLY", f"BYDAY={','.join(WEEKDAY_CODES[day] for day in sorted(codes))}"]
        interval, months = draw(intervals), draw(st.sampled_from(("", "", "", *_MONTHS)))
    else:
        nth_weekday = st.tuples(st.sampled_from((-1, 1, 2, 3, 4)), weekdays).map(
            lambda each: f"BYDAY={each[0]}{WEEKDAY_CODES[each[1]]}"
        )
        month_day = st.integers(1, 28).map(lambda day: f"BYMONTHDAY={day}")
        months = draw(st.sampled_from(("", "", *_MONTHS)))
        parts = ["FREQ=MONTHLY", draw(st.one_of(nth_weekday, month_day, st.sampled_from(_DAYS)))]
        interval = 1 if months else draw(intervals)
    return parse_recurrence(";".join(filter(None, [*parts, months, f"INTERVAL={interval}"])))


@st.composite
def windows(draw: st.DrawFn, number: int, home: ZoneInfo) -> MaintenanceWindow:
    """A window, most often in the calendar's zone and a few hours long."""
    recurrence = draw(recurrences())
    start = draw(times())
    length = draw(st.sampled_from((30, 60, 90, 240, 1440)))
    later = (datetime.combine(_FIRST_DATE, start) + timedelta(minutes=length)).time()
    bounded = st.none() if recurrence.interval == 1 else st.nothing()
    ends_on = draw(st.one_of(st.none(), st.none(), recent_dates))
    return MaintenanceWindow(
        id=f"window-{number}",
        name=f"Maintenance {number}",
        recurrence=recurrence,
        start=start,
        end=draw(st.one_of(st.just(later), times())),
        zone=draw(st.one_of(st.just(home), st.just(home), zones())),
        environments=draw(st.sampled_from([frozenset({"preview"}), frozenset({"preview", "production"})])),
        impact=draw(st.sampled_from(Impact)),
        effective_from=draw(st.one_of(bounded, st.just(date(2020, 1, 1)), dates)),
        effective_until=ends_on,
    )


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    """A pattern of any kind."""
    kind = draw(st.sampled_from((LastSevenDays, WeekOfLastDay, LastFullWeek, NamedDays, YearlyDays)))
    if kind is NamedDays:
        first = draw(recent_dates)
        return NamedDays(days=DateRange(first=first, last=first + timedelta(days=draw(st.integers(0, 40)))))
    if kind is YearlyDays:
        ends = st.one_of(st.sampled_from(((2, 28), (2, 29), (3, 1), (12, 18), (1, 3))), st.dates().map(_month_day))
        return YearlyDays(start=draw(ends), through=draw(ends))
    if kind is LastSevenDays:
        return LastSevenDays()
    week_starts = draw(st.integers(0, 6))
    return WeekOfLastDay(week_starts=week_starts) if kind is WeekOfLastDay else LastFullWeek(week_starts=week_starts)


def _month_day(day: date) -> tuple[int, int]:
    return day.month, day.day


@st.composite
def freezes(draw: st.DrawFn, number: int, zone: ZoneInfo) -> ChangeFreeze:
    """A change freeze, perhaps bounded, perhaps lifted for some dates."""
    pattern = draw(patterns())
    all_of_it = [each for year in (2019, 2026) for each in pattern.spans(date(year, 1, 1), date(year + 3, 1, 1))]
    lifted = draw(st.lists(st.sampled_from(all_of_it), max_size=3)) if all_of_it else []
    bounds = st.one_of(st.none(), st.none(), recent_dates)
    return ChangeFreeze(
        id=f"freeze-{number}",
        name=f"Freeze {number}",
        pattern=pattern,
        zone=zone,
        effective_from=draw(bounds),
        effective_until=draw(bounds),
        lifted=tuple(draw(st.dates(each.days.first, each.days.last)) for each in lifted),
    )


@st.composite
def schedules(draw: st.DrawFn, most_windows: int = 3, most_freezes: int = 2) -> Schedule:
    """A whole policy."""
    home = draw(zones())
    return Schedule(
        calendar=Calendar(
            name="Properties",
            zone=home,
            uid_domain="maintenance.example.com",
            organizer=draw(st.sampled_from((None, Organizer(name="Support", email="support@example.com")))),
        ),
        environments=_ENVIRONMENTS,
        windows=tuple(draw(windows(number, home)) for number in range(draw(st.integers(1, most_windows)))),
        freezes=tuple(draw(freezes(number, home)) for number in range(draw(st.integers(0, most_freezes)))),
    )


@st.composite
def adjustments(draw: st.DrawFn, schedule: Schedule, year: int) -> tuple[Adjustment, ...]:
    """Some occurrences around that year, skipped or moved, near or far."""
    adjustments_by_occurrence: dict[tuple[str, date], Adjustment] = {}
    for window in schedule.windows:
        on = list(window.dates(date(year - 1, 1, 1), date(year + 1, 12, 31)))
        for day in draw(st.lists(st.sampled_from(on), max_size=4, unique=True)) if on else ():
            adjustments_by_occurrence[window.id, day] = draw(_adjustment(window.id, day))
    return tuple(adjustments_by_occurrence.values())


@st.composite
def _adjustment(draw: st.DrawFn, window_id: str, day: date) -> Adjustment:
    if draw(st.booleans()):
        return Skip(window_id=window_id, day=day, reason="Not needed", silent=draw(st.booleans()))
    reach = draw(st.sampled_from((1, 40, 800))) * 24 * 60
    start = datetime.combine(day, time(), UTC) + timedelta(minutes=draw(st.integers(-reach, reach)))
    length = timedelta(seconds=draw(st.sampled_from((1, 3600, 4 * 3600, 60 * 3600))))
    return Move(window_id=window_id, day=day, to=Span(start=start, end=start + length), reason="Vendor on site")
