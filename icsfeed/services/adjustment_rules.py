"""Which occurrences of maintenance windows an operator may skip, move or restore, and what is said of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.occurrences import Occurrence, occurrence_on
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS, Span
from icsfeed.domain.times import day_text, days_text, span_text
from icsfeed.domain.windows import MaintenanceWindow

_A_YEAR: Final = timedelta(days=366)
_DONE: Final = {"skip": "skipped", "move": "moved", "restore": "restored"}

_NAMED: Final = 3
"""So many dates are named where one is meant that is not an occurrence's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentRequest:
    """What is to become of the occurrence of ``window_id`` that the policy has start on ``day`` (local).

    ``to`` is where it is moved; with ``skip`` it does not happen, ``silent`` without a trace in customers' calendars;
    with neither it is as the policy has it again.
    """

    window_id: str
    day: date
    reason: str
    to: Span | None = None
    skip: bool = False
    silent: bool = False

    @property
    def occurrence(self) -> str:
        """The occurrence, in words."""
        return f"the occurrence of {self.window_id} on {day_text(self.day)}"

    @property
    def action(self) -> str:
        """What the audit trail calls it."""
        return "skip" if self.skip else "restore" if self.to is None else "move"

    @property
    def adjustment(self) -> Adjustment | None:
        """The adjustment that it comes to."""
        if self.skip:
            return Skip(window_id=self.window_id, day=self.day, reason=self.reason, silent=self.silent)
        if self.to is not None:
            return Move(window_id=self.window_id, day=self.day, to=self.to, reason=self.reason)
        return None


def named_occurrence(
    schedule: Schedule, window: MaintenanceWindow, day: date, adjustments: Iterable[Adjustment] = ()
) -> Occurrence:
    """The occurrence that the policy has start on ``day``.

    Raises:
        RefusedError: where there is none; the message names the nearest that happen.
    """
    if day.year not in YEARS:
        msg = f"{day} is out of reach: icsfeed knows the years {YEARS[0]} to {YEARS[-1]}"
        raise RefusedError(msg)
    found = occurrence_on(schedule, window, day, adjustments)
    if found is not None:
        return found
    dates = sorted(window.dates(day - _A_YEAR, day + _A_YEAR), key=lambda each: abs(each - day))
    happen = (each for each in dates if named_occurrence(schedule, window, each, adjustments).excluded is None)
    nearest = ", ".join(day_text(each) for each in sorted(islice(happen, _NAMED)))
    msg = f"{window.id} has no occurrence on {day_text(day)}; " + (
        f"the nearest are {nearest}" if nearest else "nor any within a year of it"
    )
    raise RefusedError(msg)


def check_adjustment(situation: Situation, request: AdjustmentRequest) -> None:
    """Hold a request against the policy and what is recorded.

    Raises:
        IcsfeedError: where it can't be fulfilled.
    """
    schedule, now = situation.schedule, situation.now
    window = schedule.window(request.window_id)
    of_it = request.occurrence
    policy = named_occurrence(schedule, window, request.day)
    there = situation.record.adjustments.get((window.id, request.day))
    if policy.excluded is not None or policy.policy.span is None:
        msg = f"{of_it} does not happen anyway: {policy.excluded}"
        raise RefusedError(msg)
    span = there.to if isinstance(there, Move) else policy.policy.span
    if span.end <= now:
        msg = f"{of_it} is over: {span_text(span, window.zone)}"
        raise RefusedError(msg)
    if request.adjustment is not None and not request.reason:
        msg = f"say why {of_it} is {_DONE[request.action]}; customers read it"
        raise RefusedError(msg)
    if there == request.adjustment:
        msg = (
            f"{of_it} is as the policy has it; there is nothing to restore"
            if there is None
            else f"{of_it} is {_DONE[request.action]} so already, for the same reason"
        )
        raise RefusedError(msg)
    if not request.skip:
        _check_target(situation, request, policy.policy.span)


def _check_target(situation: Situation, request: AdjustmentRequest, policy: Span) -> None:
    """See whether the occurrence can be where it is moved to or, when it is restored, where the ``policy`` has it."""
    zone, of_it = situation.zone, request.occurrence
    to = request.to or policy
    if to.end <= situation.now:
        instead = "" if request.to else "; move it to the time at which it happens, or skip it"
        msg = f"{of_it} can't be {_DONE[request.action]} into the past: {span_text(to, zone)}{instead}"
        raise RefusedError(msg)
    if request.to == policy:
        msg = f"{of_it} is there by the policy: {span_text(policy, zone)}; to take its adjustment back, restore it"
        raise RefusedError(msg)
    frozen = situation.freeze_touching(to)
    if frozen is not None:
        msg = f"{of_it} can't be moved into a change freeze: {frozen.freeze.name}, {days_text(frozen.days)}"
        raise RefusedError(msg)
    for other, span in situation.happening(to):
        if other.window.id == request.window_id and other.original_start.date() != request.day:
            msg = (
                f"{of_it} can't be {_DONE[request.action]} onto another one of the same window: {span_text(span, zone)}"
            )
            raise RefusedError(msg)


def usual_length(schedule: Schedule, window_id: str, day: date) -> timedelta:
    """How long the occurrence on that date lasts by the policy.

    Raises:
        IcsfeedError: where there is none.
    """
    found = named_occurrence(schedule, schedule.window(window_id), day)
    # Where the clock skips all of it, whoever adjusts it is told so.
    return found.policy.span.length if found.policy.span else timedelta(hours=1)
