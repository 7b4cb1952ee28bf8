"""The rules by which operators may skip, move or restore occurrences of maintenance windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.fates import Frozen
from icsfeed.domain.occurrences import Occurrence, occurrence_on
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS, Span
from icsfeed.domain.times import day_text, span_text
from icsfeed.domain.windows import MaintenanceWindow

_A_YEAR: Final = timedelta(days=366)
_DONE: Final = {"skip": "skipped", "move": "moved", "restore": "restored"}

_NAMED: Final = 3
"""How many of the nearest dates are named where a date has no occurrence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentRequest:
    """What to do with the occurrence of ``window_id`` that starts on ``day`` (local) by the policy.

    It is moved ``to`` a span, or skipped; a ``silent`` skip removes it from customers' calendars instead of showing it
    as cancelled. With neither, it is restored.
    """

    window_id: str
    day: date
    reason: str
    to: Span | None = None
    skip: bool = False
    silent: bool = False

    @property
    def occurrence(self) -> str:
        """The occurrence in words."""
        return f"the occurrence of {self.window_id} on {day_text(self.day)}"

    @property
    def action(self) -> str:
        """The name of the action in the audit trail."""
        return "skip" if self.skip else "restore" if self.to is None else "move"

    @property
    def adjustment(self) -> Adjustment | None:
        """The resulting adjustment; ``None`` restores the occurrence."""
        if self.skip:
            return Skip(window_id=self.window_id, day=self.day, reason=self.reason, silent=self.silent)
        if self.to is not None:
            return Move(window_id=self.window_id, day=self.day, to=self.to, reason=self.reason)
        return None


def named_occurrence(
    schedule: Schedule, window: MaintenanceWindow, day: date, adjustments: Iterable[Adjustment] = ()
) -> Occurrence:
    """The occurrence that starts on ``day`` by the policy.

    Raises:
        RefusedError: where there is none; the message names the nearest dates.
    """
    if day.year not in YEARS:
        msg = f"{day} is out of reach: icsfeed knows the years {YEARS[0]} to {YEARS[-1]}"
        raise RefusedError(msg)
    occurrence = occurrence_on(schedule, window, day, adjustments)
    if occurrence is not None:
        return occurrence
    dates = sorted(window.dates(day - _A_YEAR, day + _A_YEAR), key=lambda each: abs(each - day))
    happen = (each for each in dates if named_occurrence(schedule, window, each, adjustments).excluded is None)
    nearest = ", ".join(day_text(each) for each in sorted(islice(happen, _NAMED)))
    msg = f"{window.id} has no occurrence on {day_text(day)}; " + (
        f"the nearest are {nearest}" if nearest else "and none within a year of it"
    )
    raise RefusedError(msg)


def check_adjustment(situation: Situation, request: AdjustmentRequest) -> None:
    """Check a request against the policy and the record.

    Raises:
        IcsfeedError: where it can't be carried out.
    """
    schedule, now = situation.schedule, situation.now
    window = schedule.window(request.window_id)
    subject = request.occurrence
    occurrence = named_occurrence(schedule, window, request.day)
    current = situation.record.adjustments.get((window.id, request.day))
    if occurrence.excluded is not None or occurrence.policy.span is None:
        msg = f"{subject} does not happen anyway: {occurrence.excluded}"
        raise RefusedError(msg)
    span = current.to if isinstance(current, Move) else occurrence.policy.span
    fates = [each for each in situation.occurrences(span) if _is_same(each, occurrence)]
    frozen = [each.excluded for each in fates if isinstance(each.excluded, Frozen)]
    if request.skip and frozen and len(frozen) == len(fates):
        msg = f"{subject} does not happen anyway: {frozen[0]}"
        raise RefusedError(msg)
    happens = [each.span for each in fates if each.excluded is None and each.span is not None]
    span = max(happens, key=lambda each: each.end, default=span)  # a freeze may have cut it somewhere
    if span.end <= now:
        msg = f"{subject} is over: {span_text(span, window.zone)}"
        raise RefusedError(msg)
    if request.adjustment is not None and not request.reason:
        msg = f"say why {subject} is {_DONE[request.action]}; customers read it"
        raise RefusedError(msg)
    if current == request.adjustment:
        msg = (
            f"{subject} is neither skipped nor moved; there is nothing to restore"
            if current is None
            else f"{subject} is already {_DONE[request.action]} in this way, for the same reason"
        )
        raise RefusedError(msg)
    if not request.skip:
        _check_target(situation, request, occurrence.policy.span, occurrence.environments)


def _is_same(one: Occurrence, other: Occurrence) -> bool:
    return (one.window.id, one.original_start) == (other.window.id, other.original_start)


def _check_target(situation: Situation, request: AdjustmentRequest, policy: Span, environments: frozenset[str]) -> None:
    """Check the span to which the occurrence is moved or, when it is restored, its span by the ``policy``.

    ``environments`` are those in which it takes place: freezes of the others change nothing.
    """
    zone, subject = situation.zone, request.occurrence
    to = request.to or policy
    if to.end <= situation.now:
        remedy = "" if request.to else "; move it to a time ahead, or skip it"
        msg = f"{subject} can't be {_DONE[request.action]} into the past: {span_text(to, zone)}{remedy}"
        raise RefusedError(msg)
    if request.to == policy:
        msg = f"{subject} is planned for that time anyway: {span_text(policy, zone)}; restore it instead"
        raise RefusedError(msg)
    frozen = situation.freeze_touching(to, environments)
    if frozen is not None:
        done = _DONE[request.action]
        msg = f"{subject} can't be {done} into the change freeze {frozen.label}, {frozen.text(zone)}"
        raise RefusedError(msg)
    for other, span in situation.happening(to):
        if other.window.id == request.window_id and other.original_start.date() != request.day:
            msg = f"{subject} can't be {_DONE[request.action]} onto another one of that window: {span_text(span, zone)}"
            raise RefusedError(msg)


def usual_length(schedule: Schedule, window_id: str, day: date) -> timedelta:
    """The length of the occurrence on that date by the policy.

    Raises:
        NotFoundError: where there is no such window.
        RefusedError: where there is no such occurrence.
    """
    span = named_occurrence(schedule, schedule.window(window_id), day).policy.span
    # An occurrence that the clock skips has no length; check_adjustment refuses it.
    return span.length if span is not None else timedelta(hours=1)
