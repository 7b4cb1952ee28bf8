"""``icsfeed upcoming``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.options import database_option, json_option, now_option, option, schedule_option
from icsfeed.cli.output import print_json
from icsfeed.cli.truth import instant_now, open_schedule

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.schedule import Schedule
    from icsfeed.services.upcoming import Entry


@click.command()
@option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days to show.")
@option("--from", "start", metavar="INSTANT", help="Where to begin: a date or an instant. Default: now.")
@option("--environment", "environments", multiple=True, help="Only what touches this environment; can be repeated.")
@option("--zone", "zone_name", metavar="ZONE", help="Show the times in this IANA zone, too.")
@schedule_option
@database_option
@now_option
@json_option
def upcoming(
    days: int,
    start: str | None,
    environments: tuple[str, ...],
    zone_name: str | None,
    schedule: Path | None,
    database: str,
    now: str | None,
    *,
    as_json: bool,
) -> None:
    """Show what comes: maintenance windows, changes, and the freezes in between."""
    from icsfeed.domain.instants import parse_instant
    from icsfeed.services.upcoming import upcoming as find
    from icsfeed.store.database import recorded
    from icsfeed.store.schedule_file.zone_advice import advised_zone

    policy = open_schedule(schedule).schedule
    asked = advised_zone(zone_name) if zone_name else None
    moment = instant_now(now, policy)
    begin = moment if start is None else parse_instant(start, policy.calendar.zone)
    entries = find(policy, begin, timedelta(days=days), environments, recorded(database), now=moment)
    if as_json:
        print_json([entry.record(asked or policy.calendar.zone) for entry in entries])
    elif entries:
        _print_table(policy, entries, asked)
    else:
        click.echo(f"nothing comes in these {days} days" if days > 1 else "nothing comes within a day")


def _print_table(schedule: Schedule, entries: tuple[Entry, ...], asked: ZoneInfo | None) -> None:
    from icsfeed.cli.tables import print_table
    from icsfeed.domain.times import days_text, span_text

    own = schedule.calendar.zone
    zones = [own] if asked is None or asked is own else [own, asked]
    rows = []
    for entry in entries:
        times = [days_text(entry.days) if entry.days and zone is own else span_text(entry.span, zone) for zone in zones]
        names = ", ".join(schedule.environment_names.get(each, each) for each in entry.environments)
        rows.append([*times, _what(entry), names or "all", entry.impact or "no change"])
    headings = (*(zone.key for zone in zones), "What", "Environments", "Impact")
    print_table(headings, rows, [_style(entry) for entry in entries])


def _what(entry: Entry) -> str:
    from icsfeed.domain.changes import PREFIXES

    name = f"{entry.id} {entry.name}" if entry.kind in PREFIXES else entry.name
    notes = [each for each in (entry.state, entry.note) if each]
    return f"{name} ({': '.join(notes)})" if notes else name


def _style(entry: Entry) -> str | None:
    if entry.days is not None:
        return "cyan"
    return "dim" if entry.state == "cancelled" else "bold" if entry.kind == "emergency" else None
