"""Sets of instants: what overlaps or touches is one span, and every span is half-open."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.span_sets import SpanSet, contains, difference, intersection, next_edge, union
from icsfeed.domain.spans import Span
from tests.examples import utc

START = utc(2026, 12, 3)
HOUR = timedelta(hours=1)


def spans(*hours: tuple[int, int]) -> SpanSet:
    """Spans from one hour until another."""
    return tuple(Span(start=START + first * HOUR, end=START + last * HOUR) for first, last in hours)


@pytest.mark.parametrize(
    ("given_spans", "expected"),
    [
        pytest.param(spans((1, 2), (2, 3)), spans((1, 3)), id="touching spans are one"),
        pytest.param(spans((1, 2), (3, 4)), spans((1, 2), (3, 4)), id="an hour between them keeps them apart"),
        pytest.param(spans((3, 5), (1, 4)), spans((1, 5)), id="overlapping ones are one, in any order"),
        pytest.param(spans((1, 5), (2, 3)), spans((1, 5)), id="one inside another adds nothing"),
        pytest.param((), (), id="nothing"),
    ],
)
def test_union(given_spans: SpanSet, expected: SpanSet) -> None:
    assert union(given_spans) == expected


@pytest.mark.parametrize(
    ("holes", "expected"),
    [
        pytest.param(spans((0, 2)), spans((2, 6)), id="a hole that ends where the span starts takes nothing"),
        pytest.param(spans((6, 7)), spans((2, 6)), id="nor does one that starts where it ends"),
        pytest.param(spans((3, 4)), spans((2, 3), (4, 6)), id="one inside leaves two"),
        pytest.param(spans((2, 3)), spans((3, 6)), id="at the start"),
        pytest.param(spans((5, 6)), spans((2, 5)), id="at the end"),
        pytest.param(spans((0, 3), (4, 9)), spans((3, 4)), id="at both"),
        pytest.param(spans((2, 6)), (), id="all of it"),
    ],
)
def test_difference(holes: SpanSet, expected: SpanSet) -> None:
    assert difference(spans((2, 6)), holes) == expected


@pytest.mark.parametrize(
    ("hour", "inside", "edge"),
    [
        pytest.param(1, False, 2, id="before"),
        pytest.param(2, True, 4, id="the start is in it"),
        pytest.param(4, False, 6, id="the end is not"),
        pytest.param(7, True, 8, id="in the last"),
        pytest.param(8, False, None, id="after it comes nothing"),
    ],
)
def test_an_instant(hour: int, inside: bool, edge: int | None) -> None:
    found, instant = spans((2, 4), (6, 8)), START + hour * HOUR
    assert (contains(found, instant), next_edge(found, instant)) == (
        inside,
        None if edge is None else START + edge * HOUR,
    )


some_spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: spans((pair[0], pair[0] + pair[1]))[0]),
    max_size=8,
)


@given(one=some_spans, other=some_spans)
def test_they_are_sets_of_instants(one: list[Span], other: list[Span]) -> None:
    a, b = union(one), union(other)
    less, both = difference(a, b), intersection(a, b)
    for half_hour in range(80):
        instant = START + half_hour * HOUR / 2
        in_one, in_other = (any(instant in span for span in each) for each in (one, other))
        assert (contains(a, instant), contains(less, instant), contains(both, instant)) == (
            in_one,
            in_one and not in_other,
            in_one and in_other,
        )
    for found in (a, less, both):
        assert all(before.end < after.start for before, after in pairwise(found))
