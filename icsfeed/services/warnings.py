"""What an operator may not have meant, or should know before customers do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from icsfeed.domain.changes import Change, Plan, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import instant_text, span_text
from icsfeed.services.notice import about_notice

USUAL_MAX_LENGTH: Final = timedelta(hours=24)
"""The length beyond which a change is probably a typing error."""

_AT_ONCE: Final = timedelta(minutes=1)
"""How far from now a start counts as now: starts are given to the minute."""

_NAMED: Final = 3
"""How many overlapped windows, and changes, are named; the others are counted."""

_ALL_OF_IT: Final = frozenset({"state", "span", "environments", "impact", "reason"})


def warnings_about(situation: Situation, change: Change) -> tuple[str, ...]:
    """Everything worth a second look in the latest update of a change, taken now.

    A warning about an earlier update is not repeated where the latest one does not alter its cause.
    """
    latest = change.latest.number
    if latest > 1 and change.updates[-2].automatic and not change.is_automatic:
        return (f"{change.id} no longer starts and completes by the clock",)
    return (*_about_the_clock(situation, change), *_about_step(situation, change))


def _about_the_clock(situation: Situation, change: Change) -> Iterator[str]:
    before = change.updates[-2:-1]
    if before and change.latest.at < before[0].at - _AT_ONCE:
        later = instant_text(before[0].at, situation.zone)
        yield f"{change.id} has an update of {later}, later than this step; check the clock, or --now"


def _about_step(situation: Situation, change: Change) -> Iterator[str]:
    latest = change.latest.number
    if change.state.is_final:
        return
    altered = {each.what for each in change.alterations(latest)} if latest > 1 else _ALL_OF_IT
    yield from _warnings(situation, change, altered)


def _warnings(situation: Situation, change: Change, altered: Collection[str]) -> Iterator[str]:
    plan, schedule = change.plan, situation.schedule
    if change.is_automatic and change.state is State.TENTATIVE:
        yield f"{change.id} is tentative: the clock starts it only once it is confirmed"
    if not _ALL_OF_IT.isdisjoint(altered):
        yield from _about_now(situation, change, altered)
        yield from about_notice(change)
    if "span" in altered:
        yield from about_length(change.id, plan.span)
        if plan.span.end > situation.published_span.end:
            yield f"{change.id} ends beyond the published span; subscribers will see it when that year comes near"
    frozen = situation.freeze_touching(plan.span, plan.environments) if {"span", "reason"} & set(altered) else None
    if "reason" in altered and change.kind is Kind.EMERGENCY and not plan.reason:
        closed = "; until then, its pipeline gate stays closed in the freeze" if frozen is not None else ""
        yield f"{change.id} does not say why it can't wait for a maintenance window; give a reason{closed}"
    if "span" in altered and frozen is not None:
        yield f"{change.id} lies in the change freeze {frozen.label}, {frozen.text(situation.zone)}"
    if {"span", "impact"} & set(altered) and plan.impact.is_noticed:
        yield from about_peak_hours(change.id, schedule, plan.span)
    if {"span", "environments"} & set(altered):
        windows = (each for each in situation.happening(plan.span) if not _has_room_for(plan, *each))
        yield from about_windows(change.id, schedule, windows, plan.environments)
        others = (other for other in open_changes(situation, plan.environments) if other.id != change.id)
        yield from about_changes(change.id, schedule, others, plan.span)


def _has_room_for(plan: Plan, occurrence: Occurrence, span: Span) -> bool:
    """Whether all of the plan lies within the window, where changes belong."""
    return span.covers(plan.span) and plan.environments <= occurrence.environments


def _about_now(situation: Situation, change: Change, altered: Collection[str]) -> Iterator[str]:
    span, zone, now = change.plan.span, situation.zone, situation.now
    before = change.updates[-2].plan.span.start if len(change.updates) > 1 else None
    if change.is_overdue(now):
        yield f"{change.id} is still in progress: it was to end {instant_text(change.shown_span.end, zone)}"
    elif span.end <= now and change.state is not State.IN_PROGRESS:
        yield f"{change.id} is over already: it ended {instant_text(span.end, zone)}"
    elif span.start < now - _AT_ONCE and span.start != before:
        yield f"{change.id} starts in the past: {span_text(span, zone)}"
    elif "state" in altered and change.state is State.IN_PROGRESS and span.start > now + _AT_ONCE:
        early = rough_length_text(span.start - now)
        yield f"{change.id} starts {early} before its announced time, {span_text(span, zone)}"


def about_length(subject: str, span: Span) -> Iterator[str]:
    """Whether the subject's span is implausibly long."""
    if span.length > USUAL_MAX_LENGTH:
        yield f"{subject} lasts {length_text(span.length)}; check its start and end"


def about_peak_hours(subject: str, schedule: Schedule, span: Span) -> Iterator[str]:
    """The first of customers' peak hours that the subject's span touches."""
    for peak in islice(schedule.peak_hours.spans(span) if schedule.peak_hours is not None else (), 1):
        yield f"{subject} falls in customers' peak hours: {span_text(peak, schedule.calendar.zone)}"


def about_windows(
    subject: str, schedule: Schedule, happening: Iterable[tuple[Occurrence, Span]], environments: frozenset[str]
) -> Iterator[str]:
    """The maintenance windows of the subject's environments among those ``happening`` at the time."""
    overlapped = [
        f"the maintenance window {quoted(occurrence.window.id)}: {span_text(span, schedule.calendar.zone)}"
        for occurrence, span in happening
        if not environments.isdisjoint(occurrence.environments)
    ]
    return _overlaps(subject, overlapped, "maintenance windows")


def about_changes(subject: str, schedule: Schedule, others: Iterable[Change], within: Span) -> Iterator[str]:
    """Those of the ``others`` that the subject's span overlaps."""
    overlapped = [
        f"{other.id} ({other.plan.summary}): {span_text(other.plan.span, schedule.calendar.zone)}"
        for other in others
        if other.plan.span.overlaps(within)
    ]
    return _overlaps(subject, overlapped, "changes")


def _overlaps(subject: str, overlapped: list[str], kind: str) -> Iterator[str]:
    for each in overlapped[:_NAMED]:
        yield f"{subject} overlaps {each}"
    if len(overlapped) > _NAMED:
        yield f"{subject} overlaps {len(overlapped) - _NAMED} more {kind}"


def open_changes(situation: Situation, environments: frozenset[str]) -> Iterator[Change]:
    """The changes to one of those environments that are neither completed nor cancelled."""
    for change in situation.changes.values():
        if not change.state.is_final and not environments.isdisjoint(change.plan.environments):
            yield change


def busy(situation: Situation, environments: frozenset[str]) -> tuple[tuple[str, Span], ...]:
    """When those environments are taken already, and by which change."""
    return tuple((change.id, change.plan.span) for change in open_changes(situation, environments))
