"""The `ical` library by Allen Porter, the engine of Home Assistant.

A TZID that Python's zoneinfo knows is read by zoneinfo; only an unknown one is read by the feed's VTIMEZONE.
"""

from datetime import UTC, datetime, timedelta

from ical.calendar_stream import CalendarStream
from ical.event import Event
from ical.exceptions import CalendarError

from .instances import Instance, starting_within, utc

NAME = "ical"
MARGIN = timedelta(days=1)


def unavailable() -> str | None:
    """Always available: the test suite depends on it."""
    return None


def read(feed: bytes, start: datetime, end: datetime) -> list[Instance]:
    """List the instances that start in [start, end); a feed that it can't read raises ValueError."""
    try:
        (calendar,) = CalendarStream.from_ics(feed.decode()).calendars
        events = calendar.timeline_tz(UTC).overlapping(start - MARGIN, end + MARGIN)
        return starting_within(map(_instance, events), start, end)
    except (CalendarError, ValueError) as error:
        raise ValueError(f"{NAME} cannot read the feed") from error


def _instance(event: Event) -> Instance:
    return Instance(
        utc(event.start),
        utc(event.end),
        event.uid,
        event.summary or "",
        event.description or "",
        event.status.value if event.status else "",
    )
