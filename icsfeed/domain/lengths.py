"""Lengths of time as people write and read them, such as ``1h30m``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

_ONE_MINUTE: Final = timedelta(minutes=1)
_ONE_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)
_WRITTEN: Final = r"\+?(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m(?:in)?)?"


def parse_length(text: str) -> timedelta:
    """The length of time that a text such as ``1h30m`` says; a plus sign before it changes nothing.

    Raises:
        BadInputError: where it is not a length, or zero.
    """
    match = re.fullmatch(_WRITTEN, text.replace(" ", ""), re.IGNORECASE)
    length = timedelta(**{name: int(value) for name, value in match.groupdict("0").items()}) if match else timedelta()
    if not length:
        msg = f"{quoted(text)} is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d"
        raise BadInputError(msg)
    return length


def whole_minutes(length: timedelta) -> int:
    """A length in minutes, rounded down."""
    return length // _ONE_MINUTE


def rough_length_text(length: timedelta) -> str:
    """A length to the minute, rounded down, such as ``1 h 45 min``."""
    return length_text(length // _ONE_MINUTE * _ONE_MINUTE)


def distance_text(length: timedelta) -> str:
    """How far away something is, such as ``1 h 45 min``, and in days and hours from a day on."""
    if length > _ONE_DAY - _ONE_MINUTE:
        return length_text((length + _ONE_HOUR / 2) // _ONE_HOUR * _ONE_HOUR)
    return length_text(-(-length // _ONE_MINUTE) * _ONE_MINUTE)


def length_text(length: timedelta) -> str:
    """A length to the second, such as ``1 h 45 min`` or ``7 d 2 h``."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{number} {unit}" for number, unit in units if number]
    return " ".join(parts) or "0 min"
