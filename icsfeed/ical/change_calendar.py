"""Change calendars of AWS Systems Manager: iCalendar documents of at most 64 KB, closed but for their events.

AWS asks no event what it is: in a calendar that is closed by default each one opens it. So such a document has nothing
but the spans in which a planned change may run, each as one event in UTC with the bare necessities.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final

from icalendar import Calendar, Component, Event, Todo

from icsfeed.domain.civil import local_date
from icsfeed.domain.feeds import Feed
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.ical.uids import open_span_uid
from icsfeed.words.languages import ENGLISH

MAX_BYTES: Final = 64_000
"""AWS accepts 64 KB, and does not say whether those have 1,000 or 1,024 bytes."""

_RESERVED_BYTES: Final = 2_000
_MAX_NAME_CHARS: Final = 200
_END: Final = b"END:VCALENDAR\r\n"


@cache
def max_spans(uid_domain: str) -> int:
    """How many spans fit: their events differ in digits only."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return (MAX_BYTES - _RESERVED_BYTES) // len(_event(uid_domain, start, Span(start=start, end=start + ONE_DAY)))


def change_calendar(schedule: Schedule, feed: Feed, spans: Sequence[Span]) -> bytes:
    """The document that is open in the ``spans``, as many as fit."""
    calendar = schedule.calendar
    events = []
    for span in spans[: max_spans(calendar.uid_domain)]:
        # Like any event, it is dated to when it entered the published span.
        dated = start_of_year(local_date(span.start, calendar.zone).year - 1, calendar.zone)
        events.append(_event(calendar.uid_domain, dated, span))
    return b"".join([_header(feed), *(events or [_nothing(calendar.uid_domain)]), _END])


def _header(feed: Feed) -> bytes:
    header = Calendar()
    # The name of AWS's own program: all documents that it is known to accept have it.
    header.add("prodid", "-//AWS//Change Calendar 1.0//EN")
    header.add("version", "2.0")
    add_text(header, "x-calendar-type", "DEFAULT_CLOSED")
    add_text(header, "x-wr-caldesc", feed.name[:_MAX_NAME_CHARS])
    return as_bytes(header).removesuffix(_END)


@lru_cache(maxsize=4096)
def _event(uid_domain: str, dated: datetime, span: Span) -> bytes:
    event = Event()
    event.add("uid", open_span_uid(span.start, uid_domain))
    event.add("dtstamp", dated)
    event.add("dtstart", span.start)
    event.add("dtend", span.end)
    add_text(event, "summary", ENGLISH.say("Open for planned changes"))
    return as_bytes(event)


def _nothing(uid_domain: str) -> bytes:
    """The component that AWS writes into a calendar without events, which needs one (RFC 5545, section 3.6)."""
    nothing: Component = Todo()
    nothing.add("uid", open_span_uid(None, uid_domain))
    nothing.add("dtstamp", datetime(2000, 1, 1, tzinfo=UTC))
    add_text(nothing, "summary", ENGLISH.say("Never open for planned changes"))
    return as_bytes(nothing)
