"""VEVENTs (RFC 5545, section 3.6.1), each rendered once and whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress
from icalendar.prop import vRecur

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenDays
from icsfeed.domain.occurrences import Occurrence, Skipped
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import ONE_DAY
from icsfeed.domain.windows import Impact
from icsfeed.ical.properties import add_text, as_bytes, clean
from icsfeed.ical.series import Series, Single

IMPACT_WORDS: Final = {
    Impact.NO_IMPACT: "none",
    Impact.REDUCED_REDUNDANCY: "reduced redundancy",
    Impact.DEGRADED: "degraded service",
    Impact.OUTAGE: "outage",
}
_CANCELLED: Final = "Cancelled: "


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEvent:
    """A published event: ``content`` is its VEVENT (with any overrides), ``zone`` the one whose VTIMEZONE it needs."""

    uid: str
    kind: Kind
    environments: frozenset[str]
    start: datetime
    zone: ZoneInfo | None
    content: bytes


def _is_utc(zone: ZoneInfo) -> bool:
    return zone.key in {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"}


class EventWriter:
    """Writes the events of one schedule.

    ``revisions`` are those recorded, by UID. An event without one is at its first: it came when it entered the
    published span, on 1 January of the year before its own.
    """

    def __init__(self, schedule: Schedule, revisions: Mapping[str, Revision]) -> None:
        self._schedule = schedule
        self._revisions = revisions

    def series(self, series: Series) -> CalendarEvent:
        """The recurring event of a series, with overrides for the occurrences seen as cancelled."""
        window = series.window
        zone = window.zone
        uid = self._uid(Kind.MAINTENANCE, window.id, str(series.year), series.recurrence.label, *_after(series.after))
        revision = self._revision(uid, series.year)
        event = self._window_event(series.first, uid, revision)
        start, end = window.on(series.first.original_start.date())
        _add_local(event, "dtstart", start, zone)
        _add_local(event, "dtend", end, zone)
        if series.first is not series.last:
            event.add("rrule", vRecur({**series.recurrence.parts(), "UNTIL": series.last.policy_start}))
            for excluded in series.excluded:
                _add_local(event, "exdate", excluded.original_start, zone)
        content = as_bytes(event)
        for cancelled in series.cancelled:
            content += self._cancelled_instance(cancelled, uid, revision)
        return CalendarEvent(
            uid=uid,
            kind=Kind.MAINTENANCE,
            environments=window.environments,
            start=series.first.policy_start,
            zone=None if _is_utc(zone) else zone,
            content=content,
        )

    def single(self, single: Single) -> CalendarEvent:
        """An occurrence as an event of its own, in UTC."""
        occurrence = single.occurrence
        window = occurrence.window
        span = occurrence.span
        if span is None:
            msg = f"an occurrence of {window.id} that the clock skips can't be an event"
            raise AssertionError(msg)
        uid = self._uid(Kind.MAINTENANCE, window.id, _basic(occurrence.original_start))
        event = self._window_event(occurrence, uid, self._revision(uid, single.year))
        event.add("dtstart", span.start)
        event.add("dtend", span.end)
        return CalendarEvent(
            uid=uid,
            kind=Kind.MAINTENANCE,
            environments=window.environments,
            start=span.start,
            zone=None,
            content=as_bytes(event),
        )

    def freeze(self, frozen: FrozenDays) -> CalendarEvent:
        """A change freeze as one all-day event, with the exclusive DTEND of RFC 5545, section 3.6.1."""
        uid = self._uid(Kind.FREEZE, frozen.freeze.id, _basic(frozen.days.first))
        event = self._event(uid, self._revision(uid, frozen.days.first.year), frozen.freeze.name)
        _describe(event, ["No planned change happens on these days.", frozen.freeze.description])
        add_text(event, "categories", "Change freeze")
        event.add("dtstart", frozen.days.first)
        event.add("dtend", frozen.days.last + ONE_DAY)
        return CalendarEvent(
            uid=uid,
            kind=Kind.FREEZE,
            environments=frozenset(),
            start=frozen.span.start,
            zone=None,
            content=as_bytes(event),
        )

    def _cancelled_instance(self, occurrence: Occurrence, uid: str, revision: Revision) -> bytes:
        """An override of one instance (RFC 5545, section 3.8.4.4)."""
        event = self._window_event(occurrence, uid, revision)
        start, end = occurrence.window.on(occurrence.original_start.date())
        for name, local in (("recurrence-id", start), ("dtstart", start), ("dtend", end)):
            _add_local(event, name, local, occurrence.window.zone)
        return as_bytes(event)

    def _window_event(self, occurrence: Occurrence, uid: str, revision: Revision) -> Event:
        """All of an occurrence's event but its times."""
        window = occurrence.window
        cancelled = isinstance(occurrence.excluded, Skipped)
        event = self._event(uid, revision, _CANCELLED + window.name if cancelled else window.name)
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        names = self._schedule.environment_names
        touched = ", ".join(names[environment] for environment in sorted(window.environments))
        facts = f"Environments: {touched}\nImpact: {IMPACT_WORDS[window.impact]}"
        _describe(event, [_note(occurrence), facts, window.description])
        add_text(event, "categories", "Maintenance")
        return event

    def _event(self, uid: str, revision: Revision, summary: str) -> Event:
        """What every event has. It blocks nobody's own time: a customer's calendar stays free."""
        event = Event()
        event.add("uid", uid)
        event.add("dtstamp", revision.at)
        event.add("last-modified", revision.at)
        event.add("sequence", revision.sequence)
        add_text(event, "summary", summary)
        organizer = self._schedule.calendar.organizer
        if organizer is not None:
            address = vCalAddress(f"mailto:{organizer.email}")
            address.params["CN"] = " ".join(clean(organizer.name).split())
            event.add("organizer", address)
        event.add("transp", "TRANSPARENT")
        add_text(event, "x-microsoft-cdo-busystatus", "FREE")
        return event

    def _uid(self, *parts: str) -> str:
        return f"{'.'.join(parts)}@{self._schedule.calendar.uid_domain}"

    def _revision(self, uid: str, year: int) -> Revision:
        recorded = self._revisions.get(uid)
        return recorded or Revision(sequence=0, at=start_of_year(year - 1, self._schedule.calendar.zone))


def _after(cut: date | None) -> tuple[str, ...]:
    return (f"after-{_basic(cut)}",) if cut else ()


def _basic(local: date | datetime) -> str:
    """A local date or time in the basic format of ISO 8601."""
    return f"{local:%Y%m%dT%H%M%S}" if isinstance(local, datetime) else f"{local:%Y%m%d}"


def _add_local(event: Event, name: str, local: datetime, zone: ZoneInfo) -> None:
    """Add a regular local time with its zone, or in UTC where that is the zone: UTC has no TZID (RFC 5545, 3.2.19).

    The library is not asked: it takes Africa/Abidjan and others for UTC, whatever their clocks show.
    """
    if _is_utc(zone):
        event.add(name, local.replace(tzinfo=UTC))
    else:
        event.add(name, local, parameters={"TZID": zone.key})


def _note(occurrence: Occurrence) -> str:
    """What an operator did to it."""
    if isinstance(occurrence.excluded, Skipped):
        return f"This maintenance does not take place: {occurrence.excluded.reason}"
    if occurrence.moved is not None:
        return f"Moved from {occurrence.original_start:%Y-%m-%d %H:%M}: {occurrence.moved.reason}"
    return ""


def _describe(event: Event, paragraphs: list[str]) -> None:
    add_text(event, "description", "\n\n".join(paragraph for paragraph in paragraphs if paragraph))
