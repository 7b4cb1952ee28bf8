"""Change freezes: days and hours in which no planned change happens."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import days_span, local_date, stretch
from icsfeed.domain.freeze_patterns import Pattern, has_hours
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.spans import ONE_DAY, DateRange, Span
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import days_text, instant_text, span_text


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFreeze:
    """Local times in ``zone`` in which no planned change happens in the ``environments``.

    One without environments means all that are public: the schedule's ``placed_freezes`` name them.
    ``effective_from`` and ``effective_until`` are the first and the last date that may be frozen (``None``: no bound);
    ``lifted`` dates are not frozen.
    """

    id: str
    name: str
    pattern: Pattern
    zone: ZoneInfo
    environments: frozenset[str] = frozenset()
    description: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    lifted: tuple[date, ...] = ()

    @property
    def has_hours(self) -> bool:
        """Whether it freezes hours of days, rather than whole days."""
        return has_hours(self.pattern)

    @property
    def is_recorded(self) -> bool:
        return False

    @property
    def is_internal(self) -> bool:
        return False

    @property
    def is_open_ended(self) -> bool:
        return False

    def spans(self, first: date, last: date) -> Iterator[LocalSpan]:
        """The frozen local times that touch a day from ``first`` through ``last``, whole and in order."""
        for nominal in self.pattern.spans(first, last):
            effective = nominal.within(self.effective_from, self.effective_until)
            for span in effective.without(self.lifted) if effective else ():
                days = span.days
                if days.first <= last and first <= days.last:
                    yield span

    def ranges(self, first: date, last: date) -> Iterator[DateRange]:
        """The dates that each of these spans touches."""
        return (span.days for span in self.spans(first, last))

    def frozen_spans(self, within: Span) -> Iterator[FrozenSpan]:
        """The stretches that share an instant with ``within``."""
        first, last = local_date(within.start, self.zone), local_date(within.end, self.zone)
        for local in self.spans(first - ONE_DAY, last + ONE_DAY):
            days = local.days
            span = stretch(local.start, local.end, self.zone).span if self.has_hours else days_span(days, self.zone)
            if span is not None and span.overlaps(within):
                yield FrozenSpan(freeze=self, days=days, span=span)


class Freeze(Protocol):
    """A change freeze of the schedule, or one that was recorded.

    A recorded one cuts occurrences that have begun, and has no end while it is open-ended. Of an internal one, nothing
    is public but its effect.
    """

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def environments(self) -> frozenset[str]: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def has_hours(self) -> bool: ...

    @property
    def is_recorded(self) -> bool: ...

    @property
    def is_internal(self) -> bool: ...

    @property
    def is_open_ended(self) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenSpan:
    """One frozen stretch: ``span`` as instants, ``days`` the local dates that it touches."""

    freeze: Freeze
    days: DateRange
    span: Span

    @property
    def is_timed(self) -> bool:
        """Whether it need not consist of whole days."""
        return self.freeze.has_hours

    def freezes(self, environments: Collection[str]) -> bool:
        """Whether it freezes any of those."""
        return not self.freeze.environments.isdisjoint(environments)

    @property
    def label(self) -> str:
        """The freeze as messages name it: one that was recorded by its id."""
        return self.freeze.id if self.freeze.is_recorded else quoted(self.freeze.name)

    def text(self, zone: ZoneInfo) -> str:
        """When it is, on the clock of ``zone``; whole days are those of its own zone."""
        if self.freeze.is_open_ended:
            return f"from {instant_text(self.span.start, zone)} until it is ended"
        if self.is_timed:
            return span_text(self.span, zone)
        own_zone = self.freeze.zone.key
        return days_text(self.days) + (f" ({own_zone})" if own_zone != zone.key else "")


def frozen_spans(freezes: Iterable[ChangeFreeze], within: Span) -> tuple[FrozenSpan, ...]:
    """Every frozen stretch that shares an instant with ``within``, by start, then id."""
    return in_order(frozen for freeze in freezes for frozen in freeze.frozen_spans(within))


def in_order(frozen: Iterable[FrozenSpan]) -> tuple[FrozenSpan, ...]:
    """The stretches by start, then id."""
    return tuple(sorted(frozen, key=lambda each: (each.span.start, each.freeze.id)))


class FreezeIndex:
    """Finds the freezes that a span touches, among stretches sorted by start."""

    def __init__(self, frozen: tuple[FrozenSpan, ...]) -> None:
        self._frozen = frozen
        self._starts = [each.span.start for each in frozen]
        self._latest_ends = list(accumulate((each.span.end for each in frozen), max))

    def touches(self, span: Span, environments: Collection[str]) -> bool:
        """Whether any stretch of any of those environments shares an instant with ``span``."""
        return bool(self._frozen) and any(True for _ in self.touching(span, environments))

    def touching(self, span: Span, environments: Collection[str]) -> Iterator[FrozenSpan]:
        """The stretches of any of those environments that share an instant with ``span``, by start."""
        reach = bisect_left(self._starts, span.end)
        from_here = bisect_left(self._latest_ends, span.start, hi=reach)
        for frozen in self._frozen[from_here:reach]:
            if frozen.span.overlaps(span) and frozen.freezes(environments):
                yield frozen


def freeze_touching(freezes: Iterable[ChangeFreeze], span: Span, environments: Collection[str]) -> FrozenSpan | None:
    """The first frozen stretch of any of those environments that shares an instant with ``span``."""
    return next((each for each in frozen_spans(freezes, span) if each.freezes(environments)), None)
