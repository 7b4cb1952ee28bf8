"""Times of day in every zone, around its clock changes: the nearest one in the right direction, or a refusal."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from icsfeed.cli.instants import InstantReader, Sense
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import clock_changes_in, zone
from tests.properties.yearly_rules import different_zones

QUARTER = timedelta(minutes=15)
YEARS = (1994, 2011, 2026)
"""Kiritimati skipped a day at the end of 1994, Apia one in 2011."""

NAMES = different_zones()
SHOWN = "%H:%M"


def instants_with(name: str, clock: time, around: datetime) -> list[datetime]:
    """The quarter hours within three days at which a clock on the wall shows that time: by looking at it."""
    first = around - timedelta(days=3)
    quarters = (first + number * QUARTER for number in range(6 * 96 + 1))
    return [each for each in quarters if each.astimezone(zone(name)).time() == clock]


@pytest.mark.parametrize("year", YEARS)
def test_a_time_of_day_is_the_nearest_in_its_direction_or_refused(year: int) -> None:
    wrong = []
    for name in NAMES:
        for change in clock_changes_in(zone(name), year):
            at = change.at.replace(minute=change.at.minute // 15 * 15, second=0)
            for hours in (-25, -23, -1, 0, 1, 23):
                now = at + timedelta(hours=hours)
                clock = (at + timedelta(hours=hours % 3)).astimezone(zone(name)).time()
                wrong += [
                    (name, now.isoformat(), clock.isoformat(), sense)
                    for sense in (Sense.START, Sense.PAST)
                    if not is_right(name, clock, now, sense)
                ]
    assert wrong == []


def is_right(name: str, clock: time, now: datetime, sense: Sense) -> bool:
    shown = instants_with(name, clock, now)
    ahead = sense is Sense.START
    nearest = min(each for each in shown if each >= now) if ahead else max(each for each in shown if each <= now)
    try:
        instant = InstantReader(zone=zone(name), now=now).read(f"{clock:{SHOWN}}", sense).at
    except BadInputError:
        # A date between now and the nearest one shows that time twice, or lacks it.
        local, today = nearest.astimezone(zone(name)), now.astimezone(zone(name)).date()
        days = {today + number * timedelta(days=1) for number in range(-1, 2)} | {local.date()}
        return any([each.astimezone(zone(name)).date() for each in shown].count(day) != 1 for day in days)
    return instant == nearest


def test_a_day_without_clock_changes_refuses_no_time() -> None:
    """Otherwise the property above would be fulfilled by refusing everything."""
    for name in NAMES:
        now = datetime(2026, 7, 1, 12, 7, tzinfo=UTC)
        if clock_changes_in(zone(name), 2026) and any(
            abs(each.at - now) < timedelta(days=4) for each in clock_changes_in(zone(name), 2026)
        ):
            continue
        instant = InstantReader(zone=zone(name), now=now).read("03:10", Sense.START).at
        assert timedelta() <= instant - now <= timedelta(days=1)
        assert instant.astimezone(zone(name)).strftime(SHOWN) == "03:10"
