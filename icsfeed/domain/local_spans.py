"""Spans of local time, before a zone makes instants of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from icsfeed.domain.civil import midnight
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.spans import ONE_DAY, DateRange


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalSpan:
    """The local times from ``start`` until just before ``end``, both naive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            msg = f"a span ends after it starts, not {self.start} to {self.end}"
            raise BadInputError(msg)

    @classmethod
    def of_days(cls, days: DateRange) -> LocalSpan:
        """Those whole days."""
        return cls(start=midnight(days.first), end=midnight(days.last + ONE_DAY))

    @property
    def days(self) -> DateRange:
        """The dates that it touches."""
        return DateRange(first=self.start.date(), last=(self.end - datetime.resolution).date())

    def within(self, first: date | None, last: date | None) -> LocalSpan | None:
        """The part from ``first`` through ``last`` (``None``: no bound), or ``None`` where there is none."""
        start = self.start if first is None else max(self.start, midnight(first))
        end = self.end if last is None else min(self.end, midnight(last + ONE_DAY))
        return LocalSpan(start=start, end=end) if start < end else None

    def without(self, days: Iterable[date]) -> Iterator[LocalSpan]:
        """What remains, in order, without those whole ``days``."""
        start = self.start
        for day in sorted(days):
            begin, end = midnight(day), midnight(day + ONE_DAY)
            if end <= start or self.end <= begin:
                continue
            if start < begin:
                yield LocalSpan(start=start, end=begin)
            start = end
        if start < self.end:
            yield LocalSpan(start=start, end=self.end)


def joined(spans: Iterable[LocalSpan]) -> list[LocalSpan]:
    """The same local times as stretches with a gap between any two, in order."""
    stretches: list[LocalSpan] = []
    for span in sorted(spans, key=attrgetter("start", "end")):
        if stretches and span.start <= stretches[-1].end:
            stretches[-1] = LocalSpan(start=stretches[-1].start, end=max(span.end, stretches[-1].end))
        else:
            stretches.append(span)
    return stretches
