"""Sets of instants, as spans in order that neither overlap nor touch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from icsfeed.domain.spans import END_OF_TIME, START_OF_TIME, Span

SpanSet: TypeAlias = tuple[Span, ...]


def union(spans: Iterable[Span]) -> SpanSet:
    """The instants that are in any of the spans."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if found and span.start <= found[-1].end:
            if span.end > found[-1].end:
                found[-1] = Span(start=found[-1].start, end=span.end)
        else:
            found.append(span)
    return tuple(found)


def intersection(one: SpanSet, other: SpanSet) -> SpanSet:
    """The instants that are in both."""
    found: list[Span] = []
    here = there = 0
    while here < len(one) and there < len(other):
        start = max(one[here].start, other[there].start)
        end = min(one[here].end, other[there].end)
        if start < end:
            found.append(Span(start=start, end=end))
        if one[here].end == end:
            here += 1
        else:
            there += 1
    return tuple(found)


def difference(spans: SpanSet, holes: SpanSet) -> SpanSet:
    """The instants of ``spans`` that are in none of the ``holes``."""
    edges = [START_OF_TIME, *(edge for hole in holes for edge in (hole.start, hole.end)), END_OF_TIME]
    between = zip(edges[::2], edges[1::2], strict=True)
    return intersection(spans, tuple(Span(start=start, end=end) for start, end in between if start < end))


def holds(spans: SpanSet, instant: datetime) -> bool:
    """Whether the instant is in the set."""
    return any(instant in span for span in spans)


def next_edge(spans: SpanSet, instant: datetime) -> datetime | None:
    """The first instant after that one at which the set begins or ends."""
    edges = (edge for span in spans for edge in (span.start, span.end) if edge > instant)
    return next(edges, None)
