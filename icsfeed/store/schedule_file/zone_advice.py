"""Advice about time zones: the IANA name for an abbreviation, an offset or a misspelt name."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import zone, zone_names
from icsfeed.store.schedule_file.near_matches import nearest
from icsfeed.store.schedule_file.notation import as_toml

_CIVIL_TIMES: Final = {
    "America/Toronto": ("Eastern civil time", {"EST": -5, "EDT": -4}),
    "America/Chicago": ("North American Central civil time", {"CST": -6, "CDT": -5}),
    "America/Denver": ("North American Mountain civil time", {"MST": -7, "MDT": -6}),
    "America/Los_Angeles": ("North American Pacific civil time", {"PST": -8, "PDT": -7}),
    "America/Anchorage": ("Alaska's civil time", {"AKST": -9}),
    "America/Halifax": ("Atlantic civil time", {"AST": -4, "ADT": -3}),
    "Europe/London": ("British civil time", {"GMT": 0, "BST": 1}),
    "Europe/Lisbon": ("Western European civil time", {"WET": 0, "WEST": 1}),
    "Europe/Berlin": ("Central European civil time", {"CET": 1, "CEST": 2, "MET": 1}),
    "Europe/Helsinki": ("Eastern European civil time", {"EET": 2, "EEST": 3}),
    "Australia/Sydney": ("south-eastern Australian civil time", {"AEST": 10, "AEDT": 11}),
    "Pacific/Auckland": ("New Zealand's civil time", {"NZST": 12}),
}
"""Zones with summer time, and the abbreviations that may mean them, or so many hours from UTC all year."""

_SAME_CLOCK: Final = {"America/Toronto": "America/New_York", "Europe/Berlin": "Europe/Paris"}
"""Zones with the same clock as another, whose names readers may look for."""

_ALIASES: Final = {
    "UTC": ("Z", "UCT", "ZULU", "UNIVERSAL"),
    "America/New_York": ("EST5EDT", "EASTERN STANDARD TIME", "EASTERN TIME"),
    "America/Chicago": ("CST6CDT", "CENTRAL STANDARD TIME", "CENTRAL TIME"),
    "America/Denver": ("MST7MDT", "MOUNTAIN STANDARD TIME", "MOUNTAIN TIME"),
    "America/Los_Angeles": ("PST8PDT", "PACIFIC STANDARD TIME", "PACIFIC TIME"),
    "America/Halifax": ("ATLANTIC STANDARD TIME",),
    "America/Panama": ("SA PACIFIC STANDARD TIME",),
    "Asia/Kolkata": ("IST", "INDIA STANDARD TIME"),
    "Asia/Seoul": ("KST",),
    "Asia/Shanghai": ("CHINA STANDARD TIME",),
    "Asia/Singapore": ("SGT",),
    "Asia/Tokyo": ("JST", "TOKYO STANDARD TIME"),
    "Australia/Sydney": ("AUS EASTERN STANDARD TIME",),
    "Europe/Berlin": ("W. EUROPE STANDARD TIME",),
    "Europe/Budapest": ("CENTRAL EUROPE STANDARD TIME",),
    "Europe/London": ("GREENWICH", "GMT STANDARD TIME"),
    "Europe/Moscow": ("MSK",),
    "Europe/Paris": ("ROMANCE STANDARD TIME",),
    "Pacific/Honolulu": ("HST",),
}
"""Other names of zones: abbreviations with one meaning, and those of Windows."""

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
    for civil, (words, abbreviations) in _CIVIL_TIMES.items():
        if (hours := abbreviations.get(upper)) is not None:
            return (
                f"{quoted} can mean two things: {words} with summer time (write {_civil_zones(civil)}), "
                f"or {_from_utc(hours)} all year (write {as_toml(ALL_YEAR[hours])})"
            )
    alias = next((zone_name for zone_name, aliases in _ALIASES.items() if upper in aliases), None)
    if alias is not None:
        return f"{quoted} is not the IANA name of a place's time zone; write {as_toml(alias)}"
    if upper in _UTC_ALIASES:
        return f'{quoted} is another name of UTC; write "UTC"'
    if offset := _OFFSET.fullmatch(name.strip()):
        return f"{quoted} is an offset from UTC, not a time zone; {_zone_for_offset(name, offset)}"
    if name in zone_names() - _PLACEHOLDERS:
        return None
    match = _nearest_zone(name) if name not in _PLACEHOLDERS else None
    remedy = f"did you mean {as_toml(match)}?" if match and refusal(match) is None else _EXAMPLE
    return f"{quoted} is not a name in the IANA time zone database; {remedy}"


def _civil_zones(civil: str) -> str:
    return " or ".join(as_toml(each) for each in (civil, _SAME_CLOCK.get(civil)) if each is not None)


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
