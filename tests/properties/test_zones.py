"""Every zone of the database: its clock changes, whether they form one yearly pair, and its VTIMEZONE."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from icsfeed.domain.zones import clock_changes_in, settled_clock, zone, zone_names
from icsfeed.ical.timezones import vtimezone
from tests.properties.brute_force import DAY, SECOND
from tests.properties.content_lines import parse
from tests.properties.yearly_rules import (
    Change,
    VtimezoneClock,
    different_zones,
    is_one_yearly_pair,
    offset_at,
    sampled_changes,
)

FIRST, LAST = 2019, 2036
SPANS = [(2024, 2026), (2026, 2028), (2033, 2035)]
NAMES = different_zones()


def changes_of(name: str, first: int, last: int) -> list[Change]:
    return [change for change in sampled_changes(zone(name), FIRST, LAST) if first <= change.at.year <= last]


def test_clock_changes_equal_those_found_by_sampling() -> None:
    """zones.py: "two changes within one day that undo each other would go unseen, and no zone has ever had such a day".

    Sampled every twelve hours, over all years that a feed of these decades can contain.
    """
    wrong = []
    for name in NAMES:
        changes = [change for year in range(FIRST, LAST + 1) for change in clock_changes_in(zone(name), year)]
        if [Change(each.at, each.before, each.after) for each in changes] != changes_of(name, FIRST, LAST):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_a_clock_is_settled_if_one_yearly_pair_of_rules_applies(first: int, last: int) -> None:
    """encoding.md: "Where the zone's transitions over the published span are not one yearly pair of rules or none at
    all, clients with older tables misread local times".
    """  # noqa: D205  (a quotation)
    wrong = []
    for name in NAMES:
        changes = changes_of(name, first, last)
        settled = not changes or is_one_yearly_pair(changes, first, last)
        if (settled_clock(zone(name), first, last) is not None) is not settled:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_a_vtimezone_agrees_with_its_zone(first: int, last: int) -> None:
    """calendar-clients.md, 1: "Check a VTIMEZONE in UTC (onset - TZOFFSETFROM) against zoneinfo".

    On every day of the span, and one second before and after each clock change and each onset.
    """
    wrong = []
    for name in NAMES:
        tz = zone(name)
        clock = settled_clock(tz, first, last)
        if clock is None:
            continue
        described = VtimezoneClock(parse(vtimezone(tz, clock)), range(first - 1, last + 1))
        changes = [change.at for change in changes_of(name, first, last)]
        looked_at = [moment for at in changes for moment in (at - SECOND, at, at + SECOND)]
        looked_at += [datetime(first, 1, 1, 12, tzinfo=UTC) + day * DAY for day in range(365 * (last - first + 1))]
        if not described.is_joined or any(described.offset_at(each) != offset_at(each, tz) for each in looked_at):
            wrong.append(name)
    assert wrong == []


def test_zones_whose_rules_change_in_2026() -> None:
    """encoding.md: "Vancouver, Edmonton and Havana change for good in 2026; Casablanca follows Ramadan"."""
    unsettled = {name for name in zone_names() if settled_clock(zone(name), 2025, 2027) is None}
    expected = {"America/Vancouver", "America/Edmonton", "America/Havana", "Africa/Casablanca"}
    assert expected - unsettled == set()
    plain = {"America/Toronto", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Beirut"}
    assert unsettled & plain == set()
