"""Occurrences: the concrete spans of windows, with freezes and adjustments applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icsfeed.domain.adjustments import Adjustment, Move
from icsfeed.domain.civil import Stretch, instant_of, local_date, midnight, stretch
from icsfeed.domain.fates import Exclusion, Fate, Missing, Skipped, fates_of
from icsfeed.domain.freezes import FreezeIndex, FrozenSpan, frozen_spans, in_order
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import MaintenanceWindow

_SEARCH_MARGIN = timedelta(days=3)
"""More than the difference between the dates of any two zones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One concrete span of a window (RFC 5545's recurrence instance) and its fate in those ``environments``.

    It is named by ``original_start``, the naive local time at which the policy has it start; ``policy`` is what the
    wall clock makes of it. ``moved`` is the adjustment that gave it another time, ``cut_at`` the instant (UTC) at which
    a change freeze that was recorded meanwhile ends it; ``excluded`` says why it does not happen at all. Where freezes
    hold for some of the window's environments only, there is one of these for each fate.
    """

    window: MaintenanceWindow
    environments: frozenset[str]
    original_start: datetime
    policy: Stretch
    moved: Move | None = None
    cut_at: datetime | None = None
    excluded: Exclusion | None = None

    @property
    def span(self) -> Span | None:
        """Its time; of an excluded one, the time that it would have had. ``None`` where the clock skips it."""
        span = self.moved.to if self.moved else self.policy.span
        return span if span is None or self.cut_at is None else Span(start=span.start, end=self.cut_at)

    @property
    def policy_start(self) -> datetime:
        """The instant (UTC) at which the policy has it start."""
        return self.policy.span.start if self.policy.span else instant_of(self.original_start, self.window.zone)

    @property
    def start(self) -> datetime:
        """The instant (UTC) at which it starts, or would have."""
        return self.span.start if self.span else self.policy_start

    @property
    def is_whole(self) -> bool:
        """Whether its fate is that of all environments of the window."""
        return self.environments == self.window.environments

    @property
    def is_as_planned(self) -> bool:
        """Whether it happens at the time that the policy gives it, in all environments of the window."""
        return self.excluded is None and self.moved is None and self.cut_at is None and self.is_whole

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


def occurrences(
    schedule: Schedule, span: Span, adjustments: Iterable[Adjustment] = (), recorded: Iterable[FrozenSpan] = ()
) -> tuple[Occurrence, ...]:
    """Every occurrence that ``touches`` the span, excluded ones too, by start, then window.

    ``recorded`` are the stretches of freezes that operators recorded.
    """
    adjusted = {(each.window_id, each.day): each for each in adjustments}
    reach = _reach(span, adjusted.values(), max((window.length for window in schedule.windows), default=timedelta()))
    freezes = FreezeIndex(in_order((*frozen_spans(schedule.placed_freezes, reach), *recorded)))
    touching = [
        occurrence
        for window in schedule.windows
        for occurrence in _of_window(window, span, adjusted, freezes)
        if occurrence.touches(span)
    ]
    return tuple(
        sorted(
            touching,
            key=lambda each: (each.start, each.window.id, each.original_start, min(each.environments, default="")),
        )
    )


def happening(candidates: Iterable[Occurrence], within: Span) -> Iterator[tuple[Occurrence, Span]]:
    """Those that happen and share an instant with ``within``, each with its span."""
    for occurrence in candidates:
        if occurrence.excluded is None and occurrence.span is not None and occurrence.span.overlaps(within):
            yield occurrence, occurrence.span


def occurrence_on(
    schedule: Schedule,
    window: MaintenanceWindow,
    day: date,
    adjustments: Iterable[Adjustment] = (),
    recorded: Iterable[FrozenSpan] = (),
) -> Occurrence | None:
    """The occurrence that the policy has start on that local date, or ``None`` where it has none.

    Of several with different fates, it is the one that happens or, if none does, the first.
    """
    of_day = occurrences_on(schedule, window, day, adjustments, recorded)
    return min(of_day, key=lambda each: each.excluded is not None, default=None)


def occurrences_on(
    schedule: Schedule,
    window: MaintenanceWindow,
    day: date,
    adjustments: Iterable[Adjustment] = (),
    recorded: Iterable[FrozenSpan] = (),
) -> tuple[Occurrence, ...]:
    """The occurrence that the policy has start on that local date, once for each fate; none where it has none."""
    if day not in window.dates(day, day):
        return ()
    start = instant_of(midnight(day), window.zone)
    around = Span(start=start - _SEARCH_MARGIN, end=start + _SEARCH_MARGIN)
    nearby = occurrences(schedule, around, adjustments, recorded)
    return tuple(each for each in nearby if each.window is window and each.original_start.date() == day)


def _reach(span: Span, adjustments: Iterable[Adjustment], longest: timedelta) -> Span:
    """The time to search for freezes: the span, and every original and new time of moved occurrences."""
    moved = [each for each in adjustments if isinstance(each, Move)]
    original = [midnight(each.day).replace(tzinfo=UTC) for each in moved]
    start = min([span.start, *original, *(each.to.start for each in moved)])
    end = max([span.end, *original, *(each.to.end for each in moved)])
    return Span(start=start - longest - _SEARCH_MARGIN, end=end + longest + _SEARCH_MARGIN)


def _of_window(
    window: MaintenanceWindow, span: Span, adjusted: dict[tuple[str, date], Adjustment], freezes: FreezeIndex
) -> Iterator[Occurrence]:
    first = local_date(span.start - window.length - _SEARCH_MARGIN, window.zone)
    last = local_date(span.end + _SEARCH_MARGIN, window.zone)
    days = set(window.dates(first, last))
    for window_id, day in adjusted:
        if window_id == window.id:
            days.update(window.dates(day, day))
    for day in days:
        yield from _occurrences_on(window, day, adjusted.get((window.id, day)), freezes)


def _occurrences_on(
    window: MaintenanceWindow, day: date, adjustment: Adjustment | None, freezes: FreezeIndex
) -> Iterator[Occurrence]:
    """The occurrence that starts on ``day``, once for each fate that its environments have."""
    start, end = window.on(day)
    policy = stretch(start, end, window.zone)
    everywhere = window.environments
    if adjustment is None and policy.span is not None and not freezes.touches(policy.span, everywhere):
        yield Occurrence(window=window, environments=everywhere, original_start=start, policy=policy)
        return
    if policy.span is None:
        fates = [Fate(environments=everywhere, excluded=Missing(change=policy.changes[0]))]
    else:
        fates = fates_of(everywhere, policy.span, adjustment, freezes)
    for fate in fates:
        yield Occurrence(
            window=window,
            environments=fate.environments,
            original_start=start,
            policy=policy,
            moved=fate.moved,
            cut_at=fate.cut_at,
            excluded=fate.excluded,
        )
