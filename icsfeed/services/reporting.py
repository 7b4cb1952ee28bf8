"""The report: minutes of maintenance by environment and impact, and changes announced with too little notice.

An environment is under maintenance of an impact or not: where spans overlap, a minute counts once. Seconds are dropped
from all starts and ends, so the minutes of adjacent spans of time add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.lengths import whole_minutes
from icsfeed.domain.months import CalendarMonth
from icsfeed.domain.notice import Notice, notice_of
from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import intersection, union
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact

_Work: TypeAlias = Iterator[tuple[frozenset[str], Impact, Span]]
"""Maintenance: the environments that it touches, its impact and its time."""

_Minutes: TypeAlias = Mapping[tuple[str, Impact], int]
_IMPACTS: Final = tuple(Impact)


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintenanceMinutes:
    """Minutes of maintenance of an environment with that impact.

    ``promised`` are those of the policy's windows, outside its freezes. ``announced`` are those of windows as operators
    adjusted them and of changes as planned, ``announced_late`` those of changes announced with less notice than
    promised. ``used`` are those in which maintenance took place.
    """

    environment: str
    impact: Impact
    promised: int
    announced: int
    announced_late: int
    used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LateAnnouncement:
    """A change that was announced for those ``environments`` with less notice than promised.

    ``minutes`` are those that were announced.
    """

    change: Change
    environments: tuple[str, ...]
    notice: Notice
    minutes: int


class ExclusionReason(StrEnum):
    """Why a change does not count."""

    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    REDACTED = "redacted"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcludedChange:
    """A change that does not count, and the minutes that it took in each of those environments nevertheless."""

    change: Change
    environments: tuple[str, ...]
    exclusion: ExclusionReason
    used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintenanceReport:
    """The report on a month, ``span``, as of an instant (UTC): later minutes are not used yet."""

    month: CalendarMonth
    span: Span
    as_of: datetime
    environments: tuple[str, ...]
    minutes: tuple[MaintenanceMinutes, ...]
    late: tuple[LateAnnouncement, ...]
    excluded: tuple[ExcludedChange, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the month is over."""
        return self.span.end <= self.as_of


def maintenance_report(
    situation: Situation, month: CalendarMonth, environments: tuple[str, ...] = ()
) -> MaintenanceReport:
    """The report on that month in those environments (none: all public ones).

    Raises:
        NotFoundError: where the schedule has no such environment.
    """
    selected = situation.schedule.environments_named(environments)
    span = month.span(situation.zone)
    return MaintenanceReport(
        month=month,
        span=span,
        as_of=situation.now,
        environments=tuple(sorted(selected)),
        minutes=maintenance_minutes(situation, span, selected),
        late=tuple(_late_announcements(situation, span, selected)),
        excluded=tuple(_excluded_changes(situation, span, selected)),
    )


def maintenance_minutes(
    situation: Situation, span: Span, environments: frozenset[str]
) -> tuple[MaintenanceMinutes, ...]:
    """The minutes within that span, by environment and impact, as far as there are any."""
    late = _late_announcements(situation, span, environments)
    promised = _minutes(_policy(situation, span), span, environments)
    announced = _minutes(_announced(situation, span), span, environments)
    announced_late = _minutes(_late_work(late), span, environments)
    used = _minutes(_used(situation, span), span, environments)
    measures = (promised, announced, announced_late, used)
    rows = {row for measure in measures for row, minutes in measure.items() if minutes}
    return tuple(
        MaintenanceMinutes(
            environment=environment,
            impact=impact,
            promised=promised.get((environment, impact), 0),
            announced=announced.get((environment, impact), 0),
            announced_late=announced_late.get((environment, impact), 0),
            used=used.get((environment, impact), 0),
        )
        for environment, impact in sorted(rows, key=lambda row: (row[0], _IMPACTS.index(row[1])))
    )


def _policy(situation: Situation, span: Span) -> _Work:
    """The occurrences of the schedule's windows outside its freezes, before operators skip, move or freeze any."""
    for occurrence, own in happening(occurrences(situation.schedule, span), span):
        yield occurrence.environments, occurrence.window.impact, own


