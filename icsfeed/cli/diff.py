"""``icsfeed diff``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import instant_now, open_schedule
from icsfeed.cli.options import database_option, json_option, now_option, schedule_option
from icsfeed.cli.output import print_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.spans import Span
    from icsfeed.services.differences import Difference, FeedDifference

_SIGNS = {"added": "+", "moved": "~", "removed": "-"}


@click.command()
@click.argument("old", metavar="OLD.toml", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW.toml]", type=click.Path(path_type=Path), required=False)
@schedule_option
@database_option
@now_option
@json_option
def diff(old: Path, new: Path | None, schedule: Path | None, database: str, now: str | None, *, as_json: bool) -> None:
    """Show what an edit adds (+), moves (~) and removes (-) for subscribers: dates and feeds.

    NEW.toml is by default the file that --schedule names. The dates are those of the published span, with what is
    recorded.
    """
    from icsfeed.services.differences import differences
    from icsfeed.store.database import recorded

    before = open_schedule(old).schedule
    after = open_schedule(new or schedule).schedule
    found = differences(before, after, now=instant_now(now, after), record=recorded(database))
    if as_json:
        print_json(found.as_json())
        return
    if found.uid_domain is not None:
        click.echo(f"~ uid_domain: {' → '.join(found.uid_domain)}: every event is a new one for subscribers")
    for feed in found.feeds:
        click.echo(_feed_line(feed))
    for each in found.dates:
        click.echo(_line(each, after.calendar.zone))
    counts = [f"{sum(each.change == change for each in found.dates)} {change}" for change in _SIGNS]
    nothing = "no other date changes" if found.feeds or found.uid_domain else "no date changes"
    click.echo(", ".join(counts) if found.dates else nothing)


def _feed_line(feed: FeedDifference) -> str:
    from icsfeed.domain.times import day_text

    line = f"{_SIGNS[feed.change]} feed {feed.slug}"
    if feed.kind is None:
        return line if feed.change == "added" else f"{line}: its subscribers get nothing any more"
    days = day_text(feed.days[0])
    if len(feed.days) > 1:
        days = f"{len(feed.days)} dates from {days} to {day_text(feed.days[-1])}"
    return f"{line}: {feed.kind} {feed.id}: {days}"


def _line(difference: Difference, zone: ZoneInfo) -> str:
    from icsfeed.domain.civil import whole_days
    from icsfeed.domain.feeds import Kind
    from icsfeed.domain.times import days_text, span_text

    def text(span: Span | None) -> str:
        if span is None:
            return ""
        days = whole_days(span, zone) if difference.kind is Kind.FREEZE else None
        return days_text(days) if days is not None else span_text(span, zone)

    times = " → ".join(filter(None, [text(difference.before), text(difference.after)]))
    return f"{_SIGNS[difference.change]} {difference.kind} {difference.id}: {times}"
