"""Durations, formatted for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from icsfeed.domain.lengths import distance_text, length_text, rough_length_text


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


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=1), "1 min"),
        (timedelta(hours=2, minutes=28, seconds=44), "2 h 29 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(hours=23, minutes=59, seconds=1), "1 d"),
        (timedelta(days=1, minutes=29, seconds=59), "1 d"),
        (timedelta(days=4, hours=10, minutes=30), "4 d 11 h"),
    ],
)
def test_a_distance_has_minutes_below_a_day_and_hours_from_a_day_on(length: timedelta, text: str) -> None:
    assert distance_text(length) == text
