"""Occurrences between two instants, and why some are excluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.freezes import ChangeFreeze, WeekOfLastDay
from icsfeed.domain.occurrences import Occurrence, happening, occurrences
from icsfeed.domain.recurrence import weekly
from tests.examples import BERLIN, MONTH_END, POLICY, a_schedule, a_window, span, utc

NOVEMBER = span((2026, 11, 1, 4), (2026, 12, 1, 5))


def told(found: tuple[Occurrence, ...]) -> list[tuple[str, str, str]]:
    return [
        (each.window.id, f"{each.original_start:%Y-%m-%d}", str(each.excluded) if each.excluded else "")
        for each in found
    ]


def test_the_policy_in_november_2026() -> None:
    frozen = "Change freeze from 2026-11-24 through 2026-11-30"
    assert told(occurrences(POLICY, NOVEMBER)) == [
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


def test_a_span_has_what_shares_an_instant_with_it_and_not_what_touches_it() -> None:
    window = POLICY.windows[1]
    assert window.id == "thursday"
    schedule = a_schedule(window)
    inside = span((2026, 11, 5, 10, 59, 59), (2026, 11, 12, 7))
    assert told(occurrences(schedule, inside)) == [("thursday", "2026-11-05", "")]
    beside = span((2026, 11, 5, 11), (2026, 11, 12, 7, 0, 1))
    assert told(occurrences(schedule, beside)) == [("thursday", "2026-11-12", "")]


def test_effective_dates_are_the_first_and_last_on_which_it_may_start() -> None:
    window = a_window(effective_from=date(2026, 11, 5), effective_until=date(2026, 11, 12))
    assert told(occurrences(a_schedule(window), NOVEMBER)) == [
        ("thursday", "2026-11-05", ""),
        ("thursday", "2026-11-12", ""),
    ]


def test_a_window_over_midnight_that_reaches_a_frozen_day_does_not_happen() -> None:
    """It starts on 23 November, the day before the freeze; ending at midnight it does not touch."""
    late = a_window(id="late", recurrence=weekly(0), start=time(20), end=time(0, 0, 1))
    until_midnight = replace(late, id="until-midnight", end=time(0))
    found = occurrences(a_schedule(late, until_midnight, freezes=(MONTH_END,)), span((2026, 11, 23), (2026, 11, 25)))
    assert told(found) == [
        ("late", "2026-11-23", "Change freeze from 2026-11-24 through 2026-11-30"),
        ("until-midnight", "2026-11-23", ""),
    ]


def test_a_window_in_another_zone_is_measured_against_the_calendars_days() -> None:
    """On 24 November 05:00 in Berlin it is still the 23rd in Toronto, where the freeze begins two hours later."""
    window = a_window(recurrence=weekly(1), zone=BERLIN, start=time(5), end=time(6))
    later = replace(window, id="later", end=time(6, 0, 1))
    found = occurrences(a_schedule(window, later, freezes=(MONTH_END,)), span((2026, 11, 23), (2026, 11, 25)))
    assert told(found) == [
        ("later", "2026-11-24", "Change freeze from 2026-11-24 through 2026-11-30"),
        ("thursday", "2026-11-24", ""),
    ]


def test_a_window_in_the_skipped_hour_is_named_with_its_reason() -> None:
    window = a_window(recurrence=weekly(6), start=time(2, 15), end=time(2, 45))
    found = occurrences(a_schedule(window), span((2026, 3, 8), (2026, 3, 9)))
    assert told(found) == [("thursday", "2026-03-08", "the clock goes from 02:00 to 03:00 that day")]
    assert found[0].start == utc(2026, 3, 8, 7)


def skip(**overrides: Any) -> Skip:  # noqa: ANN401  (any field)
    return replace(Skip(window_id="thursday", day=date(2026, 11, 5), reason="the data centre moves"), **overrides)


def move(day: date, to: tuple[tuple[int, ...], tuple[int, ...]]) -> Move:
    return Move(window_id="thursday", day=day, to=span(*to), reason="a holiday")


def test_a_skipped_occurrence_is_excluded_with_the_operators_reason() -> None:
    found = occurrences(POLICY, NOVEMBER, [skip()])
    assert told(found)[1] == ("thursday", "2026-11-05", "skipped: the data centre moves")


def test_a_skip_of_a_date_that_the_window_does_not_have_changes_nothing() -> None:
    assert occurrences(POLICY, NOVEMBER, [skip(day=date(2026, 11, 6))]) == occurrences(POLICY, NOVEMBER)


def test_a_moved_occurrence_is_found_at_both_its_places_and_happens_at_the_new_one() -> None:
    moved = move(date(2026, 11, 5), ((2026, 12, 9, 7), (2026, 12, 9, 11)))
    asked = span((2026, 11, 5), (2026, 11, 6))
    (found,) = occurrences(POLICY, asked, [moved])
    assert (found.start, found.policy_start, found.moved) == (utc(2026, 12, 9, 7), utc(2026, 11, 5, 7), moved)
    assert list(happening([found], asked)) == []
    december = span((2026, 12, 9), (2026, 12, 10))
    assert occurrences(POLICY, december, [moved]) == (found,)
    assert list(happening([found], december)) == [(found, moved.to)]


@pytest.mark.parametrize(
    ("adjustment", "expected"),
    [
        pytest.param(
            move(date(2026, 11, 5), ((2026, 11, 24, 7), (2026, 11, 24, 11))),
            "Change freeze from 2026-11-24 through 2026-11-30",
            id="moved into a freeze: it does not happen",
        ),
        pytest.param(
            move(date(2026, 11, 26), ((2026, 12, 1, 7), (2026, 12, 1, 11))),
            "Change freeze from 2026-11-24 through 2026-11-30",
            id="a frozen one stays frozen, wherever it was moved to",
        ),
    ],
)
def test_no_adjustment_overrides_a_freeze(adjustment: Adjustment, expected: str) -> None:
    found = occurrences(POLICY, span((2026, 11, 1), (2026, 12, 2)), [adjustment])
    (adjusted,) = [
        each for each in found if each.window.id == "thursday" and each.original_start.date() == adjustment.day
    ]
    assert str(adjusted.excluded) == expected


def test_an_occurrence_is_named_by_its_original_local_start() -> None:
    found = occurrences(POLICY, span((2026, 3, 8), (2026, 3, 9)))
    assert [each.original_start for each in found] == [datetime(2026, 3, 8, 2)]  # noqa: DTZ001  (a local time)


def test_what_the_policy_froze_stays_frozen_when_it_was_moved_into_another_year() -> None:
    """A freeze before the published span was not looked for, so that the occurrence came back a year later."""
    freeze = ChangeFreeze(id="week", name="Freeze", pattern=WeekOfLastDay())
    schedule = a_schedule(a_window(recurrence=weekly(6), effective_from=None), freezes=(freeze,))
    away = Move(window_id="thursday", day=date(2019, 1, 6), to=span((2020, 1, 6, 5), (2020, 1, 6, 6)), reason="r")
    for year in (2019, 2020):
        found = occurrences(schedule, span((year, 1, 1), (2022, 1, 1)), [away])
        assert [each for each in found if each.excluded is None and each.moved] == []
