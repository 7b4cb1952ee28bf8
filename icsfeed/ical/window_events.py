"""The events of maintenance windows: series, and occurrences that stand alone."""

from __future__ import annotations

from datetime import date

from icalendar import Event
from icalendar.prop import vRecur

from icsfeed.domain.feeds import Kind
from icsfeed.domain.occurrences import Occurrence, Skipped
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.ical.events import (
    CANCELLED,
    CalendarEvent,
    add_local,
    basic,
    begin_event,
    describe,
    facts,
    first_revision,
    is_utc,
    rendered,
    uid_of,
)
from icsfeed.ical.properties import add_text, as_bytes
from icsfeed.ical.series import Series, Single


def series_event(schedule: Schedule, series: Series) -> CalendarEvent:
    """The recurring event of a series, with overrides for the occurrences seen as cancelled."""
    window = series.window
    zone = window.zone
    label = series.recurrence.label
    uid = uid_of(schedule, Kind.MAINTENANCE, window.id, str(series.year), label, *_after(series.after))
    first = first_revision(schedule, series.year)
    event = _window_event(schedule, series.first, uid, first)
    start, end = window.on(series.first.original_start.date())
    add_local(event, "dtstart", start, zone)
    add_local(event, "dtend", end, zone)
    if series.first is not series.last:
        event.add("rrule", vRecur({**series.recurrence.parts(), "UNTIL": series.last.policy_start}))
        for excluded in series.excluded:
            add_local(event, "exdate", excluded.original_start, zone)
    content = as_bytes(event)
    for cancelled in series.cancelled:
        content += _cancelled_instance(schedule, cancelled, uid, first)
    return rendered(
        content,
        uid=uid,
        kind=Kind.MAINTENANCE,
        environments=window.environments,
        span=Span(start=_span(series.first).start, end=_span(series.last).end),
        first=first,
        zone=None if is_utc(zone) else zone,
    )


def single_event(schedule: Schedule, single: Single) -> CalendarEvent:
    """An occurrence as an event of its own, in UTC."""
    occurrence = single.occurrence
    window = occurrence.window
    span = _span(occurrence)
    uid = uid_of(schedule, Kind.MAINTENANCE, window.id, basic(occurrence.original_start))
    first = first_revision(schedule, single.year)
    event = _window_event(schedule, occurrence, uid, first)
    event.add("dtstart", span.start)
    event.add("dtend", span.end)
    return rendered(
        as_bytes(event),
        uid=uid,
        kind=Kind.MAINTENANCE,
        environments=window.environments,
        span=span,
        first=first,
    )


def _cancelled_instance(schedule: Schedule, occurrence: Occurrence, uid: str, revision: Revision) -> bytes:
    """An override of one instance (RFC 5545, section 3.8.4.4)."""
    event = _window_event(schedule, occurrence, uid, revision)
    start, end = occurrence.window.on(occurrence.original_start.date())
    for name, local in (("recurrence-id", start), ("dtstart", start), ("dtend", end)):
        add_local(event, name, local, occurrence.window.zone)
    return as_bytes(event)


def _window_event(schedule: Schedule, occurrence: Occurrence, uid: str, revision: Revision) -> Event:
    """All of an occurrence's event but its times."""
    window = occurrence.window
    cancelled = isinstance(occurrence.excluded, Skipped)
    event = begin_event(schedule, uid, revision, CANCELLED + window.name if cancelled else window.name)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    describe(event, [_note(occurrence), facts(schedule, window.environments, window.impact), window.description])
    add_text(event, "categories", "Maintenance")
    return event


def _note(occurrence: Occurrence) -> str:
    """What an operator did to it."""
    if isinstance(occurrence.excluded, Skipped):
        return f"This maintenance does not take place: {occurrence.excluded.reason}"
    if occurrence.moved is not None:
        return f"Moved from {occurrence.original_start:%Y-%m-%d %H:%M}: {occurrence.moved.reason}"
    return ""


def _span(occurrence: Occurrence) -> Span:
    if occurrence.span is None:
        msg = f"an occurrence of {occurrence.window.id} that the clock skips can't be an event"
        raise AssertionError(msg)
    return occurrence.span


def _after(cut: date | None) -> tuple[str, ...]:
    return (f"after-{basic(cut)}",) if cut else ()
