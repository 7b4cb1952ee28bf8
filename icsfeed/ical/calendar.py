"""Whole calendars: a feed in one of its renderings, joined from ready events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar
from icalendar.prop import vDuration

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.feeds import Feed
from icsfeed.domain.freezes import frozen_days
from icsfeed.domain.occurrences import occurrences
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule, published_span, published_years
from icsfeed.domain.spans import DateRange
from icsfeed.domain.zones import settled_clock, zone
from icsfeed.ical.events import CalendarEvent, EventWriter
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.ical.series import Rendering, Series, arrange
from icsfeed.ical.timezones import vtimezone

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
_REFRESH: Final = timedelta(hours=1)
_END: Final = b"END:VCALENDAR\r\n"


def render_events(
    schedule: Schedule,
    rendering: Rendering,
    *,
    now: datetime,
    adjustments: Iterable[Adjustment] = (),
    revisions: Mapping[str, Revision] | None = None,
) -> tuple[CalendarEvent, ...]:
    """Every event that feeds show at ``now`` (aware), by start, then UID."""
    own = schedule.calendar.zone
    years = published_years(now, own)
    writer = EventWriter(schedule, revisions or {})
    found = occurrences(schedule, published_span(now, own), adjustments)
    events = [
        writer.series(each) if isinstance(each, Series) else writer.single(each)
        for each in arrange(found, rendering, own, published_span(now, own))
    ]
    days = DateRange.of_years(years)
    events += [
        writer.freeze(frozen)
        for frozen in frozen_days(schedule.freezes, own, days.first, days.last)
        if frozen.days.first in days
    ]
    return tuple(sorted(events, key=lambda event: (event.start, event.uid)))


def calendar_bytes(schedule: Schedule, feed: Feed, events: Iterable[CalendarEvent], *, now: datetime) -> bytes:
    """The feed as a whole iCalendar object: its header, the zones that its events use, the selected events.

    A feed without events has UTC: RFC 5545, section 3.6, asks for at least one component.
    """
    selected = [event for event in events if feed.selects(event.kind, event.environments)]
    years = published_years(now, schedule.calendar.zone)
    used = {event.zone for event in selected if event.zone} if selected else {zone("UTC")}
    in_order = sorted(used, key=lambda used_zone: used_zone.key)
    zones = [vtimezone(each, clock) for each in in_order if (clock := settled_clock(each, years[0], years[-1]))]
    header = as_bytes(_header(schedule, feed)).removesuffix(_END)
    return b"".join([header, *zones, *(event.content for event in selected), _END])


def _header(schedule: Schedule, feed: Feed) -> Calendar:
    """The calendar's own properties, those that RFC 7986 and the clients before it know."""
    header = Calendar()
    header.add("prodid", "-//icsfeed//Maintenance calendar//EN")
    header.add("version", "2.0")
    header.add("calscale", "GREGORIAN")
    add_text(header, "name", feed.name)
    add_text(header, "x-wr-calname", feed.name)
    description = feed.description or schedule.calendar.description
    if description:
        add_text(header, "description", description)
        add_text(header, "x-wr-caldesc", description)
    # No X-WR-TIMEZONE: recurring-ical-events moves every UTC time to that zone's clock, weekday and all.
    header.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    header.add("x-published-ttl", vDuration(_REFRESH))
    return header
