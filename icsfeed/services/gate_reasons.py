"""Why the gate is open or closed: windows, freezes and changes, with the spans in which they count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import CalendarItem, Situation
from icsfeed.domain.span_sets import SpanSet, difference, intersection, union
from icsfeed.domain.spans import END_OF_TIME, Span
from icsfeed.domain.texts import quoted
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.statements import Statement, stated

OPENING: Final = frozenset({Kind.MAINTENANCE, Kind.PLANNED})
"""The kinds that open the gate; the others close it, unless it is asked about one of them."""

_MINUTES_TOLD_IN_HOURS: Final = 48 * 60

_NAMES: Final = {
    Kind.EMERGENCY: phrase("the emergency change {id}"),
    Kind.PLANNED: phrase("the planned change {id}"),
}
_WINDOW: Final = phrase("the maintenance window {id}")
_FREEZE_OPEN_ENDED: Final = phrase("the change freeze {id} from {start} until it is ended")
_FREEZE_TIMED: Final = phrase("the change freeze {id} from {start} to {end}")
_FREEZE_OF_DAYS: Final = phrase("the change freeze {id} from {first} through {last}")
_WITHIN: Final = phrase_in("a maintenance window, change or freeze", "in {subject}")
_DUE: Final = phrase_in("a change", "{subject} is due")
_HAS_RUN: Final = phrase_in("a change", "{subject} was in progress")
_IN_STATE: Final = {
    State.TENTATIVE: phrase_in("a change", "{subject} is tentative"),
    State.CONFIRMED: phrase_in("a change", "{subject} is confirmed"),
    State.IN_PROGRESS: phrase_in("a change", "{subject} is in progress"),
    State.COMPLETED: phrase_in("a change", "{subject} is completed"),
    State.CANCELLED: phrase_in("a change", "{subject} is cancelled"),
}
_AND_LATE: Final = phrase_in("a change", "{words}, {late}")
_PLANNED_UNTIL: Final = phrase_in("a change", "planned until {end}")
_PLANNED_UNTIL_AGO: Final = phrase_in("a change", "planned until {end}, {length} ago")
_DAYS: Final = phrase_in("a length of time", "{count} days")
_HOURS: Final = phrase_in("a length of time", "{count} h")
_MINUTES: Final = phrase_in("a length of time", "{count} min")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A span in which an item of that ``kind`` opens or closes the gate of ``environments``.

    ``subject`` names the item, ``words`` are the reason: ``in the maintenance window "thursday"``. Both are ``None``
    where it is not public.
    """

    kind: Kind
    opens: bool
    span: Span
    environments: frozenset[str]
    subject: Statement | None
    words: Statement | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GateQuestion:
    """Whether a change, or that ``change``, may run in those ``environments`` for the ``runway`` from ``at`` on."""

    situation: Situation
    environments: frozenset[str]
    at: datetime
    runway: timedelta
    change: Change | None

    def reasons(self, within: Span) -> tuple[Reason, ...]:
        """The reasons within the span in any of the environments."""
        if self.change is None:
            every = reasons_within(self.situation, within)
        else:
            every = reasons_for(self.change, self.situation, within)
        return tuple(each for each in every if not self.environments.isdisjoint(each.environments))

    def spans(self, within: Span) -> SpanSet:
        """When the answer is OPEN, the runway aside; right for the instants ``within``."""
        return spans_open(self.reasons(within), self.environments)


def reasons_within(situation: Situation, within: Span, *, apart_from: Change | None = None) -> Iterator[Reason]:
    """The reasons within the span, in any environment, for and against changes in general."""
    for item in situation.walk(within):
        reason = _reason(item, situation) if item is not apart_from else None
        if reason is not None and reason.span.overlaps(within):
            yield reason
    for frozen in situation.veiled_freezes(within):
        yield Reason(
            kind=Kind.FREEZE,
            opens=False,
            span=frozen.span,
            environments=frozen.freeze.environments,
            subject=None,
            words=None,
        )


def reasons_for(change: Change, situation: Situation, within: Span) -> Iterator[Reason]:
    """The reasons within the span, in any environment, for and against that one change.

    Its own time is the only one for it. Against it are the emergency changes beside it and, unless it states a reason,
    change freezes.
    """
    due = due_span(change)
    if due is not None:
        subject = name_of(change)
        yield Reason(
            kind=change.kind,
            opens=True,
            span=due,
            environments=change.plan.environments,
            subject=subject,
            words=stated(_DUE, subject=subject),
        )
    for reason in reasons_within(situation, within, apart_from=change):
        if not reason.opens and not (reason.kind is Kind.FREEZE and change.plan.reason):
            yield reason


def spans_open(reasons: Iterable[Reason], environments: Collection[str]) -> SpanSet:
    """When the gate is open for all those environments at once."""
    each_reason = tuple(reasons)
    spans: SpanSet | None = None
    for environment in sorted(environments):
        of_it = [each for each in each_reason if environment in each.environments]
        opened = union(each.span for each in of_it if each.opens)
        closed = union(each.span for each in of_it if not each.opens)
        spans = difference(opened, closed) if spans is None else intersection(spans, difference(opened, closed))
    return spans or ()


def name_of(change: Change) -> Statement:
    """The change as sentences name it: ``the emergency change EC-7``."""
    return stated(_NAMES[change.kind], id=change.id)


