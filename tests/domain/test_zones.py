"""Clock changes and the yearly rules behind them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import ClockChange, Onset, SettledClock, clock_changes, settled_clock, zone
from tests.examples import TORONTO, utc

EST, EDT = timedelta(hours=-5), timedelta(hours=-4)


def test_clock_changes_are_exact_to_the_second_and_in_order() -> None:
    assert clock_changes(TORONTO, utc(2026, 1, 1), utc(2027, 3, 14, 7)) == (
        ClockChange(at=utc(2026, 3, 8, 7), before=EST, after=EDT),
        ClockChange(at=utc(2026, 11, 1, 6), before=EDT, after=EST),
    )


def test_a_span_includes_a_change_at_its_start() -> None:
    assert clock_changes(TORONTO, utc(2027, 3, 14, 7), utc(2027, 3, 14, 8)) == (
        ClockChange(at=utc(2027, 3, 14, 7), before=EST, after=EDT),
    )


def test_toronto_has_one_pair_of_rules() -> None:
    assert settled_clock(TORONTO, 2025, 2027) == SettledClock(
        offset=EST,
        name="EST",
        onsets=(
            Onset(month=11, ordinal=1, weekday=6, time=time(2), before=EDT, after=EST, name="EST"),
            Onset(month=3, ordinal=2, weekday=6, time=time(2), before=EST, after=EDT, name="EDT"),
        ),
    )


def test_a_zone_without_changes_has_no_onsets() -> None:
    assert settled_clock(zone("America/Panama"), 2025, 2027) == SettledClock(offset=EST, name="EST", onsets=())


@pytest.mark.parametrize(
    "first_year",
    [
        pytest.param(2027, id="2027 to 2029: each last Sunday of March is also the fourth"),
        pytest.param(2024, id="2024 to 2026: one of them is the fifth"),
    ],
)
def test_later_years_distinguish_the_last_weekday_from_the_fourth(first_year: int) -> None:
    clock = settled_clock(zone("Europe/Berlin"), first_year, first_year + 2)
    assert clock is not None
    assert [(onset.month, onset.ordinal) for onset in clock.onsets] == [(10, -1), (3, -1)]


@pytest.mark.parametrize("name", ["America/Vancouver", "America/Edmonton", "America/Havana", "Africa/Casablanca"])
def test_zones_whose_rules_change_or_follow_the_moon_are_not_settled(name: str) -> None:
    assert settled_clock(zone(name), 2025, 2027) is None


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(BadInputError) as refusal:
        zone("../etc/passwd")
    assert str(refusal.value) == '"../etc/passwd" is not a name in the IANA time zone database 2026f'
