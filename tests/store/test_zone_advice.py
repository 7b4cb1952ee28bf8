"""Advice for abbreviations and offsets, compared with the zones themselves."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from icsfeed.domain.zones import clock_changes_in, offset_at, zone, zone_names
from icsfeed.store.schedule_file.zone_advice import ALL_YEAR, refusal, timezone_names

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "name"), ALL_YEAR.items())
def test_a_zone_for_an_offset_has_it_all_year(hours: int, name: str) -> None:
    tz = zone(name)
    assert (offset_at(tz, NEW_YEAR), clock_changes_in(tz, 2026)) == (timedelta(hours=hours), ())


REFUSED = [
    "EST",
    "EDT",
    "CST",
    "CDT",
    "MST",
    "MDT",
    "PST",
    "PDT",
    "AKST",
    "AST",
    "ADT",
    "GMT",
    "WET",
    "WEST",
    "BST",
    "CET",
    "CEST",
    "MET",
    "EET",
    "EEST",
    "AEST",
    "AEDT",
    "NZST",
    "HST",
    "JST",
    "Z",
    "UCT",
    "Zulu",
    "Universal",
    "Greenwich",
    "EST5EDT",
    "CST6CDT",
    "MST7MDT",
    "PST8PDT",
    "GMT0",
    "GMT+0",
    "GMT-0",
    "GMT-5",
    "UTC-5",
    "UTC+10:30",
    "+09:00",
    "-0500",
    "Etc/GMT",
    "Etc/GMT+5",
    "Etc/GMT-14",
    "Etc/GMT0",
    "Etc/Zulu",
    "Etc/UCT",
    "Etc/Greenwich",
    "Factory",
    "posixrules",
    "localtime",
    "est",
    "utc",
]


@pytest.mark.parametrize("name", REFUSED)
def test_every_refusal_names_zones_that_are_accepted(name: str) -> None:
    sentence = refusal(name)
    assert sentence is not None
    advised = re.findall(r'"([^"]+)"', sentence)[1:]
    assert advised
    assert [other for other in advised if refusal(other) is not None] == []


def test_all_names_of_places_are_accepted() -> None:
    """Only names without a slash or below Etc/ are refused: abbreviations, offsets and placeholders."""
    left_out = {name for name in zone_names() - set(timezone_names()) if "/" in name}
    assert left_out == {name for name in zone_names() if name.startswith("Etc/")} - {"Etc/UTC"}


@pytest.mark.parametrize(
    ("name", "hours"), [("Etc/GMT+5", "five hours behind UTC"), ("GMT+5", "five hours ahead of UTC"), ("-1", None)]
)
def test_posix_counts_the_other_way(name: str, hours: str | None) -> None:
    """``Etc/GMT+5`` is five hours behind UTC, unlike what ``GMT+5`` means to people."""
    match = re.search(r"or for (.*) all year", refusal(name) or "")
    assert (match[1] if match else None) == hours
