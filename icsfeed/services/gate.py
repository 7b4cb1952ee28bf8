"""The gate: whether a planned change may run in an environment at an instant.

It may in a maintenance window of that environment that really happens, and while a planned change that was announced
for it is due; never in a change freeze, and never beside an emergency change. The answer has the meaning of AWS
Systems Manager's GetCalendarState: the state, the instant that it holds for, and the next transition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import local_date
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import frozen_days
from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.record import NOTHING, Record, all_changes
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.span_sets import LATEST, SpanSet, difference, holds, intersection, next_edge, union
from icsfeed.domain.spans import Span
from icsfeed.services.upcoming import utc_text

OPENING: Final = frozenset({Kind.MAINTENANCE, Kind.PLANNED})
"""What opens the gate; change freezes and emergency changes close it."""

_NEAR: Final = timedelta(days=45)
"""Nearly every transition is nearer than that, and what is farther is looked for only where this one is not."""


class Verdict(StrEnum):
    """Whether a planned change may run."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True, slots=True)
class GateAnswer:
    """The gate's state ``at`` an instant, why, and the next instant within the published span at which it changes."""

    environments: tuple[str, ...]
    state: Verdict
    at: datetime
    why: str
    next_transition: datetime | None

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The answer as JSON has it, in UTC and on the wall clock of ``zone``."""
        then = self.next_transition
        return {
            "environments": list(self.environments),
            "state": self.state.value,
            "why": self.why,
            "at_time": utc_text(self.at),
            "local_at_time": self.at.astimezone(zone).isoformat(timespec="seconds"),
            "next_transition_time": utc_text(then) if then else None,
            "local_next_transition_time": then.astimezone(zone).isoformat() if then else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reason:
    """A span that opens the gate of ``environments``, or closes it, and the words for it."""

    span: Span
    environments: frozenset[str]
    words: str


def gate(
    schedule: Schedule, environments: Collection[str], *, at: datetime, now: datetime, record: Record = NOTHING
) -> GateAnswer:
    """Whether a planned change that touches all those environments (none named: all there are) may run at ``at``.

    As far as is known at ``now`` (both aware).

    Raises:
        UnknownEnvironmentError: where the schedule has no such environment.
        OutOfReachError: where ``at`` is outside the span that is published at ``now``.
    """
    asked = schedule.environments_named(environments)
    zone = schedule.calendar.zone
    at, published = at.astimezone(UTC), published_span(now, zone)
    if at not in published:
        first, last = local_date(published.start, zone), local_date(published.end - timedelta(seconds=1), zone)
        msg = f"{utc_text(at)} is out of reach: the gate knows {first} through {last}"
        raise BadInputError(msg)
    near = Span(start=at, end=min(at + _NEAR, published.end))
    spans = open_spans(schedule, asked, near, now=now, record=record)
    turn = next_edge(spans, at)
    if turn is None or turn >= near.end:  # what opens or closes it beyond was not looked at
        spans = open_spans(schedule, asked, Span(start=at, end=published.end), now=now, record=record)
        turn = next_edge(spans, at)
    is_open = holds(spans, at)
    return GateAnswer(
        environments=tuple(sorted(asked)),
        state=Verdict.OPEN if is_open else Verdict.CLOSED,
        at=at,
        why=_why(schedule, record, asked, at, now, is_open=is_open),
        next_transition=turn if turn is not None and turn < published.end else None,
    )


def open_spans(
    schedule: Schedule,
    environments: frozenset[str],
    within: Span,
    *,
    now: datetime,
    record: Record = NOTHING,
    opening: Collection[Kind] = OPENING,
) -> SpanSet:
    """When a planned change that touches all those environments may run, as far as is known at ``now`` (aware).

    That is true of the instants ``within``; spans that reach beyond are not cut. Only what is of one of the
    ``opening`` kinds opens the gate.
    """
    openers = [each for kind, each in _openers(schedule, record, within) if kind in opening]
    closers = list(_closers(schedule, record, within, now))
    found: SpanSet | None = None
    for environment in sorted(environments):
        of_it = difference(_touching(environment, openers), _touching(environment, closers))
        found = of_it if found is None else intersection(found, of_it)
    return found or ()


def _touching(environment: str, reasons: Iterable[_Reason]) -> SpanSet:
    return union(each.span for each in reasons if environment in each.environments)


def _openers(schedule: Schedule, record: Record, within: Span) -> Iterator[tuple[Kind, _Reason]]:
    for occurrence, span in happening(occurrences(schedule, within, record.adjustments.values()), within):
        window = occurrence.window
        words = f'in the maintenance window "{window.id}"'
        yield Kind.MAINTENANCE, _Reason(span=span, environments=window.environments, words=words)
    for change in all_changes(schedule, record).values():
        due = _due(change)
        if change.kind is Kind.PLANNED and due is not None and due.overlaps(within):
            words = f"in the planned change {change.id}"
            yield Kind.PLANNED, _Reason(span=due, environments=change.plan.environments, words=words)


def _closers(schedule: Schedule, record: Record, within: Span, now: datetime) -> Iterator[_Reason]:
    zone, every = schedule.calendar.zone, frozenset(schedule.environment_names)
    for frozen in frozen_days(schedule.freezes, zone, local_date(within.start, zone), local_date(within.end, zone)):
        if frozen.span.overlaps(within):
            days = f"from {frozen.days.first} through {frozen.days.last}"
            words = f'in the change freeze "{frozen.freeze.id}" {days}'
            yield _Reason(span=frozen.span, environments=every, words=words)
    for change in all_changes(schedule, record).values():
        under_way = _under_way(change, now)
        if change.kind is Kind.EMERGENCY and under_way is not None and under_way.overlaps(within):
            state = "was in progress" if change.state.is_final else f"is {change.state}"
            words = f"the emergency change {change.id} {state}"
            yield _Reason(span=under_way, environments=change.plan.environments, words=words)


def _due(change: Change) -> Span | None:
    """When a planned change may run by what was announced: not before its start, and not when it is over."""
    if change.state is State.TENTATIVE or (change.state.is_final and _first(change, State.IN_PROGRESS) is None):
        return None
    span = change.plan.span
    over = _over(change)
    end = span.end if over is None else min(span.end, over)
    return Span(start=span.start, end=end) if span.start < end else None


def _under_way(change: Change, now: datetime) -> Span | None:
    """When an emergency change is under way: by its times once it is confirmed, and as long as it is in progress."""
    if change.state is State.CONFIRMED:
        return change.plan.span
    begun = _first(change, State.IN_PROGRESS)
    if begun is None:
        return None
    start = min(change.plan.span.start, begun)
    over = _over(change)
    # One that is not over when it was to be is under way until somebody says that it is.
    end = over or (change.plan.span.end if now < change.plan.span.end else LATEST)
    return Span(start=start, end=end) if start < end else None


def _first(change: Change, *states: State) -> datetime | None:
    return next((update.at for update in change.updates if update.state in states), None)


def _over(change: Change) -> datetime | None:
    return _first(change, State.COMPLETED, State.CANCELLED)


def _why(
    schedule: Schedule, record: Record, asked: frozenset[str], at: datetime, now: datetime, *, is_open: bool
) -> str:
    moment = Span(start=at, end=at + timedelta(microseconds=1))
    openers = [each for _, each in _openers(schedule, record, moment) if not asked.isdisjoint(each.environments)]
    if is_open:
        return "; ".join(each.words for each in openers)
    closers = [
        each.words for each in _closers(schedule, record, moment, now) if not asked.isdisjoint(each.environments)
    ]
    if closers:
        return "; ".join(closers)
    opened = frozenset[str]().union(*(each.environments for each in openers))
    shut = ", ".join(sorted(asked - opened))
    return f"outside the maintenance windows and planned changes of {shut}"


def overruns(schedule: Schedule, record: Record) -> Iterator[datetime]:
    """The instants at which time alone changes what the gate knows: emergency changes in progress are to end then."""
    for change in all_changes(schedule, record).values():
        if change.updates[-1].state is State.IN_PROGRESS and change.kind is Kind.EMERGENCY:
            yield change.plan.span.end