def state_of(change: Change) -> Statement:
    """The change and its state: ``the emergency change EC-7 is in progress``."""
    return stated(_IN_STATE[change.state], subject=name_of(change))


def freeze_name(frozen: FrozenSpan, zone: ZoneInfo) -> Statement:
    """The freeze and its time, such as ``the change freeze "month-end" from 2026-11-24 through 2026-11-30``."""
    freeze, span, days = frozen.freeze, frozen.span, frozen.days
    name = quoted(freeze.id)
    if freeze.is_open_ended:
        return stated(_FREEZE_OPEN_ENDED, zone, id=name, start=span.start)
    if frozen.is_timed:
        return stated(_FREEZE_TIMED, zone, id=name, start=span.start, end=span.end)
    return stated(_FREEZE_OF_DAYS, zone, id=name, first=days.first, last=days.last)


def due_span(change: Change) -> Span | None:
    """When the change itself may run: in its planned time or, if it started early, from then on; until it is over.

    Beyond its expected end it is late, and has to be given more time first.
    """
    started, ended = change.entered(State.IN_PROGRESS), change.entered(State.COMPLETED, State.CANCELLED)
    never_ran = ended is not None and change.entered(State.IN_PROGRESS, State.COMPLETED) is None
    if change.state is State.TENTATIVE or never_ran:
        return None
    planned = change.plan.span
    start = planned.start if started is None else min(planned.start, started)
    end = expected_end(change) if ended is None else min(planned.end, ended)
    return Span(start=start, end=end) if start < end else None


def expected_end(change: Change) -> datetime:
    """When it is to end: one that started late keeps its planned length."""
    return change.shown_span.end if change.state is State.IN_PROGRESS else change.plan.span.end


def and_late(words: Statement, change: Change, situation: Situation) -> Statement:
    """The words and, where the change was to end before now, ``planned until Sat 2026-11-28 05:00 EST, 10 h ago``."""
    if situation.now < expected_end(change):
        return words
    return stated(_AND_LATE, words=words, late=planned_until(change, situation))


def planned_until(change: Change, situation: Situation) -> Statement:
    """When the change is to end and, if that is past, how long ago that was, unless that is less than a minute."""
    end = expected_end(change)
    minutes = (situation.now - end) // timedelta(minutes=1)
    if minutes < 1:
        return stated(_PLANNED_UNTIL, situation.zone, end=end)
    return stated(_PLANNED_UNTIL_AGO, situation.zone, end=end, length=_rough_length(minutes))


def _rough_length(minutes: int) -> Statement:
    """A length in its largest unit, rounded down."""
    if minutes >= _MINUTES_TOLD_IN_HOURS:
        return stated(_DAYS, count=minutes // (24 * 60))
    if minutes >= 60:  # noqa: PLR2004  (minutes of an hour)
        return stated(_HOURS, count=minutes // 60)
    return stated(_MINUTES, count=minutes)


def _reason(item: CalendarItem, situation: Situation) -> Reason | None:
    match item:
        case Occurrence(window=window, span=span, environments=environments):
            if item.excluded is not None or span is None:
                return None
            subject = stated(_WINDOW, id=f'"{window.id}"')
            return _place(Kind.MAINTENANCE, span, environments, subject=subject, opens=True)
        case FrozenSpan():
            return _place(
                Kind.FREEZE, item.span, item.freeze.environments, subject=freeze_name(item, situation.zone), opens=False
            )
        case Change(kind=Kind.PLANNED):
            due = _announced_time(item)
            if due is None:
                return None
            return _place(item.kind, due, item.plan.environments, subject=name_of(item), opens=True)
        case Change():
            return _emergency(item, situation)


def _place(kind: Kind, span: Span, environments: frozenset[str], *, subject: Statement, opens: bool) -> Reason:
    words = stated(_WITHIN, subject=subject)
    return Reason(kind=kind, opens=opens, span=span, environments=environments, subject=subject, words=words)


def _announced_time(change: Change) -> Span | None:
    """When other changes may run beside a planned one: within its announced time, until it ends."""
    due = due_span(change)
    if due is None or due.end <= change.plan.span.start:
        return None
    return Span(start=change.plan.span.start, end=due.end)


def _emergency(change: Change, situation: Situation) -> Reason | None:
    span = _under_way(change, situation.now)
    if span is None:
        return None
    subject = name_of(change)
    words = stated(_HAS_RUN, subject=subject) if change.state.is_final else state_of(change)
    if change.state is State.IN_PROGRESS:
        words = and_late(words, change, situation)
    return Reason(
        kind=change.kind,
        opens=False,
        span=span,
        environments=change.plan.environments,
        subject=subject,
        words=words,
    )


def _under_way(change: Change, now: datetime) -> Span | None:
    """When an emergency change is under way: in its planned time if confirmed, and while it is in progress.

    One that was completed without a start was in progress from its planned start on.
    """
    if change.state is State.CONFIRMED:
        return change.plan.span
    started = change.entered(State.IN_PROGRESS)
    if started is None and change.state is not State.COMPLETED:
        return None
    start = change.plan.span.start if started is None else min(change.plan.span.start, started)
    # One that is not over at its expected end is under way until somebody says that it is over.
    expected = expected_end(change)
    end = change.entered(State.COMPLETED, State.CANCELLED) or (expected if now < expected else END_OF_TIME)
    return Span(start=start, end=end) if start < end else None
