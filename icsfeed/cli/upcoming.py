"""``icsfeed upcoming``."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.instant_options import read_option
from icsfeed.cli.instants import InstantReader, Sense
from icsfeed.cli.options import INSTANT_HELP, WholeNumber, example, json_option, option, with_settings
from icsfeed.cli.output import at_a_terminal, print_json, print_line
from icsfeed.cli.previews import names_of
from icsfeed.cli.tables import print_table
from icsfeed.domain.changes import PREFIXES, State
from icsfeed.domain.civil import days_span
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import days_text, instant_text, span_text
from icsfeed.services.upcoming import UpcomingItem
from icsfeed.services.upcoming import upcoming as list_upcoming
from icsfeed.settings import Settings
from icsfeed.store.schedule_file.zone_advice import advised_zone


@click.command(epilog=example("upcoming --days 7 --zone Europe/Berlin"))
@option("--days", type=WholeNumber(1, 3660), default=30, show_default=True, help="How many days to show.")
@option("--from", "start", metavar="INSTANT", help=f"Where to begin: {INSTANT_HELP} Default: now.")
@option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="Show only what affects this environment. Can be repeated.",
)
@option("--zone", "zone_name", metavar="ZONE", help="Show the times in this IANA zone as well.")
@with_settings
@json_option
def upcoming(
    days: int,
    start: str | None,
    environments: tuple[str, ...],
    zone_name: str | None,
    settings: Settings,
    *,
    as_json: bool,
) -> None:
    """Show the coming maintenance windows, changes and freezes."""
    inputs = open_inputs(settings, or_example=True)
    schedule = inputs.schedule
    second_zone = advised_zone(zone_name) if zone_name else None
    now = current_instant(settings, schedule)
    reader = InstantReader(zone=schedule.calendar.zone, now=now, may_guess=at_a_terminal(), records=False)
    begin = now if start is None else read_option(reader, "from", start, Sense.PAST)
    situation = Situation(schedule=schedule, record=inputs.record(), now=now)
    items = list_upcoming(situation, begin, timedelta(days=days), environments, with_overdue=True)
    if as_json:
        print_json([item.as_json(second_zone or schedule.calendar.zone) for item in items])
    elif items:
        _print_table(schedule, items, second_zone)
    else:
        print_line(f"nothing comes in these {days} days" if days > 1 else "nothing comes within a day")


def _print_table(schedule: Schedule, items: tuple[UpcomingItem, ...], second_zone: ZoneInfo | None) -> None:
    calendar_zone = schedule.calendar.zone
    zones = [calendar_zone] if second_zone is None or second_zone is calendar_zone else [calendar_zone, second_zone]
    rows = []
    for item in items:
        times = [_time_text(item, zone) for zone in zones]
        everywhere = item.kind is Kind.FREEZE and set(item.environments) >= schedule.environment_names.keys()
        names = "" if everywhere else names_of(item.environments, schedule)
        identifier = f"{item.id} {item.occurrence}" if item.occurrence is not None else item.id
        rows.append([*times, _title(item), identifier, names or "all", item.impact or "no change"])
    headings = (*(zone.key for zone in zones), "What", "Id", "Environments", "Impact")
    print_table(headings, rows, [_style(item) for item in items])


def _time_text(item: UpcomingItem, zone: ZoneInfo) -> str:
    """When it is: whole days, where they are such in that zone, or from when until when."""
    if item.is_open_ended:
        return f"from {instant_text(item.span.start, zone)} until it is ended"
    if item.days is not None and days_span(item.days, zone) == item.span:
        return days_text(item.days)
    return span_text(item.span, zone)


def _title(item: UpcomingItem) -> str:
    if item.kind in PREFIXES:
        return f"{item.name} ({_change_note(item)})"
    notes = [one_line(each) for each in (item.state, item.note) if each]
    return f"{item.title} ({': '.join(notes)})" if notes else item.title


def _change_note(item: UpcomingItem) -> str:
    """The state of a change; if it was cancelled, why that was, else why the change is needed."""
    if item.state is State.CANCELLED:
        return ": ".join(filter(None, (item.state, one_line(item.cancellation))))
    overdue = "taking longer than planned" if item.is_overdue else ""
    reason = f"reason: {one_line(item.reason)}" if item.reason else ""
    return "; ".join(filter(None, (item.state, overdue, reason)))


def _style(item: UpcomingItem) -> str | None:
    if item.days is not None:
        return "cyan"
    return "dim" if item.state == "cancelled" else "bold" if item.kind == "emergency" else None
