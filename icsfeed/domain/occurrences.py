"""Occurrences: the concrete spans of windows, with freezes and adjustments applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.civil import Stretch, instant_of, local_date, midnight, stretch
from icsfeed.domain.freezes import FreezeIndex, FrozenSpan, frozen_spans
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import ClockChange

_SEARCH_MARGIN = timedelta(days=3)
"""More than the length of an occurrence plus the difference between the dates of any two zones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """Excluded: it would touch a change freeze."""

    by: FrozenSpan

    def __str__(self) -> str:
        days = self.by.days
        return f"{self.by.freeze.name} from {days.first} through {days.last}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Excluded: an operator skipped it."""

    reason: str
    silent: bool

    def __str__(self) -> str:
        return f"skipped: {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Excluded: the clock is put forward over the whole of it."""

    change: ClockChange

    def __str__(self) -> str:
        old, new = self.change.old_reading, self.change.new_reading
        return f"the clock goes from {old:%H:%M} to {new:%H:%M} that day"


Exclusion = Frozen | Skipped | Missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One concrete span of a window (RFC 5545's recurrence instance).

    It is named by ``original_start``, the naive local time at which the policy has it start; ``policy`` is what the
    wall clock makes of it. ``moved`` is the adjustment that gave it another time; ``excluded`` says why it does not
    happen at all.
    """

    window: MaintenanceWindow
    original_start: datetime
    policy: Stretch
    moved: Move | None = None
    excluded: Exclusion | None = None

    @property
    def span(self) -> Span | None:
        """Its time; of an excluded one, the time that it would have had. ``None`` where the clock skips it."""
        return self.moved.to if self.moved else self.policy.span

    @property
    def policy_start(self) -> datetime:
        """The instant (UTC) at which the policy has it start."""
        return self.policy.span.start if self.policy.span else instant_of(self.original_start, self.window.zone)

    @property
    def start(self) -> datetime:
        """The instant (UTC) at which it starts, or would have."""
        return self.span.start if self.span else self.policy_start

    @property
    def is_cancelled(self) -> bool:
        """Whether an operator skipped it and subscribers see that."""
        return isinstance(self.excluded, Skipped) and not self.excluded.silent

    @property
    def is_shown(self) -> bool:
        """Whether subscribers see it: it happens, or they see that it does not."""
        return self.excluded is None or self.is_cancelled

    def touches(self, span: Span) -> bool:
        """Whether it shares an instant with ``span``, at its original time or at the one it was moved to."""
        if self.policy.span is None:
            return self.policy_start in span
        return self.policy.span.overlaps(span) or (self.moved is not None and self.moved.to.overlaps(span))


def occurrences(schedule: Schedule, span: Span, adjustments: Iterable[Adjustment] = ()) -> tuple[Occurrence, ...]:
    """Every occurrence that ``touches`` the span, excluded ones too, by start, then window."""
    adjusted = {(each.window_id, each.day): each for each in adjustments}
    reach = _reach(span, adjusted.values())
    zone = schedule.calendar.zone
    frozen = frozen_spans(schedule.freezes, zone, local_date(reach.start, zone), local_date(reach.end, zone))
    freezes = FreezeIndex(frozen)
    touching = [
        occurrence
        for window in schedule.windows
        for occurrence in _of_window(window, span, adjusted, freezes)
        if occurrence.touches(span)
    ]
    return tuple(sorted(touching, key=lambda each: (each.start, each.window.id, each.original_start)))


def occurrence_on(
    schedule: Schedule, window: MaintenanceWindow, day: date, adjustments: Iterable[Adjustment] = ()
) -> Occurrence | None:
    """The occurrence that the policy has start on that local date, or ``None`` where it has none."""
    if day not in window.dates(day, day):
        return None
    start = instant_of(midnight(day), window.zone)
    around = Span(start=start - _SEARCH_MARGIN, end=start + _SEARCH_MARGIN)
    nearby = occurrences(schedule, around, adjustments)
    return next(each for each in nearby if each.window is window and each.original_start.date() == day)


def happening(candidates: Iterable[Occurrence], within: Span) -> Iterator[tuple[Occurrence, Span]]:
    """Those that happen and share an instant with ``within``, each with its span."""
    for occurrence in candidates:
        if occurrence.excluded is None and occurrence.span is not None and occurrence.span.overlaps(within):
            yield occurrence, occurrence.span


def _reach(span: Span, adjustments: Iterable[Adjustment]) -> Span:
    """The time to search for freezes: the span, and every original and new time of moved occurrences."""
    moved = [each for each in adjustments if isinstance(each, Move)]
    original = [midnight(each.day).replace(tzinfo=UTC) for each in moved]
    start = min([span.start, *original, *(each.to.start for each in moved)])
    end = max([span.end, *original, *(each.to.end for each in moved)])
    return Span(start=start - _SEARCH_MARGIN, end=end + _SEARCH_MARGIN)


def _of_window(
    window: MaintenanceWindow, span: Span, adjusted: dict[tuple[str, date], Adjustment], freezes: FreezeIndex
) -> Iterator[Occurrence]:
    first = local_date(span.start - _SEARCH_MARGIN, window.zone)
    last = local_date(span.end + _SEARCH_MARGIN, window.zone)
    days = set(window.dates(first, last))
    for window_id, day in adjusted:
        if window_id == window.id:
            days.update(window.dates(day, day))
    for day in days:
        yield _occurrence(window, day, adjusted.get((window.id, day)), freezes)


def _occurrence(
    window: MaintenanceWindow, day: date, adjustment: Adjustment | None, freezes: FreezeIndex
) -> Occurrence:
    start, end = window.on(day)
    policy = stretch(start, end, window.zone)
    moved = adjustment if isinstance(adjustment, Move) else None
    excluded: Exclusion | None = None
    if policy.span is None:
        moved, excluded = None, Missing(change=policy.changes[0])
    elif (frozen := freezes.touching(policy.span)) is not None:
        moved, excluded = None, Frozen(by=frozen)
    elif isinstance(adjustment, Skip):
        excluded = Skipped(reason=adjustment.reason, silent=adjustment.silent)
    elif moved and (frozen := freezes.touching(moved.to)) is not None:
        excluded = Frozen(by=frozen)
    return Occurrence(window=window, original_start=start, policy=policy, moved=moved, excluded=excluded)
