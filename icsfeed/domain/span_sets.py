"""Sets of instants: sorted spans that neither overlap nor touch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from icsfeed.domain.spans import END_OF_TIME, START_OF_TIME, Span

_ONE_MINUTE: Final = timedelta(minutes=1)

SpanSet: TypeAlias = tuple[Span, ...]


def union(spans: Iterable[Span]) -> SpanSet:
    """The instants that are in any of the spans."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if joined and span.start <= joined[-1].end:
            if span.end > joined[-1].end:
                joined[-1] = Span(start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    return tuple(joined)


def intersection(one: SpanSet, other: SpanSet) -> SpanSet:
    """The instants that are in both."""
    common: list[Span] = []
    left = right = 0
    while left < len(one) and right < len(other):
        start = max(one[left].start, other[right].start)
        end = min(one[left].end, other[right].end)
        if start < end:
            common.append(Span(start=start, end=end))
        if one[left].end == end:
            left += 1
        else:
            right += 1
    return tuple(common)


def difference(spans: SpanSet, holes: SpanSet) -> SpanSet:
    """The instants of ``spans`` that are in none of the ``holes``."""
    edges = [START_OF_TIME, *(edge for hole in holes for edge in (hole.start, hole.end)), END_OF_TIME]
    between = zip(edges[::2], edges[1::2], strict=True)
    return intersection(spans, tuple(Span(start=start, end=end) for start, end in between if start < end))


def minutes_within(spans: SpanSet) -> SpanSet:
    """The whole minutes that lie within the spans, for formats that know no seconds."""
    narrowed = ((_minute_from(span.start), _minute_before(span.end)) for span in spans)
    return tuple(Span(start=start, end=end) for start, end in narrowed if start < end)


def minutes_around(spans: SpanSet) -> SpanSet:
    """The whole minutes that share an instant with the spans."""
    return union(Span(start=_minute_before(span.start), end=_minute_from(span.end)) for span in spans)


def contains(spans: SpanSet, instant: datetime) -> bool:
    return any(instant in span for span in spans)


def next_edge(spans: SpanSet, instant: datetime) -> datetime | None:
    """The first instant after that one at which the set begins or ends."""
    edges = (edge for span in spans for edge in (span.start, span.end) if edge > instant)
    return next(edges, None)


def _minute_before(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _minute_from(instant: datetime) -> datetime:
    """The instant, if a minute begins with it, else the beginning of the next one."""
    minute = _minute_before(instant)
    return minute if minute == instant or minute > END_OF_TIME - _ONE_MINUTE else minute + _ONE_MINUTE
