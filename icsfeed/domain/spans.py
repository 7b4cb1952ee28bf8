"""Stretches of time: between two instants, and between two local dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from icsfeed.domain.errors import BadInputError

ONE_DAY: Final = timedelta(days=1)

START_OF_TIME: Final = datetime.min.replace(tzinfo=UTC)
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
"""The end of something that has no end."""

YEARS: Final = range(1971, 3000)
"""The years that schedules and instants may be in: time zones are reliable from 1971 on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The instants from ``start`` until just before ``end``, both aware and in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            msg = f"a span is given in UTC, not {self.start!r} to {self.end!r}"
            raise BadInputError(msg)
        if self.start >= self.end:
            msg = f"a span ends after it starts, not {self.start.isoformat()} to {self.end.isoformat()}"
            raise BadInputError(msg)

    @classmethod
    def to_the_second(cls, start: datetime, end: datetime) -> Span:
        """The span between two instants (aware), in whole seconds, as in calendars."""
        return cls(start=start.astimezone(UTC).replace(microsecond=0), end=end.astimezone(UTC).replace(microsecond=0))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share an instant; spans that merely touch do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Whether it contains every instant of ``other``."""
        return self.start <= other.start and other.end <= self.end

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class DateRange:
    """The local dates from ``first`` through ``last``, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            msg = f"a range of dates runs forward, not from {self.first} through {self.last}"
            raise BadInputError(msg)

    @classmethod
    def of_years(cls, years: range) -> DateRange:
        """All the days of consecutive calendar years."""
        return cls(first=date(years[0], 1, 1), last=date(years[-1], 12, 31))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def within(self, first: date | None, last: date | None) -> DateRange | None:
        """The part from ``first`` through ``last`` (``None``: no bound), or ``None`` where there is none."""
        start = self.first if first is None else max(self.first, first)
        end = self.last if last is None else min(self.last, last)
        return DateRange(first=start, last=end) if start <= end else None

    def without(self, days: tuple[date, ...]) -> tuple[DateRange, ...]:
        """What remains, in order, without those single ``days``."""
        pieces: list[DateRange] = []
        start = self.first
        for day in sorted(day for day in days if day in self):
            if start < day:
                pieces.append(DateRange(first=start, last=day - ONE_DAY))
            start = day + ONE_DAY
        if start <= self.last:
            pieces.append(DateRange(first=start, last=self.last))
        return tuple(pieces)
