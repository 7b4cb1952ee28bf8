"""What an operator may not have meant, or should know before customers do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.spans import Span
from icsfeed.services.lengths import length_text
from icsfeed.services.times import span_text

LONGEST: Final = timedelta(hours=24)
"""A longer change is probably a slip of the keyboard."""


def warnings_about(schedule: Schedule, record: Record, change: Change, *, now: datetime) -> tuple[str, ...]:
    """Everything worth a second look in a change that is announced or amended at ``now`` (aware)."""
    return tuple(_warnings(schedule, record, change, now)) if not change.state.is_final else ()


def _warnings(schedule: Schedule, record: Record, change: Change, now: datetime) -> Iterator[str]:
    plan, zone = change.plan, schedule.calendar.zone
    if plan.span.end <= now:
        yield f"it is over already: it ended {span_text(plan.span, zone)}"
    elif plan.span.start < now - timedelta(minutes=1):
        yield f"it starts in the past: {span_text(plan.span, zone)}"
    if plan.span.end - plan.span.start > LONGEST:
        yield f"it lasts {length_text(plan.span.end - plan.span.start)}; is that meant?"
    if plan.span.end > published_span(now, zone).end:
        yield "it ends beyond the published span; subscribers will see it later, when the year comes near"
    if change.kind is Kind.EMERGENCY and not plan.reason:
        yield "it does not say why it can't wait for a window; give a reason"
    frozen = freeze_touching(schedule.freezes, zone, plan.span)
    if frozen is not None:
        yield f"it falls in a change freeze: {frozen.freeze.name}, {frozen.days.first} through {frozen.days.last}"
    if schedule.peak_hours is not None and plan.impact.is_noticed:
        for peak in schedule.peak_hours.spans(plan.span):
            yield f"it falls in customers' peak hours: {span_text(peak, zone)}"
            break
    yield from _meetings(schedule, record, change)


def _meetings(schedule: Schedule, record: Record, change: Change) -> Iterator[str]:
    """What else happens to the same environments at the same time."""
    plan, zone = change.plan, schedule.calendar.zone
    for occurrence, span in happening(occurrences(schedule, plan.span, record.adjustments.values()), plan.span):
        if not plan.environments.isdisjoint(occurrence.window.environments):
            yield f"it overlaps the maintenance window {occurrence.window.id!r}: {span_text(span, zone)}"
    for other in open_changes(record, plan.environments):
        if other.id != change.id and other.plan.span.overlaps(plan.span):
            yield f"it overlaps {other.id} ({other.plan.summary}): {span_text(other.plan.span, zone)}"


def open_changes(record: Record, environments: frozenset[str]) -> Iterator[Change]:
    """The changes to one of those environments that are neither completed nor cancelled."""
    for change in record.changes.values():
        if not change.state.is_final and not environments.isdisjoint(change.plan.environments):
            yield change


def busy(record: Record, environments: frozenset[str]) -> tuple[tuple[str, Span], ...]:
    """When those environments are taken already, and by which change."""
    return tuple((change.id, change.plan.span) for change in open_changes(record, environments))
