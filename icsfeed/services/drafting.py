"""Announcing where a kind of change needs approval: it makes a draft, which another operator approves.

A draft is public nowhere, and nobody hears of it; see ``drafts`` for what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import CHANGE_NAMES
from icsfeed.domain.drafts import Draft
from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import instant_text
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.announcing import (
    AnnouncementRequest,
    announce,
    checked_announcement,
    needs_approval,
    preview_announcement,
    repetition,
)
from icsfeed.services.changes import Outcome, Workspace
from icsfeed.services.draft_json import draft_as_json
from icsfeed.services.repository import DraftReading
from icsfeed.services.warnings import warnings_about


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftOutcome:
    """The result of an operator's action on a draft.

    ``preview`` is what its approval makes public, with the number that it gets if nothing else is announced before;
    ``None`` once the draft is withdrawn. ``warnings`` name the draft, those of the ``preview`` the change.
    ``recorded`` is false for a dry run, and where the request ``repeats`` an earlier one.
    """

    draft: Draft
    preview: Outcome | None
    warnings: tuple[str, ...] = ()
    recorded: bool
    repeats: bool = False

    @property
    def events(self) -> tuple[CalendarEvent, ...]:
        return self.preview.events if self.preview is not None else ()

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The whole draft, and what the operator should know of the action."""
        return {
            **draft_as_json(self.draft, zone),
            "recorded": self.recorded,
            "warnings": list(self.warnings),
            "event": self.events[0].content.decode() if self.events else None,
        }


def announce_or_draft(
    workspace: Workspace, announcement: AnnouncementRequest, *, uid_part: str, actor: Actor, dry_run: bool = False
) -> Outcome | DraftOutcome:
    """Announce a change or, where its kind needs approval, draft it; see ``announce``.

    Where the change was announced, or drafted, with the same key or plan before, that is the outcome.

    Raises:
        IcsfeedError: where the policy does not allow it, or it can't be recorded; nothing has changed then.
    """
    if not needs_approval(workspace.schedule, announcement.kind):
        return announce(workspace, announcement, uid_part=uid_part, actor=actor, dry_run=dry_run)
    request = checked_announcement(workspace.schedule, announcement)
    if dry_run:
        situation = workspace.situation(now=actor.at)
        return _draft_outcome(situation, replace(request, key=None), workspace.repository, actor)
    with workspace.repository.writing(actor=actor, action=f"{request.kind} draft", subject="") as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        earlier = writing.announced_with(request.key) if request.key is not None else None
        if earlier is not None:
            return repetition(situation, situation.changes[earlier], request)
        outcome = _draft_outcome(situation, request, writing, actor)
        if outcome.repeats or not isinstance(outcome, DraftOutcome):
            return outcome
        writing.set_subject(outcome.draft.id)
        writing.add_draft(outcome.draft)
        return replace(outcome, recorded=True)


def _draft_outcome(
    situation: Situation, request: AnnouncementRequest, reader: DraftReading, actor: Actor
) -> Outcome | DraftOutcome:
    """A new draft that is not recorded yet, or the change or draft that the request repeats."""
    preview = preview_announcement(situation, request, author=actor.name)
    if preview.repeats:
        return preview
    repeated = next((each for each in reader.drafts(waiting=True) if _is_repeated(each, request)), None)
    if repeated is not None:
        return _draft_repetition(situation, repeated, preview)
    draft = Draft(
        number=reader.next_draft_number(),
        kind=request.kind,
        plan=request.plan,
        by=actor.name,
        by_kind=actor.kind,
        at=actor.at,
        tentative=request.tentative,
        automatic=request.automatic,
        message=request.message,
        message_translations=request.message_translations,
        key=request.key,
    )
    if request.plan.span.start <= situation.now:
        start = instant_text(request.plan.span.start, situation.zone)
        msg = (
            f"a {CHANGE_NAMES[draft.kind]} needs the approval of another operator before it starts, and {start} is "
            "past; give it a later start"
        )
        raise RefusedError(msg)
    return with_preview(situation, draft, preview)


def _is_repeated(draft: Draft, request: AnnouncementRequest) -> bool:
    """Whether the request is that of the draft.

    Raises:
        ConflictError: where it has the draft's key and says something else.
    """
    is_same = (draft.kind, draft.plan) == (request.kind, request.plan)
    if draft.key is not None and draft.key == request.key and not is_same:
        msg = f"the key {quoted(draft.key)} is that of {draft.id}, which says something else; take another"
        raise ConflictError(msg)
    return is_same


def _draft_repetition(situation: Situation, draft: Draft, preview: Outcome) -> DraftOutcome:
    notice = (
        f"this {CHANGE_NAMES[draft.kind]} has been drafted already: {draft.id}, by {draft.by}; nothing was changed; to "
        "amend it, withdraw it and announce it anew"
    )
    return replace(with_preview(situation, draft, preview), warnings=(notice,), repeats=True)


def with_preview(situation: Situation, draft: Draft, preview: Outcome) -> DraftOutcome:
    """The outcome of an action on a draft, of which that ``preview`` would become public."""
    warnings = tuple(map(str, warnings_about(situation, replace(preview.change, id=draft.id))))
    return DraftOutcome(draft=draft, preview=preview, warnings=warnings, recorded=False)
