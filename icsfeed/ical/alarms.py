"""Alarms in events (RFC 5545, section 3.6.6), for subscribers with alarms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Final

from icalendar import Alarm
from icalendar.prop import vText

from icsfeed.domain.feeds import Kind
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.properties import as_bytes

_END: Final = b"\r\nEND:VEVENT\r\n"
_CANCELLED: Final = b"\r\nSTATUS:CANCELLED"
_SUMMARY: Final = re.compile(rb"\r\nSUMMARY:((?:.|\r\n )*)\r\n(?! )")


class _Written(vText):
    """A TEXT that is already escaped."""

    def to_ical(self) -> bytes:
        return self.encode()


def with_alarms(event: CalendarEvent, alarms: tuple[timedelta, ...]) -> CalendarEvent:
    """The event with alarms that long before its start; its revision stays the same.

    Cancelled events and freezes have no alarm: nothing happens then, and whole days begin at midnight.
    """
    if not alarms or event.kind is Kind.FREEZE:
        return event
    *components, rest = event.content.split(_END)
    ringing = (component + _ringing(component, alarms) + _END for component in components)
    content = b"".join(ringing) + rest
    return replace(event, write=lambda: content)


def _ringing(component: bytes, alarms: tuple[timedelta, ...]) -> bytes:
    summary = _SUMMARY.search(component)
    if summary is None or _CANCELLED in component:
        return b""
    return b"\r\n" + _valarms(summary[1].replace(b"\r\n ", b""), alarms).removesuffix(b"\r\n")


@lru_cache(maxsize=1024)
def _valarms(summary: bytes, alarms: tuple[timedelta, ...]) -> bytes:
    return b"".join(map(_valarm, [summary.decode()] * len(alarms), alarms))


def _valarm(summary: str, before: timedelta) -> bytes:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _Written(summary), encode=False)
    alarm.add("trigger", -before)
    return as_bytes(alarm)
