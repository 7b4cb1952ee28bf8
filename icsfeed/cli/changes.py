"""The commands of both kinds of change: their lifecycle from the announcement to the end."""

from __future__ import annotations

from secrets import token_bytes
from typing import Final

import click

from icsfeed.cli.announcement_texts import AnyOutcome, announcement_wording
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
from icsfeed.cli.drafts import DRAFTED_KINDS, draft_commands, drafts_option, list_drafts, mention_drafts, show_draft
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, reading, recording
from icsfeed.cli.options import INSTANT_HELP, OrderedGroup, RequiringCommand, example, given, option, own_option
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.drafts import is_draft_id
from icsfeed.domain.feeds import Kind
from icsfeed.services.change_json import change_as_json
from icsfeed.services.change_lists import changes_of_kind
from icsfeed.services.changes import random_uid_part
from icsfeed.services.drafting import announce_or_draft
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

_SHOW_HELP: Final = {
    Kind.EMERGENCY: "Show change ID and its history.",
    Kind.PLANNED: "Show change ID and its history, or draft ID.",
}

_WITH_ARTICLE: Final = {Kind.EMERGENCY: "an emergency", Kind.PLANNED: "a planned"}


def change_commands(kind: Kind, help_text: str) -> click.Group:
    """The group of commands for one kind of change."""
    group = OrderedGroup(kind.value, help=help_text)
    for command in (_announce(kind), *draft_commands(kind), *step_commands(kind), _list(kind), _show(kind)):
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

        def act(dry_run: bool, seen: AnyOutcome | None) -> AnyOutcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
            del seen
            with naming_the_remedy("say with --reason why it can't wait"):
                return announce_or_draft(
                    invocation.workspace,
                    request,
                    uid_part=random_uid_part(token_bytes),
                    actor=invocation.actor,
                    dry_run=dry_run,
                )

        invocation.carry_out(act, announcement_wording(invocation))

    return command


def _list(kind: Kind) -> click.Command:
    @click.command("list", help=f"List the open {kind} changes, the latest first.")
    @option("--all", "everything", is_flag=True, help="List completed and cancelled changes, too.")
    @reading
    def command(invocation: Invocation, *, everything: bool, only_drafts: bool = False) -> None:
        if only_drafts:
            list_drafts(invocation, everything=everything)
            return
        changes = changes_of_kind(invocation.situation, kind, open_only=not everything)
        if invocation.as_json:
            print_json([change_as_json(change, invocation.zone) for change in changes])
        elif changes:
            print_list(changes, invocation.zone, invocation.now)
        else:
            print_line(f"no {kind} change has been announced" if everything else f"no {kind} change is open")
        if kind in DRAFTED_KINDS and not invocation.as_json:
            mention_drafts(invocation)

    return drafts_option(command) if kind in DRAFTED_KINDS else command


def _show(kind: Kind) -> click.Command:
    @click.command("show", help=f"{_SHOW_HELP[kind]}", epilog=example(f"{kind} show {EXAMPLE_IDS[kind]}"))
    @id_argument
    @reading
    def command(invocation: Invocation, identifier: str) -> None:
        if kind in DRAFTED_KINDS and is_draft_id(identifier):
            show_draft(invocation, identifier)
            return
        situation = invocation.situation
        change = situation.change(change_id(identifier, kind, situation.schedule))
        if invocation.as_json:
            print_json({**change_as_json(change, invocation.zone), **invocation.notes()})
        else:
            print_history(change, invocation.zone)

    return command
