"""``icsfeed upcoming``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import instant_now, open_schedule
from icsfeed.cli.options import database_option, json_option, now_option, option, schedule_option
from icsfeed.cli.output import print_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.schedule import Schedule
    from icsfeed.services.upcoming import UpcomingItem


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
    items = find(policy, begin, timedelta(days=days), environments, recorded(database), now=moment)
    if as_json:
        print_json([item.as_json(asked or policy.calendar.zone) for item in items])
    elif items:
        _print_table(policy, items, asked)
    else:
        click.echo(f"nothing comes in these {days} days" if days > 1 else "nothing comes within a day")


def _print_table(schedule: Schedule, items: tuple[UpcomingItem, ...], asked: ZoneInfo | None) -> None:
    from icsfeed.cli.tables import print_table
    from icsfeed.domain.times import days_text, span_text

    own = schedule.calendar.zone
    zones = [own] if asked is None or asked is own else [own, asked]
    rows = []
    for item in items:
        times = [days_text(item.days) if item.days and zone is own else span_text(item.span, zone) for zone in zones]
        names = ", ".join(schedule.environment_names.get(each, each) for each in item.environments)
        rows.append([*times, _what(item), names or "all", item.impact or "no change"])
    headings = (*(zone.key for zone in zones), "What", "Environments", "Impact")
    print_table(headings, rows, [_style(item) for item in items])


def _what(item: UpcomingItem) -> str:
    from icsfeed.domain.changes import PREFIXES

    name = f"{item.id} {item.name}" if item.kind in PREFIXES else item.name
    notes = [each for each in (item.state, item.note) if each]
    return f"{name} ({': '.join(notes)})" if notes else name


def _style(item: UpcomingItem) -> str | None:
    if item.days is not None:
        return "cyan"
    return "dim" if item.state == "cancelled" else "bold" if item.kind == "emergency" else None
