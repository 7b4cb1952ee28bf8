"""What operators do with drafts: look at them, approve and withdraw them.

A draft is checked when it is made (see ``drafting``) and again when another operator approves it, which announces it as
if it had been written then. Who wrote it stands in the change's history, who approved it in the audit trail.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.drafts import APPROVERS, Draft, DraftDecision, DraftState, draft_number
from icsfeed.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from icsfeed.domain.operators import Operator
from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.domain.times import instant_text
from icsfeed.services.announcing import (
    AnnouncementRequest,
    checked_announcement,
    preview_announcement,
    record_announcement,
)
from icsfeed.services.changes import Outcome, Workspace
from icsfeed.services.drafting import DraftOutcome, with_preview
from icsfeed.services.four_eyes import require_another
from icsfeed.services.repository import DraftReading


def preview_draft(workspace: Workspace, draft: Draft, *, now: datetime) -> DraftOutcome:
    """What the approval of a draft would make public at ``now`` (aware).

    Raises:
        IcsfeedError: where it can't be approved any more.
    """
    return _preview(workspace.situation(now=now), draft)


def _preview(situation: Situation, draft: Draft) -> DraftOutcome:
    with _naming_the_draft(draft):
        preview = preview_announcement(situation, _approvable(situation, draft), author=draft.by)
    return with_preview(situation, draft, _first_announcement(draft, preview))


def approve(
    workspace: Workspace, draft_id: str, *, operator: Operator, uid_part: str, now: datetime, dry_run: bool = False
) -> Outcome:
    """Announce a draft that another operator wrote; ``uid_part`` is random (``random_uid_part``).

    Raises:
        IcsfeedError: where the operator may not, somebody was faster, the policy does not allow it any more, or it
            can't be recorded; nothing has changed then.
    """
    _require_approver(operator)
    number, actor, zone = draft_number(draft_id), operator.actor(now), workspace.schedule.calendar.zone
    # Tried before the database is locked, so that a refused request creates none.
    situation = workspace.situation(now=actor.at)
    # Read last: otherwise, another's approval could look like a conflict.
    draft = _waiting(workspace.repository, number, zone)
    require_another(workspace.repository, draft, operator)
    preview = _preview(situation, draft).preview
    if dry_run and preview is not None:
        return preview
    with workspace.repository.writing(actor=actor, action=f"{draft.kind} approve", subject="") as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        draft = _waiting(writing, number, zone)
        with _naming_the_draft(draft):
            request = _approvable(situation, draft)
            outcome = record_announcement(writing, situation, request, uid_part=uid_part, author=draft.by)
        change = _first_announcement(draft, outcome).change
        decision = DraftDecision(state=DraftState.APPROVED, at=actor.at, by=actor.name, change_id=change.id)
        writing.decide_draft(number, decision)
    return outcome


def withdraw(workspace: Workspace, draft_id: str, *, actor: Actor, dry_run: bool = False) -> DraftOutcome:
    """Withdraw a draft, which anybody who may write may do.

    Raises:
        IcsfeedError: where there is no such draft, it is decided already, or it can't be recorded; nothing has changed
            then.
    """
    number, zone = draft_number(draft_id), workspace.schedule.calendar.zone
    draft = _waiting(workspace.repository, number, zone)
    decision = DraftDecision(state=DraftState.WITHDRAWN, at=actor.at, by=actor.name, by_kind=actor.kind)
    if not dry_run:
        with workspace.repository.writing(actor=actor, action=f"{draft.kind} withdraw", subject=draft.id) as writing:
            _waiting(writing, number, zone)
            writing.decide_draft(number, decision)
    return DraftOutcome(draft=replace(draft, decision=decision), preview=None, recorded=not dry_run)


def drafts(workspace: Workspace, *, waiting: bool = False) -> tuple[Draft, ...]:
    """All drafts, the latest first, or only those that are ``waiting`` for approval.

    Texts that were withdrawn from the change that a draft became are withdrawn from the draft.

    Raises:
        UnavailableError: where they can't be read.
    """
    record = workspace.repository.record()
    return tuple(without_withdrawn_texts(each, record) for each in workspace.repository.drafts(waiting=waiting))[::-1]


def draft_of(workspace: Workspace, draft_id: str) -> Draft:
    """The draft of that id, in whatever state; see ``drafts``.

    Raises:
        BadInputError: where it is no id of a draft.
        NotFoundError: where there is no such draft.
    """
    draft = _numbered(workspace.repository, draft_number(draft_id))
    return without_withdrawn_texts(draft, workspace.repository.record())


def without_withdrawn_texts(draft: Draft, record: Record) -> Draft:
    """The draft without those texts that were withdrawn from the change that it became."""
    change = record.changes.get(draft.change_id)
    return draft.as_announced(change.updates[0]) if change is not None else draft


def _approvable(situation: Situation, draft: Draft) -> AnnouncementRequest:
    """The request that the draft is, checked as if it were new.

    Raises:
        IcsfeedError: where it can't be announced any more.
    """
    if draft.plan.span.start <= situation.now:
        msg = f"its start, {instant_text(draft.plan.span.start, situation.zone)}, is past"
        raise RefusedError(msg)
    return checked_announcement(
        situation.schedule,
        AnnouncementRequest(
            kind=draft.kind,
            plan=draft.plan,
            tentative=draft.tentative,
            automatic=draft.automatic,
            message=draft.message,
            message_translations=draft.message_translations,
            key=draft.key,
        ),
    )


@contextmanager
def _naming_the_draft(draft: Draft) -> Generator[None]:
    """Say in errors which draft can't be announced any more, and what to do."""
    try:
        yield
    except (BadInputError, NotFoundError, ConflictError, RefusedError) as error:
        msg = f"{draft.id} can't be announced any more: {error}; {_remedy(draft)}"
        raise RefusedError(msg) from error


