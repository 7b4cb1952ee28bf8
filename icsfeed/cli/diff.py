"""``icsfeed diff``."""

from __future__ import annotations

from pathlib import Path

import click

from icsfeed.cli.difference_lines import SIGNS, DifferenceText, feed_line
from icsfeed.cli.inputs import Inputs, current_instant
from icsfeed.cli.options import example, json_option, option, with_settings
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.public_holidays import data_version
from icsfeed.domain.situation import Situation
from icsfeed.services.differences import Difference, Differences, differences
from icsfeed.services.holidays import holidays_of
from icsfeed.services.past_edits import past_edits
from icsfeed.settings import DEFAULT_SCHEDULE, Settings
from icsfeed.store.schedule_file import load_schedule
from icsfeed.store.schedule_file.zone_advice import advised_zone

_MISSING = "check its name and folder"


@click.command(epilog=example("diff schedule.toml edited.toml --zone Asia/Tokyo"))
@click.argument("old", metavar="OLD.toml", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW.toml]", type=click.Path(path_type=Path), required=False)
@option("--all", "with_past", is_flag=True, help="Show the past dates that change, too.")
@option("--zone", "zone_name", metavar="ZONE", help="Show all times in this IANA zone.")
@with_settings
@json_option
def diff(
    old: Path, new: Path | None, zone_name: str | None, settings: Settings, *, with_past: bool, as_json: bool
) -> None:
    """Show the dates and feeds that an edit adds (+), moves (~) and removes (-).

    NEW.toml is by default the file that --schedule names. The dates are those of the published span, and take recorded
    changes and adjustments into account. Dates that are over are counted, and shown with --all; an edit that rewrites
    them is warned of.
    """
    zone = advised_zone(zone_name) if zone_name else None
    before = load_schedule(old, if_missing=_MISSING).schedule
    loaded = load_schedule(new or _edited(settings), if_missing=_MISSING)
    # The record is that of the schedule that is in use, even where both files are copies.
    inputs = Inputs(settings=settings, path=settings.schedule_file() or DEFAULT_SCHEDULE, loaded=loaded)
    after = loaded.schedule
    now, record = current_instant(settings, after), inputs.record()
    old_situation, new_situation = (Situation(schedule=each, record=record, now=now) for each in (before, after))
    edit = differences(old_situation, new_situation)
    for warning in past_edits(old_situation, new_situation, edit):
        print_line(f'warning: {warning.table} "{warning.name}": {warning.message}', err=True)
    release = data_version() if any(map(holidays_of, (old_situation, new_situation))) else None
    if as_json:
        holidays = {"holidays": {"release": release}} if release is not None else {}
        print_json({**edit.as_json(), **holidays, **inputs.notes()})
        return
    if release is not None:
        print_line(f"public holidays, old and new, are those of holidays {release}", err=True)
    text = DifferenceText(old=before, new=after, zone=zone)
    past = tuple(each for each in edit.dates if each.is_past(now))
    ahead = tuple(each for each in edit.dates if not each.is_past(now))
    _print_feeds(edit)
    for line in text.lines(ahead):
        print_line(line)
    if with_past and past:
        print_line("in the past:")
        for line in text.lines(past):
            print_line(line)
    print_line(_counts(ahead) if ahead else _nothing_ahead(edit))
    if past:
        print_line(f"in the past: {_counts(past)}{'' if with_past else '; --all shows them'}")


def _edited(settings: Settings) -> Path:
    """The edited file where the command does not name it. The packaged example is nobody's edit."""
    path = settings.schedule_file()
    if path is None:
        msg = f"there is no {DEFAULT_SCHEDULE} here; name the edited file: icsfeed diff OLD.toml NEW.toml"
        raise BadInputError(msg)
    return path


def _print_feeds(edit: Differences) -> None:
    if edit.uid_domain is not None:
        print_line(f"~ uid_domain: {' → '.join(edit.uid_domain)}: every event is a new one for subscribers")
    for feed in edit.feeds:
        print_line(feed_line(feed))


def _nothing_ahead(edit: Differences) -> str:
    if edit.dates:
        return "no date ahead changes"
    return "no other date changes" if edit.feeds or edit.uid_domain else "no date changes"


def _counts(dates: tuple[Difference, ...]) -> str:
    return ", ".join(f"{sum(each.change == change for each in dates)} {change}" for change in SIGNS)
