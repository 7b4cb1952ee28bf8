"""Dates and times in the schedule file: a schema for each kind, and the message where one is refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final, TypeVar

from pydantic_core import core_schema

from icsfeed.domain.spans import YEARS
from icsfeed.store.schedule_file.notation import MONTHS, as_toml
from icsfeed.store.schedule_file.values import for_json_schema

_MONTH_DAY_PATTERN: Final = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"

_DATE_OR_MONTH_DAY: Final = "(?:(?P<year>[1-9][0-9]{3})-)?(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_LEAP_YEAR: Final = "2000"

_Moment = TypeVar("_Moment", time, datetime)


def _whole_seconds(moment: _Moment) -> _Moment:
    if moment.microsecond:
        right = moment.replace(microsecond=0)
        msg = f"{as_toml(moment)} has a fraction of a second; write whole seconds, {as_toml(right)}"
        raise ValueError(msg)
    return moment


def _supported_date(day: date) -> date:
    if day.year not in YEARS:
        msg = f"{as_toml(day)} is out of range; write a date from {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(msg)
    return day


_DATE_EXAMPLES: Final = 'write a date, such as 2026-12-18, or with every = "year" month and day, such as "12-18"'


def _first_day_or_time(value: object) -> object:
    """A date, a day of every year, or a local date and time."""
    return _local_time(value) if isinstance(value, datetime) else _date_or_month_day(value)


def _last_day(value: object) -> object:
    """A date, or a day of every year."""
    if isinstance(value, datetime):
        msg = (
            f"{as_toml(value)} is a date with a time, and through names the last whole day; "
            f"write the date alone, {as_toml(value.date())}, or until = {as_toml(value)}"
        )
        raise ValueError(msg)  # noqa: TRY004  (pydantic collects ValueErrors only)
    return _date_or_month_day(value)


def _end_time(value: object) -> object:
    """A local date and time."""
    if isinstance(value, datetime):
        return _local_time(value)
    if isinstance(value, date):
        msg = (
            f"{as_toml(value)} is a date alone; write through = (the last whole day), "
            f"or the time at which it ends, such as until = {as_toml(value)}T09:00:00"
        )
        raise ValueError(msg)  # noqa: TRY004
    return value


def _local_time(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        right = moment.replace(tzinfo=None)
        msg = f"{as_toml(moment)} has an offset; write the local time in the freeze's zone, such as {as_toml(right)}"
        raise ValueError(msg)
    return _date_and_time(moment)


def _date_or_month_day(value: object) -> object:
    if isinstance(value, date):
        return _supported_date(value)
    if not isinstance(value, str):
        msg = f"{as_toml(value)} is not a date; {_DATE_EXAMPLES}"
        raise ValueError(msg)  # noqa: TRY004
    if (day := _iso_date(value)) is not None:
        msg = f"{as_toml(value)} is a date in quotes; write it without them: {as_toml(day)}"
        raise ValueError(msg)
    if (absence := absent_day(value)) is not None:
        msg = f"{absence}; write another date"
        raise ValueError(msg)
    if month_day(value) is None:
        msg = f"{as_toml(value)} is neither a date nor a day of the year; {_DATE_EXAMPLES}"
        raise ValueError(msg)
    return value


def absent_day(text: str) -> str | None:
    """Why a text in the form of a date, or of ``MM-DD``, is none: ``2027 has no 29 February``; ``None`` otherwise."""
    match = re.fullmatch(_DATE_OR_MONTH_DAY, text)
    month, day = (int(match["month"]), int(match["day"])) if match is not None else (0, 0)
    if match is None or not 1 <= month <= len(MONTHS):
        return None
    year = match["year"]
    try:
        date(int(year or _LEAP_YEAR), month, day)
    except ValueError:
        return f"{year or 'no year'} has {f'no {day}' if year else f'a {day}'} {MONTHS[month - 1]}"
    return None


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def month_day(text: str) -> tuple[int, int] | None:
    """The month and day in ``MM-DD``; ``None`` where no year has such a day."""
    if not re.fullmatch(_MONTH_DAY_PATTERN, text) or _iso_date(f"2000-{text}") is None:
        return None
    return int(text[:2]), int(text[3:])


def _date_and_time(moment: datetime) -> datetime:
    _supported_date(moment.date())
    return _whole_seconds(moment)


DATE: Final = core_schema.no_info_after_validator_function(_supported_date, core_schema.date_schema(strict=True))
TIME: Final = core_schema.no_info_after_validator_function(_whole_seconds, core_schema.time_schema(strict=True))
MOMENT: Final = core_schema.no_info_after_validator_function(_date_and_time, core_schema.datetime_schema(strict=True))
"""A date and time: an instant, or local time in the calendar's zone."""
_MONTH_DAY: Final = core_schema.str_schema(strict=True, metadata=for_json_schema(pattern=f"^{_MONTH_DAY_PATTERN}$"))
FREEZE_FROM: Final = core_schema.no_info_before_validator_function(
    _first_day_or_time, core_schema.union_schema([MOMENT, DATE, _MONTH_DAY], mode="left_to_right")
)
FREEZE_THROUGH: Final = core_schema.no_info_before_validator_function(
    _last_day, core_schema.union_schema([DATE, _MONTH_DAY])
)
FREEZE_UNTIL: Final = core_schema.no_info_before_validator_function(_end_time, MOMENT)
