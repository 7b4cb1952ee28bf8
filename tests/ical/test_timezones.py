"""Whole VTIMEZONE components; a property test compares them with every zone's clock."""

from __future__ import annotations

from icsfeed.domain.zones import settled_clock, zone
from icsfeed.ical.timezones import vtimezone
from tests.examples import TORONTO


def lines(name: str) -> list[str]:
    clock = settled_clock(zone(name), 2025, 2027)
    assert clock is not None
    return vtimezone(zone(name), clock).decode().split("\r\n")


def test_toronto_has_onsets_in_the_previous_offset() -> None:
    assert lines(TORONTO.key) == [
        "BEGIN:VTIMEZONE",
        "TZID:America/Toronto",
        "BEGIN:STANDARD",
        "DTSTART:19701101T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
        "TZNAME:EST",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "",
    ]


def test_a_zone_without_clock_changes_has_only_standard() -> None:
    assert lines("Asia/Kathmandu") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Kathmandu",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:+0545",
        "TZOFFSETFROM:+0545",
        "TZOFFSETTO:+0545",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_the_smaller_offset_is_standard_in_ireland() -> None:
    """Irish law makes summer time the standard time, but clients expect winter time there."""
    assert [line for line in lines("Europe/Dublin") if line.startswith(("BEGIN", "TZNAME", "TZOFFSETTO"))] == [
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "TZNAME:GMT",
        "TZOFFSETTO:+0000",
        "BEGIN:DAYLIGHT",
        "TZNAME:IST",
        "TZOFFSETTO:+0100",
    ]
