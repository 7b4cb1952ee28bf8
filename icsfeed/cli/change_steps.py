"""The commands that take a change a step further, or take a step back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import click

from icsfeed.cli.answers import step_texts
from icsfeed.cli.change_options import (
    EXAMPLE_IDS,
    IMPACT_METAVAR,
    duration_option,
    end_option,
    environment_option,
    expect_option,
    id_argument,
    message_option,
    reason_option,
    ticket_option,
    with_message_texts,
)
from icsfeed.cli.instant_options import request_with_instants
from icsfeed.cli.operator_commands import RecordingInvocation, Wording, recording
from icsfeed.cli.options import INSTANT_HELP, WholeNumber, example, given, own_option
from icsfeed.cli.previews import COPIES_REMAIN, change_preview, id_and_time, state_text
from icsfeed.domain.changes import Change, Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import MissingReasonError
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.services.changes import Outcome, StepRequest, take_step
from icsfeed.services.requests.change_ids import change_id
from icsfeed.services.requests.steps import extension_request, step_request


@dataclass(frozen=True, kw_only=True, slots=True)
class _StepCommand:
    """A command without arguments of its own, but for ``options``; ``example`` follows the id."""

    step: Step
    help: str
    example: str
    options: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = ()


_silent_option = own_option("--silent", is_flag=True, help="Withdraw it: remove it from everything public.")
_target_option = own_option(
    "--update", "update", type=WholeNumber(1), metavar="N", help="Withdraw only the message of update N."
)

_CONFIRM: Final = _StepCommand(
    step=Step.CONFIRM, help="Confirm tentative change ID.", example='--message "The vendor has agreed"'
)
_START: Final = _StepCommand(
    step=Step.START,
    help="Mark change ID as started.\n\nIts event shows from then on when it really started.",
    example='--message "We have begun"',
)
_COMPLETE: Final = _StepCommand(
    step=Step.COMPLETE,
    help="Mark change ID as completed.\n\n"
    "Its event shows from then on when it really ended. A confirmed change counts as started and completed.",
    example='--message "All systems are back"',
)
_CANCEL: Final = _StepCommand(
    step=Step.CANCEL,
    help="Cancel change ID.\n\n"
    "Customers see it as cancelled until its time has passed. With --silent, the whole change is withdrawn, even if it "
    "is cancelled already: nothing that is public mentions it any more.",
    example='--message "It was a false alarm"',
    options=(_silent_option,),
)
_UNDO: Final = _StepCommand(
    step=Step.UNDO,
    help="Take back the latest step of change ID.\n\n"
    "The next undo takes back the one before. The announcement is not a step (see cancel --silent), messages stay (see "
    "redact), and a redaction is never taken back. A step that was taken back can be taken again.",
    example='--message "That was the wrong change"',
)
_REDACT: Final = _StepCommand(
    step=Step.REDACT,
    help="Withdraw all texts of change ID, or one message.\n\n"
    "Without --update, that is its summary, reason, ticket and messages, for good: a redaction is never taken back. "
    'Usually you want --update N. "[withdrawn]" stands in their place. Subscribers may keep what they fetched: if it '
    "was a secret, change the secret.",
    example="--update 2",
    options=(_target_option,),
)


def step_commands(kind: Kind) -> tuple[click.Command, ...]:
    """The commands that follow the announcement, in the order in which they are used."""
    return (
        *(_step(kind, each) for each in (_CONFIRM, _START)),
        _update(kind),
        _extend(kind),
        *(_step(kind, each) for each in (_COMPLETE, _CANCEL, _UNDO, _REDACT)),
    )


def _step(kind: Kind, step_command: _StepCommand) -> click.Command:
    step = step_command.step

    @id_argument
    @message_option
    @expect_option
    @recording
    def command(invocation: RecordingInvocation, identifier: str, **options: object) -> None:
        before = _named_change(invocation, kind, identifier)
        schedule = invocation.workspace.schedule
        fields = with_message_texts(given(options), schedule)
        request = step_request(fields, change_id=before.id, step=step, schedule=schedule)
        verb, hint = _redaction(before, request.target) if step is Step.REDACT else (_VERBS.get(step), "")
        _take(invocation, request, verb=verb or step.value.capitalize(), hint=hint)

    for each in reversed(step_command.options):
        command = each(command)
    return click.command(
        step.value,
        short_help=step_command.help.partition("\n")[0],
        help=step_command.help,
        epilog=example(f"{kind} {step} {EXAMPLE_IDS[kind]} {step_command.example}"),
    )(command)


_VERBS: Final = {Step.UNDO: "Take back the latest step of"}
"""How the question begins, where it is not with the step's name."""


