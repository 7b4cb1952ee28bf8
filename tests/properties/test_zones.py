"""Every zone of the database: its clock changes, whether they form one yearly pair, and its VTIMEZONE."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

import pytest

from icsfeed.domain.zones import clock_changes_in, settled_clock, zone, zone_names
from icsfeed.ical.timezones import vtimezone
from tests.properties.brute_force import DAY, SECOND
from tests.properties.content_lines import parse
from tests.properties.yearly_rules import (
    Change,
    VtimezoneClock,
    different_zones,
    follows_one_pair,
    is_one_yearly_pair,
    offset_at,
    sampled_changes,
)

FIRST, LAST = 2019, 2036
SPANS = [(2024, 2026), (2026, 2028), (2033, 2035)]
NAMES = different_zones()


GRACE = 5
"""Years; encoding.md: "only when its rules have not changed in the span or in the five years before it"."""


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
    all, clients with older tables misread local times"; nor may the rules have changed shortly before.
    """  # noqa: D205  (a quotation)
    wrong = []
    for name in NAMES:
        changes, with_grace = changes_of(name, first, last), changes_of(name, first - GRACE, last)
        settled = not with_grace or (
            is_one_yearly_pair(changes, first, last) and follows_one_pair(with_grace, first - GRACE, last)
        )
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
    assert "Asia/Jerusalem" not in unsettled, "on the eve of a Sunday: its ordinal differs, its rule does not"


AFTER_A_CHANGE = {
    *("Africa/Cairo", "Africa/Juba", "America/Asuncion", "America/Bahia_Banderas", "America/Chihuahua"),
    *("America/Ciudad_Juarez", "America/Coyhaique", "America/Dawson", "America/Mazatlan", "America/Merida"),
    *("America/Mexico_City", "America/Monterrey", "America/Nuuk", "America/Ojinaga", "America/Santiago"),
    *("America/Scoresbysund", "America/Whitehorse", "Antarctica/Casey", "Antarctica/Vostok", "Asia/Almaty"),
    *("Asia/Amman", "Asia/Damascus", "Asia/Qostanay", "Asia/Tehran", "Europe/Chisinau", "Europe/Volgograd"),
    *("Pacific/Apia", "Pacific/Easter", "Pacific/Fiji"),
}
"""The zones of zone.tab whose rules are the same from 2025 through 2027, but were others in 2020 through 2024."""


def test_zones_whose_rules_changed_shortly_before_are_not_settled() -> None:
    """In local time, libical and Evolution misread Asuncion (changed in October 2024) and Scoresbysund (March 2024)."""
    rows = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    names = {row.split("\t")[2] for row in rows if not row.startswith("#")}
    assert len(names) == 418
    of_the_span = {
        name
        for name in names
        if not (changes := changes_of(name, 2025, 2027)) or is_one_yearly_pair(changes, 2025, 2027)
    }
    assert {name for name in of_the_span if settled_clock(zone(name), 2025, 2027) is None} == AFTER_A_CHANGE
    assert {name for name in names - of_the_span if settled_clock(zone(name), 2025, 2027) is not None} == set()
    years_later = {name for name in AFTER_A_CHANGE if settled_clock(zone(name), 2030, 2032) is not None}
    # No ordinal weekday of a month has the changes that Cairo and Santiago have in those years.
    assert AFTER_A_CHANGE - years_later == {"Africa/Cairo", "America/Santiago"}
