"""The commands of both kinds of change: their lifecycle from the announcement to the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_bytes
from typing import Final

import click

from icsfeed.cli.answers import step_texts
from icsfeed.cli.change_tables import print_history, print_list
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, Wording, reading, recording
from icsfeed.cli.options import INSTANT_HELP, OrderedGroup, WholeNumber, example, given, option, own_option
from icsfeed.cli.output import print_json
from icsfeed.cli.previews import announcement_text, change_preview
from icsfeed.domain.changes import Change, Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import what_next
from icsfeed.domain.plans import MissingReasonError
from icsfeed.domain.times import span_text
from icsfeed.services.change_json import change_as_json
from icsfeed.services.change_lists import changes_of_kind
from icsfeed.services.changes import Outcome, StepRequest, random_uid_part, take_step
from icsfeed.services.changes import announce as announce_change
from icsfeed.services.requests.announcements import announcement_request
from icsfeed.services.requests.change_ids import change_id
from icsfeed.services.requests.plans import IMPACTS
from icsfeed.services.requests.steps import step_request

_STEP_HELP: Final = {
    Step.CONFIRM: "Confirm tentative change ID.",
    Step.START: "Mark change ID as started.",
    Step.COMPLETE: "Mark change ID as completed.",
    Step.CANCEL: "Cancel change ID.\n\nCustomers see it as cancelled until its time has passed.",
}
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

IMPACT_METAVAR: Final = "|".join(IMPACTS)
"""Not a choice of click's, which would report a wrong impact alone, before all other errors."""

_WITH_ARTICLE: Final = {Kind.EMERGENCY: "an emergency", Kind.PLANNED: "a planned"}
_EXAMPLE_IDS: Final = {Kind.EMERGENCY: "EC-7", Kind.PLANNED: "PC-7"}
_STEP_MESSAGES: Final = {
    Step.CONFIRM: "The vendor has agreed",
    Step.START: "We have begun",
    Step.COMPLETE: "All systems are back",
}
_CANCEL_MESSAGES: Final = {Kind.EMERGENCY: "It was a false alarm", Kind.PLANNED: "Postponed to January"}

_environment_option = own_option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="An environment that the change affects. Can be repeated.",
)
_impact_option = own_option("--impact", metavar=IMPACT_METAVAR, help="What customers notice. Default: outage.")
_end_option = own_option("--end", metavar="INSTANT", help=f"When it ends: {INSTANT_HELP}")
_duration_option = own_option("--duration", metavar="LENGTH", help="How long it lasts, such as 2h, 90m or 1h30m.")
_reason_option = own_option(
    "--reason", metavar="TEXT", help="Why it can't wait for a maintenance window, or must happen in a change freeze."
)
_ticket_option = own_option("--ticket", metavar="URL", help="URL of the ticket.")
_message_option = own_option("--message", metavar="TEXT", help="A message to subscribers about this step.")
_expect_option = own_option(
    "--expect",
    type=WholeNumber(1),
    help="The number of the latest update you have seen. Refused if it isn't the latest.",
)
_id_argument = click.argument("identifier", metavar="ID")


def change_commands(kind: Kind, help_text: str) -> click.Group:
    """The group of commands for one kind of change."""
    group = OrderedGroup(kind.value, help=help_text)
    for command in (
        _announce(kind),
        *(_step(kind, step) for step in _STEP_HELP),
        _update(kind),
        _list(kind),
        _show(kind),
    ):
        group.add_command(command)
    return group


