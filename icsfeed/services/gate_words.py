"""Why the gate is open or closed, as statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.span_sets import contains
from icsfeed.domain.spans import Span
from icsfeed.services.gate_reasons import (
    GateQuestion,
    Reason,
    due_span,
    freeze_name,
    name_of,
    planned_until,
    spans_open,
    state_of,
)
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.statements import BETWEEN_REASONS, BETWEEN_THINGS, Statement, Statements, stated

_INSTANT: Final = timedelta(microseconds=1)

_ALTHOUGH_FROZEN: Final = phrase("{words}, and states a reason to run in {freezes}")
_OUTSIDE: Final = phrase("outside the maintenance windows and planned changes of {environments}")
_TOO_SHORT: Final = phrase("open for only {left} of the {needed} needed: {ends} at {instant}")
_BEGINS: Final = phrase("{subject} begins")
_BEGIN: Final = phrase("{subjects} begin")
_ENDS: Final = phrase("{subject} ends")
_END: Final = phrase("{subjects} end")
_OPENING_ENDS: Final = phrase_in("the time in which the gate is open", "it ends")
_NOT_DUE_UNTIL: Final = phrase_in("a change", "{subject} is not due until {start}")
_IN_STATE_UNTIL: Final = phrase_in("a change", "{words}, {planned}")
_WITHOUT_REASON: Final = phrase("{words}, for which {id} states no reason")


def why_open(question: GateQuestion) -> Statements | Statement:
    """What opens the gate at the instant asked for."""
    words = _in_words(each for each in question.reasons(_moment(question.at)) if each.opens)
    if question.change is None:
        return words
    frozen = question.situation.freezes(_moment(question.at))
    zone = question.situation.zone
    freezes = tuple(freeze_name(each, zone) for each in frozen if each.freezes(question.environments))
    return stated(_ALTHOUGH_FROZEN, words=words, freezes=Statements(freezes, BETWEEN_THINGS)) if freezes else words


def why_closed(question: GateQuestion) -> Statements | Statement:
    """What closes the gate at the instant asked for, or that nothing opens it."""
    reasons = question.reasons(_moment(question.at))
    closers = [each for each in reasons if not each.opens and each.words is not None]
    if question.change is not None:
        parts = (*_why_not_due(question.change, question), *_against(question.change, closers))
        if parts:
            return Statements(tuple(dict.fromkeys(parts)), BETWEEN_REASONS)
    elif closers:
        return _in_words(closers)
    shut = ", ".join(
        each for each in sorted(question.environments) if not contains(spans_open(reasons, {each}), question.at)
    )
    return stated(_OUTSIDE, environments=shut)


def why_too_short(question: GateQuestion, span: Span) -> Statement:
    """What ends the ``span`` in which the gate is open, before the runway does."""
    before, after = question.reasons(_moment(span.end - _INSTANT)), question.reasons(_moment(span.end))
    shut = {each for each in question.environments if not contains(spans_open(after, {each}), span.end)}
    beginning = [each for each in after if not each.opens and each.words and not shut.isdisjoint(each.environments)]
    ending = [each for each in before if each.span.end == span.end and not shut.isdisjoint(each.environments)]
    return stated(
        _TOO_SHORT,
        question.situation.zone,
        left=span.end - question.at,
        needed=question.runway,
        ends=_ends(beginning, ending),
        instant=span.end,
    )


def _ends(beginning: list[Reason], ending: list[Reason]) -> Statement:
    subjects = _subjects(beginning or ending)
    if not subjects:
        return stated(_OPENING_ENDS)
    if len(subjects) == 1:
        return stated(_BEGINS if beginning else _ENDS, subject=subjects[0])
    return stated(_BEGIN if beginning else _END, subjects=Statements(subjects, BETWEEN_THINGS))


def _why_not_due(change: Change, question: GateQuestion) -> Iterator[Statement]:
    """Why it is not time for the change itself; nothing where it is."""
    due, situation = due_span(change), question.situation
    if due is not None and question.at in due:
        return
    if due is not None and question.at < due.start:
        yield stated(_NOT_DUE_UNTIL, situation.zone, subject=name_of(change), start=due.start)
    elif change.state.is_final or change.state is State.TENTATIVE:
        yield state_of(change)
    else:
        yield stated(_IN_STATE_UNTIL, words=state_of(change), planned=planned_until(change, situation))


def _against(change: Change, closers: Iterable[Reason]) -> Iterator[Statement]:
    """What else is against the change: emergency changes beside it, and freezes for which it states no reason."""
    for each in closers:
        if each.words is not None:
            is_freeze = each.kind is Kind.FREEZE
            yield stated(_WITHOUT_REASON, words=each.words, id=change.id) if is_freeze else each.words


def _in_words(reasons: Iterable[Reason]) -> Statements:
    parts = dict.fromkeys(each.words for each in reasons if each.words is not None)
    return Statements(tuple(parts), BETWEEN_REASONS)


def _subjects(reasons: Iterable[Reason]) -> tuple[Statement, ...]:
    return tuple(dict.fromkeys(each.subject for each in reasons if each.subject is not None))


def _moment(instant: datetime) -> Span:
    return Span(start=instant, end=instant + _INSTANT)
