"""VEVENTs (RFC 5545, section 3.6.1), written from the facts of an event and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress
from icalendar.prop import vRecur

from icsfeed.domain.changes import State
from icsfeed.domain.event_facts import CancelledInstance, EventFacts
from icsfeed.domain.feeds import Kind
from icsfeed.domain.revisions import Revision
from icsfeed.domain.texts import clean
from icsfeed.domain.zones import is_utc
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.words.events import (
    CATEGORIES,
    cancelled_instance_description,
    event_description,
    event_title,
    title_in_state,
)
from icsfeed.words.languages import Language

_STATUSES: Final = {State.TENTATIVE: "TENTATIVE", State.CANCELLED: "CANCELLED"}
"""Of a VEVENT; all other states are CONFIRMED."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Presentation:
    """How an event is written, whatever its facts: in which language, and on the clock of which zones.

    ``zone`` is the calendar's, ``window_zone`` that of the event's window. ``page`` is the address of its announcement.
    """

    language: Language
    zone: ZoneInfo
    window_zone: ZoneInfo | None = None
    page: str = ""


def vevents(uid: str, facts: EventFacts, revision: Revision, presentation: Presentation) -> bytes:
    """The event as content lines, followed by its overrides.

    No property has a LANGUAGE (RFC 5545, section 3.2.10): nothing shows it, and simple readers expect ``SUMMARY:``.
    """
    language, zones = presentation.language, (presentation.zone, presentation.window_zone)
    event = _begin(uid, facts, revision, event_title(facts, language))
    if facts.kind is not Kind.FREEZE:
        event.add("status", _STATUSES.get(facts.state, "CONFIRMED"))
    _add_times(event, facts)
    add_text(event, "description", event_description(facts, language, *zones))
    _add_category(event, facts, language)
    if address := facts.ticket or presentation.page:
        event.add("url", address)
    return b"".join([as_bytes(event), *_overrides(uid, facts, revision, language)])


def _begin(uid: str, facts: EventFacts, revision: Revision, summary_text: str) -> Event:
    """The properties of every event. Customers' calendars stay free: it is transparent."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", revision.at)
    event.add("last-modified", revision.at)
    event.add("sequence", revision.sequence)
    add_text(event, "summary", summary_text)
    if facts.organizer is not None:
        address = vCalAddress(f"mailto:{facts.organizer.email}")
        address.params["CN"] = " ".join(clean(facts.organizer.name).split())
        event.add("organizer", address)
    event.add("transp", "TRANSPARENT")
    add_text(event, "x-microsoft-cdo-busystatus", "FREE")
    return event


def _add_times(event: Event, facts: EventFacts) -> None:
    if not facts.zone:
        event.add("dtstart", facts.start)
        event.add("dtend", facts.end)
        return
    _add_local(event, "dtstart", facts.start, facts.zone)
    _add_local(event, "dtend", facts.end, facts.zone)
    if facts.rule is not None:
        event.add("rrule", vRecur({**facts.rule.recurrence.parts(), "UNTIL": facts.rule.until}))
        for excluded in facts.excluded:
            _add_local(event, "exdate", excluded, facts.zone)


def _add_local(event: Event, name: str, local: date, zone: str) -> None:
    """Add a regular local time with its zone, or in UTC where that is the zone: UTC has no TZID (RFC 5545, 3.2.19).

    Not left to the library: it treats Africa/Abidjan and others as UTC.
    """
    if isinstance(local, datetime) and is_utc(zone):
        event.add(name, local.replace(tzinfo=UTC))
    else:
        event.add(name, local, parameters={"TZID": zone})


def _overrides(uid: str, facts: EventFacts, revision: Revision, language: Language) -> Iterator[bytes]:
    """The instances that are shown as cancelled (RFC 5545, section 3.8.4.4)."""
    for instance in facts.cancelled:
        event = _begin(uid, facts, revision, title_in_state(facts.name, State.CANCELLED, language, facts.kind))
        event.add("status", "CANCELLED")
        add_text(event, "description", cancelled_instance_description(facts, instance.reason, language))
        _add_category(event, facts, language)
        _add_instance(event, instance, facts.zone)
        yield as_bytes(event)


def _add_instance(event: Event, instance: CancelledInstance, zone: str) -> None:
    for name, local in (("recurrence-id", instance.start), ("dtstart", instance.start), ("dtend", instance.end)):
        _add_local(event, name, local, zone)


def _add_category(event: Event, facts: EventFacts, language: Language) -> None:
    add_text(event, "categories", language.say(CATEGORIES[facts.kind]))
