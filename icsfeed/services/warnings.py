"""What an operator may not have meant, or should know before customers do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, Plan, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.services.notice import about_notice
from icsfeed.words.phrases import Phrase, phrase, phrase_in
from icsfeed.words.statements import Statement, stated

USUAL_MAX_LENGTH: Final = timedelta(hours=24)
"""The length beyond which a change is probably a typing error."""

_AT_ONCE: Final = timedelta(minutes=1)
"""How far from now a start counts as now: starts are given to the minute."""

_NAMED: Final = 3
"""How many overlapped windows, and changes, are named; the others are counted."""

_ONE_MINUTE: Final = timedelta(minutes=1)

_NOT_AUTOMATIC: Final = phrase("{subject} no longer starts and completes by the clock")
_LATER_UPDATE: Final = phrase("{subject} has an update of {later}, later than this step; check the clock, or --now")
_TENTATIVE: Final = phrase("{subject} is tentative: the clock starts it only once it is confirmed")
_BEYOND: Final = phrase("{subject} ends beyond the published span; subscribers will see it when that year comes near")
_NO_REASON: Final = phrase("{subject} does not say why it can't wait for a maintenance window; give a reason")
_NO_REASON_IN_FREEZE: Final = phrase(
    "{subject} does not say why it can't wait for a maintenance window; give a reason; until then, "
    "its pipeline gate stays closed in the freeze"
)
_IN_FREEZE: Final = phrase("{subject} lies in the change freeze {freeze}, {time}")
_FROM: Final = phrase_in("the time of a change freeze", "from {start} until it is ended")
_TIME: Final = phrase_in("the time of a change freeze", "{time}")
_TIME_IN_ZONE: Final = phrase_in("the time of a change freeze", "{time} ({zone_name})")
_OVERDUE: Final = phrase("{subject} is still in progress: it was to end {end}")
_OVER: Final = phrase("{subject} is over already: it ended {end}")
_STARTS_IN_PAST: Final = phrase("{subject} starts in the past: {span}")
_STARTS_EARLY: Final = phrase("{subject} starts {early} before its announced time, {span}")
_LONG: Final = phrase("{subject} lasts {length}; check its start and end")
_PEAK: Final = phrase("{subject} falls in customers' peak hours: {span}")
_OVERLAPS_WINDOW: Final = phrase("{subject} overlaps the maintenance window {id}: {span}")
_OVERLAPS_CHANGE: Final = phrase("{subject} overlaps {id} ({summary}): {span}")
_MORE_WINDOWS: Final = phrase("{subject} overlaps {count} more maintenance windows")
_MORE_CHANGES: Final = phrase("{subject} overlaps {count} more changes")

_ALL_OF_IT: Final = frozenset({"state", "span", "environments", "impact", "reason"})


def warnings_about(situation: Situation, change: Change) -> tuple[Statement, ...]:
    """Everything worth a second look in the latest update of a change, taken now.

    A warning about an earlier update is not repeated where the latest one does not alter its cause.
    """
    latest = change.latest.number
    if latest > 1 and change.updates[-2].automatic and not change.is_automatic:
        return (stated(_NOT_AUTOMATIC, subject=change.id),)
    return (*_about_the_clock(situation, change), *_about_step(situation, change))


def _about_the_clock(situation: Situation, change: Change) -> Iterator[Statement]:
    before = change.updates[-2:-1]
    if before and change.latest.at < before[0].at - _AT_ONCE:
        yield stated(_LATER_UPDATE, situation.zone, subject=change.id, later=before[0].at)


def _about_step(situation: Situation, change: Change) -> Iterator[Statement]:
    latest = change.latest.number
    if change.state.is_final:
        return
    altered = {each.what for each in change.alterations(latest)} if latest > 1 else _ALL_OF_IT
    yield from _warnings(situation, change, altered)


def _warnings(situation: Situation, change: Change, altered: Collection[str]) -> Iterator[Statement]:
    plan, schedule = change.plan, situation.schedule
    if change.is_automatic and change.state is State.TENTATIVE:
        yield stated(_TENTATIVE, subject=change.id)
    if not _ALL_OF_IT.isdisjoint(altered):
        yield from _about_now(situation, change, altered)
        yield from about_notice(change)
    if "span" in altered:
        yield from about_length(change.id, plan.span)
        if plan.span.end > situation.published_span.end:
            yield stated(_BEYOND, subject=change.id)
    frozen = situation.freeze_touching(plan.span, plan.environments) if {"span", "reason"} & set(altered) else None
    if "reason" in altered and change.kind is Kind.EMERGENCY and not plan.reason:
        yield stated(_NO_REASON if frozen is None else _NO_REASON_IN_FREEZE, subject=change.id)
    if "span" in altered and frozen is not None:
        yield stated(_IN_FREEZE, subject=change.id, freeze=frozen.label, time=_frozen_time(frozen, situation.zone))
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


def _about_now(situation: Situation, change: Change, altered: Collection[str]) -> Iterator[Statement]:
    span, zone, now = change.plan.span, situation.zone, situation.now
    before = change.updates[-2].plan.span.start if len(change.updates) > 1 else None
    if change.is_overdue(now):
        yield stated(_OVERDUE, zone, subject=change.id, end=change.shown_span.end)
    elif span.end <= now and change.state is not State.IN_PROGRESS:
        yield stated(_OVER, zone, subject=change.id, end=span.end)
    elif span.start < now - _AT_ONCE and span.start != before:
        yield stated(_STARTS_IN_PAST, zone, subject=change.id, span=span)
    elif "state" in altered and change.state is State.IN_PROGRESS and span.start > now + _AT_ONCE:
        early = (span.start - now) // _ONE_MINUTE * _ONE_MINUTE
        yield stated(_STARTS_EARLY, zone, subject=change.id, early=early, span=span)


def about_length(subject: str, span: Span) -> Iterator[Statement]:
    """Whether the subject's span is implausibly long."""
    if span.length > USUAL_MAX_LENGTH:
        yield stated(_LONG, subject=subject, length=span.length)


