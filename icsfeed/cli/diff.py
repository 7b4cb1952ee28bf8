"""``icsfeed diff``."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.inputs import current_instant, open_schedule
from icsfeed.cli.options import example, json_option, with_settings
from icsfeed.cli.output import print_json
from icsfeed.domain.civil import whole_days
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.times import day_text, days_text, span_text
from icsfeed.services.differences import Difference, FeedDifference, differences
from icsfeed.settings import Settings
from icsfeed.store.database import recorded
from icsfeed.store.schedule_file import load_schedule

_MISSING = "check its name and folder"
_SIGNS = {"added": "+", "moved": "~", "removed": "-"}


@click.command(epilog=example("diff schedule.toml edited.toml"))
@click.argument("old", metavar="OLD.toml", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW.toml]", type=click.Path(path_type=Path), required=False)
@with_settings
@json_option
def diff(old: Path, new: Path | None, settings: Settings, *, as_json: bool) -> None:
    """Show the dates and feeds that an edit adds (+), moves (~) and removes (-).

    NEW.toml is by default the file that --schedule names. The dates are those of the published span, and take recorded
    changes and adjustments into account.
    """
    before = load_schedule(old, if_missing=_MISSING).schedule
    after = (load_schedule(new, if_missing=_MISSING) if new is not None else open_schedule(settings)).schedule
    now = current_instant(settings, after)
    record = recorded(settings.database)
    edit = differences(
        Situation(schedule=before, record=record, now=now), Situation(schedule=after, record=record, now=now)
    )
    if as_json:
        print_json(edit.as_json())
        return
    if edit.uid_domain is not None:
        click.echo(f"~ uid_domain: {' → '.join(edit.uid_domain)}: every event is a new one for subscribers")
    for feed in edit.feeds:
        click.echo(_feed_line(feed))
    for each in edit.dates:
        click.echo(_line(each, after.calendar.zone))
    counts = [f"{sum(each.change == change for each in edit.dates)} {change}" for change in _SIGNS]
    nothing = "no other date changes" if edit.feeds or edit.uid_domain else "no date changes"
    click.echo(", ".join(counts) if edit.dates else nothing)


def _feed_line(feed: FeedDifference) -> str:
    line = f"{_SIGNS[feed.change]} feed {feed.slug}"
    if feed.kind is None:
        return line if feed.change == "added" else f"{line}: its subscribers get nothing any more"
    days = day_text(feed.days[0])
    if len(feed.days) > 1:
        days = f"{len(feed.days)} dates from {days} to {day_text(feed.days[-1])}"
    return f"{line}: {feed.kind} {feed.id}: {days}"


def _line(difference: Difference, zone: ZoneInfo) -> str:
    def text(span: Span | None) -> str:
        if span is None:
            return ""
        days = whole_days(span, zone) if difference.kind is Kind.FREEZE else None
        return days_text(days) if days is not None else span_text(span, zone)

    times = " → ".join(filter(None, [text(difference.before), text(difference.after)]))
    return f"{_SIGNS[difference.change]} {difference.kind} {difference.id}: {times}"
