"""Durations, formatted for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from icsfeed.domain.lengths import length_text, rough_length_text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(timedelta(hours=1, minutes=45), "1 h 45 min", id="hours and minutes"),
        pytest.param(timedelta(hours=2), "2 h", id="full hours"),
        pytest.param(timedelta(minutes=59, seconds=59), "59 min 59 s", id="the last second below an hour"),
        pytest.param(timedelta(days=2, hours=7, seconds=1), "2 d 7 h 1 s", id="days and hours"),
        pytest.param(timedelta(microseconds=999_999), "0 min", id="fractions of a second are dropped"),
    ],
)
def test_lengths(length: timedelta, text: str) -> None:
    assert length_text(length) == text


def test_a_rough_length_is_rounded_down_to_the_minute() -> None:
    lengths = (timedelta(seconds=59.9), timedelta(minutes=1), timedelta(days=1, minutes=2, seconds=59))
    assert [rough_length_text(length) for length in lengths] == ["0 min", "1 min", "1 d 2 min"]
