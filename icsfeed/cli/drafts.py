"""The commands of drafts: planned changes that another operator has to approve."""

from __future__ import annotations

from secrets import token_bytes
from typing import Final

import click

from icsfeed.cli.change_options import id_argument
from icsfeed.cli.draft_tables import print_draft, print_drafts
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, Wording, approving, recording
from icsfeed.cli.options import example, option
from icsfeed.cli.output import preview_fact, print_json, print_line
from icsfeed.cli.previews import announcement_text, change_preview, id_and_time, state_text
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operators import Operator
from icsfeed.services import drafts
from icsfeed.services.changes import Outcome, random_uid_part
from icsfeed.services.draft_json import draft_as_json
from icsfeed.services.drafting import DraftOutcome

_EXAMPLE_ID: Final = "DR-3"


DRAFTED_KINDS: Final = frozenset({Kind.PLANNED})
"""The kinds that may need approval; an emergency never waits."""

drafts_option = option("--drafts", "only_drafts", is_flag=True, help="List drafts, which wait for approval.")


def draft_commands(kind: Kind) -> tuple[click.Command, ...]:
    """The commands that decide on drafts of that kind of change."""
    return (_approve(kind), _withdraw(kind)) if kind in DRAFTED_KINDS else ()


def list_drafts(invocation: Invocation, *, everything: bool) -> None:
    """Print the drafts that wait or, with ``everything``, also those that were approved or withdrawn."""
    chosen = drafts.drafts(invocation.workspace, waiting=not everything)
    if invocation.as_json:
        print_json([draft_as_json(draft, invocation.zone) for draft in chosen])
    elif chosen:
        print_drafts(chosen, invocation.zone)
    else:
        print_line("there is no draft" if everything else "no draft waits for approval")


def mention_drafts(invocation: Invocation) -> None:
    """Say on standard error that drafts wait, which are no changes yet."""
    waiting = drafts.drafts(invocation.workspace, waiting=True)
    if waiting:
        ids = ", ".join(draft.id for draft in reversed(waiting))
        print_line(f"waiting for approval: {ids}; see `icsfeed planned list --drafts`", err=True)


def show_draft(invocation: Invocation, identifier: str) -> None:
    """Print the draft of that id."""
    draft = drafts.draft_of(invocation.workspace, identifier)
    if invocation.as_json:
        print_json({**draft_as_json(draft, invocation.zone), **invocation.notes()})
    else:
        print_draft(draft, invocation.zone)


def _approve(kind: Kind) -> click.Command:
    @click.command(
        "approve",
        short_help="Approve draft ID, and print the id of the change.",
        help="Approve draft ID of another operator, which announces it, and print the id of the change.\n\n"
        "Your token of scope write, in the variable ICSFEED_TOKEN, says who you are: see token create.",
        epilog=example(f"{kind} approve {_EXAMPLE_ID}"),
    )
    @id_argument
    @approving
    def command(invocation: RecordingInvocation, identifier: str, operator: Operator) -> None:
        def act(dry_run: bool, seen: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
            del seen
            return drafts.approve(
                invocation.workspace,
                identifier,
                operator=operator,
                uid_part=random_uid_part(token_bytes),
                now=invocation.now,
                dry_run=dry_run,
            )

        invocation.carry_out(
            act,
            Wording(
                preview=lambda outcome: change_preview(outcome, invocation),
                question=lambda outcome: f"Announce {id_and_time(outcome.change, invocation.zone)}?",
                answer=lambda outcome: [outcome.change.id],
                notice=lambda outcome: announcement_text(outcome.change, invocation.situation),
                hint=state_text,
            ),
        )

    return command


def _withdraw(kind: Kind) -> click.Command:
    @click.command(
        "withdraw",
        short_help="Withdraw draft ID.",
        help="Withdraw draft ID, which nobody but operators has seen.\n\n"
        "To amend a draft, withdraw it and announce it anew. A change that is announced is cancelled instead.",
        epilog=example(f"{kind} withdraw {_EXAMPLE_ID}"),
    )
    @id_argument
    @recording
    def command(invocation: RecordingInvocation, identifier: str) -> None:
        def act(dry_run: bool, seen: DraftOutcome | None) -> DraftOutcome:  # noqa: FBT001  (as above)
            del seen
            return drafts.withdraw(invocation.workspace, identifier, actor=invocation.actor, dry_run=dry_run)

        def preview(outcome: DraftOutcome) -> list[str]:
            draft = outcome.draft
            return [
                f"{draft.id}, draft by {draft.by}: {draft.plan.summary}",
                preview_fact("Step", "withdrawn; nobody but operators has seen it"),
            ]

        invocation.carry_out(
            act,
            Wording(
                preview=preview,
                question=lambda outcome: f"Withdraw {outcome.draft.id}?",
                answer=lambda outcome: [f"{outcome.draft.id} withdrawn"],
            ),
        )

    return command
