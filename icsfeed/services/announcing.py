"""Announcing a change, for every interface alike: checks, preview and record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import CHANGE_NAMES, Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import check_plan, free_text, line_of_text, tidied, tidied_translations
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.domain.translated_texts import Translations
from icsfeed.services.changes import PLACEHOLDER, Outcome, Workspace, ledger_lines, outcome_of
from icsfeed.services.freeze_effects import check_recorded_freezes
from icsfeed.services.notice import under_promise
from icsfeed.services.outbox import queue_announcement
from icsfeed.services.repository import Writing


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementRequest:
    """A change to announce; a second request with the same ``key`` announces nothing.

    The clock starts and completes an ``automatic`` one, unless somebody does.
    """

    kind: Kind
    plan: Plan
    tentative: bool = False
    automatic: bool = False
    message: str = ""
    message_translations: Translations = ()
    key: str | None = None


def announce(
    workspace: Workspace, announcement: AnnouncementRequest, *, uid_part: str, actor: Actor, dry_run: bool = False
) -> Outcome:
    """Announce a change.

    ``uid_part`` is random (``random_uid_part``), so that no other change ever has its UID, not even one of a restored
    database. An announcement with a known key, or with the plan of an open change, records nothing. A dry run ignores
    keys, and has a placeholder in the UID.

    Raises:
        IcsfeedError: where the policy does not allow it, the kind needs approval (see ``drafts``), or it can't be
            recorded; nothing has changed then.
    """
    if needs_approval(workspace.schedule, announcement.kind):
        msg = f"a {CHANGE_NAMES[announcement.kind]} needs the approval of another operator here; draft it first"
        raise RefusedError(msg)
    request = checked_announcement(workspace.schedule, announcement)
    if dry_run:
        return preview_announcement(workspace.situation(now=actor.at), request, author=actor.name)
    with workspace.repository.writing(actor=actor, action=f"{request.kind} announce", subject="") as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        return record_announcement(writing, situation, request, uid_part=uid_part, author=actor.name)


def needs_approval(schedule: Schedule, kind: Kind) -> bool:
    """Whether a second operator has to approve changes of that kind before they are public."""
    return schedule.operators is not None and kind in schedule.operators.approval


def checked_announcement(schedule: Schedule, announcement: AnnouncementRequest) -> AnnouncementRequest:
    """The announcement, cleaned so that calendars can show it.

    Raises:
        IcsfeedError: where calendars can't show it, or the schedule does not allow it.
    """
    request = replace(
        announcement,
        plan=tidied(announcement.plan),
        message=free_text(announcement.message, "message"),
        message_translations=tidied_translations(announcement.message_translations),
        key=line_of_text(announcement.key or "", "key") or None,
    )
    check_plan(schedule, request.kind, request.plan)
    return request


def preview_announcement(situation: Situation, request: AnnouncementRequest, *, author: str) -> Outcome:
    """What a checked announcement would make public; it records nothing.

    Raises:
        IcsfeedError: where the policy does not allow it.
    """
    repeated = open_duplicate(situation, request)
    if repeated is not None:
        return repetition(situation, repeated, request)
    check_recorded_freezes(situation, request.kind, request.plan)
    change = _new_change(situation, request, PLACEHOLDER, author)
    return outcome_of(situation, change, ledger_lines(situation, None, change), recorded=False)


def record_announcement(
    writing: Writing, situation: Situation, request: AnnouncementRequest, *, uid_part: str, author: str
) -> Outcome:
    """Record a checked announcement, and queue who is to hear of it, in a transaction; see ``announce``.

    ``author`` wrote it, and need not be the actor who makes it public.

    Raises:
        IcsfeedError: where the policy does not allow it; the transaction has nothing of it then.
    """
    earlier = writing.announced_with(request.key) if request.key is not None else None
    repeated = situation.changes[earlier] if earlier is not None else open_duplicate(situation, request)
    if repeated is not None:
        return repetition(situation, repeated, request)
    check_recorded_freezes(situation, request.kind, request.plan)
    change = _new_change(situation, request, uid_part, author)
    lines = ledger_lines(situation, None, change)
    writing.set_subject(change.id)
    writing.add_update(change, key=request.key)
    writing.add_revisions(lines)
    queue_announcement(writing, situation.schedule, change)
    return outcome_of(situation, change, lines)


def open_duplicate(situation: Situation, announcement: AnnouncementRequest) -> Change | None:
    """An open change with the plan that is to be announced."""
    for change in situation.changes.values():
        if change.kind is announcement.kind and change.plan == announcement.plan and not change.state.is_final:
            return change
    return None


def repetition(situation: Situation, change: Change, request: AnnouncementRequest) -> Outcome:
    """The outcome where the change was announced before with that key or plan.

    Raises:
        ConflictError: where it says something else.
    """
    is_redacted = any(update.step is Step.REDACT for update in change.updates)
    is_same = is_redacted or request.plan in {change.updates[0].plan, change.plan}
    if change.kind is not request.kind or not is_same:
        msg = f"the key {quoted(request.key or '')} is that of {change.id}, which says something else; take another"
        raise ConflictError(msg)
    notice = (
        f"this {CHANGE_NAMES[change.kind]} has been announced already: {change.id}, which is {change.state}; "
        "nothing was changed"
    )
    return replace(outcome_of(situation, change, recorded=False), warnings=(notice,), repeats=True)


def _new_change(situation: Situation, announcement: AnnouncementRequest, uid_part: str, author: str) -> Change:
    update = Update(
        number=1,
        at=situation.now,
        by=author,
        message=announcement.message,
        message_translations=announcement.message_translations,
        state=State.TENTATIVE if announcement.tentative else State.CONFIRMED,
        plan=announcement.plan,
        automatic=announcement.automatic,
    )
    kind = announcement.kind
    change_id = recorded_id(kind, situation.record.next_number(kind))
    change = Change(kind=kind, id=change_id, updates=(update,), uid_part=uid_part)
    return under_promise(situation.schedule, change)
