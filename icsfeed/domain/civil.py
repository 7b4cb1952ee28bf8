"""From local time to instants.

A maintenance window promises what a clock on the wall of its zone shows. Where that clock is put forward or back, local
times are missing or come twice; everything that icsfeed says about such days is worked out here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.spans import ONE_DAY, DateRange, Span
from icsfeed.domain.zones import ClockChange, clock_changes, clock_changes_in, offset_at

_OFFSET_MARGIN = timedelta(hours=26)
"""More than the offset of any zone from UTC."""

_MAX_CACHED_DAYS = 4096
"""The pages of three years ask for each of their days many times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A span of local time as instants.

    ``span`` is ``None`` where the clock skips all of it. ``regular`` is true where both ends exist exactly once and
    the exact duration equals the one on the wall clock, which is where all calendar engines agree. ``changes`` are the
    clock changes that it meets.
    """

    span: Span | None
    regular: bool
    changes: tuple[ClockChange, ...]


def stretch(start: datetime, end: datetime, tz: ZoneInfo) -> Stretch:
    """The hull of the instants at which the clock of ``tz`` reads at or after ``start`` and before ``end``.

    Both are naive local times. Where the clock repeats itself, a start that comes twice means the first, an end that
    comes twice the second; a missing start means the instant of the change.
    """
    pieces = _constant_offsets(tz, start - _OFFSET_MARGIN, end + _OFFSET_MARGIN)
    if len(pieces) == 1:
        offset = pieces[0].offset
        return Stretch(span=_span(start - offset, end - offset), regular=True, changes=())
    return _stretch_over(pieces, start, end, tz)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A stretch of naive UTC time through which the offset is the same."""

    start: datetime
    end: datetime
    offset: timedelta

    def reads(self, local: datetime) -> bool:
        return self.start <= local - self.offset < self.end


@cache
def _pieces_of(tz: ZoneInfo, year: int) -> tuple[_Piece, ...]:
    """The pieces of a calendar year (UTC), in order."""
    starts, end = [datetime(year, 1, 1)], datetime(year + 1, 1, 1)  # noqa: DTZ001  (naive UTC)
    changes = clock_changes_in(tz, year)
    starts += [change.at.replace(tzinfo=None) for change in changes]
    offsets = [change.before for change in changes[:1]] + [change.after for change in changes]
    if not changes:
        offsets = [offset_at(tz, starts[0].replace(tzinfo=UTC))]
    return tuple(
        _Piece(start=start, end=until, offset=offset)
        for start, until, offset in zip(starts, (*starts[1:], end), offsets, strict=True)
        if start < until
    )


def _constant_offsets(tz: ZoneInfo, start: datetime, end: datetime) -> list[_Piece]:
    """The pieces of differing offset that hold the naive UTC times from ``start`` until ``end``."""
    pieces: list[_Piece] = []
    for year in range(start.year, end.year + 1):
        for piece in _pieces_of(tz, year):
            if piece.start >= end or piece.end <= start:
                continue
            if pieces and pieces[-1].offset == piece.offset:
                pieces[-1] = _Piece(start=pieces[-1].start, end=piece.end, offset=piece.offset)
            else:
                pieces.append(piece)
    return pieces


def _stretch_over(pieces: list[_Piece], start: datetime, end: datetime, tz: ZoneInfo) -> Stretch:
    starts, ends = [], []
    for piece in pieces:
        first = max(piece.start, start - piece.offset)
        last = min(piece.end, end - piece.offset)
        if first < last:
            starts.append(first)
            ends.append(last)
    if not starts:
        return Stretch(span=None, regular=False, changes=tuple(_skipping(start, tz)))
    span = _span(min(starts), max(ends))
    once = all(sum(piece.reads(local) for piece in pieces) == 1 for local in (start, end))
    regular = once and span.end - span.start == end - start
    # A change at the very end is met too: it is what makes the end missing or ambiguous.
    changes = () if regular else clock_changes(tz, span.start, span.end + timedelta(seconds=1))
    return Stretch(span=span, regular=regular, changes=changes)


def _span(start: datetime, end: datetime) -> Span:
    return Span(start=start.replace(tzinfo=UTC), end=end.replace(tzinfo=UTC))


def readings(local: datetime, tz: ZoneInfo) -> tuple[datetime, ...]:
    """The instants (UTC, in order) at which the clock of ``tz`` shows the naive ``local``: none, one or two."""
    pieces = _constant_offsets(tz, local - _OFFSET_MARGIN, local + _OFFSET_MARGIN)
    return tuple((local - piece.offset).replace(tzinfo=UTC) for piece in pieces if piece.reads(local))


def instant_of(local: datetime, tz: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the clock of ``tz`` shows the naive ``local``, or the first later time."""
    instants = readings(local, tz)
    if instants:
        return instants[0]
    for change in _skipping(local, tz):
        return change.at
    msg = f"{local.isoformat()} is beyond what {tz.key} is known for"  # pragma: no cover  (readings or a gap: no third)
    raise BadInputError(msg)  # pragma: no cover


def _skipping(local: datetime, tz: ZoneInfo) -> Iterator[ClockChange]:
    """The clock change that skips the naive ``local``."""
    start, end = (local - _OFFSET_MARGIN).replace(tzinfo=UTC), (local + _OFFSET_MARGIN).replace(tzinfo=UTC)
    return (change for change in clock_changes(tz, start, end) if change.old_reading <= local < change.new_reading)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def local_times(day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """The naive local start and end on ``day``; an ``end`` at or before ``start`` is on the next day."""
    last = day + ONE_DAY if end <= start else day
    return datetime.combine(day, start), datetime.combine(last, end)


@lru_cache(maxsize=_MAX_CACHED_DAYS)
def days_span(days: DateRange, tz: ZoneInfo) -> Span | None:
    """The instants of those whole local days; ``None`` where the zone skipped all of them."""
    start = instant_of(midnight(days.first), tz)
    last = stretch(midnight(days.last), midnight(days.last + ONE_DAY), tz).span
    end = last.end if last else instant_of(midnight(days.last), tz)
    return Span(start=start, end=end) if start < end else None


def whole_days(span: Span, tz: ZoneInfo) -> DateRange | None:
    """The whole local days that the span consists of; ``None`` where it does not."""
    days = DateRange(first=local_date(span.start, tz), last=local_date(span.end - datetime.resolution, tz))
    return days if days_span(days, tz) == span else None


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The date in ``tz`` at an aware instant."""
    return instant.astimezone(tz).date()
