"""``icsfeed window``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from icsfeed.cli.operator_commands import Invocation, recording
from icsfeed.cli.options import instant_option, option

if TYPE_CHECKING:
    from icsfeed.services.adjustment_rules import AdjustmentRequest

_DATE = click.DateTime(["%Y-%m-%d"])
_window = click.argument("window", metavar="WINDOW")
_day = click.argument("day", metavar="DATE", type=_DATE)


@click.group()
def window() -> None:
    """Skip or move one occurrence of a maintenance window, or take that back."""


@window.command()
@_window
@_day
@option("--reason", metavar="TEXT", required=True, help="Why; customers read it.")
@option("--silent", is_flag=True, help="Let it vanish from customers' calendars; by default it shows as cancelled.")
@recording
def skip(call: Invocation, window: str, day: datetime, reason: str, *, silent: bool) -> None:
    """The occurrence of WINDOW on DATE does not happen."""
    from icsfeed.services.adjustment_rules import AdjustmentRequest

    _carry_out(
        call, AdjustmentRequest(window_id=window, day=day.date(), reason=reason, skip=True, silent=silent), "is skipped"
    )


@window.command()
@_window
@_day
@instant_option("--start", what="When it starts instead", required=True)
@instant_option("--end", what="When it ends. Default: as long after its start as the policy has it")
@option("--reason", metavar="TEXT", required=True, help="Why; customers read it.")
@recording
def move(call: Invocation, window: str, day: datetime, start: str, end: str | None, reason: str) -> None:
    """The occurrence of WINDOW on DATE happens at another time."""
    from icsfeed.domain.plans import span_between
    from icsfeed.services.adjustment_rules import AdjustmentRequest, usual_length

    begin = call.instant(start)
    finish = call.instant(end) if end else begin + usual_length(call.workspace.schedule, window, day.date())
    to = span_between(begin, finish, call.zone)
    _carry_out(call, AdjustmentRequest(window_id=window, day=day.date(), reason=reason, to=to), "is moved")


@window.command()
@_window
@_day
@option("--reason", metavar="TEXT", default="", help="Why, for the record.")
@recording
def restore(call: Invocation, window: str, day: datetime, reason: str) -> None:
    """The occurrence of WINDOW on DATE is as the policy has it again."""
    from icsfeed.services.adjustment_rules import AdjustmentRequest

    _carry_out(call, AdjustmentRequest(window_id=window, day=day.date(), reason=reason), "is restored")


def _carry_out(call: Invocation, request: AdjustmentRequest, done: str) -> None:
    from icsfeed.domain.times import span_text
    from icsfeed.services.adjusting import Adjusted, adjust

    def act(dry_run: bool, seen: Adjusted | None) -> Adjusted:  # noqa: FBT001  (see Invocation.carry_out)
        return adjust(call.workspace, request, by=call.by, now=call.now, expected=seen, dry_run=dry_run)

    def when(adjusted: Adjusted) -> str:
        span = adjusted.occurrence.span
        return f": {span_text(span, call.zone)}" if span and not request.skip else ""

    call.carry_out(
        act,
        question=lambda seen: f"{request.action.capitalize()} {request.occurrence}{when(seen)}?",
        said=lambda adjusted: f"{request.window_id} {request.day} {done}{when(adjusted)}",
    )
