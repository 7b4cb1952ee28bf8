"""Free slots for an occurrence that has to move: at its usual time of day, on the days around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Final

from icsfeed.domain.civil import stretch
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS, Span
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.services.adjustment_rules import AdjustmentRequest, check_adjustment, named_occurrence
from icsfeed.services.warnings import about_changes, about_peak_hours, about_windows, open_changes
from icsfeed.words.statements import Statement

_MAX_DISTANCE_DAYS: Final = 14
_MAX_SLOTS: Final = 3
_ANY_REASON: Final = "Moved"
"""A reason for checking slots alone; the operator has not written one yet."""


def free_slots(situation: Situation, window_id: str, day: date, *, limit: int = _MAX_SLOTS) -> tuple[Span, ...]:
    """The nearest free slots for the occurrence of that window and date, by start.

    A slot is free where no freeze, other window or open change of its environments lies, and no peak hour that
    customers would notice it in.

    Raises:
        NotFoundError: where there is no such window.
        RefusedError: where there is no such occurrence.
    """
    nearest = islice(_free(situation, window_id, day), limit)
    return tuple(sorted(nearest, key=lambda each: each.start))


def _free(situation: Situation, window_id: str, day: date) -> Iterator[Span]:
    window = situation.schedule.window(window_id)
    named_occurrence(situation.schedule, window, day)
    request = AdjustmentRequest(window_id=window_id, day=day, reason=_ANY_REASON)
    for slot in _candidates(window, day):
        if (
            slot.start > situation.now
            and _is_allowed(situation, replace(request, to=slot))
            and not any(_conflicts(situation, request, slot))
        ):
            yield slot


def _candidates(window: MaintenanceWindow, day: date) -> Iterator[Span]:
    """The window's hours on the days around, the nearest first and, of two, the later."""
    for distance in range(1, _MAX_DISTANCE_DAYS + 1):
        for other in (day + timedelta(days=distance), day - timedelta(days=distance)):
            span = stretch(*window.on(other), window.zone).span if other.year in YEARS else None
            if span is not None:
                yield span


def _is_allowed(situation: Situation, request: AdjustmentRequest) -> bool:
    try:
        check_adjustment(situation, request)
    except IcsfeedError:
        return False
    return True


def _conflicts(situation: Situation, request: AdjustmentRequest, slot: Span) -> Iterator[Statement]:
    schedule, window = situation.schedule, situation.schedule.window(request.window_id)
    subject = request.occurrence
    if window.impact.is_noticed:
        yield from about_peak_hours(subject, schedule, slot)
    others = (
        (other, span)
        for other, span in situation.happening(slot)
        if other.window is not window or other.original_start.date() != request.day
    )
    yield from about_windows(subject, schedule, others, window.environments)
    yield from about_changes(subject, schedule, open_changes(situation, window.environments), slot)
