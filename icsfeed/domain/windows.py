"""Maintenance windows: recurring spans of civil time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_times
from icsfeed.domain.recurrence import ListedDates, Recurrence, offset_dates

ONE_WEEK: Final = timedelta(weeks=1)


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
    """A recurring span on the wall clock of ``zone``, in which the vendor may change things.

    It starts at ``start`` on the dates of the ``recurrence``, or ``offset_days`` later, and lasts for ``duration`` or
    until ``end``, which is the next day's where it is at or before ``start``. ``effective_from`` and
    ``effective_until`` are the first and the last local date on which an occurrence may start (``None``: no bound).
    """

    id: str
    name: str
    recurrence: Recurrence | ListedDates
    offset_days: int = 0
    start: time
    end: time
    duration: timedelta | None = None
    zone: ZoneInfo
    environments: frozenset[str]
    impact: Impact
    description: str = ""
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def length(self) -> timedelta:
        """How long it lasts on the wall clock."""
        start, end = self.on(date(2000, 1, 1))
        return end - start

    def dates(self, first: date, last: date) -> Iterator[date]:
        """The local dates from ``first`` through ``last`` on which an occurrence starts."""
        if self.effective_from is not None:
            first = max(first, self.effective_from)
        if self.effective_until is not None:
            last = min(last, self.effective_until)
        if first > last:
            return iter(())
        return offset_dates(self.recurrence, self.offset_days, first, last, anchor=self.effective_from)

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The naive local start and end of the occurrence that starts on ``day``."""
        if self.duration is None:
            return local_times(day, self.start, self.end)
        start = datetime.combine(day, self.start)
        return start, start + self.duration

    def series_rules(self) -> tuple[Recurrence, ...]:
        """Rules that calendar programs can hold and that together have the window's dates; none where there are none.

        Occurrences of one rule never touch.
        """
        if self.offset_days or (self.recurrence.is_weekly and self.length >= self.recurrence.interval * ONE_WEEK):
            return ()
        return self.recurrence.template_rules()