def _redaction(change: Change, target: int | None) -> tuple[str, str]:
    """The beginning of the question before a redaction, and a hint how to withdraw a single message instead."""
    if target is not None:
        return f"Withdraw the message of update {target} of", ""
    numbers = [each.number for each in change.updates if each.message not in {"", WITHDRAWN_TEXT}]
    return "Withdraw ALL texts of", f" To withdraw only the latest message: --update {numbers[-1]}" if numbers else ""


def _update(kind: Kind) -> click.Command:
    @click.command(
        "update",
        short_help="Amend change ID, or add a message to it.",
        help="Amend change ID, or add a message to it.\n\nA new start without a new end moves the end as well.",
        epilog=example(f'{kind} update {EXAMPLE_IDS[kind]} --start 02:00 --message "An hour later"'),
    )
    @id_argument
    @message_option
    @own_option("--summary", metavar="TEXT", help="What subscribers read.")
    @environment_option
    @own_option("--impact", metavar=IMPACT_METAVAR, help="What customers notice.")
    @own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP}")
    @end_option
    @duration_option
    @reason_option
    @ticket_option
    @expect_option
    @recording
    def command(invocation: RecordingInvocation, identifier: str, **options: object) -> None:
        before = _named_change(invocation, kind, identifier)

        schedule = invocation.workspace.schedule

        def build(fields: Mapping[str, object]) -> StepRequest:
            return step_request(fields, change_id=before.id, step=Step.UPDATE, schedule=schedule, before=before)

        fields = with_message_texts(given(options), schedule)
        request = request_with_instants(invocation.instants, fields, build, start=before.shown_span.start)
        _take(invocation, request, verb="Update", reason_remedy="say with --reason why it can't wait")

    return command


def _extend(kind: Kind) -> click.Command:
    @click.command(
        "extend",
        short_help="Let change ID end later.",
        help="Let change ID end LENGTH later, such as 30m or 1h30m.\n\n"
        "LENGTH is added to the end that customers see. Refused once that end is past: then update --end says when it "
        "ends.",
        epilog=example(f'{kind} extend {EXAMPLE_IDS[kind]} 30m --message "The restore takes longer"'),
    )
    @id_argument
    @click.argument("length", metavar="LENGTH")
    @message_option
    @expect_option
    @recording
    def command(invocation: RecordingInvocation, identifier: str, **options: object) -> None:
        before = _named_change(invocation, kind, identifier)
        schedule = invocation.workspace.schedule
        fields = with_message_texts(given(options), schedule)
        request = extension_request(fields, change_id=before.id, schedule=schedule)
        remedy = f"give one first: icsfeed {kind} update {before.id} --reason …"
        _take(invocation, request, verb="Extend", reason_remedy=remedy)

    return command


def _named_change(invocation: RecordingInvocation, kind: Kind, identifier: str) -> Change:
    situation = invocation.situation
    return situation.change(change_id(identifier, kind, situation.schedule))


def _take(
    invocation: RecordingInvocation, request: StepRequest, *, verb: str, hint: str = "", reason_remedy: str = ""
) -> None:
    def act(dry_run: bool, preview: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        with naming_the_remedy(reason_remedy):
            return take_step(
                invocation.workspace, _after_preview(request, preview), actor=invocation.actor, dry_run=dry_run
            )

    invocation.carry_out(
        act,
        Wording(
            preview=lambda outcome: change_preview(outcome, invocation),
            question=lambda outcome: f"{verb} {id_and_time(outcome.change, invocation.zone)}?{hint}",
            answer=lambda outcome: [
                f"{outcome.change.id} {text}" for text in step_texts(outcome.change, invocation.zone)
            ],
            notice=lambda _: f"note: {COPIES_REMAIN}" if request.step is Step.REDACT else None,
            hint=state_text,
        ),
    )


def _after_preview(request: StepRequest, preview: Outcome | None) -> StepRequest:
    """The same step, only if nobody has updated the change since its preview."""
    return request if preview is None else replace(request, expected=preview.change.latest_recorded.number - 1)


@contextmanager
def naming_the_remedy(remedy: str) -> Generator[None]:
    """Say how this command gives the reason that a planned change in a freeze needs."""
    try:
        yield
    except MissingReasonError as error:
        msg = f"{error}; {remedy}" if remedy else str(error)
        raise RefusedError(msg) from None
