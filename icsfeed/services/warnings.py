"""What an operator may not have meant, or should know before customers do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.lengths import length_text
from icsfeed.domain.occurrences import Occurrence, happening, occurrences
from icsfeed.domain.record import Record, all_changes
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.spans import Span
from icsfeed.domain.times import days_text, instant_text, span_text

LONGEST: Final = timedelta(hours=24)
"""A longer change is probably a slip of the keyboard."""

_AT_ONCE: Final = timedelta(minutes=1)
"""A start is given to the minute."""

_NAMED: Final = 3
"""So many of the windows, and of the changes, that are met are named; the others are counted."""

_ALL_OF_IT: Final = frozenset({"state", "span", "environments", "impact", "reason"})


def warnings_about(schedule: Schedule, record: Record, change: Change, *, now: datetime) -> tuple[str, ...]:
    """Everything worth a second look in the latest update of a change, taken at ``now`` (aware).

    What an earlier update was warned of, and this one leaves as it is, is not said again.
    """
    if change.state.is_final:
        return ()
    latest = change.latest.number
    altered = {each.what for each in change.alterations(latest)} if latest > 1 else _ALL_OF_IT
    return tuple(_warnings(schedule, record, change, altered, now))


def _warnings(
    schedule: Schedule, record: Record, change: Change, altered: Iterable[str], now: datetime
) -> Iterator[str]:
    plan, zone = change.plan, schedule.calendar.zone
    if not _ALL_OF_IT.isdisjoint(altered):
        yield from _about_now(schedule, change, now)
    if "span" in altered:
        yield from about_length(plan.span)
        if plan.span.end > published_span(now, zone).end:
            yield "it ends beyond the published span; subscribers will see it later, when the year comes near"
    if "reason" in altered and change.kind is Kind.EMERGENCY and not plan.reason:
        yield "it does not say why it can't wait for a window; give a reason"
    if "span" in altered:
        frozen = freeze_touching(schedule.freezes, zone, plan.span)
        if frozen is not None:
            yield f"it falls in a change freeze: {frozen.freeze.name}, {days_text(frozen.days)}"
    if {"span", "impact"} & set(altered) and plan.impact.is_noticed:
        yield from about_peak_hours(schedule, plan.span)
    if {"span", "environments"} & set(altered):
        found = occurrences(schedule, plan.span, record.adjustments.values())
        yield from about_windows(schedule, found, plan.environments, plan.span)
        others = (other for other in open_changes(schedule, record, plan.environments) if other.id != change.id)
        yield from about_changes(schedule, others, plan.span)


def _about_now(schedule: Schedule, change: Change, now: datetime) -> Iterator[str]:
    span, zone = change.plan.span, schedule.calendar.zone
    before = change.updates[-2].plan.span.start if len(change.updates) > 1 else None
    if span.end <= now:
        yield f"it is over already: it ended {instant_text(span.end, zone)}"
    elif span.start < now - _AT_ONCE and span.start != before:
        yield f"it starts in the past: {span_text(span, zone)}"
    elif change.state is State.IN_PROGRESS and span.start > now + _AT_ONCE:
        yield f"it is started before its time, {span_text(span, zone)}; subscribers see that time"


def about_length(span: Span) -> Iterator[str]:
    """Whether it is implausibly long."""
    if span.length > LONGEST:
        yield f"it lasts {length_text(span.length)}; is that meant?"


def about_peak_hours(schedule: Schedule, span: Span) -> Iterator[str]:
    """The first of customers' peak hours that it falls in."""
    for peak in islice(schedule.peak_hours.spans(span) if schedule.peak_hours is not None else (), 1):
        yield f"it falls in customers' peak hours: {span_text(peak, schedule.calendar.zone)}"


def about_windows(
    schedule: Schedule, found: Iterable[Occurrence], environments: frozenset[str], within: Span
) -> Iterator[str]:
    """The maintenance windows of the same environments that it meets."""
    met = [
        f"the maintenance window {occurrence.window.id!r}: {span_text(span, schedule.calendar.zone)}"
        for occurrence, span in happening(found, within)
        if not environments.isdisjoint(occurrence.window.environments)
    ]
    return _overlaps(met, "maintenance windows")


def about_changes(schedule: Schedule, others: Iterable[Change], within: Span) -> Iterator[str]:
    """The ``others`` that it meets."""
    met = [
        f"{other.id} ({other.plan.summary}): {span_text(other.plan.span, schedule.calendar.zone)}"
        for other in others
        if other.plan.span.overlaps(within)
    ]
    return _overlaps(met, "changes")


def _overlaps(met: list[str], what: str) -> Iterator[str]:
    for each in met[:_NAMED]:
        yield f"it overlaps {each}"
    if len(met) > _NAMED:
        yield f"it overlaps {len(met) - _NAMED} more {what}"


def open_changes(schedule: Schedule, record: Record, environments: frozenset[str]) -> Iterator[Change]:
    """The changes to one of those environments that are neither completed nor cancelled."""
    for change in all_changes(schedule, record).values():
        if not change.state.is_final and not environments.isdisjoint(change.plan.environments):
            yield change


def busy(schedule: Schedule, record: Record, environments: frozenset[str]) -> tuple[tuple[str, Span], ...]:
    """When those environments are taken already, and by which change."""
    return tuple((change.id, change.plan.span) for change in open_changes(schedule, record, environments))
