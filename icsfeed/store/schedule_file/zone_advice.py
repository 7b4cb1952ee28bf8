"""What to write instead of a time zone's abbreviation, offset or misspelt name."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import zone, zone_names
from icsfeed.store.schedule_file.guesses import meant
from icsfeed.store.schedule_file.notation import written

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
"""An abbreviation: the civil time, with summer time, that it may mean, and the hours from UTC that it may mean."""

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
"""A zone without summer time for so many hours ahead of UTC."""

_HOURS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_OFFSET: Final = re.compile(
    r"(?:etc/)?(?:utc|gmt|z)?\s*(?P<hours>[+\u2212-]\s*\d{1,2})(?::?(?P<minutes>\d\d))?", re.IGNORECASE
)
_NO_ZONES: Final = frozenset({"Factory", "Etc/Unknown", "localtime", "posixrules"})
_SAME_AS_UTC: Final = frozenset(
    {"GMT0", "ETC/GMT", "ETC/GMT0", "ETC/GREENWICH", "ETC/UCT", "ETC/UNIVERSAL", "ETC/ZULU"}
)
_EXAMPLE: Final = 'write an IANA zone such as "America/Toronto"'


def refusal(name: str) -> str | None:
    """Why ``name`` is not to be a schedule's zone, and what to write; ``None`` where it may be one."""
    shown, upper = written(name), name.strip().upper()
    if upper in _TWO_READINGS:
        words, civil, hours = _TWO_READINGS[upper]
        return (
            f"{shown} can mean two things: {words} with summer time (write {written(civil)}), "
            f"or {_from_utc(hours)} all year (write {written(ALL_YEAR[hours])})"
        )
    if upper in _ONE_READING:
        return f"{shown} is not the IANA name of a place's time zone; write {written(_ONE_READING[upper])}"
    if upper in _SAME_AS_UTC:
        return f'{shown} is another name of UTC; write "UTC"'
    if offset := _OFFSET.fullmatch(name.strip()):
        return f"{shown} is an offset from UTC, not a time zone; {_instead_of(name, offset)}"
    if name in zone_names() - _NO_ZONES:
        return None
    guess = _meant(name) if name not in _NO_ZONES else None
    instead = f"did you mean {written(guess)}?" if guess and refusal(guess) is None else _EXAMPLE
    return f"{shown} is not a name of the IANA time zone database; {instead}"


def advised_zone(name: str) -> ZoneInfo:
    """The zone of that name.

    Raises:
        InvalidValueError: where it is not to be written; the message says what is.
    """
    if (message := refusal(name)) is not None:
        raise BadInputError(message)
    return zone(name)


def _meant(name: str) -> str | None:
    """The zone of the nearest name, or the one of the nearest city where only a city is named."""
    names = sorted(zone_names() - _NO_ZONES, reverse=True)
    if "/" in name:
        return meant(name, names)
    cities = {each.rsplit("/", 1)[-1]: each for each in names}
    city = meant(name, cities, cutoff=0.8)
    return cities[city] if city is not None else None


def _from_utc(hours: int) -> str:
    if not hours:
        return "UTC"
    return f"{_HOURS[abs(hours)]} hour{'s' if abs(hours) > 1 else ''} {'ahead of' if hours > 0 else 'behind'} UTC"


def _instead_of(name: str, offset: re.Match[str]) -> str:
    hours = int(re.sub(r"\s", "", offset["hours"]).replace("\u2212", "-"))
    # POSIX counts the other way: Etc/GMT+5 is five hours behind UTC.
    hours = -hours if name.strip().upper().startswith("ETC/GMT") else hours
    if hours not in ALL_YEAR or int(offset["minutes"] or 0):
        return _EXAMPLE
    return f"{_EXAMPLE}, or for {_from_utc(hours)} all year {written(ALL_YEAR[hours])}"


def timezone_names() -> list[str]:
    """Every name that may be a schedule's time zone, in order: what an editor offers."""
    return sorted(name for name in zone_names() if refusal(name) is None)