def _announce(kind: Kind) -> click.Command:
    @click.command(
        "announce",
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
    @_impact_option
    @own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP} Default: now.")
    @_end_option
    @_duration_option
    @_reason_option
    @_ticket_option
    @own_option("--tentative", is_flag=True, help="Announce as tentative; confirm later.")
    @own_option("--key", metavar="TEXT", help="Idempotency key: a repeat under the same key changes nothing.")
    @own_option("--message", metavar="TEXT", help="A message to subscribers about this announcement.")
    @recording
    def command(invocation: RecordingInvocation, **options: object) -> None:
        schedule = invocation.workspace.schedule
        request = request_with_instants(
            invocation.instants,
            {"kind": kind.value, **given(options)},
            lambda fields: announcement_request(fields, schedule=schedule, now=invocation.now),
        )

        def act(dry_run: bool, seen: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
            del seen
            with _naming_the_reason_option():
                return announce_change(
                    invocation.workspace,
                    request,
                    uid_part=random_uid_part(token_bytes),
                    actor=invocation.actor,
                    dry_run=dry_run,
                )

        def question(preview: Outcome) -> str | None:
            return None if preview.repeats else f"Announce {_id_and_time(invocation, preview.change)}?"

        def notice(outcome: Outcome) -> str | None:
            return None if outcome.repeats else announcement_text(outcome.change, invocation.situation)

        invocation.carry_out(
            act,
            Wording(
                preview=lambda outcome: change_preview(outcome, invocation.situation),
                question=question,
                answer=lambda outcome: [outcome.change.id],
                notice=notice,
                hint=_state,
            ),
        )

    return command


def _step(kind: Kind, step: Step) -> click.Command:
    message = _CANCEL_MESSAGES[kind] if step is Step.CANCEL else _STEP_MESSAGES[step]

    @click.command(
        step.value,
        help=_STEP_HELP[step],
        epilog=example(f'{kind} {step} {_EXAMPLE_IDS[kind]} --message "{message}"'),
    )
    @_id_argument
    @_message_option
    @_expect_option
    @recording
    def command(invocation: RecordingInvocation, identifier: str, **options: object) -> None:
        _take(invocation, kind, identifier, step, options)

    return command


def _update(kind: Kind) -> click.Command:
    @click.command(
        "update",
        short_help="Amend change ID, or add a message to it.",
        help="Amend change ID, or add a message to it.\n\nA new start without a new end moves the end as well.",
        epilog=example(f'{kind} update {_EXAMPLE_IDS[kind]} --start 2026-12-09T02:00 --message "An hour later"'),
    )
    @_id_argument
    @_message_option
    @own_option("--summary", metavar="TEXT", help="What subscribers read.")
    @_environment_option
    @own_option("--impact", metavar=IMPACT_METAVAR, help="What customers notice.")
    @own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP}")
    @_end_option
    @_duration_option
    @_reason_option
    @_ticket_option
    @_expect_option
    @recording
    def command(invocation: RecordingInvocation, identifier: str, **options: object) -> None:
        _take(invocation, kind, identifier, Step.UPDATE, options)

    return command


def _take(invocation: RecordingInvocation, kind: Kind, identifier: str, step: Step, options: dict[str, object]) -> None:
    schedule = invocation.workspace.schedule
    before = invocation.situation.change(change_id(identifier, kind, schedule))
    request = request_with_instants(
        invocation.instants,
        given(options),
        lambda fields: step_request(fields, change_id=before.id, step=step, schedule=schedule, before=before),
        start=before.plan.span.start,
    )

    def act(dry_run: bool, preview: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        with _naming_the_reason_option():
            return take_step(
                invocation.workspace, _after_preview(request, preview), actor=invocation.actor, dry_run=dry_run
            )

    invocation.carry_out(
        act,
        Wording(
            preview=lambda outcome: change_preview(outcome, invocation.situation),
            question=lambda outcome: f"{step.value.capitalize()} {_id_and_time(invocation, outcome.change)}?",
            answer=lambda outcome: [f"{before.id} {text}" for text in step_texts(outcome.change, invocation.zone)],
            hint=_state,
        ),
    )


@contextmanager
def _naming_the_reason_option() -> Generator[None]:
    try:
        yield
    except MissingReasonError as error:
        msg = f"{error}; say with --reason why it can't wait"
        raise RefusedError(msg) from None


def _after_preview(request: StepRequest, preview: Outcome | None) -> StepRequest:
    """The same step, only if nobody has updated the change since its preview."""
    return request if preview is None else replace(request, expected=preview.change.latest.number - 1)


def _list(kind: Kind) -> click.Command:
    @click.command("list", help=f"List the open {kind} changes, the latest first.")
    @option("--all", "everything", is_flag=True, help="List completed and cancelled changes, too.")
    @reading
    def command(invocation: Invocation, *, everything: bool) -> None:
        changes = changes_of_kind(invocation.situation, kind, open_only=not everything)
        if invocation.as_json:
            print_json([change_as_json(change, invocation.zone) for change in changes])
        elif changes:
            print_list(changes, invocation.zone)
        else:
            click.echo(f"no {kind} change has been announced" if everything else f"no {kind} change is open")

    return command


def _show(kind: Kind) -> click.Command:
    @click.command("show", help="Show change ID and its history.", epilog=example(f"{kind} show {_EXAMPLE_IDS[kind]}"))
    @_id_argument
    @reading
    def command(invocation: Invocation, identifier: str) -> None:
        situation = invocation.situation
        change = situation.change(change_id(identifier, kind, situation.schedule))
        if invocation.as_json:
            print_json({**change_as_json(change, invocation.zone), **invocation.notes()})
        else:
            print_history(change, invocation.zone)

    return command


def _id_and_time(invocation: Invocation, change: Change) -> str:
    """The change and its time in the calendar's zone: what is most easily mistaken."""
    return f"{change.id}, {span_text(change.plan.span, invocation.zone)}"


def _state(outcome: Outcome) -> str:
    return f"{outcome.change.id} is {outcome.change.state}; {what_next(outcome.change.state)}"
