"""Sets of half-open spans, where overlapping and adjacent spans are merged."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.span_sets import (
    SpanSet,
    contains,
    difference,
    intersection,
    minutes_around,
    minutes_within,
    next_edge,
    union,
)
from icsfeed.domain.spans import END_OF_TIME, Span
from tests.examples import utc

START = utc(2026, 12, 3)
HOUR = timedelta(hours=1)


def spans(*hours: tuple[int, int]) -> SpanSet:
    """Spans between pairs of hours."""
    return tuple(Span(start=START + first * HOUR, end=START + last * HOUR) for first, last in hours)


@pytest.mark.parametrize(
    ("operands", "expected"),
    [
        pytest.param(spans((1, 2), (2, 3)), spans((1, 3)), id="adjacent spans merge"),
        pytest.param(spans((1, 2), (3, 4)), spans((1, 2), (3, 4)), id="spans an hour apart stay separate"),
        pytest.param(spans((3, 5), (1, 4)), spans((1, 5)), id="overlapping spans merge, in any order"),
        pytest.param(spans((1, 5), (2, 3)), spans((1, 5)), id="a span within another adds nothing"),
        pytest.param((), (), id="no spans"),
    ],
)
def test_union(operands: SpanSet, expected: SpanSet) -> None:
    assert union(operands) == expected


@pytest.mark.parametrize(
    ("holes", "expected"),
    [
        pytest.param(spans((0, 2)), spans((2, 6)), id="a hole that ends where the span starts removes nothing"),
        pytest.param(spans((6, 7)), spans((2, 6)), id="a hole that starts where the span ends removes nothing"),
        pytest.param(spans((3, 4)), spans((2, 3), (4, 6)), id="a hole inside leaves two spans"),
        pytest.param(spans((2, 3)), spans((3, 6)), id="a hole at the start"),
        pytest.param(spans((5, 6)), spans((2, 5)), id="a hole at the end"),
        pytest.param(spans((0, 3), (4, 9)), spans((3, 4)), id="holes at both ends"),
        pytest.param(spans((2, 6)), (), id="a hole over the whole span"),
    ],
)
def test_difference(holes: SpanSet, expected: SpanSet) -> None:
    assert difference(spans((2, 6)), holes) == expected


@pytest.mark.parametrize(
    ("hour", "inside", "edge"),
    [
        pytest.param(1, False, 2, id="before the first span"),
        pytest.param(2, True, 4, id="a start is included"),
        pytest.param(4, False, 6, id="an end is excluded"),
        pytest.param(7, True, 8, id="in the last span"),
        pytest.param(8, False, None, id="after the last span"),
    ],
)
def test_an_instant(hour: int, inside: bool, edge: int | None) -> None:
    span_set, instant = spans((2, 4), (6, 8)), START + hour * HOUR
    assert (contains(span_set, instant), next_edge(span_set, instant)) == (
        inside,
        None if edge is None else START + edge * HOUR,
    )


some_spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: spans((pair[0], pair[0] + pair[1]))[0]),
    max_size=8,
)


@given(first=some_spans, second=some_spans)
def test_operations_equal_those_of_sets(first: list[Span], second: list[Span]) -> None:
    a, b = union(first), union(second)
    less, both = difference(a, b), intersection(a, b)
    for half_hour in range(80):
        instant = START + half_hour * HOUR / 2
        in_first, in_second = (any(instant in span for span in each) for each in (first, second))
        assert (contains(a, instant), contains(less, instant), contains(both, instant)) == (
            in_first,
            in_first and not in_second,
            in_first and in_second,
        )
    for span_set in (a, less, both):
        assert all(before.end < after.start for before, after in pairwise(span_set))


@pytest.mark.parametrize(
    ("start", "end", "within", "around"),
    [
        pytest.param(0, 120, (0, 120), (0, 120), id="whole minutes"),
        pytest.param(1, 120, (60, 120), (0, 120), id="it begins a second late"),
        pytest.param(0, 119, (0, 60), (0, 120), id="it ends a second early"),
        pytest.param(30, 90, None, (0, 120), id="less than a minute of each"),
        pytest.param(0.5, 60, None, (0, 60), id="half a second late"),
    ],
)
def test_whole_minutes(start: float, end: float, within: tuple[int, int] | None, around: tuple[int, int]) -> None:
    def of_seconds(first: float, last: float) -> Span:
        return Span(start=START + timedelta(seconds=first), end=START + timedelta(seconds=last))

    exact = (of_seconds(start, end),)
    assert minutes_within(exact) == (() if within is None else (of_seconds(*within),))
    assert minutes_around(exact) == (of_seconds(*around),)


def test_what_has_no_end_has_none_in_minutes() -> None:
    assert minutes_around((Span(start=START, end=END_OF_TIME),))[0].end >= END_OF_TIME - timedelta(minutes=1)


def test_minutes_that_two_spans_share_are_one_span() -> None:
    apart = (
        Span(start=START, end=START + timedelta(seconds=70)),
        Span(start=START + timedelta(seconds=80), end=START + timedelta(seconds=180)),
    )
    assert minutes_around(apart) == (Span(start=START, end=START + timedelta(seconds=180)),)
    assert [each.length for each in minutes_within(apart)] == [timedelta(seconds=60), timedelta(seconds=60)]
