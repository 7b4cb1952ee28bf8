"""``icsfeed window``."""

from __future__ import annotations

import click

from icsfeed.cli.answers import adjustment_text
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, Wording, reading, recording
from icsfeed.cli.options import INSTANT_HELP, OrderedGroup, RequiringCommand, example, given, option, own_option
from icsfeed.cli.output import print_json, print_line
from icsfeed.cli.previews import adjustment_preview
from icsfeed.domain.times import span_text
from icsfeed.services.adjusting import Adjusted, adjust
from icsfeed.services.requests.adjustments import AdjustmentAction, adjustment_request

_window_argument = click.argument("window", metavar="WINDOW")
_date_argument = click.argument("date", metavar="DATE")


@click.group(cls=OrderedGroup)
def window() -> None:
    """List maintenance windows; skip, move or restore one occurrence."""


@window.command(
    "list",
    short_help="List the windows, their ids and their adjustments.",
    epilog=example("window list", "window list --all --json"),
)
@option("--all", "everything", is_flag=True, help="List windows and adjustments that are over, too.")
@reading
def list_command(invocation: Invocation, *, everything: bool) -> None:
    """List the windows with their ids, and the occurrences that are skipped or moved."""
    from icsfeed.cli.window_tables import print_windows  # with Babel: not for the other commands
    from icsfeed.services.window_lists import listed_windows

    windows = listed_windows(invocation.situation, everything=everything)
    if invocation.as_json:
        print_json([each.as_json(invocation.zone) for each in windows])
    elif windows:
        print_windows(windows, invocation.zone, invocation.workspace.schedule.environment_names)
    else:
        print_line("this schedule has no maintenance window")


@window.command(epilog=example('window skip thursday 2026-12-10 --reason "The vendor is on holiday"'))
@_window_argument
@_date_argument
@own_option("--reason", metavar="TEXT", required=True, help="Why. Customers read it.")
@own_option("--silent", is_flag=True, help="Remove it instead of showing it as cancelled.")
@recording
def skip(invocation: RecordingInvocation, **options: object) -> None:
    """Skip the occurrence of WINDOW on DATE."""
    _carry_out(invocation, AdjustmentAction.SKIP, options)


@window.command(
    cls=RequiringCommand, epilog=example("window move thursday 2026-12-10 --start 2026-12-11T02:00 --reason Holiday")
)
@_window_argument
@_date_argument
@own_option("--start", metavar="INSTANT", required=True, help=f"When it starts instead: {INSTANT_HELP}")
@own_option("--end", metavar="INSTANT", help="When it ends. Default: it keeps its length.")
@own_option("--reason", metavar="TEXT", required=True, help="Why. Customers read it.")
@recording
def move(invocation: RecordingInvocation, **options: object) -> None:
    """Move the occurrence of WINDOW on DATE to another time."""
    _carry_out(invocation, AdjustmentAction.MOVE, options)


@window.command(epilog=example("window restore thursday 2026-12-10"))
@_window_argument
@_date_argument
@own_option("--reason", metavar="TEXT", help="Why, for the audit trail.")
@recording
def restore(invocation: RecordingInvocation, **options: object) -> None:
    """Undo a skip or move of the occurrence of WINDOW on DATE."""
    _carry_out(invocation, AdjustmentAction.RESTORE, options)


def _carry_out(invocation: RecordingInvocation, action: AdjustmentAction, options: dict[str, object]) -> None:
    request = request_with_instants(
        invocation.instants,
        given(options),
        lambda fields: adjustment_request(fields, action=action, schedule=invocation.workspace.schedule),
    )

    def act(dry_run: bool, preview: Adjusted | None) -> Adjusted:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        return adjust(invocation.workspace, request, actor=invocation.actor, expected=preview, dry_run=dry_run)

    def time(adjusted: Adjusted) -> str:
        span = adjusted.occurrence.span
        return f": {span_text(span, invocation.zone)}" if span is not None and not request.skip else ""

    invocation.carry_out(
        act,
        Wording(
            preview=lambda adjusted: adjustment_preview(adjusted, request, invocation),
            question=lambda adjusted: f"{action.value.capitalize()} {request.occurrence}{time(adjusted)}?",
            answer=lambda adjusted: [f"{request.window_id} {request.day} {adjustment_text(adjusted, invocation.zone)}"],
        ),
    )
