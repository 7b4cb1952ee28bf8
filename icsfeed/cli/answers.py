"""What an operator's step did, in words: the same before the question and after the step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Move
from icsfeed.domain.alterations import Alteration
from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import day_text, instant_text, span_text
from icsfeed.services.adjusting import Adjusted

_NOTHING: Final = "none"


def step_texts(change: Change, zone: ZoneInfo) -> Iterator[str]:
    """What the latest step did, and then the clock, a phrase each, such as ``moved: 03:10–05:10 → 03:40–05:40 EST``."""
    for number in range(change.latest_recorded.number, change.latest.number + 1):
        by_clock = " (by the clock)" if number > change.latest_recorded.number else ""
        for text in _update_texts(_as_of(change, number), zone):
            yield text + by_clock


def _as_of(change: Change, number: int) -> Change:
    """The change as the update of that number left it."""
    return replace(change, updates=change.updates[:number], unrecorded=0)


def _update_texts(change: Change, zone: ZoneInfo) -> Iterator[str]:
    update = change.latest
    if update.number == 1:
        return
    before = change.updates[-2]
    if update.step is Step.UNDO and update.target is not None:
        undone = change.updates[update.target - 1]
        step = undone.step or Step.UPDATE
        yield f"step taken back: {step} by {undone.by}, {instant_text(undone.at, zone)}{_message_left(change, undone)}"
        if before.automatic and not update.automatic:
            yield "no longer automatic"
    if update.step is Step.REDACT:
        texts = (
            "summary, reason, ticket and messages" if update.target is None else f"message of update {update.target}"
        )
        yield f"{texts} withdrawn"
    if update.withdrawn and not before.withdrawn:
        yield "withdrawn: nothing of it is public any more"
    for each in change.alterations(update.number):
        yield _alteration_text(each, change, zone)
    for text in message_texts(update):
        yield f"message added: {one_line(text)}"


def message_texts(update: Update) -> Iterator[str]:
    """The message and, each after its language, its translations."""
    if update.message:
        yield update.message
    yield from (f"{each.language}: {each.text}" for each in update.message_translations if each.text != update.message)


def _message_left(change: Change, undone: Update) -> str:
    """That the message of the update whose step was taken back is still public, and what withdraws it."""
    if undone.message in {"", WITHDRAWN_TEXT} or change.is_withdrawn:
        return ""
    command = f"icsfeed {change.kind} redact {change.id} --update {undone.number}"
    return f"; its message stays public; `{command}` withdraws it"


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
        return _state_text(change, zone)
    if isinstance(before, Span) and isinstance(after, Span):
        before, after = _as_of(change, change.latest.number - 1).shown_span, change.shown_span
        verb = "moved" if before.start != after.start else "ends later" if after.end > before.end else "ends earlier"
        return f"{verb}: {move_text(before, after, zone)}"
    return f"{alteration.what}: {_value_text(before)} → {_value_text(after)}"


def _state_text(change: Change, zone: ZoneInfo) -> str:
    """The state that the latest update led to, with the time that customers see."""
    state, span, planned = change.state, change.shown_span, change.plan.span
    if state is State.IN_PROGRESS:
        verb = "in progress again" if change.latest.step is Step.UNDO else "started"
        return f"{verb}: until {instant_text(span.end, zone)}"
    instead = f"; planned {span_text(planned, zone)}" if span != planned else ""
    return f"{state.value}: {span_text(span, zone)}{instead}"


def _value_text(value: object) -> str:
    text = ", ".join(sorted(value)) if isinstance(value, frozenset) else one_line(str(value))
    return text or _NOTHING
