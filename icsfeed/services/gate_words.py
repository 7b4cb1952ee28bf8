"""Why the gate is open or closed, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text
from icsfeed.domain.span_sets import contains
from icsfeed.domain.spans import Span
from icsfeed.domain.times import instant_text
from icsfeed.services.gate_reasons import (
    GateQuestion,
    Reason,
    due_span,
    expected_end,
    freeze_name,
    late_text,
    name_of,
    spans_open,
)

_INSTANT: Final = timedelta(microseconds=1)


def why_open(question: GateQuestion) -> str:
    """What opens the gate at the instant asked for."""
    words = _in_words(each for each in question.reasons(_moment(question.at)) if each.opens)
    if question.change is None:
        return words
    frozen = question.situation.freezes(_moment(question.at))
    zone = question.situation.zone
    freezes = " and ".join(freeze_name(each, zone) for each in frozen if each.freezes(question.environments))
    return f"{words}, and states a reason to run in {freezes}" if freezes else words


def why_closed(question: GateQuestion) -> str:
    """What closes the gate at the instant asked for, or that nothing opens it."""
    reasons = question.reasons(_moment(question.at))
    closers = [each for each in reasons if not each.opens and each.words]
    if question.change is not None:
        parts = (_why_not_due(question.change, question), _against(question.change, closers))
        if any(parts):
            return "; ".join(filter(None, parts))
    elif closers:
        return _in_words(closers)
    shut = ", ".join(
        each for each in sorted(question.environments) if not contains(spans_open(reasons, {each}), question.at)
    )
    return f"outside the maintenance windows and planned changes of {shut}"


def why_too_short(question: GateQuestion, span: Span) -> str:
    """What ends the ``span`` in which the gate is open, before the runway does."""
    before, after = question.reasons(_moment(span.end - _INSTANT)), question.reasons(_moment(span.end))
    shut = {each for each in question.environments if not contains(spans_open(after, {each}), span.end)}
    beginning = [each for each in after if not each.opens and each.words and not shut.isdisjoint(each.environments)]
    ending = [each for each in before if each.span.end == span.end and not shut.isdisjoint(each.environments)]
    if beginning:
        ends = _subjects(beginning, "begins", "begin")
    else:
        ends = _subjects(ending, "ends", "end") if ending else "it ends"
    instant = instant_text(span.end, question.situation.zone)
    left, needed = length_text(span.end - question.at), length_text(question.runway)
    return f"open for only {left} of the {needed} needed: {ends} at {instant}"


def _why_not_due(change: Change, question: GateQuestion) -> str:
    """Why it is not time for the change itself; empty where it is."""
    due, zone = due_span(change), question.situation.zone
    if due is not None and question.at in due:
        return ""
    state = f"{name_of(change)} is {change.state}"
    if due is not None and question.at < due.start:
        return f"{name_of(change)} is not due until {instant_text(due.start, zone)}"
    if change.state.is_final or change.state is State.TENTATIVE:
        return state
    planned = late_text(change, question.situation) or f"planned until {instant_text(expected_end(change), zone)}"
    return f"{state}, {planned}"


def _against(change: Change, closers: Iterable[Reason]) -> str:
    """What else is against the change: emergency changes beside it, and freezes for which it states no reason."""
    words = [
        f"{each.words}, for which {change.id} states no reason" if each.kind is Kind.FREEZE else each.words
        for each in closers
    ]
    return "; ".join(dict.fromkeys(words))


def _in_words(reasons: Iterable[Reason]) -> str:
    return "; ".join(dict.fromkeys(each.words for each in reasons))


def _subjects(reasons: Iterable[Reason], for_one: str, for_many: str) -> str:
    """The items and a verb: ``the maintenance window "thursday" ends``."""
    subjects = list(dict.fromkeys(each.subject for each in reasons))
    return f"{' and '.join(subjects)} {for_one if len(subjects) == 1 else for_many}"


def _moment(instant: datetime) -> Span:
    return Span(start=instant, end=instant + _INSTANT)
