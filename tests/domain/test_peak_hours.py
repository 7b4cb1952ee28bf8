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


def test_peak_hours_are_on_workdays_but_not_on_weekends() -> None:
    spans = list(PEAK_HOURS.spans(span((2026, 12, 3, 5), (2026, 12, 8, 5))))
    assert spans == [
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
            id="ends exactly when the peak begins",
        ),
        pytest.param(
            PEAK_HOURS,
            Span(start=utc(2026, 12, 4, 1), end=utc(2026, 12, 4, 2)),
            [],
            id="starts exactly when the peak ends",
        ),
        pytest.param(
            PEAK_HOURS,
            Span(start=utc(2026, 12, 4, 0, 59, 59), end=utc(2026, 12, 4, 2)),
            [span((2026, 12, 3, 13), (2026, 12, 4, 1))],
            id="overlaps only the last second; the whole peak is returned",
        ),
        pytest.param(
            FRIDAY_NIGHTS,
            Span(start=utc(2026, 12, 5, 6), end=utc(2026, 12, 5, 7)),
            [span((2026, 12, 5, 3), (2026, 12, 5, 7))],
            id="Friday's peak continues past midnight",
        ),
        pytest.param(
            replace(FRIDAY_NIGHTS, end=time(22)),
            Span(start=utc(2026, 12, 6, 2, 59, 59), end=utc(2026, 12, 6, 4)),
            [span((2026, 12, 5, 3), (2026, 12, 6, 3))],
            id="equal start and end make a whole day",
        ),
        pytest.param(
            SUNDAYS_BEFORE_THREE,
            Span(start=utc(2026, 3, 8), end=utc(2026, 3, 9)),
            [span((2026, 3, 8, 5, 30), (2026, 3, 8, 7))],
            id="an hour shorter when the clock skips from 02:00 to 03:00",
        ),
        pytest.param(
            SUNDAYS_BEFORE_THREE,
            Span(start=utc(2026, 11, 1), end=utc(2026, 11, 2)),
            [span((2026, 11, 1, 4, 30), (2026, 11, 1, 8))],
            id="an hour longer when the clock repeats an hour",
        ),
        pytest.param(
            replace(SUNDAYS_BEFORE_THREE, start=time(2)),
            Span(start=utc(2026, 3, 8), end=utc(2026, 3, 9)),
            [],
            id="no peak when the clock skips all of it",
        ),
    ],
)
def test_edges(peak: PeakHours, within: Span, expected: list[Span]) -> None:
    assert list(peak.spans(within)) == expected


@pytest.mark.parametrize(("weekdays", "text"), [(frozenset[int](), "[]"), (frozenset({4, 7}), "[4, 7]")])
def test_invalid_weekdays_are_refused(weekdays: frozenset[int], text: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        replace(PEAK_HOURS, weekdays=weekdays)
    assert str(refusal.value) == f"peak hours are on weekdays from 0 (Monday) to 6, not on {text}"
