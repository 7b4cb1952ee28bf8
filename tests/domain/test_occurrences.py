"""Occurrences between two instants, and why some of them are excluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.freeze_patterns import WeekOfLastDay
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.occurrences import Occurrence, happening, occurrences
from icsfeed.domain.recurrence import weekly
from tests.examples import BERLIN, MONTH_END, POLICY, TORONTO, a_schedule, a_window, span, utc

NOVEMBER = span((2026, 11, 1, 4), (2026, 12, 1, 5))


def rows(results: tuple[Occurrence, ...]) -> list[tuple[str, str, str]]:
    return [
        (each.window.id, f"{each.original_start:%Y-%m-%d}", str(each.excluded) if each.excluded else "")
        for each in results
    ]


def test_the_policy_in_november_2026() -> None:
    frozen = "Change freeze from 2026-11-24 through 2026-11-30"
    assert rows(occurrences(POLICY, NOVEMBER)) == [
        ("sunday", "2026-11-01", ""),
        ("thursday", "2026-11-05", ""),
        ("sunday", "2026-11-08", ""),
        ("thursday", "2026-11-12", ""),
        ("sunday", "2026-11-15", ""),
        ("thursday", "2026-11-19", ""),
        ("sunday", "2026-11-22", ""),
        ("thursday", "2026-11-26", frozen),
        ("sunday", "2026-11-29", frozen),
    ]


def test_a_span_contains_occurrences_that_overlap_it_but_not_adjacent_ones() -> None:
    window = POLICY.windows[1]
    assert window.id == "thursday"
    schedule = a_schedule(window)
    inside = span((2026, 11, 5, 10, 59, 59), (2026, 11, 12, 7))
    assert rows(occurrences(schedule, inside)) == [("thursday", "2026-11-05", "")]
    beside = span((2026, 11, 5, 11), (2026, 11, 12, 7, 0, 1))
    assert rows(occurrences(schedule, beside)) == [("thursday", "2026-11-12", "")]


def test_effective_dates_limit_the_start_dates() -> None:
    window = a_window(effective_from=date(2026, 11, 5), effective_until=date(2026, 11, 12))
    assert rows(occurrences(a_schedule(window), NOVEMBER)) == [
        ("thursday", "2026-11-05", ""),
        ("thursday", "2026-11-12", ""),
    ]


def test_a_window_that_extends_past_midnight_into_a_freeze_does_not_happen() -> None:
    """It starts on 23 November, the day before the freeze. A window that ends at midnight happens."""
    late = a_window(id="late", recurrence=weekly(0), start=time(20), end=time(0, 0, 1))
    until_midnight = replace(late, id="until-midnight", end=time(0))
    results = occurrences(a_schedule(late, until_midnight, freezes=(MONTH_END,)), span((2026, 11, 23), (2026, 11, 25)))
    assert rows(results) == [
        ("late", "2026-11-23", "Change freeze from 2026-11-24 through 2026-11-30"),
        ("until-midnight", "2026-11-23", ""),
    ]


def test_frozen_days_are_those_of_the_calendars_zone_not_the_windows() -> None:
    """05:00 on 24 November in Berlin is still the 23rd in Toronto; the freeze begins two hours later."""
    window = a_window(recurrence=weekly(1), zone=BERLIN, start=time(5), end=time(6))
    later = replace(window, id="later", end=time(6, 0, 1))
    results = occurrences(a_schedule(window, later, freezes=(MONTH_END,)), span((2026, 11, 23), (2026, 11, 25)))
    assert rows(results) == [
        ("later", "2026-11-24", "Change freeze from 2026-11-24 through 2026-11-30"),
        ("thursday", "2026-11-24", ""),
    ]


def test_a_window_in_the_skipped_hour_is_excluded_with_a_reason() -> None:
    window = a_window(recurrence=weekly(6), start=time(2, 15), end=time(2, 45))
    results = occurrences(a_schedule(window), span((2026, 3, 8), (2026, 3, 9)))
    assert rows(results) == [("thursday", "2026-03-08", "the clock goes from 02:00 to 03:00 that day")]
    assert results[0].start == utc(2026, 3, 8, 7)


def skip(**overrides: Any) -> Skip:  # noqa: ANN401  (any field)
    return replace(Skip(window_id="thursday", day=date(2026, 11, 5), reason="the data centre moves"), **overrides)


def move(day: date, to: tuple[tuple[int, ...], tuple[int, ...]]) -> Move:
    return Move(window_id="thursday", day=day, to=span(*to), reason="a holiday")


def test_a_skipped_occurrence_is_excluded_with_the_operators_reason() -> None:
    results = occurrences(POLICY, NOVEMBER, [skip()])
    assert rows(results)[1] == ("thursday", "2026-11-05", "skipped: the data centre moves")


def test_skipping_a_date_without_an_occurrence_changes_nothing() -> None:
    assert occurrences(POLICY, NOVEMBER, [skip(day=date(2026, 11, 6))]) == occurrences(POLICY, NOVEMBER)


def test_a_moved_occurrence_is_listed_at_both_times_and_happens_at_the_new_one() -> None:
    adjustment = move(date(2026, 11, 5), ((2026, 12, 9, 7), (2026, 12, 9, 11)))
    query = span((2026, 11, 5), (2026, 11, 6))
    (occurrence,) = occurrences(POLICY, query, [adjustment])
    assert (occurrence.start, occurrence.policy_start, occurrence.moved) == (
        utc(2026, 12, 9, 7),
        utc(2026, 11, 5, 7),
        adjustment,
    )
    assert list(happening([occurrence], query)) == []
    december = span((2026, 12, 9), (2026, 12, 10))
    assert occurrences(POLICY, december, [adjustment]) == (occurrence,)
    assert list(happening([occurrence], december)) == [(occurrence, adjustment.to)]


@pytest.mark.parametrize(
    ("adjustment", "expected"),
    [
        pytest.param(
            move(date(2026, 11, 5), ((2026, 11, 24, 7), (2026, 11, 24, 11))),
            "Change freeze from 2026-11-24 through 2026-11-30",
            id="moved into a freeze",
        ),
        pytest.param(
            move(date(2026, 11, 26), ((2026, 12, 1, 7), (2026, 12, 1, 11))),
            "Change freeze from 2026-11-24 through 2026-11-30",
            id="frozen before the move",
        ),
    ],
)
def test_no_adjustment_overrides_a_freeze(adjustment: Adjustment, expected: str) -> None:
    results = occurrences(POLICY, span((2026, 11, 1), (2026, 12, 2)), [adjustment])
    (adjusted,) = [
        each for each in results if each.window.id == "thursday" and each.original_start.date() == adjustment.day
    ]
    assert str(adjusted.excluded) == expected


def test_an_occurrence_is_identified_by_its_original_local_start() -> None:
    results = occurrences(POLICY, span((2026, 3, 8), (2026, 3, 9)))
    assert [each.original_start for each in results] == [datetime(2026, 3, 8, 2)]  # noqa: DTZ001  (a local time)


def test_a_frozen_occurrence_stays_frozen_when_moved_into_another_year() -> None:
    """A freeze before the published span was overlooked, so the occurrence reappeared a year later."""
    freeze = ChangeFreeze(zone=TORONTO, id="week", name="Freeze", pattern=WeekOfLastDay())
    schedule = a_schedule(a_window(recurrence=weekly(6), effective_from=None), freezes=(freeze,))
    away = Move(window_id="thursday", day=date(2019, 1, 6), to=span((2020, 1, 6, 5), (2020, 1, 6, 6)), reason="r")
    for year in (2019, 2020):
        results = occurrences(schedule, span((year, 1, 1), (2022, 1, 1)), [away])
        assert [each for each in results if each.excluded is None and each.moved] == []
