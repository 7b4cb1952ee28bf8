"""MAINTNOTE: expanded events with the properties that network teams' programs read (NANOG's BCOP, section 3.5).

Each property but OBJECT-ID stands once. RFC 5545's own properties stay as they are, UID and SEQUENCE among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from icalendar import Event

from icsfeed.domain.changes import Change, State
from icsfeed.domain.departures import Departure
from icsfeed.domain.feeds import Feed
from icsfeed.domain.maintnote import MAINTENANCE_KINDS, PUBLIC_ACCOUNT, Account
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import Impact
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.outlines import EventOutline
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.ical.series import Single
from icsfeed.ical.translations import Source
from icsfeed.ical.uids import occurrence_name

_BEGIN: Final = b"BEGIN:VEVENT\r\n"
_END: Final = b"END:VEVENT\r\n"

_STATUSES: Final = {
    State.TENTATIVE: "TENTATIVE",
    State.CONFIRMED: "CONFIRMED",
    State.IN_PROGRESS: "IN-PROCESS",
    State.COMPLETED: "COMPLETED",
    State.CANCELLED: "CANCELLED",
}
"""X-MAINTNOTE-STATUS (section 3.6.6). An occurrence of a window is confirmed, also once its time has come.

Otherwise the clock would change what the event states, and SEQUENCE would have to follow it.
"""


def maintnote_events(
    schedule: Schedule, feed: Feed, expanded: Iterable[CalendarEvent], account: Account = PUBLIC_ACCOUNT
) -> tuple[CalendarEvent, ...]:
    """The feed's events of the ``expanded`` rendering that are maintenance, for that account."""
    return tuple(
        replace(event, write=partial(_content, event, account_lines(schedule, feed, event, account)))
        for event in expanded
        if event.kind in MAINTENANCE_KINDS and event.belongs_to(feed)
    )


def account_lines(
    schedule: Schedule, feed: Feed, event: CalendarEvent | EventOutline, account: Account = PUBLIC_ACCOUNT
) -> bytes:
    """The lines that say whose maintenance it is: the same for all events that touch the same objects."""
    objects = account.objects or tuple(sorted(event.environments & feed.environments))
    return _account_lines(schedule.maintnote_provider, account.id, objects)


def own_lines(event: CalendarEvent | EventOutline) -> bytes:
    """The lines that say which maintenance it is; an outline, which has no state, counts as confirmed."""
    state = event.facts.state if isinstance(event, CalendarEvent) else State.CONFIRMED
    return _own_lines(_maintenance_id(event.source), _impact(event.source), _STATUSES[state])


def _content(event: CalendarEvent, lines: bytes) -> bytes:
    return event.content.removesuffix(_END) + lines + own_lines(event) + _END


def _maintenance_id(source: Source) -> str:
    """What names the maintenance for good; that of an occurrence stays when it is moved."""
    match source:
        case Single(occurrence=occurrence):
            return occurrence_name(occurrence)
        case Change(id=change_id) | Departure(change=Change(id=change_id)):
            return change_id
        case _:
            msg = f"{source!r} is no maintenance"
            raise AssertionError(msg)


def _impact(source: Source) -> str:
    """X-MAINTNOTE-IMPACT (section 3.6.5); a change has none on environments that it has left."""
    match source:
        case Single(occurrence=occurrence):
            return occurrence.window.impact.upper()
        case Change(plan=plan):
            return plan.impact.upper()
        case _:
            return Impact.NO_IMPACT.upper()


@lru_cache(maxsize=1024)
def _account_lines(provider: str, account: str, objects: tuple[str, ...]) -> bytes:
    lines = Event()
    add_text(lines, "x-maintnote-provider", provider)
    add_text(lines, "x-maintnote-account", account)
    for each in objects:
        add_text(lines, "x-maintnote-object-id", each)
    return _lines(lines)


@lru_cache(maxsize=4096)
def _own_lines(maintenance_id: str, impact: str, status: str) -> bytes:
    lines = Event()
    add_text(lines, "x-maintnote-maintenance-id", maintenance_id)
    add_text(lines, "x-maintnote-impact", impact)
    add_text(lines, "x-maintnote-status", status)
    return _lines(lines)


def _lines(event: Event) -> bytes:
    return as_bytes(event).removeprefix(_BEGIN).removesuffix(_END)
