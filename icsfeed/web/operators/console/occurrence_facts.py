"""What an operator sees of one occurrence: its time, its fate, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from icsfeed.domain.adjustments import Adjustment, Move
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.adjustment_rules import AdjustmentRequest, check_adjustment, named_occurrence
from icsfeed.services.free_slots import free_slots
from icsfeed.web.operators.console.calendar_entries import CalendarEntry, entry_of
from icsfeed.words.dates import Dates
from icsfeed.words.recurrences import days_text
from icsfeed.words.terms import IMPACT_NAMES

_ANY_REASON: Final = "any reason\n"
"""No text ends with a line break once it is read, so no adjustment has this reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotChoice:
    """A free slot in words, and as the fields of a form have its ends."""

    text: str
    start: str
    end: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OccurrenceFacts:
    """One occurrence in words: the time by the policy, and an entry for each fate.

    ``why_not`` says why nothing can be done with it; empty where it can be skipped or moved. ``start`` is its
    present start, as the field of a form has it.
    """

    title: str
    rule: str
    policy: str
    local_day: date
    impact: str
    entries: tuple[CalendarEntry, ...]
    can_skip: bool
    can_move: bool
    can_restore: bool
    why_not: str
    start: str
    slots: tuple[SlotChoice, ...]


def occurrence_facts(situation: Situation, window_id: str, day: date, dates: Dates) -> OccurrenceFacts:
    """The facts; the ``situation`` has its texts in the language of ``dates``.

    Raises:
        NotFoundError: where there is no such window.
        RefusedError: where it has no occurrence on that date.
    """
    window = situation.schedule.window(window_id)
    planned = named_occurrence(situation.schedule, window, day)
    fates = situation.occurrences_on(window, day)
    current = situation.record.adjustments.get((window_id, day))
    span = _present_span(fates, planned, current)
    is_over = span is None or span.end <= situation.now
    request = AdjustmentRequest(window_id=window_id, day=day, reason=_ANY_REASON)
    why_not_skip = _refusal(situation, replace(request, skip=True))
    can_move = planned.excluded is None and not is_over
    return OccurrenceFacts(
        title=f"{window.name}, {dates.long_day(day)}",
        rule=days_text(window.recurrence, window.offset_days, dates),
        policy=str(dates.span(planned.policy.span)) if planned.policy.span is not None else "",
        local_day=dates.local(span.start).date() if span is not None else day,
        impact=dates.language.say(IMPACT_NAMES[window.impact]),
        entries=tuple(filter(None, (entry_of(each, situation, dates) for each in fates))),
        can_skip=not why_not_skip,
        can_move=can_move,
        can_restore=current is not None and not _refusal(situation, request),
        why_not="" if can_move else why_not_skip,
        start=_field(span.start, dates) if span is not None else "",
        slots=tuple(_slot(each, dates) for each in free_slots(situation, window_id, day)) if can_move else (),
    )


def _present_span(fates: Sequence[Occurrence], planned: Occurrence, current: Adjustment | None) -> Span | None:
    """Its time now: of several the one that ends last, and of one that does not happen the time that it would have."""
    happens = [each.span for each in fates if each.excluded is None and each.span is not None]
    otherwise = current.to if isinstance(current, Move) else planned.policy.span
    return max(happens, key=lambda each: each.end, default=otherwise)


def _refusal(situation: Situation, request: AdjustmentRequest) -> str:
    """Why the action is refused, whatever its reason; empty where it is possible."""
    try:
        check_adjustment(situation, request)
    except IcsfeedError as error:
        return str(error)
    return ""


def _slot(span: Span, dates: Dates) -> SlotChoice:
    return SlotChoice(text=str(dates.span(span)), start=_field(span.start, dates), end=_field(span.end, dates))


def _field(instant: datetime, dates: Dates) -> str:
    """The instant as ``datetime-local`` has it, on the clock of the calendar's zone."""
    return f"{dates.local(instant):%Y-%m-%dT%H:%M}"
