"""What an operator's step did, in words: the same before the question and after the step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Move
from icsfeed.domain.changes import Alteration, Change, State
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import day_text, instant_text, span_text
from icsfeed.services.adjusting import Adjusted

_NOTHING: Final = "none"


def step_texts(change: Change, zone: ZoneInfo) -> Iterator[str]:
    """What the latest update did, a phrase each, such as ``moved: 03:10–05:10 → 03:40–05:40 EST``."""
    latest = change.latest
    for each in change.alterations(latest.number):
        yield _alteration_text(each, change, zone)
    if latest.message:
        yield f"message added: {one_line(latest.message)}"


def adjustment_text(adjusted: Adjusted, zone: ZoneInfo) -> str:
    """What became of the occurrence, such as ``moved: Thu 2026-12-10 02:00–06:00 → Fri 2026-12-11 02:00–06:00 EST``."""
    occurrence, before = adjusted.occurrence, adjusted.before
    planned, span = occurrence.policy.span, occurrence.span
    old = before.to if isinstance(before, Move) else planned
    if occurrence.moved is not None and old is not None:
        return f"moved: {move_text(old, occurrence.moved.to, zone)}"
    time = f": {span_text(span, zone)}" if span is not None else ""
    if occurrence.excluded is not None:
        return f"skipped{time}" if occurrence.is_cancelled else f"skipped silently{time}"
    if isinstance(before, Move) and planned is not None:
        return f"restored: {move_text(before.to, planned, zone)}"
    return f"restored{time}"


def move_text(before: Span, after: Span, zone: ZoneInfo) -> str:
    """The two spans on the clock of ``zone``; what is the same in both, such as the date, is left out."""
    old, new = span_text(before, zone), span_text(after, zone)
    zone_name = " " + new.rpartition(" ")[2]
    if old.endswith(zone_name) and old.count(zone_name) == new.count(zone_name) == 1:
        old = old.removesuffix(zone_name)
    day = day_text(after.start.astimezone(zone).date())
    if all(text.startswith(day) and " – " not in text for text in (old, new)):
        old, new = (text.removeprefix(day).lstrip() for text in (old, new))
    return f"{old} → {new}"


def _alteration_text(alteration: Alteration, change: Change, zone: ZoneInfo) -> str:
    before, after = alteration.before, alteration.after
    if isinstance(after, State):
        return _state_text(after, change.plan.span, zone)
    if isinstance(before, Span) and isinstance(after, Span):
        verb = "moved" if before.start != after.start else "ends later" if after.end > before.end else "ends earlier"
        return f"{verb}: {move_text(before, after, zone)}"
    return f"{alteration.what}: {_value_text(before)} → {_value_text(after)}"


def _state_text(state: State, span: Span, zone: ZoneInfo) -> str:
    match state:
        case State.IN_PROGRESS:
            return f"started: planned until {instant_text(span.end, zone)}"
        case State.CONFIRMED | State.TENTATIVE:
            return f"{state.value}: {span_text(span, zone)}"
        case _:
            return f"{state.value}: it was planned for {span_text(span, zone)}"


def _value_text(value: object) -> str:
    text = ", ".join(sorted(value)) if isinstance(value, frozenset) else one_line(str(value))
    return text or _NOTHING
