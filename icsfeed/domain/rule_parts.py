"""The parts of an RRULE value (RFC 5545, section 3.3.10) as values: each checked by itself."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays as RFC 5545 abbreviates them, in the order of ``date.weekday()``."""

RULE_EXAMPLES: Final = (
    "such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, FREQ=MONTHLY;BYDAY=2TU or FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"
)
MAX_ORDINAL: Final = 5
"""No month has six of a weekday."""

_NAMES: Final = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")
_LISTS: Final = ("BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")
_LEAP_YEAR: Final = 2000
_COMMON_YEAR: Final = 2001
_OTHER_FREQUENCIES: Final = {
    "DAILY": f"write FREQ=WEEKLY;BYDAY={','.join(WEEKDAY_CODES)}",
    "QUARTERLY": "for each quarter, write FREQ=MONTHLY;BYMONTH=3,6,9,12 and the days",
}

NthWeekday = tuple[int | None, int]
"""An ordinal within the month (-1 is the last; ``None``: each) and a weekday (Monday is 0)."""


class Frequency(StrEnum):
    """The values of RFC 5545's FREQ that all calendar clients support."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


def rule_parts(text: str) -> dict[str, str]:
    """The parts of a rule, by name, in capitals.

    Raises:
        BadInputError: where the text is not made of known parts, each once.
    """
    parts: dict[str, str] = {}
    written = re.sub("^rrule:", "", text.strip(), flags=re.IGNORECASE)
    bare = ";".join(filter(None, re.sub(r"\s", "", written).split(";")))
    if bare != written and "=" in bare:
        msg = f"{quoted(text)} has a space or a semicolon too many; write {bare}"
        raise BadInputError(msg)
    for part in written.split(";"):
        name, equals, value = part.upper().partition("=")
        if not equals or not value:
            msg = f"{quoted(part)} is not a part of a rule; write a rule {RULE_EXAMPLES}"
            raise BadInputError(msg)
        if name in parts:
            both = f"{name}={parts[name]},{value}" if name in _LISTS else f"{name}={parts[name]}"
            msg = f"{name}={parts[name]} and {name}={value} are the same part twice; write one, such as {both}"
            raise BadInputError(msg)
        if name in ("COUNT", "UNTIL"):
            msg = f"{name} does not belong in the rule; say effective_until = (a date) instead"
            raise BadInputError(msg)
        if name not in _NAMES:
            msg = f"{name} is a part that not every calendar client holds; write a rule {RULE_EXAMPLES}"
            raise BadInputError(msg)
        parts[name] = value
    return parts


def frequency_of(text: str) -> Frequency:
    """The value of FREQ."""
    if text not in set(Frequency):
        remedy = _OTHER_FREQUENCIES.get(text, "write one of them")
        msg = f"FREQ={text} is not WEEKLY, MONTHLY or YEARLY; {remedy}"
        raise BadInputError(msg)
    return Frequency(text)


def interval_of(text: str) -> int:
    """The value of INTERVAL."""
    return _number("INTERVAL", text, 1, 99)


def months_of(text: str) -> tuple[int, ...]:
    """The months in the value of BYMONTH, in order."""
    return _each_once("BYMONTH", text, [_number("BYMONTH", each, 1, 12) for each in text.split(",")])


def _number(name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not least <= int(text) <= most:
        msg = f"{name}={text} is not a whole number from {least} to {most}"
        raise BadInputError(msg)
    return int(text)


def _each_once(name: str, text: str, numbers: Iterable[int]) -> tuple[int, ...]:
    """The numbers from the beginning in order, then those from the end."""
    ordered = sorted(numbers, key=from_the_end_last)
    if len(set(ordered)) < len(ordered):
        msg = f"{name}={text} has a value twice; write each once"
        raise BadInputError(msg)
    return tuple(ordered)


def from_the_end_last(number: int) -> tuple[bool, int]:
    """The key by which 1, 2, -2, -1 are in order."""
    return number < 0, number


def month_lengths(months: tuple[int, ...]) -> set[int]:
    """How many days the months have, in any year; without months, all of them."""
    years = (_LEAP_YEAR, _COMMON_YEAR)
    return {calendar.monthrange(year, month)[1] for month in months or range(1, 13) for year in years}


def month_days_of(text: str, months: tuple[int, ...]) -> tuple[int, ...]:
    """The days in the value of BYMONTHDAY, in order; each is one that all the months have, or -1."""
    most = min(month_lengths(months))
    days = []
    for each in text.split(","):
        if each != "-1" and (not re.fullmatch("[0-9]{1,2}", each) or not 1 <= int(each) <= most):
            msg = (
                f"BYMONTHDAY={each} is not a day that always comes: one of 1 to {most}, or -1 for the last day of "
                "the month"
            )
            raise BadInputError(msg)
        days.append(int(each))
    return _each_once("BYMONTHDAY", text, days)


def weekdays_of(text: str) -> tuple[NthWeekday, ...]:
    """The weekdays in the value of BYDAY, each without an ordinal, in the order of the week."""
    codes = text.split(",")
    if not set(codes) <= set(WEEKDAY_CODES) or len(set(codes)) != len(codes):
        ordinals = "; 2TU and the like go with FREQ=MONTHLY, without BYSETPOS" if re.search("[0-9]", text) else ""
        msg = f"BYDAY={text} is not a list of weekdays from {', '.join(WEEKDAY_CODES)}, each once{ordinals}"
        raise BadInputError(msg)
    return tuple((None, day) for day in sorted(map(WEEKDAY_CODES.index, codes)))


def nth_weekdays_of(text: str) -> tuple[NthWeekday, ...]:
    """The weekdays of the month in the value of BYDAY, each with an ordinal: in order, those from the end last."""
    days: list[tuple[int, int]] = []
    for each in text.split(","):
        match = re.fullmatch(f"[+]?(-?[1-{MAX_ORDINAL}])({'|'.join(WEEKDAY_CODES)})", each)
        if not match:
            msg = (
                f"BYDAY={each} is not a weekday of the month: 1 to {MAX_ORDINAL}, or -1 for the last, then the day, "
                "such as 2TU"
            )
            raise BadInputError(msg)
        days.append((int(match[1]), WEEKDAY_CODES.index(match[2])))
    if len(set(days)) < len(days):
        msg = f"BYDAY={text} has a weekday of the month twice; write each once"
        raise BadInputError(msg)
    return tuple(sorted(days, key=lambda day: (*from_the_end_last(day[0]), day[1])))


def positions_of(text: str, weekdays: int) -> tuple[int, ...]:
    """The positions in the value of BYSETPOS, in order, among the days of a month that are one of so many weekdays."""
    most = min(MAX_ORDINAL * weekdays, 31)
    numbers = []
    for each in text.split(","):
        if not re.fullmatch("[+]?-?[0-9]{1,3}", each) or not 1 <= abs(int(each)) <= most:
            msg = f"BYSETPOS={each} is not a position among a month's days of BYDAY: 1 to {most}, or -1 for the last"
            raise BadInputError(msg)
        numbers.append(int(each))
    return _each_once("BYSETPOS", text, numbers)


def check_combination(frequency: Frequency, interval: int, months: tuple[int, ...], parts: Mapping[str, str]) -> None:
    """Refuse parts that do not go together."""
    days = {"BYDAY", "BYMONTHDAY"} & parts.keys()
    if frequency is Frequency.YEARLY and not months:
        msg = "FREQ=YEARLY needs BYMONTH, such as FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"
    elif len(days) != 1 or (frequency is Frequency.WEEKLY and "BYDAY" not in days):
        required = "BYDAY" if frequency is Frequency.WEEKLY else "either BYDAY or BYMONTHDAY"
        msg = f"FREQ={frequency} needs {required}; write a rule {RULE_EXAMPLES}"
    elif frequency is Frequency.MONTHLY and interval > 1 and months:
        msg = f"INTERVAL={interval} counts months that BYMONTH={parts['BYMONTH']} names; write one of the two"
    elif "BYSETPOS" not in parts:
        return
    elif frequency is Frequency.WEEKLY or "BYDAY" not in days:
        msg = "BYSETPOS goes with FREQ=MONTHLY and BYDAY, such as FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
    elif frequency is Frequency.YEARLY and len(months) > 1:
        msg = "with FREQ=YEARLY and several months, BYSETPOS counts through all of them; write FREQ=MONTHLY"
    else:
        return
    raise BadInputError(msg)
