"""``icsfeed gate``."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.instant_options import read_option
from icsfeed.cli.instants import InstantReader, Sense
from icsfeed.cli.options import INSTANT_HELP, example, json_option, option, with_settings
from icsfeed.cli.output import at_a_terminal, print_json, print_line
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.situation import Situation
from icsfeed.domain.times import instant_text
from icsfeed.services.gate import Verdict
from icsfeed.services.gate import gate as answer_gate
from icsfeed.settings import Settings


@click.command(
    epilog=example(
        "gate --environment production --runway 45m && ./deploy",
        "gate --change EC-7 && ./fix",
    )
)
@option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="An environment that the change affects. Can be repeated: the gate is open only if it is open for all. "
    "Default with --change: all that it touches.",
)
@option("--at", metavar="INSTANT", help=f"When the change is to run: {INSTANT_HELP} Default: now.")
@option("--runway", metavar="LENGTH", help="OPEN only if the gate stays open this long, such as 45m or 1h30m.")
@option(
    "--change",
    "change_id",
    metavar="ID",
    help="Ask about this announced change: OPEN while it is due, in a freeze only if it states a reason.",
)
@with_settings
@json_option
def gate(
    environments: tuple[str, ...],
    at: str | None,
    runway: str | None,
    change_id: str | None,
    settings: Settings,
    *,
    as_json: bool,
) -> None:
    """Say whether a planned change may run, or one announced change, and why.

    Exit status: 0 OPEN, 1 CLOSED.
    """
    if not environments and change_id is None:
        msg = "Missing option '--environment' or '--change'."
        raise click.UsageError(msg)
    inputs = open_inputs(settings)
    schedule = inputs.schedule
    zone, now = schedule.calendar.zone, current_instant(settings, schedule)
    reader = InstantReader(zone=zone, now=now, may_guess=at_a_terminal(), records=False)
    instant = now if at is None else read_option(reader, "at", at, Sense.MOMENT)
    situation = Situation(schedule=schedule, record=inputs.record(), now=now)
    length = timedelta() if runway is None else parse_length(runway)
    answer = answer_gate(situation, environments, at=instant, runway=length, change_id=change_id)
    if as_json:
        print_json({**answer.as_json(zone), **inputs.notes()})
    else:
        transition = answer.next_transition
        print_line(f"{answer.verdict}: {answer.why}")
        print_line(f"next transition: {instant_text(transition, zone) if transition else 'none in the published span'}")
    if answer.verdict is Verdict.CLOSED:
        sys.exit(1)
