"""Lengths of time as people type them: ``2h``, ``90m``, ``1h30m``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from icsfeed.domain.errors import IcsfeedError

_DURATION: Final = re.compile(r"(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m(?:in)?)?", re.I)


class InvalidDurationError(IcsfeedError):
    """A text that says no length of time."""


def parse_duration(text: str) -> timedelta:
    """The length of time that a text such as ``1h30m`` says.

    Raises:
        InvalidDurationError: where it says none, or nothing.
    """
    match = _DURATION.fullmatch(text.replace(" ", ""))
    length = timedelta(**{name: int(value) for name, value in match.groupdict("0").items()}) if match else timedelta()
    if not length:
        msg = f"{text!r} is not a length of time; write hours and minutes, such as 2h, 90m or 1h30m"
        raise InvalidDurationError(msg)
    return length