def _adjusted(situation: Situation, span: Span) -> _Work:
    for occurrence, own in situation.happening(span):
        yield occurrence.environments, occurrence.window.impact, own


def _announced(situation: Situation, span: Span) -> _Work:
    yield from _adjusted(situation, span)
    for change in _counted_changes(situation):
        yield change.plan.environments, change.plan.impact, change.plan.span


def _late_work(late: Iterable[LateAnnouncement]) -> _Work:
    for each in late:
        yield frozenset(each.environments), each.change.plan.impact, each.change.plan.span


def _used(situation: Situation, span: Span) -> _Work:
    """Windows as they happened, and changes from when they began until they ended; nothing beyond the present."""
    for environments, impact, own in _adjusted(situation, span):
        if own.start < situation.now:
            yield environments, impact, Span(start=own.start, end=min(own.end, situation.now))
    for change in _counted_changes(situation):
        if (own_time := _actual_span(change, situation.now)) is not None:
            yield change.plan.environments, change.plan.impact, own_time


def _actual_span(change: Change, now: datetime) -> Span | None:
    """The time that the change has taken until now; ``None`` where nobody, nor the clock, has started it."""
    if change.entered(State.IN_PROGRESS, State.COMPLETED) is None:
        return None
    span = change.shown_span
    end = now if change.is_in_progress else min(span.end, now)
    return Span(start=span.start, end=end) if span.start < end else None


def _exclusion(change: Change) -> ExclusionReason | None:
    if change.is_withdrawn:
        return ExclusionReason.WITHDRAWN
    if change.state is State.CANCELLED:
        return ExclusionReason.CANCELLED
    is_redacted = any(update.step is Step.REDACT and update.target is None for update in change.updates)
    return ExclusionReason.REDACTED if is_redacted else None


def _counted_changes(situation: Situation) -> Iterator[Change]:
    return (change for change in situation.changes.values() if _exclusion(change) is None)


def _late_announcements(situation: Situation, span: Span, environments: frozenset[str]) -> Iterator[LateAnnouncement]:
    """The changes of that span with less notice than promised; once for each time at which they were announced."""
    for change in _counted_changes(situation):
        if not change.plan.span.overlaps(span):
            continue
        by_notice: dict[Notice, list[str]] = defaultdict(list)
        for environment in sorted(environments & change.plan.environments):
            by_notice[notice_of(change, environment)].append(environment)
        for notice, touched in by_notice.items():
            if notice.is_short:
                minutes = _length((change.plan.span,), span)
                yield LateAnnouncement(change=change, environments=tuple(touched), notice=notice, minutes=minutes)


def _excluded_changes(situation: Situation, span: Span, environments: frozenset[str]) -> Iterator[ExcludedChange]:
    for change in situation.changes.values():
        exclusion, touched = _exclusion(change), tuple(sorted(environments & change.plan.environments))
        if exclusion is not None and touched and change.extent.overlaps(span):
            actual = _actual_span(change, situation.now)
            used = _length((actual,), span) if actual is not None else 0
            yield ExcludedChange(change=change, environments=touched, exclusion=exclusion, used=used)


def _minutes(work: _Work, span: Span, environments: frozenset[str]) -> _Minutes:
    spans: dict[tuple[str, Impact], list[Span]] = defaultdict(list)
    for touched, impact, own in work:
        for environment in environments & touched:
            spans[environment, impact].append(own)
    return {row: _length(own, span) for row, own in spans.items()}


def _length(spans: Iterable[Span], within: Span) -> int:
    """The minutes that any of the spans has within that span."""
    whole = [Span(start=start, end=end) for start, end in map(_to_the_minute, spans) if start < end]
    return sum(whole_minutes(each.length) for each in intersection(union(whole), (within,)))


def _to_the_minute(span: Span) -> tuple[datetime, datetime]:
    return span.start.replace(second=0, microsecond=0), span.end.replace(second=0, microsecond=0)
