"""``icsfeed emergency suggest``."""

from __future__ import annotations

from functools import partial

import click

from icsfeed.cli.change_options import IMPACT_METAVAR
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, reading
from icsfeed.cli.options import INSTANT_HELP, RequiringCommand, WholeNumber, example, given, option
from icsfeed.cli.output import print_json
from icsfeed.cli.tables import print_table
from icsfeed.domain.times import span_text
from icsfeed.services.requests.slots import slot_request
from icsfeed.services.suggestions import Suggestion
from icsfeed.services.suggestions import suggest as rank_slots


@click.command(
    cls=RequiringCommand,
    short_help="Rank the slots for an urgent change.",
    epilog=example("emergency suggest --duration 90m --by 2026-12-09T18:00 --environment production"),
)
@option("--duration", metavar="LENGTH", required=True, help="How long it takes, such as 2h, 90m or 1h30m.")
@option("--by", metavar="INSTANT", required=True, help=f"When it must be done: {INSTANT_HELP}")
@option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="An environment that the change affects. Can be repeated. Default: all.",
)
@option("--impact", metavar=IMPACT_METAVAR, help="What customers notice. Default: outage.")
@option("--most", type=WholeNumber(1, 100), default=5, show_default=True, help="Maximum number of slots.")
@partial(reading, or_example=True)
def suggest(invocation: Invocation, most: int, **options: object) -> None:
    """Rank the slots for an urgent change until its deadline.

    Slots outside change freezes come first; of these, those inside a maintenance window, then those outside peak hours,
    the soonest first.
    """
    schedule = invocation.workspace.schedule
    request = request_with_instants(
        invocation.instants, given(options), lambda fields: slot_request(fields, schedule=schedule)
    )
    suggestions = rank_slots(invocation.situation, request)[:most]
    if invocation.as_json:
        print_json([each.as_json(invocation.zone) for each in suggestions])
    else:
        _print_table(invocation, suggestions)


def _print_table(invocation: Invocation, suggestions: tuple[Suggestion, ...]) -> None:
    rows = [
        (str(rank), span_text(each.span, invocation.zone), ", ".join(each.reasons))
        for rank, each in enumerate(suggestions, start=1)
    ]
    print_table(("", invocation.zone.key, "Why"), rows)
