"""The manual's rule for changes that nobody started, worked out without icsfeed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def lapse_after(planned_end: datetime, zone: ZoneInfo) -> datetime:
    """The midnight after the planned end, from which on such a change counts as over."""
    last = (planned_end - timedelta(microseconds=1)).astimezone(zone).date()
    return datetime.combine(last + timedelta(days=1), time(), zone)
