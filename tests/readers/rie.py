"""recurring-ical-events over icalendar, the engine of many Python servers and calendar pages.

A TZID that Python's zoneinfo knows is read by zoneinfo; only an unknown one is read by the feed's VTIMEZONE.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import recurring_ical_events  # type: ignore[import-untyped]  # it ships no annotations
from icalendar import Calendar, Component, Event

from .instances import Instance, starting_within, utc

NAME = "recurring-ical-events"
MARGIN = timedelta(days=1)


def unavailable() -> str | None:
    """Always available: the test suite depends on it."""
    return None


def read(feed: bytes, start: datetime, end: datetime) -> list[Instance]:
    """List the instances that start in [start, end); a feed that it can't read raises ValueError."""
    try:
        calendar = Calendar.from_ical(feed)
        _check(calendar)
        events = recurring_ical_events.of(calendar).between(start - MARGIN, end + MARGIN)
        return starting_within(_instances(events), start, end)
    except ValueError as error:
        raise ValueError(f"{NAME} cannot read the feed") from error


def _check(calendar: Component) -> None:
    """Refuse what icalendar accepts: another component, or a line that it collects as an error."""
    if calendar.name != "VCALENDAR":
        raise ValueError(f"{calendar.name} instead of VCALENDAR")
    for component in calendar.walk():
        for name, reason in component.errors:
            raise ValueError(f"{component.name} {name}: {reason}")


def _instances(events: list[Event]) -> Iterator[Instance]:
    for event in events:
        texts = (str(event.get(name, "")) for name in ("UID", "SUMMARY", "DESCRIPTION", "STATUS"))
        yield Instance(utc(event.start), utc(event.end), *texts)