def about_peak_hours(subject: str, schedule: Schedule, span: Span) -> Iterator[Statement]:
    """The first of customers' peak hours that the subject's span touches."""
    for peak in islice(schedule.peak_hours.spans(span) if schedule.peak_hours is not None else (), 1):
        yield stated(_PEAK, schedule.calendar.zone, subject=subject, span=peak)


def about_windows(
    subject: str, schedule: Schedule, happening: Iterable[tuple[Occurrence, Span]], environments: frozenset[str]
) -> Iterator[Statement]:
    """The maintenance windows of the subject's environments among those ``happening`` at the time."""
    overlapped = [
        stated(_OVERLAPS_WINDOW, schedule.calendar.zone, subject=subject, id=quoted(occurrence.window.id), span=span)
        for occurrence, span in happening
        if not environments.isdisjoint(occurrence.environments)
    ]
    return _overlaps(subject, overlapped, _MORE_WINDOWS)


def about_changes(subject: str, schedule: Schedule, others: Iterable[Change], within: Span) -> Iterator[Statement]:
    """Those of the ``others`` that the subject's span overlaps."""
    overlapped = [
        stated(
            _OVERLAPS_CHANGE,
            schedule.calendar.zone,
            subject=subject,
            id=other.id,
            summary=other.plan.summary,
            span=other.plan.span,
        )
        for other in others
        if other.plan.span.overlaps(within)
    ]
    return _overlaps(subject, overlapped, _MORE_CHANGES)


def _overlaps(subject: str, overlapped: list[Statement], more: Phrase) -> Iterator[Statement]:
    yield from overlapped[:_NAMED]
    if len(overlapped) > _NAMED:
        yield stated(more, subject=subject, count=len(overlapped) - _NAMED)


def _frozen_time(frozen: FrozenSpan, zone: ZoneInfo) -> Statement:
    if frozen.freeze.is_open_ended:
        return stated(_FROM, zone, start=frozen.span.start)
    if frozen.is_timed:
        return stated(_TIME, zone, time=frozen.span)
    own_zone = frozen.freeze.zone.key
    if own_zone == zone.key:
        return stated(_TIME, zone, time=frozen.days)
    return stated(_TIME_IN_ZONE, zone, time=frozen.days, zone_name=own_zone)


def open_changes(situation: Situation, environments: frozenset[str]) -> Iterator[Change]:
    """The changes to one of those environments that are neither completed nor cancelled."""
    for change in situation.changes.values():
        if not change.state.is_final and not environments.isdisjoint(change.plan.environments):
            yield change


def busy(situation: Situation, environments: frozenset[str]) -> tuple[tuple[str, Span], ...]:
    """When those environments are taken already, and by which change."""
    return tuple((change.id, change.plan.span) for change in open_changes(situation, environments))
