"""The events of emergency and planned changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from icsfeed.domain.changes import CHANGE_NAMES, Change, State
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.events import CANCELLED, CalendarEvent, begin_event, describe, facts, rendered, uid_of
from icsfeed.ical.properties import add_text, as_bytes

_PREFIXES: Final = {
    State.TENTATIVE: "Tentative: ",
    State.CONFIRMED: "",
    State.IN_PROGRESS: "In progress: ",
    State.COMPLETED: "Completed: ",
    State.CANCELLED: CANCELLED,
}
_STATUSES: Final = {State.TENTATIVE: "TENTATIVE", State.CANCELLED: "CANCELLED"}
"""RFC 5545, section 3.8.1.11, knows no status of a VEVENT for the others but CONFIRMED: the summary says them."""

_MOST_UPDATES: Final = 10
"""So many of the latest updates are told; calendar programs show a description in a small box."""

_MOST_TOLD: Final = 10_000
"""Characters that they may have together; the latest is told all the same."""


def change_event(schedule: Schedule, change: Change) -> CalendarEvent:
    """A change as one event, in UTC. One that was cancelled lapses when its time has passed.

    Where nothing is recorded of one that stands in the schedule file, its updates say how often it has changed.
    """
    event = _event(schedule, change)
    if change.is_recorded or len(change.updates) == 1:
        return event
    first = _revision_by_updates(schedule, change)
    return replace(event.revised(first), first=first)


def _revision_by_updates(schedule: Schedule, change: Change) -> Revision:
    """The revision after all updates, as if each had been public before the next one came."""
    states = [replace(change, updates=change.updates[:number]) for number in range(1, len(change.updates) + 1)]
    events = [_event(schedule, state) for state in states]
    revision = events[0].first
    for before, after, state in zip(events, events[1:], states[1:], strict=False):
        if before.digest != after.digest:
            at = max(revision.at, state.latest.at.replace(microsecond=0))
            revision = Revision(sequence=revision.sequence + 1, at=at)
    return revision


def _event(schedule: Schedule, change: Change) -> CalendarEvent:
    plan = change.plan
    uid = uid_of(schedule, change.kind, change.id.lower())
    first = Revision(sequence=0, at=change.announced_at.replace(microsecond=0))
    event = begin_event(schedule, uid, first, headline(change))
    event.add("status", _STATUSES.get(change.state, "CONFIRMED"))
    event.add("dtstart", plan.span.start)
    event.add("dtend", plan.span.end)
    describe(
        event,
        [
            facts(schedule, plan.environments, plan.impact) + _identity(change),
            f"Reason: {plan.reason}" if plan.reason else "",
            _freeze(schedule, change),
            f"Ticket: {plan.ticket}" if plan.ticket else "",
            "\n".join(_told(schedule, change)),
        ],
    )
    add_text(event, "categories", CHANGE_NAMES[change.kind].capitalize())
    if plan.ticket:
        event.add("url", plan.ticket)
    return rendered(
        as_bytes(event),
        uid=uid,
        kind=change.kind,
        environments=plan.environments,
        span=plan.span,
        first=first,
        lapses=plan.span.end if change.state is State.CANCELLED else None,
    )


def _identity(change: Change) -> str:
    return f"\nState: {change.state}\n{'Number' if change.is_recorded else 'Id'}: {change.id}"


def headline(change: Change) -> str:
    """A change in one line, such as ``In progress: Emergency change: Security patch``."""
    return f"{_PREFIXES[change.state]}{CHANGE_NAMES[change.kind].capitalize()}: {change.plan.summary}"


def _freeze(schedule: Schedule, change: Change) -> str:
    frozen = freeze_touching(schedule.freezes, schedule.calendar.zone, change.plan.span)
    if frozen is None:
        return ""
    return f"This {CHANGE_NAMES[change.kind]} falls in a change freeze ({frozen.freeze.name})."


def _told(schedule: Schedule, change: Change) -> Iterator[str]:
    """What operators said of it, the latest first, with the time in the calendar's zone."""
    told = [update for update in change.updates if update.message]
    room = _MOST_TOLD
    for number, update in enumerate(reversed(told)):
        room -= len(update.message)
        if number == _MOST_UPDATES or (number and room < 0):
            yield f"({len(told) - number} earlier)"
            return
        yield f"{update.at.astimezone(schedule.calendar.zone):%Y-%m-%d %H:%M %Z}: {update.message}"
