"""Argo CD's sync windows, by the rules of its documentation and its code.

https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/: "If there are no windows matching an application then
all syncs are allowed. If there are any `allow` windows matching an application then syncs will only be allowed when
there is an active `allow` window. […] `deny` windows override `allow` windows." A window is active if its schedule,
asked for the next time after (now - duration), names one before now (SyncWindow.active in types.go). The schedule is
that of robfig/cron: where the day of the month or the day of the week is a star, both must match.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

FIELDS = {"kind", "schedule", "duration", "timeZone", "applications"}
"""Those of the custom resource's SyncWindow that are written; all are strings, but for the list of applications."""

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def can_sync(windows: list[dict[str, Any]], now: datetime) -> bool:
    """Whether an automatic sync may run."""
    active = [each for each in windows if _is_active(each, now)]
    if any(each["kind"] == "deny" for each in active):
        return False
    return any(each["kind"] == "allow" for each in active) or not any(each["kind"] == "allow" for each in windows)


def _is_active(window: dict[str, Any], now: datetime) -> bool:
    assert window.keys() == FIELDS
    assert window["kind"] in {"allow", "deny"}
    assert (window["timeZone"], window["applications"]) == ("UTC", ["*"])
    return _next(window["schedule"], now.astimezone(UTC) - _duration(window["duration"])) < now


def _duration(text: str) -> timedelta:
    """A length as Go's time.ParseDuration reads it, of those that have hours and minutes."""
    match = re.fullmatch(r"(?=.)(?:(\d+)h)?(?:(\d+)m)?", text)
    assert match, text
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))


def _next(schedule: str, after: datetime) -> datetime:
    """The first whole minute later than ``after`` that the schedule names."""
    fields = schedule.split(" ")
    assert len(fields) == 5
    minutes, hours, days, months, weekdays = (
        _values(text, *bounds) for text, bounds in zip(fields, _RANGES, strict=True)
    )
    assert "*" in {fields[2], fields[4]}, "otherwise, either day would do"
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        if day.month not in months:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            continue
        if day.day in days and day.isoweekday() % 7 in weekdays:
            for hour in hours:
                for minute in minutes:
                    at = day.replace(hour=hour, minute=minute)
                    if at > after:
                        return at
        day += timedelta(days=1)


@cache
def _values(text: str, first: int, last: int) -> tuple[int, ...]:
    values = range(first, last + 1) if text == "*" else sorted(int(each) for each in text.split(","))
    assert all(first <= each <= last for each in values)
    return tuple(values)
