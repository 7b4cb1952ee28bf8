"""The schedule in the validated tables of a schedule file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from icsfeed.domain.feeds import Environment, Feed, Kind, automatic_feeds, public_ids
from icsfeed.domain.freeze_patterns import LastFullWeek, LastSevenDays, NamedDays, Pattern, WeekOfLastDay, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.recurrence import Recurrence, parse_recurrence, weekly
from icsfeed.domain.rule_parts import WEEKDAYS
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import DateRange
from icsfeed.domain.translations import DEFAULT_LANGUAGES
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.date_values import month_day
from icsfeed.store.schedule_file.values import LAST_SEVEN_DAYS, WEEK_OF_LAST_DAY

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.changes import Change
    from icsfeed.store.schedule_file.model import (
        CalendarTable,
        FeedTable,
        FreezeTable,
        PeakHoursTable,
        ScheduleTables,
        WindowTable,
    )


def schedule_of(
    tables: ScheduleTables, changes: tuple[Change, ...] = (), translations: Mapping[str, ScheduleTables] | None = None
) -> Schedule:
    """The schedule in the tables, with the ``changes`` in them; ``translations`` are the tables in other languages."""
    schedule = _schedule_in_one_language(tables)
    others = {code: _schedule_in_one_language(each) for code, each in (translations or {}).items()}
    differing = {code: each for code, each in others.items() if each != schedule}
    return replace(schedule, changes=changes, translations=differing)


def _schedule_in_one_language(tables: ScheduleTables) -> Schedule:
    calendar = _calendar(tables["calendar"])
    environments = tuple(
        Environment(id=each["id"], name=each["name"], public=each.get("public", True))
        for each in tables["environments"]
    )
    by_default = public_ids(environments)
    feeds, peak_hours = tables.get("feeds"), tables.get("peak_hours")
    return Schedule(
        calendar=calendar,
        environments=environments,
        windows=tuple(_window(each, calendar, by_default) for each in tables.get("maintenance_windows", ())),
        freezes=tuple(freeze_of(each, calendar.zone) for each in tables.get("change_freezes", ())),
        feeds=automatic_feeds(calendar.name, environments)
        if feeds is None
        else tuple(_feed(each, by_default) for each in feeds),
        peak_hours=_peak_hours(peak_hours, calendar) if peak_hours is not None else None,
    )


def _calendar(table: CalendarTable) -> Calendar:
    organizer = table.get("organizer")
    return Calendar(
        name=table["name"],
        zone=zone(table["timezone"]),
        uid_domain=table["uid_domain"],
        url=table.get("url", ""),
        description=table.get("description", ""),
        organizer=Organizer(name=organizer["name"], email=organizer["email"]) if organizer is not None else None,
        vendor=table.get("vendor", ""),
        logo=table.get("logo", ""),
        color=table.get("color", ""),
        support_url=table.get("support_url", ""),
        embed_in=tuple(table.get("embed_in", ())),
        database=table.get("database", ""),
        languages=tuple(table.get("languages", DEFAULT_LANGUAGES)),
    )


def _window(table: WindowTable, calendar: Calendar, by_default: frozenset[str]) -> MaintenanceWindow:
    return MaintenanceWindow(
        id=table["id"],
        name=table["name"],
        description=table.get("description", ""),
        recurrence=_recurrence(table),
        start=table["start"],
        end=table["end"],
        zone=zone(table["timezone"]) if "timezone" in table else calendar.zone,
        environments=frozenset(table.get("environments", by_default)),
        impact=Impact(table.get("impact", Impact.OUTAGE)),
        effective_from=table.get("effective_from"),
        effective_until=table.get("effective_until"),
    )


def _recurrence(table: WindowTable) -> Recurrence:
    if "rrule" in table:
        return parse_recurrence(table["rrule"])
    return weekly(*(WEEKDAYS.index(day) for day in table["days"]))


def freeze_of(table: FreezeTable, calendar_zone: ZoneInfo) -> ChangeFreeze:
    """The change freeze in its table."""
    return ChangeFreeze(
        id=table["id"],
        name=table["name"],
        description=table.get("description", ""),
        pattern=_pattern(table),
        zone=calendar_zone,
        effective_from=table.get("effective_from"),
        effective_until=table.get("effective_until"),
        lifted=tuple(sorted(table.get("lifted", ()))),
    )


def _pattern(table: FreezeTable) -> Pattern:
    if table.get("every") == "month":
        week = table.get("week", LAST_SEVEN_DAYS)
        if week == LAST_SEVEN_DAYS:
            return LastSevenDays()
        week_starts = WEEKDAYS.index(table.get("week_starts", WEEKDAYS[0]))
        kind = WeekOfLastDay if week == WEEK_OF_LAST_DAY else LastFullWeek
        return kind(week_starts=week_starts)
    first, last = table["from"], table["through"]
    if isinstance(first, date) and isinstance(last, date):
        return NamedDays(days=DateRange(first=first, last=last))
    start, through = month_day(str(first)), month_day(str(last))
    if start is None or through is None:  # pragma: no cover  (both were validated)
        raise AssertionError
    return YearlyDays(start=start, through=through)


def _peak_hours(table: PeakHoursTable, calendar: Calendar) -> PeakHours:
    return PeakHours(
        weekdays=frozenset(WEEKDAYS.index(day) for day in table["days"]),
        start=table["start"],
        end=table["end"],
        zone=zone(table["timezone"]) if "timezone" in table else calendar.zone,
    )


def _feed(table: FeedTable, by_default: frozenset[str]) -> Feed:
    return Feed(
        slug=table["slug"],
        name=table["name"],
        description=table.get("description", ""),
        environments=frozenset(table.get("environments", by_default)),
        kinds=frozenset(Kind(kind) for kind in table.get("kinds", tuple(Kind))),
        public=table.get("public", True),
    )
