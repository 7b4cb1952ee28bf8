"""What operators do with change freezes: start one from now on, and end it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import Change, recorded_id
from icsfeed.domain.errors import BadInputError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import free_text, plausible
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import LedgerLine
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import instant_text
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.changes import PLACEHOLDER, Workspace
from icsfeed.services.freeze_effects import FreezeEffect, freeze_effects, planned_changes_in
from icsfeed.services.freeze_json import freeze_as_json
from icsfeed.services.outbox import queue_freeze
from icsfeed.services.policy_differences import policy_difference

_START: Final = "freeze start"
_END: Final = "freeze end"
_ONE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeRequest:
    """A freeze to start now in those ``environments``; ``until`` an instant (aware), or without an end."""

    reason: str
    environments: frozenset[str]
    until: datetime | None = None
    is_internal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeOutcome:
    """The result of an operator's action on a recorded freeze.

    ``effects`` are the occurrences that happen otherwise than before, ``changes`` the planned ones that lie in a freeze
    that starts. ``events`` are those that are new or changed for subscribers of the series rendering. ``recorded`` is
    false for a dry run, and where the request ``repeats`` an earlier one and so changes nothing.
    """

    freeze: RecordedFreeze
    effects: tuple[FreezeEffect, ...]
    changes: tuple[Change, ...]
    events: tuple[CalendarEvent, ...]
    warnings: tuple[str, ...]
    recorded: bool
    repeats: bool = False

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The freeze, and what the operator should know of the action."""
        return {
            **freeze_as_json(self.freeze, zone),
            "occurrences": [each.as_json(zone) for each in self.effects],
            "changes": [change.id for change in self.changes],
            "recorded": self.recorded,
            "warnings": list(self.warnings),
            "events": [event.content.decode() for event in self.events],
        }


def start_freeze(
    workspace: Workspace, request: FreezeRequest, *, uid_part: str, actor: Actor, dry_run: bool = False
) -> FreezeOutcome:
    """Start a freeze now; ``uid_part`` is random (``random_uid_part``), as that of a change.

    Where one is active that was started with the same request, nothing is recorded.

    Raises:
        IcsfeedError: where it would be over already, or it can't be recorded; nothing has changed then.
    """
    workspace.schedule.environments_named(request.environments)
    zone = workspace.schedule.calendar.zone
    request = replace(request, reason=_reason(request.reason), until=_until(request.until, zone, now=actor.at))
    if dry_run:
        situation = workspace.situation(now=actor.at)
        if (repeated := _active_duplicate(situation, request)) is not None:
            return _repetition(repeated)
        freeze = _new_freeze(situation, request, PLACEHOLDER, actor)
        return _outcome(situation, freeze, recorded=False)[0]
    with workspace.repository.writing(actor=actor, action=_START, subject="") as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        if (repeated := _active_duplicate(situation, request)) is not None:
            return _repetition(repeated)
        freeze = _new_freeze(situation, request, uid_part, actor)
        outcome, lines = _outcome(situation, freeze, recorded=True)
        writing.set_subject(freeze.id)
        writing.start_freeze(freeze)
        writing.add_revisions(lines)
        queue_freeze(writing, workspace.schedule, freeze)
    return outcome


def end_freeze(workspace: Workspace, freeze_id: str, *, actor: Actor, dry_run: bool = False) -> FreezeOutcome:
    """End a recorded freeze now.

    Raises:
        IcsfeedError: where there is no such freeze, it is over, or it can't be recorded; nothing has changed then.
    """

    def ended(situation: Situation) -> RecordedFreeze:
        if freeze_id in situation.schedule.freezes_by_id:
            msg = f"{freeze_id} is a freeze of the schedule file; name the days to lift in its key lifted"
            raise RefusedError(msg)
        freeze = situation.record.freeze(freeze_id)
        _check_end(freeze, situation)
        return freeze.ended(at=actor.at, by=actor.name)

    situation = workspace.situation(now=actor.at)
    # Tried before the database is locked, so that a refused request creates none.
    freeze = ended(situation)
    if dry_run:
        return _outcome(situation, freeze, recorded=False)[0]
    with workspace.repository.writing(actor=actor, action=_END, subject=freeze.id) as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        freeze = ended(situation)
        outcome, lines = _outcome(situation, freeze, recorded=True)
        writing.end_freeze(freeze)
        writing.add_revisions(lines)
        queue_freeze(writing, workspace.schedule, freeze)
    return outcome


