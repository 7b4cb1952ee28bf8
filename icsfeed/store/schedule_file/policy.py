"""The schedule in the validated tables of a schedule file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from icsfeed.domain.feeds import Environment, Feed, Kind, automatic_feeds, public_ids
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.reminder_templates import ReminderTemplates
from icsfeed.domain.rule_parts import WEEKDAYS
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.translated_texts import DEFAULT_LANGUAGES
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.channel_tables import channel_of, mail_of, notice_of
from icsfeed.store.schedule_file.operator_tables import operators_of
from icsfeed.store.schedule_file.patterns import pattern_of, recurrence_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.changes import Change
    from icsfeed.domain.channels import NoticePeriods
    from icsfeed.store.schedule_file.model import (
        CalendarTable,
        FeedTable,
        PeakHoursTable,
        ScheduleTables,
    )
    from icsfeed.store.schedule_file.policy_tables import FreezeTable, WindowTable


def schedule_of(
    tables: ScheduleTables, changes: tuple[Change, ...] = (), translations: Mapping[str, ScheduleTables] | None = None
) -> Schedule:
    """The schedule in the tables, with the ``changes`` in them; ``translations`` are the tables in other languages."""
    schedule = _schedule_in_one_language(tables)
    others = {code: _schedule_in_one_language(each) for code, each in (translations or {}).items()}
    differing = {code: each for code, each in others.items() if each != schedule}
    return replace(schedule, changes=tuple(_promised(changes, schedule.notice)), translations=differing)


def _promised(changes: Iterable[Change], notice: NoticePeriods | None) -> Iterator[Change]:
    """The changes, announced under the promise that stands in the same file."""
    if notice is None:
        yield from changes
        return
    from icsfeed.domain.notice import with_promised_notice  # noqa: PLC0415  (few schedules have any)

    for change in changes:
        yield with_promised_notice(change, notice.promised(change.kind))


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
        provider=tables["maintnote"].get("provider", "") if "maintnote" in tables else "",
        reminders=ReminderTemplates(folder=tables.get("reminders", {}).get("templates", "")),
        channels=tuple(channel_of(each) for each in tables.get("channels", ())),
        mail=mail_of(tables["mail"], calendar.url) if "mail" in tables else None,
        notice=notice_of(tables["notice"]) if "notice" in tables else None,
        operators=operators_of(tables["operators"]) if "operators" in tables else None,
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
        recurrence=recurrence_of(table),
        offset_days=table.get("offset_days", 0),
        start=table["start"],
        end=table.get("end", table["start"]),
        duration=parse_length(table["duration"]) if "duration" in table else None,
        zone=zone(table["timezone"]) if "timezone" in table else calendar.zone,
        environments=frozenset(table.get("environments", by_default)),
        impact=Impact(table.get("impact", Impact.OUTAGE)),
        effective_from=table.get("effective_from"),
        effective_until=table.get("effective_until"),
    )


def freeze_of(table: FreezeTable, calendar_zone: ZoneInfo) -> ChangeFreeze:
    """The change freeze in its table."""
    return ChangeFreeze(
        id=table["id"],
        name=table["name"],
        description=table.get("description", ""),
        pattern=pattern_of(table),
        zone=zone(table["timezone"]) if "timezone" in table else calendar_zone,
        environments=frozenset(table.get("environments", ())),
        effective_from=table.get("effective_from"),
        effective_until=table.get("effective_until"),
        lifted=tuple(sorted(table.get("lifted", ()))),
    )


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
