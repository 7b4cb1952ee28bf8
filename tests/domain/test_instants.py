"""Parsing instants as people type them."""

from __future__ import annotations

from datetime import datetime

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.instants import parse_instant
from icsfeed.services.upcoming import utc_text
from tests.examples import TORONTO, utc

NOT_AN_INSTANT = "is not an instant; write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in America/Toronto"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-08T07:00:00Z", utc(2026, 3, 8, 7)),
        ("2026-03-08T03:00-04:00", utc(2026, 3, 8, 7)),
        ("2026-07-01 12:00", utc(2026, 7, 1, 16)),
        ("2026-07-01T12", utc(2026, 7, 1, 16)),
        ("2026-07-01", utc(2026, 7, 1, 4)),
    ],
)
def test_instants_with_an_offset_or_in_local_time(text: str, expected: datetime) -> None:
    assert parse_instant(text, TORONTO) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tomorrow", NOT_AN_INSTANT),
        ("2026-13-01T00:00", NOT_AN_INSTANT),
        (
            "2026-03-08T02:30",
            "does not exist in America/Toronto, where the clock is put forward; write 2026-03-08T01:30:00-05:00 or "
            "2026-03-08T03:30:00-04:00",
        ),
        (
            "2026-11-01T01:30",
            "comes twice in America/Toronto, where the clock is put back; write 2026-11-01T01:30:00-04:00 or "
            "2026-11-01T01:30:00-05:00",
        ),
        ("9999-12-31T23:59", "is out of reach: icsfeed knows the years 1971 to 2999"),
        ("0001-01-01", "is out of reach: icsfeed knows the years 1971 to 2999"),
    ],
)
def test_other_texts_are_refused_with_an_example(text: str, message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        parse_instant(text, TORONTO)
    assert str(refusal.value) == f'"{text}" {message}'


def test_instants_are_written_in_utc() -> None:
    assert utc_text(utc(2026, 3, 8, 7).astimezone(TORONTO)) == "2026-03-08T07:00:00Z"
