"""Recurrence rules: the few that every calendar client supports, and their dates.

The only module that imports python-dateutil.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal

from dateutil import rrule

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays as RFC 5545 abbreviates them, in the order of ``date.weekday()``."""

_MAX_MONTH_DAYS: Final = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
_EXAMPLES: Final = (
    "such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, FREQ=MONTHLY;BYDAY=2TU or FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"
)


class Frequency(StrEnum):
    """The values of RFC 5545's FREQ that all calendar clients support."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


_DATEUTIL_FREQUENCIES: Final[dict[Frequency, Literal[0, 1, 2]]] = {
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """A rule that Outlook's templates can hold (RFC 5545, section 3.3.10).

    Weekly on ``weekdays`` (Monday is 0); or monthly, or yearly in ``month``, on one ``month_day`` (-1: the last) or on
    the ``ordinal``-th (-1: last) of the one weekday in ``weekdays``.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    ordinal: int | None = None
    month_day: int | None = None
    month: int | None = None

    @property
    def label(self) -> str:
        """The name of this rule among those of its window: the weekday's code, or the frequency."""
        if self.frequency is Frequency.WEEKLY:
            return "-".join(WEEKDAY_CODES[day] for day in self.weekdays).lower()
        return self.frequency.lower()

    def by_weekday(self) -> tuple[Recurrence, ...]:
        """The same dates as rules of one weekday each: Outlook allows no adjacent instances in a series."""
        if self.frequency is not Frequency.WEEKLY:
            return (self,)
        return tuple(
            Recurrence(frequency=self.frequency, interval=self.interval, weekdays=(day,)) for day in self.weekdays
        )

    def template_rules(self) -> tuple[Recurrence, ...]:
        return self.by_weekday()

    def may_include(self, day: date) -> bool:
        return day.weekday() in self.weekdays

    def dates(self, first: date, last: date, *, anchor: date | None = None) -> Iterator[date]:
        """The dates of the rule from ``first`` through ``last``, in order.

        With an interval above 1, ``anchor`` begins the counting: the week, month or year that it lies in is the first.
        """
        begin = first
        if self.interval > 1:
            if anchor is None:
                msg = f"a rule with an interval of {self.interval} needs a date to count from"
                raise BadInputError(msg)
            begin = anchor
        weekdays = tuple(rrule.weekday(day, self.ordinal) for day in self.weekdays)
        moments = rrule.rrule(
            _DATEUTIL_FREQUENCIES[self.frequency],
            interval=self.interval,
            dtstart=datetime.combine(begin, time()),
            until=datetime.combine(last, time()),
            byweekday=weekdays or None,
            bymonthday=self.month_day,
            bymonth=self.month,
        )
        for moment in moments:
            day = moment.date()
            if day >= first:
                yield day

    def parts(self) -> dict[str, str | int]:
        """The parts of the rule as RFC 5545 names them, without UNTIL."""
        parts: dict[str, str | int] = {"FREQ": self.frequency.value}
        if self.interval > 1:
            parts["INTERVAL"] = self.interval
        if self.month is not None:
            parts["BYMONTH"] = self.month
        if self.month_day is not None:
            parts["BYMONTHDAY"] = self.month_day
        if self.weekdays:
            ordinal = "" if self.ordinal is None else str(self.ordinal)
            parts["BYDAY"] = ",".join(ordinal + WEEKDAY_CODES[day] for day in self.weekdays)
        return parts

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts().items())


def offset_dates(
    recurrence: Recurrence, days: int, first: date, last: date, *, anchor: date | None = None
) -> Iterator[date]:
    """The dates from ``first`` through ``last`` that lie ``days`` after one of the rule."""
    offset = timedelta(days=days)
    return (day + offset for day in recurrence.dates(first - offset, last - offset, anchor=anchor))


def weekly(*weekdays: int) -> Recurrence:
    """Every week on those weekdays (Monday is 0), in the order of the week."""
    return Recurrence(frequency=Frequency.WEEKLY, weekdays=tuple(sorted(set(weekdays))))


