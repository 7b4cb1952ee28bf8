"""Strategies for whole schedules, biased towards hours and dates at which calendars go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.feeds import Environment
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone, zone_names
from tests.properties.freezes import freezes
from tests.properties.rules import FIRST_DATE, dates, listed_dates, offsets, recent_dates, recurrences, times

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
_ENVIRONMENTS: Final = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
ENVIRONMENTS: Final = tuple(each.id for each in _ENVIRONMENTS)
_DURATIONS: Final = tuple(timedelta(hours=hours) for hours in (1, 24, 36, 48, 63, 7 * 24))


def zones() -> st.SearchStrategy[ZoneInfo]:
    """One of the tricky zones, or any other zone of the database."""
    return st.one_of(st.sampled_from(list(TRICKY_ZONES)), st.sampled_from(sorted(zone_names()))).map(zone)


def zones_near(home: ZoneInfo) -> st.SearchStrategy[ZoneInfo]:
    """Most often the calendar's own zone."""
    return st.one_of(st.just(home), st.just(home), zones())


@st.composite
def windows(draw: st.DrawFn, number: int, home: ZoneInfo) -> MaintenanceWindow:
    """A window, most often in the calendar's zone and a few hours long, by a rule or by dates."""
    recurrence = draw(st.one_of(recurrences(), recurrences(), recurrences(), listed_dates()))
    start = draw(times())
    length = draw(st.sampled_from((30, 60, 90, 240, 1440)))
    later = (datetime.combine(FIRST_DATE, start) + timedelta(minutes=length)).time()
    bounded = st.none() if recurrence.interval == 1 else st.nothing()
    ends_on = draw(st.one_of(st.none(), st.none(), recent_dates))
    return MaintenanceWindow(
        id=f"window-{number}",
        name=f"Maintenance {number}",
        recurrence=recurrence,
        offset_days=draw(offsets),
        start=start,
        end=draw(st.one_of(st.just(later), times())),
        duration=draw(st.one_of(st.none(), st.none(), st.sampled_from(_DURATIONS))),
        zone=draw(zones_near(home)),
        environments=draw(st.sampled_from([frozenset({"preview"}), frozenset(ENVIRONMENTS)])),
        impact=draw(st.sampled_from(Impact)),
        effective_from=draw(st.one_of(bounded, st.just(date(2020, 1, 1)), dates)),
        effective_until=ends_on,
    )


def with_private_production(schedule: Schedule) -> Schedule:
    """The same policy, but production is one customer's own."""
    preview, production = _ENVIRONMENTS
    return replace(schedule, environments=(preview, replace(production, public=False)), feeds=())


@st.composite
def schedules(draw: st.DrawFn, most_windows: int = 3, most_freezes: int = 2, home: ZoneInfo | None = None) -> Schedule:
    """A whole policy."""
    zone = home or draw(zones())
    freeze_zones = zones_near(zone)
    return Schedule(
        calendar=Calendar(
            name="Properties",
            zone=zone,
            uid_domain="maintenance.example.com",
            organizer=draw(st.sampled_from((None, Organizer(name="Support", email="support@example.com")))),
        ),
        environments=_ENVIRONMENTS,
        windows=tuple(draw(windows(number, zone)) for number in range(draw(st.integers(1, most_windows)))),
        freezes=tuple(
            draw(freezes(number, ENVIRONMENTS, freeze_zones)) for number in range(draw(st.integers(0, most_freezes)))
        ),
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
