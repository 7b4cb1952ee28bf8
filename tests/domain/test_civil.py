"""Local times across clock changes (decision 2, "the clock on the wall")."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from icsfeed.domain.civil import days_span, instant_of, readings, stretch, whole_days
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import zone
from tests.examples import TORONTO, span, utc


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone_name", "start", "end", "expected", "regular"),
    [
        pytest.param(
            "America/Toronto",
            "2026-03-08T02:00",
            "2026-03-08T06:00",
            span((2026, 3, 8, 7), (2026, 3, 8, 10)),
            False,
            id="a missing start becomes the instant of the change: the policy's Sunday in March",
        ),
        pytest.param(
            "America/Toronto",
            "2026-03-08T02:15",
            "2026-03-08T02:45",
            None,
            False,
            id="a window entirely within the skipped hour does not happen",
        ),
        pytest.param(
            "America/Toronto",
            "2026-03-08T00:00",
            "2026-03-08T02:00",
            span((2026, 3, 8, 5), (2026, 3, 8, 7)),
            False,
            id="an end exactly at the change is missing, and the window keeps its length",
        ),
        pytest.param(
            "America/Toronto",
            "2026-03-08T00:00",
            "2026-03-08T02:30",
            span((2026, 3, 8, 5), (2026, 3, 8, 7)),
            False,
            id="a missing end becomes the instant of the change",
        ),
        pytest.param(
            "America/Toronto",
            "2026-03-08T03:00",
            "2026-03-08T06:00",
            span((2026, 3, 8, 7), (2026, 3, 8, 10)),
            True,
            id="a start at the first reading after the gap exists once",
        ),
        pytest.param(
            "America/Toronto",
            "2026-11-01T01:30",
            "2026-11-01T06:00",
            span((2026, 11, 1, 5, 30), (2026, 11, 1, 11)),
            False,
            id="an ambiguous start means the first reading",
        ),
        pytest.param(
            "America/Toronto",
            "2026-11-01T00:00",
            "2026-11-01T01:30",
            span((2026, 11, 1, 4), (2026, 11, 1, 6, 30)),
            False,
            id="an ambiguous end means the second reading",
        ),
        pytest.param(
            "America/Toronto",
            "2026-11-01T00:00",
            "2026-11-01T01:00",
            span((2026, 11, 1, 4), (2026, 11, 1, 5)),
            False,
            id="an end at the first repeated reading ends the second time it is shown",
        ),
        pytest.param(
            "America/Toronto",
            "2026-11-01T02:00",
            "2026-11-01T06:00",
            span((2026, 11, 1, 7), (2026, 11, 1, 11)),
            True,
            id="a start just after the repeated hour exists once: the policy's Sunday in November",
        ),
        pytest.param(
            "America/Toronto",
            "2026-11-01T00:30",
            "2026-11-01T03:00",
            span((2026, 11, 1, 4, 30), (2026, 11, 1, 8)),
            False,
            id="a change in between makes the window an hour longer than the clock says",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "2026-04-05T01:00",
            "2026-04-05T01:45",
            span((2026, 4, 4, 14), (2026, 4, 4, 15, 15)),
            False,
            id="Lord Howe Island repeats half an hour",
        ),
        pytest.param(
            "America/Havana",
            "2026-03-08T00:00",
            "2026-03-08T04:00",
            span((2026, 3, 8, 5), (2026, 3, 8, 8)),
            False,
            id="midnight itself is missing in Havana",
        ),
        pytest.param(
            "Europe/Dublin",
            "2026-03-29T00:30",
            "2026-03-29T03:00",
            span((2026, 3, 29, 0, 30), (2026, 3, 29, 2)),
            False,
            id="Irish winter time is negative daylight saving, yet the clock still goes forward",
        ),
        pytest.param(
            "America/Toronto",
            "2026-03-07T22:00",
            "2026-03-08T03:30",
            span((2026, 3, 8, 3), (2026, 3, 8, 7, 30)),
            False,
            id="a window over midnight into the change",
        ),
        pytest.param(
            "Pacific/Apia",
            "2011-12-30T02:00",
            "2011-12-30T06:00",
            None,
            False,
            id="Samoa skipped the whole of 30 December 2011",
        ),
        pytest.param(
            "America/Panama",
            "2026-03-08T02:00",
            "2026-03-08T06:00",
            span((2026, 3, 8, 7), (2026, 3, 8, 11)),
            True,
            id="no clock change",
        ),
        pytest.param(
            "America/Toronto",
            "2025-12-31T22:00",
            "2026-01-01T02:00",
            span((2026, 1, 1, 3), (2026, 1, 1, 7)),
            True,
            id="over New Year, in UTC and locally",
        ),
    ],
)
def test_a_stretch_spans_every_instant_within_the_local_times(
    zone_name: str, start: str, end: str, expected: Span | None, regular: bool
) -> None:
    result = stretch(local(start), local(end), zone(zone_name))
    assert (result.span, result.regular) == (expected, regular)


def test_an_irregular_stretch_names_its_clock_change() -> None:
    result = stretch(local("2026-03-08T02:00"), local("2026-03-08T06:00"), TORONTO)
    assert [(change.at, change.before, change.after) for change in result.changes] == [
        (utc(2026, 3, 8, 7), timedelta(hours=-5), timedelta(hours=-4))
    ]


def test_a_regular_stretch_on_the_day_of_a_change_names_none() -> None:
    assert stretch(local("2026-11-01T02:00"), local("2026-11-01T06:00"), TORONTO).changes == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-03-08T02:30", (), id="missing"),
        pytest.param("2026-11-01T01:30", (utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30)), id="twice"),
        pytest.param("2026-07-01T12:00", (utc(2026, 7, 1, 16),), id="once"),
    ],
)
def test_readings(text: str, expected: tuple[datetime, ...]) -> None:
    assert readings(local(text), TORONTO) == expected


def test_a_missing_local_time_becomes_the_instant_of_the_change() -> None:
    assert instant_of(local("2026-03-08T02:30"), TORONTO) == utc(2026, 3, 8, 7)


def test_a_day_without_midnight_begins_at_its_first_instant() -> None:
    """In Havana the clock goes from 23:59:59 to 01:00:00."""
    days = DateRange(first=date(2026, 3, 8), last=date(2026, 3, 8))
    assert days_span(days, zone("America/Havana")) == span((2026, 3, 8, 5), (2026, 3, 9, 4))


def test_whole_days_are_recognized_from_their_span() -> None:
    days = DateRange(first=date(2026, 3, 7), last=date(2026, 3, 8))
    for tz in (TORONTO, zone("America/Havana"), zone("Pacific/Apia")):
        result = days_span(days, tz)
        assert result is not None
        assert whole_days(result, tz) == days
        assert whole_days(replace(result, end=result.end - timedelta(seconds=1)), tz) is None
        assert whole_days(result, zone("UTC")) is None


def test_the_day_that_samoa_skipped_has_no_instants() -> None:
    days = DateRange(first=date(2011, 12, 30), last=date(2011, 12, 30))
    assert days_span(days, zone("Pacific/Apia")) is None
