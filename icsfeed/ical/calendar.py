"""Whole calendars: a feed in one of its renderings, joined from rendered events."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final

from icalendar import Calendar
from icalendar.prop import vDuration

from icsfeed.domain.feeds import Feed
from icsfeed.domain.situation import Situation
from icsfeed.domain.zones import settled_clock, zone
from icsfeed.ical.events import CalendarEvent, policy_event
from icsfeed.ical.limits import events_that_fit
from icsfeed.ical.outlines import EventOutline, policy_outlines
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.ical.series import Rendering
from icsfeed.ical.timezones import vtimezone
from icsfeed.words.feeds import feed_in_words
from icsfeed.words.languages import language_named

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
_REFRESH: Final = timedelta(hours=1)
_END: Final = b"END:VCALENDAR\r\n"


def policy_events(situation: Situation, rendering: Rendering) -> tuple[CalendarEvent, ...]:
    """The events of windows and freezes, each at its first revision."""
    return tuple(map(policy_event, policy_outlines(situation, rendering)))


def current_events(events: Iterable[CalendarEvent], *, now: datetime) -> tuple[CalendarEvent, ...]:
    """The events that have not lapsed at ``now`` (aware), by start, then UID."""
    current = [event for event in events if event.lapses is None or now < event.lapses]
    return tuple(sorted(current, key=attrgetter("span.start", "uid")))


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedContent:
    """A feed's bytes, and how many of its events are left out."""

    content: bytes
    left_out: int


def feed_content(situation: Situation, feed: Feed, events: Iterable[CalendarEvent]) -> FeedContent:
    """The feed as a whole iCalendar object: its header, the zones that its events use, and the events that fit.

    A feed without events has UTC: RFC 5545, section 3.6, asks for at least one component.
    """
    selected = [event for event in events if event.belongs_to(feed)]
    frame = feed_frame(situation, feed, selected)
    fitting = events_that_fit(selected, lambda event: len(event.content), taken=sum(map(len, frame)), now=situation.now)
    *beginning, end = frame
    content = b"".join([*beginning, *(event.content for event in fitting), end])
    return FeedContent(content=content, left_out=len(selected) - len(fitting))


def feed_frame(situation: Situation, feed: Feed, events: Collection[CalendarEvent | EventOutline]) -> tuple[bytes, ...]:
    """What stands around the events of a feed: its header, the zones that they use, and its end."""
    calendar, language = situation.schedule.calendar, language_named(situation.schedule.language)
    named = feed_in_words(feed, situation.schedule, language)
    header = _header(named.name, feed.description or calendar.description, calendar.color, language.code)
    return (header, *calendar_zones(situation, events), _END)


def calendar_zones(situation: Situation, events: Collection[CalendarEvent | EventOutline]) -> tuple[bytes, ...]:
    """The zones that the events use; of none at all, UTC."""
    years = situation.published_years
    used = {event.zone for event in events if event.zone} if events else {zone("UTC")}
    in_order = sorted(used, key=lambda used_zone: used_zone.key)
    return tuple(vtimezone(each, clock) for each in in_order if (clock := settled_clock(each, years[0], years[-1])))


def product_id(language: str) -> str:
    """The PRODID of everything in that language."""
    return f"-//icsfeed//Maintenance calendar//{language.upper()}"


@lru_cache(maxsize=256)
def _header(name: str, description: str, color: str, language: str) -> bytes:
    """The calendar's own properties, those of RFC 7986 and of older clients, up to its first component."""
    header = Calendar()
    header.add("prodid", product_id(language))
    header.add("version", "2.0")
    header.add("calscale", "GREGORIAN")
    add_text(header, "name", name)
    add_text(header, "x-wr-calname", name)
    if description:
        add_text(header, "description", description)
        add_text(header, "x-wr-caldesc", description)
    if color:
        _add_color(header, color)
    # No X-WR-TIMEZONE: recurring-ical-events would move every UTC time to that zone.
    header.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    header.add("x-published-ttl", vDuration(_REFRESH))
    return as_bytes(header).removesuffix(_END)


def _add_color(header: Calendar, color: str) -> None:
    """Add a CSS name, or ``#rrggbb``, which only Apple's property allows (RFC 7986, section 5.9)."""
    from webcolors import name_to_hex  # noqa: PLC0415  (few calendars have a color)

    if not color.startswith("#"):
        add_text(header, "color", color.lower())
    add_text(header, "x-apple-calendar-color", (color if color.startswith("#") else name_to_hex(color)).upper())
