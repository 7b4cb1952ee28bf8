"""Peak hours as instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.spans import Span
from tests.examples import PEAK_HOURS, TORONTO, span, utc

SUNDAYS_BEFORE_THREE = PeakHours(weekdays=frozenset({6}), start=time(0, 30), end=time(3), zone=TORONTO)
FRIDAY_NIGHTS = PeakHours(weekdays=frozenset({4}), start=time(22), end=time(2), zone=TORONTO)


def test_workdays_of_a_week_but_not_its_end() -> None:
    found = list(PEAK_HOURS.spans(span((2026, 12, 3, 5), (2026, 12, 8, 5))))
    assert found == [
        span((2026, 12, 3, 13), (2026, 12, 4, 1)),
        span((2026, 12, 4, 13), (2026, 12, 5, 1)),
        span((2026, 12, 7, 13), (2026, 12, 8, 1)),
    ]


@pytest.mark.parametrize(
    ("peak", "within", "expected"),
    [
        pytest.param(
            PEAK_HOURS,
            Span(start=utc(2026, 12, 3, 12), end=utc(2026, 12, 3, 13)),
            [],
            id="an end at the very beginning of the peak shares no instant",
        ),
        pytest.param(
            PEAK_HOURS,
            Span(start=utc(2026, 12, 4, 1), end=utc(2026, 12, 4, 2)),
            [],
            id="nor does a start at its end",
        ),
        pytest.param(
            PEAK_HOURS,
            Span(start=utc(2026, 12, 4, 0, 59, 59), end=utc(2026, 12, 4, 2)),
            [span((2026, 12, 3, 13), (2026, 12, 4, 1))],
            id="its last second is shared, and the peak given whole",
        ),
        pytest.param(
            FRIDAY_NIGHTS,
            Span(start=utc(2026, 12, 5, 6), end=utc(2026, 12, 5, 7)),
            [span((2026, 12, 5, 3), (2026, 12, 5, 7))],
            id="after midnight it is still Friday's",
        ),
        pytest.param(
            replace(FRIDAY_NIGHTS, end=time(22)),
            Span(start=utc(2026, 12, 6, 2, 59, 59), end=utc(2026, 12, 6, 4)),
            [span((2026, 12, 5, 3), (2026, 12, 6, 3))],
            id="an end at the start is a whole day later",
        ),
        pytest.param(
            SUNDAYS_BEFORE_THREE,
            Span(start=utc(2026, 3, 8), end=utc(2026, 3, 9)),
            [span((2026, 3, 8, 5, 30), (2026, 3, 8, 7))],
            id="an hour and a half where the clock skips from 02:00 to 03:00",
        ),
        pytest.param(
            SUNDAYS_BEFORE_THREE,
            Span(start=utc(2026, 11, 1), end=utc(2026, 11, 2)),
            [span((2026, 11, 1, 4, 30), (2026, 11, 1, 8))],
            id="three hours and a half where it repeats an hour",
        ),
        pytest.param(
            replace(SUNDAYS_BEFORE_THREE, start=time(2)),
            Span(start=utc(2026, 3, 8), end=utc(2026, 3, 9)),
            [],
            id="none where it skips the whole peak",
        ),
    ],
)
def test_the_edges(peak: PeakHours, within: Span, expected: list[Span]) -> None:
    assert list(peak.spans(within)) == expected


@pytest.mark.parametrize(("weekdays", "shown"), [(frozenset[int](), "[]"), (frozenset({4, 7}), "[4, 7]")])
def test_weekdays_that_no_week_has(weekdays: frozenset[int], shown: str) -> None:
    with pytest.raises(BadInputError) as refused:
        replace(PEAK_HOURS, weekdays=weekdays)
    assert str(refused.value) == f"peak hours are on weekdays from 0 (Monday) to 6, not on {shown}"
