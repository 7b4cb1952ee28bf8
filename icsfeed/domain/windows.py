"""Maintenance windows: recurring spans of civil time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_times
from icsfeed.domain.recurrence import Recurrence


class Impact(StrEnum):
    """The effect on customers, on MAINTNOTE's scale."""

    NO_IMPACT = "no-impact"
    REDUCED_REDUNDANCY = "reduced-redundancy"
    DEGRADED = "degraded"
    OUTAGE = "outage"

    @property
    def is_noticed(self) -> bool:
        """Whether customers notice it, so that the time of day matters."""
        return self in {Impact.DEGRADED, Impact.OUTAGE}


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintenanceWindow:
    """A recurring span, from ``start`` to ``end`` on the wall clock of ``zone``, in which the vendor may change things.

    An ``end`` at or before ``start`` is the next day's. ``effective_from`` and ``effective_until`` are the first and
    the last local date on which an occurrence may start (``None``: no bound).
    """

    id: str
    name: str
    recurrence: Recurrence
    start: time
    end: time
    zone: ZoneInfo
    environments: frozenset[str]
    impact: Impact
    description: str = ""
    effective_from: date | None = None
    effective_until: date | None = None

    def dates(self, first: date, last: date, recurrence: Recurrence | None = None) -> Iterator[date]:
        """The local dates from ``first`` through ``last`` on which an occurrence starts.

        ``recurrence`` stands in for the window's own: one of its ``by_weekday()``.
        """
        if self.effective_from is not None:
            first = max(first, self.effective_from)
        if self.effective_until is not None:
            last = min(last, self.effective_until)
        if first > last:
            return iter(())
        return (recurrence or self.recurrence).dates(first, last, anchor=self.effective_from)

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The naive local start and end of the occurrence that starts on ``day``."""
        return local_times(day, self.start, self.end)
