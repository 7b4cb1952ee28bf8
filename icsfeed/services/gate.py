"""The gate: whether a planned change may run in an environment at an instant.

It may in a maintenance window of that environment that really happens, and while a planned change that was announced
for it is due; never in a change freeze, and never beside an emergency change. The answer works like AWS
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
from icsfeed.domain.freezes import FrozenDays
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet, contains, difference, intersection, next_edge, union
from icsfeed.domain.spans import END_OF_TIME, Span
from icsfeed.services.upcoming import utc_text

OPENING: Final = frozenset({Kind.MAINTENANCE, Kind.PLANNED})
"""The kinds that open the gate; the others close it."""

_USUAL_REACH: Final = timedelta(days=45)
"""Nearly every transition is nearer than that; a farther one is searched for only if there is none."""


class Verdict(StrEnum):
    """Whether a planned change may run."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True, slots=True)
class GateAnswer:
    """The gate's verdict ``at`` an instant, why, and the next instant within the published span at which it changes."""

    environments: tuple[str, ...]
    verdict: Verdict
    at: datetime
    why: str
    next_transition: datetime | None

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The answer as JSON has it, in UTC and on the wall clock of ``zone``."""
        then = self.next_transition
        return {
            "environments": list(self.environments),
            "state": self.verdict.value,
            "why": self.why,
            "at_time": utc_text(self.at),
            "local_at_time": self.at.astimezone(zone).isoformat(timespec="seconds"),
            "next_transition_time": utc_text(then) if then else None,
            "local_next_transition_time": then.astimezone(zone).isoformat() if then else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reason:
    """A span in which an item of that ``kind`` opens or closes the gate of ``environments``, in words."""

    kind: Kind
    span: Span
    environments: frozenset[str]
    words: str


def gate(situation: Situation, environments: Collection[str], *, at: datetime) -> GateAnswer:
    """Whether a planned change that touches all those environments (none: all there are) may run at ``at`` (aware).

    Raises:
        NotFoundError: where the schedule has no such environment.
        BadInputError: where ``at`` is outside the published span.
    """
    touched = situation.schedule.environments_named(environments)
    zone, published = situation.zone, situation.published_span
    at = at.astimezone(UTC)
    if at not in published:
        first, last = local_date(published.start, zone), local_date(published.end - timedelta(seconds=1), zone)
        msg = f"{utc_text(at)} is out of reach: the gate knows {first} through {last}"
        raise BadInputError(msg)
    near = Span(start=at, end=min(at + _USUAL_REACH, published.end))
    spans = open_spans(situation, touched, near)
    transition = next_edge(spans, at)
    if transition is None or transition >= near.end:  # what opens or closes it beyond was not looked at
        spans = open_spans(situation, touched, Span(start=at, end=published.end))
        transition = next_edge(spans, at)
    is_open = contains(spans, at)
    return GateAnswer(
        environments=tuple(sorted(touched)),
        verdict=Verdict.OPEN if is_open else Verdict.CLOSED,
        at=at,
        why=_why(situation, touched, at, is_open=is_open),
        next_transition=transition if transition is not None and transition < published.end else None,
    )


def open_spans(
    situation: Situation, environments: frozenset[str], within: Span, *, opening: Collection[Kind] = OPENING
) -> SpanSet:
    """When a planned change that touches all those environments may run, as far as is known.

    The answer is right for the instants ``within``; spans that reach beyond are not cut. Only items of the ``opening``
    kinds open the gate.
    """
    reasons = tuple(_reasons(situation, within))
    openers = [each for each in reasons if each.kind in OPENING and each.kind in opening]
    closers = [each for each in reasons if each.kind not in OPENING]
    spans: SpanSet | None = None
    for environment in sorted(environments):
        of_it = difference(_touching(environment, openers), _touching(environment, closers))
        spans = of_it if spans is None else intersection(spans, of_it)
    return spans or ()


def _touching(environment: str, reasons: Iterable[_Reason]) -> SpanSet:
    return union(each.span for each in reasons if environment in each.environments)


def _reasons(situation: Situation, within: Span) -> Iterator[_Reason]:
    """The reasons for which the gate of any environment is open or closed within the span."""
    everywhere = frozenset(situation.schedule.environment_names)
    for item in situation.walk(within):
        match item:
            case Occurrence(window=window, span=span):
                if item.excluded is None and span is not None and span.overlaps(within):
                    words = f'in the maintenance window "{window.id}"'
                    yield _Reason(kind=Kind.MAINTENANCE, span=span, environments=window.environments, words=words)
            case FrozenDays():
                words = f'in the change freeze "{item.freeze.id}" from {item.days.first} through {item.days.last}'
                yield _Reason(kind=Kind.FREEZE, span=item.span, environments=everywhere, words=words)
            case Change(kind=Kind.PLANNED):
                due = _due(item)
                if due is not None and due.overlaps(within):
                    words = f"in the planned change {item.id}"
                    yield _Reason(kind=item.kind, span=due, environments=item.plan.environments, words=words)
            case Change():
                under_way = _under_way(item, situation.now)
                if under_way is not None and under_way.overlaps(within):
                    state = "was in progress" if item.state.is_final else f"is {item.state}"
                    words = f"the emergency change {item.id} {state}"
                    yield _Reason(kind=item.kind, span=under_way, environments=item.plan.environments, words=words)


def _due(change: Change) -> Span | None:
    """When a planned change may run: within its announced time, until it ends."""
    if change.state is State.TENTATIVE or (change.state.is_final and change.entered(State.IN_PROGRESS) is None):
        return None
    span, ended = change.plan.span, change.entered(State.COMPLETED, State.CANCELLED)
    end = span.end if ended is None else min(span.end, ended)
    return Span(start=span.start, end=end) if span.start < end else None


def _under_way(change: Change, now: datetime) -> Span | None:
    """When an emergency change is under way: in its planned time if confirmed, and while it is in progress."""
    if change.state is State.CONFIRMED:
        return change.plan.span
    started = change.entered(State.IN_PROGRESS)
    if started is None:
        return None
    start = min(change.plan.span.start, started)
    # One that is not over at its planned end is under way until somebody says that it is over.
    end = change.entered(State.COMPLETED, State.CANCELLED) or (
        change.plan.span.end if now < change.plan.span.end else END_OF_TIME
    )
    return Span(start=start, end=end) if start < end else None


def _why(situation: Situation, touched: frozenset[str], at: datetime, *, is_open: bool) -> str:
    moment = Span(start=at, end=at + timedelta(microseconds=1))
    reasons = [each for each in _reasons(situation, moment) if not touched.isdisjoint(each.environments)]
    openers = [each for each in reasons if each.kind in OPENING]
    if is_open:
        return "; ".join(each.words for each in openers)
    closers = [each.words for each in reasons if each.kind not in OPENING]
    if closers:
        return "; ".join(closers)
    opened = frozenset[str]().union(*(each.environments for each in openers))
    shut = ", ".join(sorted(touched - opened))
    return f"outside the maintenance windows and planned changes of {shut}"


def overruns(situation: Situation) -> Iterator[datetime]:
    """The instants at which time alone changes the gate's answers: planned ends of emergency changes in progress."""
    for change in situation.changes.values():
        if change.state is State.IN_PROGRESS and change.kind is Kind.EMERGENCY:
            yield change.plan.span.end
