"""Spans as shown in a terminal."""

from __future__ import annotations

from datetime import date

import pytest

from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.times import days_text, span_text
from tests.examples import TORONTO, span


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (span((2026, 12, 3, 7), (2026, 12, 3, 11)), "Thu 2026-12-03 02:00–06:00 EST"),
        (span((2026, 12, 4, 1), (2026, 12, 4, 5)), "Thu 2026-12-03 20:00–00:00 EST"),
        (span((2026, 12, 4, 3), (2026, 12, 4, 7)), "Thu 2026-12-03 22:00 – Fri 2026-12-04 02:00 EST"),
        (span((2026, 11, 1, 4), (2026, 11, 1, 8)), "Sun 2026-11-01 00:00 EDT–03:00 EST"),
    ],
)
def test_a_span_in_local_time(value: Span, expected: str) -> None:
    assert span_text(value, TORONTO) == expected


def test_whole_days() -> None:
    assert days_text(DateRange(first=date(2026, 11, 24), last=date(2026, 11, 30))) == "Tue 2026-11-24 – Mon 2026-11-30"
    assert days_text(DateRange(first=date(2026, 11, 24), last=date(2026, 11, 24))) == "Tue 2026-11-24"