def parse_recurrence(text: str) -> Recurrence:
    """The rule that an RRULE value (RFC 5545, section 3.3.10) writes.

    Raises:
        BadInputError: where it is no rule, or one that calendar clients do not all support.
    """
    parts = _split(text)
    name = parts.pop("FREQ", None)
    if name is None:
        msg = f"{quoted(text)} has no FREQ; write a rule {_EXAMPLES}"
        raise BadInputError(msg)
    if name == "DAILY":
        msg = "FREQ=DAILY has two occurrences of one series side by side, which Outlook does not hold; name the days"
        raise BadInputError(msg)
    if name not in set(Frequency):
        msg = f"FREQ={name} is none that a maintenance window can have: WEEKLY, MONTHLY or YEARLY"
        raise BadInputError(msg)
    frequency = Frequency(name)
    interval = _number("INTERVAL", parts.pop("INTERVAL", "1"), 1, 99)
    month = _number("BYMONTH", parts.pop("BYMONTH"), 1, 12) if "BYMONTH" in parts else None
    if (month is not None) is not (frequency is Frequency.YEARLY):
        msg = "BYMONTH goes with FREQ=YEARLY, and FREQ=YEARLY with BYMONTH"
        raise BadInputError(msg)
    if len(parts) != 1 or (frequency is Frequency.WEEKLY and "BYDAY" not in parts):
        required = "BYDAY" if frequency is Frequency.WEEKLY else "either BYDAY or BYMONTHDAY"
        msg = f"FREQ={frequency} needs {required}; write a rule {_EXAMPLES}"
        raise BadInputError(msg)
    if "BYMONTHDAY" in parts:
        day = _month_day(parts["BYMONTHDAY"], month)
        return Recurrence(frequency=frequency, interval=interval, month=month, month_day=day)
    if frequency is Frequency.WEEKLY:
        return Recurrence(frequency=frequency, interval=interval, weekdays=_weekdays(parts["BYDAY"]))
    ordinal, weekday = _nth_weekday(parts["BYDAY"])
    return Recurrence(frequency=frequency, interval=interval, month=month, ordinal=ordinal, weekdays=(weekday,))


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    written = re.sub("^rrule:", "", text.strip(), flags=re.IGNORECASE)
    bare = ";".join(filter(None, re.sub(r"\s", "", written).split(";")))
    if bare != written and "=" in bare:
        msg = f"{quoted(text)} has a space or a semicolon too many; write {bare}"
        raise BadInputError(msg)
    for part in written.split(";"):
        name, equals, value = part.upper().partition("=")
        if not equals or not value:
            msg = f"{quoted(part)} is not a part of a rule; write a rule {_EXAMPLES}"
            raise BadInputError(msg)
        if name in parts:
            both = f"{name}={parts[name]},{value}" if name == "BYDAY" else f"{name}={parts[name]}"
            msg = f"{name}={parts[name]} and {name}={value} are the same part twice; write one, such as {both}"
            raise BadInputError(msg)
        if name in ("COUNT", "UNTIL"):
            msg = f"{name} does not belong in the rule; say effective_until = (a date) instead"
            raise BadInputError(msg)
        if name not in ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH"):
            msg = f"{name} is a part that not every calendar client holds; write a rule {_EXAMPLES}"
            raise BadInputError(msg)
        parts[name] = value
    return parts


def _number(name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not least <= int(text) <= most:
        msg = f"{name}={text} is not a whole number from {least} to {most}"
        raise BadInputError(msg)
    return int(text)


def _month_day(text: str, month: int | None) -> int:
    if text == "-1":
        return -1
    most = 28 if month is None else _MAX_MONTH_DAYS.get(month, 31)
    if not re.fullmatch("[0-9]{1,2}", text) or not 1 <= int(text) <= most:
        msg = (
            f"BYMONTHDAY={text} is not a day that always comes: one of 1 to {most}, or -1 for the last day of the month"
        )
        raise BadInputError(msg)
    return int(text)


def _weekdays(text: str) -> tuple[int, ...]:
    codes = text.split(",")
    if not set(codes) <= set(WEEKDAY_CODES) or len(set(codes)) != len(codes):
        msg = f"BYDAY={text} is not a list of weekdays from {', '.join(WEEKDAY_CODES)}, each once"
        raise BadInputError(msg)
    return tuple(sorted(WEEKDAY_CODES.index(code) for code in codes))


def _nth_weekday(text: str) -> tuple[int, int]:
    match = re.fullmatch(f"([1-4]|-1)({'|'.join(WEEKDAY_CODES)})", text)
    if not match:
        msg = f"BYDAY={text} is not one weekday of the month: 1 to 4 or -1 (the last), then the day, such as 2TU"
        raise BadInputError(msg)
    return int(match[1]), WEEKDAY_CODES.index(match[2])
