"""``icsfeed emergency suggest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from icsfeed.cli.changes import environments_option, impact_option
from icsfeed.cli.operator_commands import Invocation, reading
from icsfeed.cli.options import instant_option, option

if TYPE_CHECKING:
    from icsfeed.services.suggestions import Suggestion


@click.command()
@option("--duration", metavar="LENGTH", required=True, help="How long it takes, such as 2h, 90m or 1h30m.")
@instant_option("--by", what="When it must be done", required=True)
@environments_option
@impact_option
@option("--most", type=click.IntRange(1, 100), default=5, show_default=True, help="How many slots to name.")
@reading
def suggest(
    call: Invocation, duration: str, by: str, environments: tuple[str, ...], impact: str | None, most: int
) -> None:
    """Rank the slots until a deadline: inside a regular window first, outside peak hours next, the soonest next."""
    from icsfeed.domain.lengths import parse_length
    from icsfeed.domain.windows import Impact
    from icsfeed.services.suggestions import SlotRequest
    from icsfeed.services.suggestions import suggest as rank
    from icsfeed.services.warnings import busy

    schedule, record = call.workspace.schedule, call.workspace.repository.record()
    request = SlotRequest(
        duration=parse_length(duration),
        by=call.instant(by),
        environments=environments,
        impact=Impact(impact or Impact.OUTAGE),
    )
    taken = busy(schedule, record, schedule.environments_named(environments))
    found = rank(schedule, request, now=call.now, busy=taken, adjustments=record.adjustments.values())[:most]
    if call.as_json:
        call.print_json([each.as_json(call.zone) for each in found])
    else:
        _print_table(call, found)


def _print_table(call: Invocation, found: tuple[Suggestion, ...]) -> None:
    from icsfeed.cli.tables import print_table
    from icsfeed.domain.times import span_text

    rows = [
        (str(place), span_text(each.span, call.zone), ", ".join(each.reasons)) for place, each in enumerate(found, 1)
    ]
    print_table(("", call.zone.key, "Why"), rows)
