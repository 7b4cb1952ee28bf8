"""Peak hours: when customers need the platform most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_date, local_times, stretch
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.rule_parts import WEEKDAYS
from icsfeed.domain.spans import Span

_SEARCH_MARGIN = timedelta(days=2)
"""More than the length of one day's peak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakHours:
    """The hours from ``start`` to ``end`` on the wall clock of ``zone``, on ``weekdays`` (Monday is 0).

    An ``end`` at or before ``start`` is the next day's.
    """

    weekdays: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(len(WEEKDAYS))):
            msg = f"peak hours are on weekdays from 0 (Monday) to 6, not on {sorted(self.weekdays)}"
            raise BadInputError(msg)

    def spans(self, within: Span) -> Iterator[Span]:
        """Each day's peak that shares an instant with ``within``, whole and in order."""
        first, last = local_date(within.start - _SEARCH_MARGIN, self.zone), local_date(within.end, self.zone)
        for day in weekly(*self.weekdays).dates(first, last):
            peak = stretch(*local_times(day, self.start, self.end), self.zone).span
            if peak is not None and peak.overlaps(within):
                yield peak
