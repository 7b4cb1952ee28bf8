"""Alertmanager's time intervals, by the rules of its documentation.

https://prometheus.io/docs/alerting/latest/configuration/#time_interval: "All fields are lists. Within each non-empty
list, at least one element must be satisfied to match the field. If a field is left unspecified, any value will match
the field. For an instant of time to match a complete time interval, all fields must match." Times are "ranges inclusive
of the starting time and exclusive of the end time"; the others are inclusive on both ends. Without a location, they
are in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

FIELDS = {"times", "weekdays", "days_of_month", "months", "years", "location"}


def contains(interval: dict[str, Any], instant: datetime) -> bool:
    """Whether a named interval contains the instant: if any of its specifications does."""
    return any(_matches(each, instant.astimezone(UTC)) for each in interval["time_intervals"])


def _matches(specification: dict[str, Any], at: datetime) -> bool:
    assert specification.keys() <= FIELDS - {"weekdays", "location"}
    minute = at.hour * 60 + at.minute
    return (
        _any(
            specification.get("times"),
            lambda each: _minutes(each["start_time"]) <= minute < _minutes(each["end_time"]),
        )
        and _any(specification.get("days_of_month"), lambda each: _in_range(each, at.day))
        and _any(specification.get("months"), lambda each: _in_range(each, at.month))
        and _any(specification.get("years"), lambda each: _in_range(each, at.year))
    )


def _any(elements: list[Any] | None, is_satisfied: Any) -> bool:  # noqa: ANN401  (of each kind of element)
    return elements is None or any(is_satisfied(each) for each in elements)


def _minutes(text: str) -> int:
    assert isinstance(text, str)
    hours, _, minutes = text.partition(":")
    assert (len(hours), len(minutes)) == (2, 2)
    assert text <= "24:00"
    return int(hours) * 60 + int(minutes)


def _in_range(text: str, value: int) -> bool:
    assert isinstance(text, str)
    first, _, last = text.partition(":")
    return int(first) <= value <= int(last or first)
