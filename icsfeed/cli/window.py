"""``icsfeed window``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from icsfeed.cli.operator_commands import RecordingInvocation, recording
from icsfeed.cli.options import INSTANT_HELP, own_option

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
@own_option("--reason", metavar="TEXT", required=True, help="Why; customers read it.")
@own_option("--silent", is_flag=True, help="Let it vanish from customers' calendars; by default it shows as cancelled.")
@recording
def skip(invocation: RecordingInvocation, window: str, day: datetime, reason: str, *, silent: bool) -> None:
    """The occurrence of WINDOW on DATE does not happen."""
    from icsfeed.services.adjustment_rules import AdjustmentRequest

    _carry_out(
        invocation,
        AdjustmentRequest(window_id=window, day=day.date(), reason=reason, skip=True, silent=silent),
        "is skipped",
    )


@window.command()
@_window
@_day
@own_option("--start", metavar="INSTANT", required=True, help=f"When it starts instead: {INSTANT_HELP}")
@own_option("--end", metavar="INSTANT", help="When it ends. Default: it keeps the length that the policy gives it.")
@own_option("--reason", metavar="TEXT", required=True, help="Why; customers read it.")
@recording
def move(invocation: RecordingInvocation, window: str, day: datetime, start: str, end: str | None, reason: str) -> None:
    """The occurrence of WINDOW on DATE happens at another time."""
    from icsfeed.domain.plans import span_between
    from icsfeed.services.adjustment_rules import AdjustmentRequest, usual_length

    begin = invocation.instant(start)
    finish = invocation.instant(end) if end else begin + usual_length(invocation.workspace.schedule, window, day.date())
    to = span_between(begin, finish, invocation.zone)
    _carry_out(invocation, AdjustmentRequest(window_id=window, day=day.date(), reason=reason, to=to), "is moved")


@window.command()
@_window
@_day
@own_option("--reason", metavar="TEXT", default="", help="Why, for the record.")
@recording
def restore(invocation: RecordingInvocation, window: str, day: datetime, reason: str) -> None:
    """The occurrence of WINDOW on DATE is as the policy has it again."""
    from icsfeed.services.adjustment_rules import AdjustmentRequest

    _carry_out(invocation, AdjustmentRequest(window_id=window, day=day.date(), reason=reason), "is restored")


def _carry_out(invocation: RecordingInvocation, request: AdjustmentRequest, done: str) -> None:
    from icsfeed.domain.times import span_text
    from icsfeed.services.adjusting import Adjusted, adjust

    def act(dry_run: bool, seen: Adjusted | None) -> Adjusted:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        return adjust(invocation.workspace, request, actor=invocation.actor, expected=seen, dry_run=dry_run)

    def when(adjusted: Adjusted) -> str:
        span = adjusted.occurrence.span
        return f": {span_text(span, invocation.zone)}" if span and not request.skip else ""

    invocation.carry_out(
        act,
        question=lambda seen: f"{request.action.capitalize()} {request.occurrence}{when(seen)}?",
        summary=lambda adjusted: f"{request.window_id} {request.day} {done}{when(adjusted)}",
    )
