"""What operators do with single occurrences of maintenance windows: skip, move and restore them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment, Move
from icsfeed.domain.errors import ConflictError
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.plans import free_text, plausible
from icsfeed.domain.revisions import LedgerLine
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.times import day_text, span_text
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.adjustment_rules import AdjustmentRequest, check_adjustment, named_occurrence
from icsfeed.services.changes import Workspace
from icsfeed.services.outbox import queue_adjustment
from icsfeed.services.policy_differences import policy_difference
from icsfeed.services.repository import AuditedRepository
from icsfeed.services.upcoming import span_as_json
from icsfeed.services.warnings import about_changes, about_length, about_peak_hours, about_windows, open_changes
from icsfeed.words.adjustments import adjustment_note
from icsfeed.words.languages import ENGLISH

_ACTION: Final = "window "
"""How the actions on occurrences begin in the audit trail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjusted:
    """The result of an operator's action on an occurrence, and its adjustment ``before``.

    ``events`` are those that are new or changed for subscribers of the series rendering; ``recorded`` is false for a
    dry run.
    """

    occurrence: Occurrence
    before: Adjustment | None
    events: tuple[CalendarEvent, ...]
    warnings: tuple[str, ...]
    recorded: bool

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The occurrence, and what the operator should know of the action."""
        return {
            **occurrence_as_json(self.occurrence, zone),
            "recorded": self.recorded,
            "warnings": list(self.warnings),
            "events": [event.content.decode() for event in self.events],
        }


def occurrence_as_json(occurrence: Occurrence, zone: ZoneInfo) -> dict[str, object]:
    """The occurrence as JSON has it, in UTC and on the wall clock of ``zone``."""
    return {
        "window": occurrence.window.id,
        "day": occurrence.original_start.date().isoformat(),
        "happens": occurrence.excluded is None,
        **(span_as_json(occurrence.span, zone) if occurrence.span is not None else {}),
        "note": adjustment_note(occurrence, ENGLISH) or str(occurrence.excluded or ""),
    }


def adjust(
    workspace: Workspace,
    request: AdjustmentRequest,
    *,
    actor: Actor,
    expected: Adjusted | None = None,
    dry_run: bool = False,
) -> Adjusted:
    """Skip, move or restore an occurrence; ``expected`` is the dry run that the operator has seen.

    Raises:
        IcsfeedError: where the policy does not allow it, somebody was faster, or it can't be recorded; nothing has
            changed then.
    """
    to = request.to and plausible(Span.to_the_second(request.to.start, request.to.end), "an occurrence")
    request = replace(request, reason=free_text(request.reason, "reason"), to=to)
    situation = workspace.situation(now=actor.at)
    # Checked before the database is locked, so that a refused request creates none.
    _check(workspace.repository, situation, request, expected)
    if dry_run:
        return _adjusted(situation, request, recorded=False)[0]
    action = f"{_ACTION}{request.action}"
    with workspace.repository.writing(actor=actor, action=action, subject=_subject(request)) as writing:
        if writing.record is not situation.record:
            situation = workspace.situation(writing.record, now=actor.at)
            _check(workspace.repository, situation, request, expected)
        adjusted, lines = _adjusted(situation, request, recorded=True)
        writing.adjust(request.window_id, request.day, request.adjustment, reason=request.reason)
        writing.add_revisions(lines)
        window = workspace.schedule.window(request.window_id)
        queue_adjustment(writing, workspace.schedule, window, request.day, request.adjustment)
    return adjusted


def _check(
    repository: AuditedRepository, situation: Situation, request: AdjustmentRequest, expected: Adjusted | None
) -> None:
    current = situation.record.adjustments.get((request.window_id, request.day))
    if expected is not None and expected.before != current:
        entries = repository.entries(subject=_subject(request))
        actors = [entry.by for entry in entries if entry.action.startswith(_ACTION)]
        by = f" by {actors[-1]}" if actors else ""
        reason = f" ({current.reason})" if current is not None and current.reason else ""
        msg = (
            f"{request.occurrence} {_adjustment_text(current, situation.zone)}{by} in the meantime{reason}; "
            "nothing was changed now"
        )
        raise ConflictError(msg)
    check_adjustment(situation, request)


def _subject(request: AdjustmentRequest) -> str:
    return f"{request.window_id} {request.day}"


def _adjustment_text(adjustment: Adjustment | None, zone: ZoneInfo) -> str:
    match adjustment:
        case None:
            return "was restored"
        case Move():
            return f"was moved to {span_text(adjustment.to, zone)}"
        case _:
            return "was skipped"


def _adjusted(
    situation: Situation, request: AdjustmentRequest, *, recorded: bool
) -> tuple[Adjusted, tuple[LedgerLine, ...]]:
    schedule, record = situation.schedule, situation.record
    window = schedule.window(request.window_id)
    adjustments = {key: each for key, each in record.adjustments.items() if key != (request.window_id, request.day)}
    if request.adjustment is not None:
        adjustments[request.window_id, request.day] = request.adjustment
    after = situation.with_record(replace(record, adjustments=adjustments))
    difference = policy_difference(situation, after, window_id=window.id)
    occurrence = named_occurrence(schedule, window, request.day, adjustments.values())
    adjusted = Adjusted(
        occurrence=occurrence,
        before=record.adjustments.get((request.window_id, request.day)),
        events=difference.events,
        warnings=tuple(_warnings(situation, occurrence)),
        recorded=recorded,
    )
    return adjusted, difference.lines


def _warnings(situation: Situation, occurrence: Occurrence) -> Iterator[str]:
    schedule, window, span = situation.schedule, occurrence.window, occurrence.span
    subject = f"the occurrence of {window.id} on {day_text(occurrence.original_start.date())}"
    if occurrence.start >= situation.published_span.end:
        yield f"{subject} lies beyond the published span; subscribers will see it when that year comes near"
    if occurrence.moved is None or span is None:
        return
    if span.start < situation.now:
        yield f"{subject} starts in the past: {span_text(span, situation.zone)}"
    yield from map(str, about_length(subject, span))
    if window.impact.is_noticed:
        yield from map(str, about_peak_hours(subject, schedule, span))
    others = (
        (other, at)
        for other, at in situation.happening(span)
        if other.window is not window or other.original_start != occurrence.original_start
    )
    yield from map(str, about_windows(subject, schedule, others, window.environments))
    yield from map(str, about_changes(subject, schedule, open_changes(situation, window.environments), span))
