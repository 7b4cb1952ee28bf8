"""``icsfeed freeze``."""

from __future__ import annotations

from secrets import token_bytes

import click

from icsfeed.cli.freeze_texts import end_preview, ended_text, start_preview, started_text
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, Wording, reading, recording
from icsfeed.cli.options import INSTANT_HELP, OrderedGroup, example, given, option, own_option
from icsfeed.cli.output import print_json
from icsfeed.services.changes import random_uid_part
from icsfeed.services.freezing import FreezeOutcome, end_freeze, start_freeze
from icsfeed.services.requests.freezes import freeze_id, freeze_request


@click.group(cls=OrderedGroup)
def freeze() -> None:
    """Start a change freeze now, end it, and list freezes."""


@freeze.command(
    short_help="Start a change freeze now, and print its id.",
    epilog=example(
        'freeze start --environment production --reason "The core switches are failing"',
        'freeze start --until "tomorrow 09:00" --internal --reason "An audit"',
    ),
)
@own_option("--reason", metavar="TEXT", required=True, help="Why. Customers read it, unless the freeze is internal.")
@own_option("--until", metavar="INSTANT", help=f"When it ends: {INSTANT_HELP} Default: when freeze end ends it.")
@own_option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="An environment that it freezes. Can be repeated. Default: all that are public.",
)
@own_option("--internal", is_flag=True, help="Make nothing of it public but its effect.")
@recording
def start(invocation: RecordingInvocation, **options: object) -> None:
    """Start a change freeze now, and print its id.

    From now on, no maintenance window and no planned change without a stated reason takes place in its environments. An
    occurrence that has begun ends now.
    """
    schedule = invocation.workspace.schedule
    request = request_with_instants(
        invocation.instants, given(options), lambda fields: freeze_request(fields, schedule=schedule)
    )

    def act(dry_run: bool, preview: FreezeOutcome | None) -> FreezeOutcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        del preview
        return start_freeze(
            invocation.workspace,
            request,
            uid_part=random_uid_part(token_bytes),
            actor=invocation.actor,
            dry_run=dry_run,
        )

    invocation.carry_out(
        act,
        Wording(
            preview=lambda outcome: start_preview(outcome, invocation),
            question=lambda outcome: None if outcome.repeats else f"Start {outcome.freeze.id} now?",
            answer=lambda outcome: [outcome.freeze.id],
            notice=lambda outcome: None if outcome.repeats else started_text(outcome, invocation.situation),
            hint=lambda outcome: f"{outcome.freeze.id} is active; next: freeze end {outcome.freeze.id}",
        ),
    )


@freeze.command(epilog=example("freeze end CF-1"))
@click.argument("identifier", metavar="ID")
@recording
def end(invocation: RecordingInvocation, identifier: str) -> None:
    """End freeze ID now.

    Occurrences that have not begun take place again. Those that the freeze cut short or dropped so far do not.
    """

    def act(dry_run: bool, preview: FreezeOutcome | None) -> FreezeOutcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        del preview
        return end_freeze(invocation.workspace, freeze_id(identifier), actor=invocation.actor, dry_run=dry_run)

    invocation.carry_out(
        act,
        Wording(
            preview=lambda outcome: end_preview(outcome, invocation),
            question=lambda outcome: f"End {outcome.freeze.id} now?",
            answer=lambda outcome: [ended_text(outcome, invocation.situation)],
        ),
    )


@freeze.command(
    "list",
    short_help="List the freezes under way, and the next of the schedule.",
    epilog=example("freeze list", "freeze list --all --json"),
)
@option("--all", "everything", is_flag=True, help="List recorded freezes that are over, too.")
@reading
def list_command(invocation: Invocation, *, everything: bool) -> None:
    """List the freezes that were started and are not over, and of each in the schedule the present or next one."""
    from icsfeed.cli.freeze_tables import print_freezes  # with rich: not for the other commands
    from icsfeed.services.freeze_lists import listed_freezes

    freezes = listed_freezes(invocation.situation, everything=everything)
    if invocation.as_json:
        print_json(freezes.as_json(invocation.zone))
    else:
        print_freezes(freezes, invocation.situation)
