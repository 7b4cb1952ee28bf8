"""``icsfeed emergency suggest``."""

from __future__ import annotations

import click

from icsfeed.cli.operator_commands import Invocation, reading
from icsfeed.cli.options import INSTANT_HELP, option
from icsfeed.cli.output import print_json
from icsfeed.cli.tables import print_table
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.times import span_text
from icsfeed.domain.windows import Impact
from icsfeed.services.suggestions import SlotRequest, Suggestion
from icsfeed.services.suggestions import suggest as rank


@click.command()
@option("--duration", metavar="LENGTH", required=True, help="How long it takes, such as 2h, 90m or 1h30m.")
@option("--by", metavar="INSTANT", required=True, help=f"When it must be done: {INSTANT_HELP}")
@option("--environment", "environments", multiple=True, help="An environment that it touches. Can be repeated.")
@option("--impact", type=click.Choice([each.value for each in Impact]), help="What customers notice. Default: outage.")
@option("--most", type=click.IntRange(1, 100), default=5, show_default=True, help="How many slots to name.")
@reading
def suggest(
    invocation: Invocation, duration: str, by: str, environments: tuple[str, ...], impact: str | None, most: int
) -> None:
    """Rank the slots until a deadline: inside a regular window first, outside peak hours next, the soonest next."""
    request = SlotRequest(
        duration=parse_length(duration),
        by=invocation.instant(by),
        environments=environments,
        impact=Impact(impact or Impact.OUTAGE),
    )
    found = rank(invocation.workspace.situation(now=invocation.now), request)[:most]
    if invocation.as_json:
        print_json([each.as_json(invocation.zone) for each in found])
    else:
        _print_table(invocation, found)


def _print_table(invocation: Invocation, found: tuple[Suggestion, ...]) -> None:
    rows = [
        (str(place), span_text(each.span, invocation.zone), ", ".join(each.reasons))
        for place, each in enumerate(found, 1)
    ]
    print_table(("", invocation.zone.key, "Why"), rows)
