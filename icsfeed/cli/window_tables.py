"""Maintenance windows on a terminal: their rules, and the occurrences that were skipped or moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.output import print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.texts import one_line
from icsfeed.services.window_lists import ListedWindow, adjustment_text


def print_windows(windows: Sequence[ListedWindow], zone: ZoneInfo, environment_names: Mapping[str, str]) -> None:
    """A row for each window, and below them one for each adjustment, with times in ``zone``."""
    rows = [
        (
            each.window.id,
            each.window.name,
            each.rule,
            ", ".join(environment_names.get(name, name) for name in sorted(each.window.environments)),
            each.window.impact.value,
        )
        for each in windows
    ]
    print_table(("Id", "Name", "When", "Environments", "Impact"), rows)
    adjustments = [adjustment for each in windows for adjustment in each.adjustments]
    click.echo()
    if adjustments:
        print_table(
            ("Occurrence", "Adjustment", "Reason"),
            [
                (f"{each.window_id} {each.day}", adjustment_text(each, zone), one_line(each.reason))
                for each in adjustments
            ],
        )
    else:
        print_line("no occurrence is skipped or moved")
