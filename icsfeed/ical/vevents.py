"""VEVENTs (RFC 5545, section 3.6.1), written from the facts that an event states and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress
from icalendar.prop import vRecur

from icsfeed.domain.changes import CHANGE_NAMES, State, is_recorded
from icsfeed.domain.event_facts import CancelledInstance, EventFacts
from icsfeed.domain.feeds import Kind
from icsfeed.domain.revisions import Revision
from icsfeed.domain.texts import clean
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import is_utc
from icsfeed.ical.properties import add_text, as_bytes

IMPACT_WORDS: Final = {
    Impact.NO_IMPACT: "none",
    Impact.REDUCED_REDUNDANCY: "reduced redundancy",
    Impact.DEGRADED: "degraded service",
    Impact.OUTAGE: "outage",
}
SUMMARY_PREFIXES: Final = {
    State.TENTATIVE: "Tentative: ",
    State.CONFIRMED: "",
    State.IN_PROGRESS: "In progress: ",
    State.COMPLETED: "Completed: ",
    State.CANCELLED: "Cancelled: ",
}
"""RFC 5545, section 3.8.1.11, has no STATUS for some states, and Outlook may show a cancelled event like any other."""

_STATUSES: Final = {State.TENTATIVE: "TENTATIVE", State.CANCELLED: "CANCELLED"}
"""Of a VEVENT; all other states are CONFIRMED."""

_MAX_MESSAGES: Final = 10
"""Calendar programs show a description in a small box."""

_MAX_MESSAGE_CHARS: Final = 10_000
"""All messages together; the latest is shown however long it is."""


def vevents(uid: str, facts: EventFacts, revision: Revision, zone: ZoneInfo) -> bytes:
    """The event as content lines, followed by its overrides; ``zone`` is the calendar's."""
    event = _begin(uid, facts, revision, summary(facts))
    if facts.kind is not Kind.FREEZE:
        event.add("status", _STATUSES.get(facts.state, "CONFIRMED"))
    if facts.kind is Kind.MAINTENANCE:
        _describe(event, _window_paragraphs(facts, facts.state, facts.reason))
        add_text(event, "categories", "Maintenance")
        _add_times(event, facts)
        return b"".join([as_bytes(event), *_overrides(uid, facts, revision)])
    if facts.kind is Kind.FREEZE:
        _describe(event, ["No planned change happens on these days.", facts.description])
        add_text(event, "categories", "Change freeze")
        _add_times(event, facts)
        return as_bytes(event)
    _add_times(event, facts)
    _describe(event, _change_paragraphs(facts, zone))
    add_text(event, "categories", CHANGE_NAMES[facts.kind].capitalize())
    if facts.ticket:
        event.add("url", facts.ticket)
    return as_bytes(event)


def summary(facts: EventFacts) -> str:
    """An event in one line, such as ``In progress: Emergency change: Security patch``."""
    if facts.kind in CHANGE_NAMES:
        return f"{SUMMARY_PREFIXES[facts.state]}{CHANGE_NAMES[facts.kind].capitalize()}: {facts.name}"
    return f"{SUMMARY_PREFIXES[facts.state]}{facts.name}"


def _begin(uid: str, facts: EventFacts, revision: Revision, summary_text: str) -> Event:
    """The properties of every event. It blocks nobody's own time: a customer's calendar stays free."""
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

    The library is not asked: it takes Africa/Abidjan and others for UTC, whatever their clocks show.
    """
    if isinstance(local, datetime) and is_utc(zone):
        event.add(name, local.replace(tzinfo=UTC))
    else:
        event.add(name, local, parameters={"TZID": zone})


def _overrides(uid: str, facts: EventFacts, revision: Revision) -> Iterator[bytes]:
    """The instances that are shown as cancelled (RFC 5545, section 3.8.4.4)."""
    for instance in facts.cancelled:
        event = _begin(uid, facts, revision, f"{SUMMARY_PREFIXES[State.CANCELLED]}{facts.name}")
        event.add("status", "CANCELLED")
        _describe(event, _window_paragraphs(facts, State.CANCELLED, instance.reason))
        add_text(event, "categories", "Maintenance")
        _add_instance(event, instance, facts.zone)
        yield as_bytes(event)


def _add_instance(event: Event, instance: CancelledInstance, zone: str) -> None:
    for name, local in (("recurrence-id", instance.start), ("dtstart", instance.start), ("dtend", instance.end)):
        _add_local(event, name, local, zone)


def _describe(event: Event, paragraphs: list[str]) -> None:
    add_text(event, "description", "\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def _window_paragraphs(facts: EventFacts, state: State, reason: str) -> list[str]:
    note = ""
    if state is State.CANCELLED:
        note = f"This maintenance does not take place: {reason}"
    elif facts.moved_from is not None:
        note = f"Moved from {facts.moved_from:%Y-%m-%d %H:%M}: {reason}"
    return [note, _environments_and_impact(facts), facts.description]


def _change_paragraphs(facts: EventFacts, zone: ZoneInfo) -> list[str]:
    name = CHANGE_NAMES[facts.kind]
    label = "Number" if is_recorded(facts.kind, facts.change_id) else "Id"
    return [
        f"{_environments_and_impact(facts)}\nState: {facts.state}\n{label}: {facts.change_id}",
        f"Reason: {facts.reason}" if facts.reason else "",
        f"This {name} falls in a change freeze ({facts.freeze})." if facts.freeze else "",
        f"Ticket: {facts.ticket}" if facts.ticket else "",
        "\n".join(_messages(facts, zone)),
    ]


def _environments_and_impact(facts: EventFacts) -> str:
    names = ", ".join(environment.name for environment in facts.environments)
    impact = IMPACT_WORDS[facts.impact] if facts.impact is not None else ""
    return f"Environments: {names}\nImpact: {impact}"


def _messages(facts: EventFacts, zone: ZoneInfo) -> Iterator[str]:
    """The latest messages first, with their time in ``zone``."""
    room = _MAX_MESSAGE_CHARS
    for number, message in enumerate(reversed(facts.messages)):
        room -= len(message.text)
        if number == _MAX_MESSAGES or (number and room < 0):
            yield f"({len(facts.messages) - number} earlier)"
            return
        yield f"{message.at.astimezone(zone):%Y-%m-%d %H:%M %Z}: {message.text}"
