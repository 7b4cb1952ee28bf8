"""Advice about time zones: the IANA name for an abbreviation, an offset or a misspelt name."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import zone, zone_names
from icsfeed.store.schedule_file.near_matches import nearest
from icsfeed.store.schedule_file.notation import as_toml

_TWO_READINGS: Final = {
    "EST": ("Eastern civil time", "America/Toronto", -5),
    "EDT": ("Eastern civil time", "America/Toronto", -4),
    "CST": ("North American Central civil time", "America/Chicago", -6),
    "CDT": ("North American Central civil time", "America/Chicago", -5),
    "MST": ("North American Mountain civil time", "America/Denver", -7),
    "MDT": ("North American Mountain civil time", "America/Denver", -6),
    "PST": ("North American Pacific civil time", "America/Los_Angeles", -8),
    "PDT": ("North American Pacific civil time", "America/Los_Angeles", -7),
    "AKST": ("Alaska's civil time", "America/Anchorage", -9),
    "AST": ("Atlantic civil time", "America/Halifax", -4),
    "ADT": ("Atlantic civil time", "America/Halifax", -3),
    "GMT": ("British civil time", "Europe/London", 0),
    "WET": ("Western European civil time", "Europe/Lisbon", 0),
    "WEST": ("Western European civil time", "Europe/Lisbon", 1),
    "BST": ("British civil time", "Europe/London", 1),
    "CET": ("Central European civil time", "Europe/Berlin", 1),
    "CEST": ("Central European civil time", "Europe/Berlin", 2),
    "MET": ("Central European civil time", "Europe/Berlin", 1),
    "EET": ("Eastern European civil time", "Europe/Helsinki", 2),
    "EEST": ("Eastern European civil time", "Europe/Helsinki", 3),
    "AEST": ("south-eastern Australian civil time", "Australia/Sydney", 10),
    "AEDT": ("south-eastern Australian civil time", "Australia/Sydney", 11),
    "NZST": ("New Zealand's civil time", "Pacific/Auckland", 12),
}
"""For an abbreviation, its two meanings: a civil time with summer time and its zone, and hours from UTC all year."""

_ONE_READING: Final = {
    "Z": "UTC",
    "UCT": "UTC",
    "ZULU": "UTC",
    "UNIVERSAL": "UTC",
    "GREENWICH": "Europe/London",
    "HST": "Pacific/Honolulu",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "SGT": "Asia/Singapore",
    "MSK": "Europe/Moscow",
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
    "EASTERN STANDARD TIME": "America/New_York",
    "EASTERN TIME": "America/New_York",
    "CENTRAL STANDARD TIME": "America/Chicago",
    "CENTRAL TIME": "America/Chicago",
    "MOUNTAIN STANDARD TIME": "America/Denver",
    "MOUNTAIN TIME": "America/Denver",
    "PACIFIC STANDARD TIME": "America/Los_Angeles",
    "PACIFIC TIME": "America/Los_Angeles",
    "ATLANTIC STANDARD TIME": "America/Halifax",
    "SA PACIFIC STANDARD TIME": "America/Panama",
    "GMT STANDARD TIME": "Europe/London",
    "W. EUROPE STANDARD TIME": "Europe/Berlin",
    "ROMANCE STANDARD TIME": "Europe/Paris",
    "CENTRAL EUROPE STANDARD TIME": "Europe/Budapest",
    "INDIA STANDARD TIME": "Asia/Kolkata",
    "TOKYO STANDARD TIME": "Asia/Tokyo",
    "CHINA STANDARD TIME": "Asia/Shanghai",
    "AUS EASTERN STANDARD TIME": "Australia/Sydney",
}

ALL_YEAR: Final = {
    -10: "Pacific/Honolulu",
    -9: "Pacific/Gambier",
    -8: "Pacific/Pitcairn",
    -7: "America/Phoenix",
    -6: "America/Regina",
    -5: "America/Panama",
    -4: "America/Puerto_Rico",
    -3: "America/Sao_Paulo",
    0: "UTC",
    1: "Africa/Algiers",
    2: "Africa/Johannesburg",
    3: "Africa/Nairobi",
    4: "Asia/Dubai",
    5: "Asia/Karachi",
    7: "Asia/Bangkok",
    8: "Asia/Singapore",
    9: "Asia/Tokyo",
    10: "Australia/Brisbane",
    11: "Pacific/Guadalcanal",
    12: "Pacific/Tarawa",
}
"""A zone without summer time, by its hours ahead of UTC."""

_NUMBER_WORDS: Final = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_OFFSET: Final = re.compile(
    r"(?:etc/)?(?:utc|gmt|z)?\s*(?P<hours>[+\u2212-]\s*\d{1,2})(?::?(?P<minutes>\d\d))?", re.IGNORECASE
)
_PLACEHOLDERS: Final = frozenset({"Factory", "Etc/Unknown", "localtime", "posixrules"})
_UTC_ALIASES: Final = frozenset(
    {"GMT0", "ETC/GMT", "ETC/GMT0", "ETC/GREENWICH", "ETC/UCT", "ETC/UNIVERSAL", "ETC/ZULU"}
)
_EXAMPLE: Final = 'write an IANA zone such as "America/Toronto"'


def refusal(name: str) -> str | None:
    """Why ``name`` can't be a schedule's zone, and what to write; ``None`` where it can."""
    quoted, upper = as_toml(name), name.strip().upper()
    if upper in _TWO_READINGS:
        words, civil, hours = _TWO_READINGS[upper]
        return (
            f"{quoted} can mean two things: {words} with summer time (write {as_toml(civil)}), "
            f"or {_from_utc(hours)} all year (write {as_toml(ALL_YEAR[hours])})"
        )
    if upper in _ONE_READING:
        return f"{quoted} is not the IANA name of a place's time zone; write {as_toml(_ONE_READING[upper])}"
    if upper in _UTC_ALIASES:
        return f'{quoted} is another name of UTC; write "UTC"'
    if offset := _OFFSET.fullmatch(name.strip()):
        return f"{quoted} is an offset from UTC, not a time zone; {_zone_for_offset(name, offset)}"
    if name in zone_names() - _PLACEHOLDERS:
        return None
    match = _nearest_zone(name) if name not in _PLACEHOLDERS else None
    remedy = f"did you mean {as_toml(match)}?" if match and refusal(match) is None else _EXAMPLE
    return f"{quoted} is not a name in the IANA time zone database; {remedy}"


def advised_zone(name: str) -> ZoneInfo:
    """The zone of that name.

    Raises:
        BadInputError: where it can't be a schedule's zone; the message says what to write.
    """
    if (message := refusal(name)) is not None:
        raise BadInputError(message)
    return zone(name)


def _nearest_zone(name: str) -> str | None:
    """The zone of the nearest name or, where only a city is named, of the nearest city."""
    names = sorted(zone_names() - _PLACEHOLDERS, reverse=True)
    if "/" in name:
        return nearest(name, names)
    cities = {each.rsplit("/", 1)[-1]: each for each in names}
    city = nearest(name, cities, cutoff=0.8)
    return cities[city] if city is not None else None


def _from_utc(hours: int) -> str:
    if not hours:
        return "UTC"
    unit, side = "hours" if abs(hours) > 1 else "hour", "ahead of" if hours > 0 else "behind"
    return f"{_NUMBER_WORDS[abs(hours)]} {unit} {side} UTC"


def _zone_for_offset(name: str, offset: re.Match[str]) -> str:
    hours = int(re.sub(r"\s", "", offset["hours"]).replace("\u2212", "-"))
    # POSIX counts the other way: Etc/GMT+5 is five hours behind UTC.
    hours = -hours if name.strip().upper().startswith("ETC/GMT") else hours
    if hours not in ALL_YEAR or int(offset["minutes"] or 0):
        return _EXAMPLE
    return f"{_EXAMPLE}, or for {_from_utc(hours)} all year {as_toml(ALL_YEAR[hours])}"


def timezone_names() -> list[str]:
    """Every name that can be a schedule's time zone, sorted: what an editor offers."""
    return sorted(name for name in zone_names() if refusal(name) is None)