def _reason(text: str) -> str:
    reason = free_text(text, "reason")
    if not reason:
        msg = "a freeze needs a reason; customers read it, or operators if it is internal"
        raise BadInputError(msg)
    return reason


def _until(until: datetime | None, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """The end in whole seconds, in UTC."""
    if until is None:
        return None
    until = until.astimezone(UTC).replace(microsecond=0)
    if until <= now:
        msg = (
            f"a freeze that starts now can't last until {instant_text(until, zone)}, which is past; "
            "give a later end, or none"
        )
        raise RefusedError(msg)
    if until < now + _ONE_MINUTE:
        msg = f"a freeze lasts at least a minute, so it can't end at {until:%H:%M:%S} UTC; give a later end, or none"
        raise RefusedError(msg)
    plausible(Span(start=now.astimezone(UTC), end=until), "a freeze with an end")
    return until


def _new_freeze(situation: Situation, request: FreezeRequest, uid_part: str, actor: Actor) -> RecordedFreeze:
    return RecordedFreeze(
        id=recorded_id(Kind.FREEZE, situation.record.next_number(Kind.FREEZE)),
        reason=request.reason,
        environments=request.environments,
        started_at=actor.at,
        started_by=actor.name,
        until=request.until,
        is_internal=request.is_internal,
        uid_part=uid_part,
    )


def _active_duplicate(situation: Situation, request: FreezeRequest) -> RecordedFreeze | None:
    for freeze in situation.record.freezes.values():
        facts = (freeze.reason, freeze.environments, freeze.until, freeze.is_internal)
        if freeze.is_active(situation.now) and freeze.ended_at is None and facts == _facts_of(request):
            return freeze
    return None


def _facts_of(request: FreezeRequest) -> tuple[str, frozenset[str], datetime | None, bool]:
    return request.reason, request.environments, request.until, request.is_internal


def _repetition(freeze: RecordedFreeze) -> FreezeOutcome:
    notice = f"this freeze has been started already: {freeze.id}, by {freeze.started_by}; nothing was changed"
    return FreezeOutcome(
        freeze=freeze, effects=(), changes=(), events=(), warnings=(notice,), recorded=False, repeats=True
    )


def _check_end(freeze: RecordedFreeze, situation: Situation) -> None:
    zone = situation.zone
    if freeze.ended_at is not None:
        msg = f"{freeze.ended_by} ended {freeze.id} already, {instant_text(freeze.ended_at, zone)}; nothing was changed"
        raise RefusedError(msg)
    if freeze.end is not None and freeze.is_over(situation.now):
        msg = f"{freeze.id} is over: it lasted until {instant_text(freeze.end, zone)}; nothing was changed"
        raise RefusedError(msg)


def _outcome(
    situation: Situation, freeze: RecordedFreeze, *, recorded: bool
) -> tuple[FreezeOutcome, tuple[LedgerLine, ...]]:
    record = situation.record
    after = situation.with_record(replace(record, freezes={**record.freezes, freeze.id: freeze}))
    difference = policy_difference(situation, after)
    is_start = freeze.ended_at is None
    changes = tuple(planned_changes_in(situation, freeze)) if is_start else ()
    outcome = FreezeOutcome(
        freeze=freeze,
        effects=freeze_effects(situation, after, Span(start=freeze.start, end=situation.published_span.end)),
        changes=changes,
        events=difference.events,
        warnings=tuple(_warnings(situation, freeze, changes)) if is_start else (),
        recorded=recorded,
    )
    return outcome, difference.lines


def _warnings(situation: Situation, freeze: RecordedFreeze, changes: tuple[Change, ...]) -> Iterator[str]:
    zone = situation.zone
    for other in situation.record.freezes.values():
        shared = other.environments & freeze.environments
        if shared and other.is_active(situation.now):
            until = f"until {instant_text(other.end, zone)}" if other.end is not None else "until it is ended"
            yield f"{freeze.id} overlaps {other.id}, which freezes {', '.join(sorted(shared))} {until}"
    for change in changes:
        if not change.plan.reason:
            yield (
                f"{change.id} ({one_line(change.plan.summary)}) lies in {freeze.id} and does not say why it can't "
                f"wait; until {change.id} gives a reason, its pipeline gate stays closed"
            )
