"""Calendar objects that are sent: events of a feed as RFC 5546, section 3.2.1, has them published by mail.

Each event is the feed's own, at its revision; so a client that imports it and one that subscribes show the same.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from icalendar import Calendar

from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import calendar_zones, product_id
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.properties import as_bytes

_END: Final = b"END:VCALENDAR\r\n"


def published_object(situation: Situation, events: Collection[CalendarEvent]) -> bytes:
    """The events as one iCalendar object with METHOD:PUBLISH; empty where there are none.

    Its DTSTAMP is the situation's ``now``, as it is in every object with a method (RFC 5545, section 3.8.7.2). The
    method needs an organizer; without one in the schedule, there is no such object.
    """
    if not events or situation.schedule.calendar.organizer is None:
        return b""
    stamped = (_stamped(event, situation.now) for event in events)
    header = _header(situation.schedule.language)
    return b"".join([header, *calendar_zones(situation, events), *stamped, _END])


@lru_cache(maxsize=64)
def _header(language: str) -> bytes:
    header = Calendar()
    header.add("prodid", product_id(language))
    header.add("version", "2.0")
    header.add("calscale", "GREGORIAN")
    header.add("method", "PUBLISH")
    return as_bytes(header).removesuffix(_END)


def _stamped(event: CalendarEvent, at: datetime) -> bytes:
    """The event with another DTSTAMP; text can't hold a line of its own."""
    old, new = (f"\r\nDTSTAMP:{each.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode() for each in (event.revision.at, at))
    return event.content.replace(old, new)
