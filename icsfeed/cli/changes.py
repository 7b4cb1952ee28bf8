"""The commands of both kinds of change: their lifecycle from the announcement to the end."""

from __future__ import annotations

from secrets import token_bytes
from typing import Final

import click

from icsfeed.cli.change_options import (
    EXAMPLE_IDS,
    duration_option,
    end_option,
    id_argument,
    impact_option,
    message_options,
    reason_option,
    ticket_option,
    with_message_texts,
)
from icsfeed.cli.change_steps import naming_the_remedy, step_commands
from icsfeed.cli.change_tables import print_history, print_list
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, Wording, reading, recording
from icsfeed.cli.options import INSTANT_HELP, OrderedGroup, RequiringCommand, example, given, option, own_option
from icsfeed.cli.output import print_json, print_line
from icsfeed.cli.previews import announcement_text, change_preview, id_and_time, state_text
from icsfeed.domain.feeds import Kind
from icsfeed.services.announcing import announce as announce_change
from icsfeed.services.change_json import change_as_json
from icsfeed.services.change_lists import changes_of_kind
from icsfeed.services.changes import Outcome, random_uid_part
from icsfeed.services.requests.announcements import announcement_request
from icsfeed.services.requests.change_ids import change_id

_ANNOUNCE_EXAMPLE: Final = {
    Kind.EMERGENCY: (
        '--summary "Database failover" --environment production',
        '--duration 2h --reason "A disk is failing"',
    ),
    Kind.PLANNED: (
        '--summary "New firewall" --environment production',
        "--start 2026-12-09T01:00 --duration 90m",
    ),
}

_WITH_ARTICLE: Final = {Kind.EMERGENCY: "an emergency", Kind.PLANNED: "a planned"}


def change_commands(kind: Kind, help_text: str) -> click.Group:
    """The group of commands for one kind of change."""
    group = OrderedGroup(kind.value, help=help_text)
    for command in (_announce(kind), *step_commands(kind), _list(kind), _show(kind)):
        group.add_command(command)
    return group


def _announce(kind: Kind) -> click.Command:
    @click.command(
        "announce",
        cls=RequiringCommand,
        help=f"Announce {_WITH_ARTICLE[kind]} change, and print its id.",
        epilog=example(" ".join((f"{kind} announce", *_ANNOUNCE_EXAMPLE[kind]))),
    )
    @own_option("--summary", metavar="TEXT", required=True, help="What subscribers read.")
    @own_option(
        "--environment",
        "environments",
        metavar="ID",
        multiple=True,
        required=True,
        help="An environment that the change affects. Can be repeated.",
    )
    @impact_option
    @own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP} Default: now.")
    @end_option
    @duration_option
    @reason_option
    @ticket_option
    @own_option("--tentative", is_flag=True, help="Announce as tentative; confirm later.")
    @own_option("--automatic", is_flag=True, help="Start and complete it by the clock, unless somebody does.")
    @own_option("--key", metavar="TEXT", help="Idempotency key: a repeat under the same key changes nothing.")
    @message_options("A message to subscribers about this announcement.")
    @recording
    def command(invocation: RecordingInvocation, **options: object) -> None:
        schedule = invocation.workspace.schedule
        request = request_with_instants(
            invocation.instants,
            {"kind": kind.value, **with_message_texts(given(options), schedule)},
            lambda fields: announcement_request(fields, schedule=schedule, now=invocation.now),
        )

        def act(dry_run: bool, seen: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
            del seen
            with naming_the_remedy("say with --reason why it can't wait"):
                return announce_change(
                    invocation.workspace,
                    request,
                    uid_part=random_uid_part(token_bytes),
                    actor=invocation.actor,
                    dry_run=dry_run,
                )

        def question(preview: Outcome) -> str | None:
            return None if preview.repeats else f"Announce {id_and_time(preview.change, invocation.zone)}?"

        def notice(outcome: Outcome) -> str | None:
            return None if outcome.repeats else announcement_text(outcome.change, invocation.situation)

        invocation.carry_out(
            act,
            Wording(
                preview=lambda outcome: change_preview(outcome, invocation),
                question=question,
                answer=lambda outcome: [outcome.change.id],
                notice=notice,
                hint=state_text,
            ),
        )

    return command


def _list(kind: Kind) -> click.Command:
    @click.command("list", help=f"List the open {kind} changes, the latest first.")
    @option("--all", "everything", is_flag=True, help="List completed and cancelled changes, too.")
    @reading
    def command(invocation: Invocation, *, everything: bool) -> None:
        changes = changes_of_kind(invocation.situation, kind, open_only=not everything)
        if invocation.as_json:
            print_json([change_as_json(change, invocation.zone) for change in changes])
        elif changes:
            print_list(changes, invocation.zone, invocation.now)
        else:
            print_line(f"no {kind} change has been announced" if everything else f"no {kind} change is open")

    return command


def _show(kind: Kind) -> click.Command:
    @click.command("show", help="Show change ID and its history.", epilog=example(f"{kind} show {EXAMPLE_IDS[kind]}"))
    @id_argument
    @reading
    def command(invocation: Invocation, identifier: str) -> None:
        situation = invocation.situation
        change = situation.change(change_id(identifier, kind, situation.schedule))
        if invocation.as_json:
            print_json({**change_as_json(change, invocation.zone), **invocation.notes()})
        else:
            print_history(change, invocation.zone)

    return command