def _remedy(draft: Draft) -> str:
    return f"withdraw it (icsfeed {draft.kind} withdraw {draft.id}) and announce it anew"


def _first_announcement(draft: Draft, outcome: Outcome) -> Outcome:
    """The outcome, which announces the draft.

    Raises:
        ConflictError: where another change says the same.
    """
    if outcome.repeats:
        msg = f"{outcome.change.id} says the same as {draft.id}, so nothing was changed; {_withdrawal(draft)}"
        raise ConflictError(msg)
    return outcome


def _withdrawal(draft: Draft) -> str:
    return f"withdraw the draft: icsfeed {draft.kind} withdraw {draft.id}"


def _require_approver(operator: Operator) -> None:
    operator.require_write()
    if operator.kind not in APPROVERS:
        msg = "a draft is approved by an operator who signed in or has a token; make one with `icsfeed token create`"
        raise RefusedError(msg)


def _numbered(reader: DraftReading, number: int) -> Draft:
    draft = next(iter(reader.drafts(number=number)), None)
    if draft is None:
        waiting = ", ".join(each.id for each in reader.drafts(waiting=True))
        listed = "see `icsfeed planned list --drafts --all`"
        hint = f"; these wait for approval: {waiting}" if waiting else f", and none waits for approval; {listed}"
        msg = f"there is no draft DR-{number}{hint}"
        raise NotFoundError(msg)
    return draft


def _waiting(reader: DraftReading, number: int, zone: ZoneInfo) -> Draft:
    """The draft of that number, which waits for approval.

    Raises:
        NotFoundError: where there is no such draft.
        ConflictError: where it was decided before.
    """
    draft = _numbered(reader, number)
    decision = draft.decision
    if decision is not None:
        announced = f" and announced as {decision.change_id}" if decision.change_id else ""
        at = instant_text(decision.at, zone)
        msg = f"{draft.id} was {decision.state}{announced} by {decision.by}, {at}; nothing was changed now"
        raise ConflictError(msg)
    return draft
