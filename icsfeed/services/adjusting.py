"""What operators do with single occurrences of maintenance windows: skip them, move them, take that back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.occurrences import Occurrence, happening, occurrence_on, occurrences
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine, revision_of, with_lines
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.changes import Desk
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import lines_between
from icsfeed.services.times import day_text, days_text, span_text
from icsfeed.services.upcoming import note_of, span_record
from icsfeed.services.warnings import open_changes

_A_YEAR: Final = timedelta(days=366)
_NAMED: Final = 3
"""So many dates are named where one is meant that is not an occurrence's."""


class RefusedAdjustmentError(IcsfeedError):
    """An occurrence that can't be skipped, moved or restored so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjusted:
    """An occurrence after an operator's wish; ``events`` are what subscribers get anew or changed."""

    occurrence: Occurrence
    events: tuple[CalendarEvent, ...]
    warnings: tuple[str, ...] = ()

    def record(self, zone: ZoneInfo) -> dict[str, object]:
        """The occurrence as JSON has it."""
        occurrence = self.occurrence
        return {
            "window": occurrence.window.id,
            "day": occurrence.original_start.date().isoformat(),
            "happens": occurrence.excluded is None,
            **(span_record(occurrence.span, zone) if occurrence.span is not None else {}),
            "note": str(occurrence.excluded) if occurrence.excluded else note_of(occurrence),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
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


def adjust(desk: Desk, wish: Wish, *, by: str, now: datetime, dry_run: bool = False) -> Adjusted:
    """Do what is wished at ``now`` (aware), by whom.

    Raises:
        IcsfeedError: where it can't be done, or not recorded; nothing has changed then.
    """
    if dry_run:
        return _adjusted(desk.schedule, desk.records.record(), wish, now)[0]
    action, subject = f"window {wish.action}", f"{wish.window_id} {wish.day}"
    with desk.records.writing(by=by, at=now, action=action, subject=subject) as transaction:
        adjusted, lines = _adjusted(desk.schedule, transaction.record, wish, now)
        transaction.adjust(wish.window_id, wish.day, wish.adjustment, reason=wish.reason)
        transaction.add_revisions(lines)
    return adjusted


def _adjusted(schedule: Schedule, record: Record, wish: Wish, now: datetime) -> tuple[Adjusted, tuple[LedgerLine, ...]]:
    window = schedule.window(wish.window_id)
    before = _occurrence(schedule, record, window, wish.day, now)
    _check(schedule, record, before, wish, now)
    adjustments = {key: each for key, each in record.adjustments.items() if key != (wish.window_id, wish.day)}
    if wish.adjustment is not None:
        adjustments[wish.window_id, wish.day] = wish.adjustment
    wished = replace(record, adjustments=adjustments)
    old, new = (tuple(publish_events(schedule, each, now=now).every()) for each in (record, wished))
    lines = lines_between(old, new, record.ledger, now=now)
    ledger = with_lines(record.ledger, lines)
    changed = {line.uid for line in lines}
    events = {event.uid: event.revised(revision_of(event, ledger, now=now)) for event in new if event.uid in changed}
    after = occurrence_on(schedule, window, wish.day, adjustments.values())
    adjusted = Adjusted(
        occurrence=after or before,
        events=tuple(events.values()),
        warnings=tuple(_warnings(schedule, record, window, wish, now)),
    )
    return adjusted, lines


def _occurrence(schedule: Schedule, record: Record, window: MaintenanceWindow, day: date, now: datetime) -> Occurrence:
    """The occurrence that is meant, as it is now.

    Raises:
        RefusedAdjustmentError: where there is none, or it would not happen anyway.
    """
    found = occurrence_on(schedule, window, day, record.adjustments.values())
    if found is None:
        dates = list(window.dates(day, day + _A_YEAR))[:_NAMED]
        nearest = ", ".join(str(each) for each in dates) or "none within a year"
        msg = f"{window.id} has no occurrence on {day_text(day)}; the next ones are {nearest}"
        raise RefusedAdjustmentError(msg)
    as_the_policy_has_it = occurrence_on(schedule, window, day)
    if as_the_policy_has_it is not None and as_the_policy_has_it.excluded is not None:
        msg = (
            f"the occurrence of {window.id} on {day_text(day)} does not happen anyway: {as_the_policy_has_it.excluded}"
        )
        raise RefusedAdjustmentError(msg)
    if found.span is not None and found.span.end <= now:
        msg = f"the occurrence of {window.id} on {day_text(day)} is over: {span_text(found.span, window.zone)}"
        raise RefusedAdjustmentError(msg)
    return found


def _check(schedule: Schedule, record: Record, before: Occurrence, wish: Wish, now: datetime) -> None:
    of_it = f"the occurrence of {wish.window_id} on {day_text(wish.day)}"
    there = record.adjustments.get((wish.window_id, wish.day))
    if wish.adjustment is None and there is None:
        msg = f"{of_it} is as the policy has it; there is nothing to restore"
        raise RefusedAdjustmentError(msg)
    if there is not None and there == wish.adjustment:
        msg = f"{of_it} is {'skipped' if wish.skip else 'moved there'} already, for the same reason"
        raise RefusedAdjustmentError(msg)
    if wish.to is None:
        return
    zone = schedule.calendar.zone
    if wish.to.end <= now:
        msg = f"{of_it} can't be moved into the past: {span_text(wish.to, zone)}"
        raise RefusedAdjustmentError(msg)
    if wish.to == before.policy.span:
        msg = f"{of_it} is there by the policy: {span_text(wish.to, zone)}; to take its adjustment back, restore it"
        raise RefusedAdjustmentError(msg)
    frozen = freeze_touching(schedule.freezes, zone, wish.to)
    if frozen is not None:
        msg = f"{of_it} can't be moved into a change freeze: {frozen.freeze.name}, {days_text(frozen.days)}"
        raise RefusedAdjustmentError(msg)
    for other, span in _others(schedule, record, wish):
        if other.window.id == wish.window_id:
            msg = f"{of_it} can't be moved onto another one of the same window: {span_text(span, zone)}"
            raise RefusedAdjustmentError(msg)


def _others(schedule: Schedule, record: Record, wish: Wish) -> Iterator[tuple[Occurrence, Span]]:
    """The other occurrences that happen where this one is to be moved."""
    if wish.to is None:
        return
    for other, span in happening(occurrences(schedule, wish.to, record.adjustments.values()), wish.to):
        if (other.window.id, other.original_start.date()) != (wish.window_id, wish.day):
            yield other, span


def _warnings(
    schedule: Schedule, record: Record, window: MaintenanceWindow, wish: Wish, now: datetime
) -> Iterator[str]:
    zone = schedule.calendar.zone
    if wish.to is None:
        return
    if wish.to.start < now:
        yield f"it starts in the past: {span_text(wish.to, zone)}"
    if wish.to.start >= published_span(now, zone).end:
        yield "it is moved beyond the published span; subscribers do not see it before its year comes near"
    for other, span in _others(schedule, record, wish):
        if not window.environments.isdisjoint(other.window.environments):
            yield f"it overlaps the maintenance window {other.window.id!r}: {span_text(span, zone)}"
    for change in open_changes(record, window.environments):
        if change.plan.span.overlaps(wish.to):
            yield f"it overlaps {change.id} ({change.plan.summary}): {span_text(change.plan.span, zone)}"


def usual_length(schedule: Schedule, window_id: str, day: date) -> timedelta:
    """How long the occurrence on that date lasts by the policy."""
    found = occurrence_on(schedule, schedule.window(window_id), day)
    # Where there is none, whoever adjusts it is told so.
    return found.policy.span.end - found.policy.span.start if found and found.policy.span else timedelta(hours=1)
