"""Change freezes on a terminal: those that were recorded, and those of the schedule."""

from __future__ import annotations

import click

from icsfeed.cli.freeze_texts import when_text
from icsfeed.cli.output import print_line
from icsfeed.cli.previews import names_of
from icsfeed.cli.tables import print_table
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import days_text, span_text
from icsfeed.services.freeze_lists import ListedFreezes


def print_freezes(freezes: ListedFreezes, situation: Situation) -> None:
    """A row for each recorded freeze, and below them one for each of the schedule, in the calendar's zone."""
    if freezes.recorded:
        headings = ("Id", "When", "Environments", "Reason", "Started by")
        print_table(headings, [_recorded_row(each, situation) for each in freezes.recorded])
    else:
        print_line("no freeze that `freeze start` recorded is active")
    if freezes.schedule:
        click.echo()
        headings = ("In the schedule", "When", "Environments", "Name", "Now")
        print_table(headings, [_row(each, situation) for each in freezes.schedule])


def _recorded_row(freeze: RecordedFreeze, situation: Situation) -> tuple[str, ...]:
    when = when_text(freeze, situation)
    if freeze.ended_at is not None:
        when += f", ended by {freeze.ended_by}"
    reason = one_line(freeze.reason)
    return (
        freeze.id,
        when,
        names_of(freeze.environments, situation.schedule),
        f"{reason} (internal)" if freeze.is_internal else reason,
        freeze.started_by,
    )


def _row(frozen: FrozenSpan, situation: Situation) -> tuple[str, ...]:
    return (
        frozen.freeze.id,
        span_text(frozen.span, situation.zone) if frozen.is_timed else days_text(frozen.days),
        names_of(frozen.freeze.environments, situation.schedule),
        frozen.freeze.name,
        "active" if situation.now in frozen.span else "",
    )
