"""VEVENTs (RFC 5545, section 3.6.1), each rendered once and whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenDays
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.domain.texts import clean
from icsfeed.domain.windows import Impact
from icsfeed.ical.properties import add_text, as_bytes

IMPACT_WORDS: Final = {
    Impact.NO_IMPACT: "none",
    Impact.REDUCED_REDUNDANCY: "reduced redundancy",
    Impact.DEGRADED: "degraded service",
    Impact.OUTAGE: "outage",
}
CANCELLED: Final = "Cancelled: "
"""Outlook may show a cancelled event like any other: its summary says it, too."""

_DIGEST_LENGTH: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEvent:
    """A published event: ``content`` is its VEVENT (with any overrides) at ``revision``.

    ``span`` is from its first to its last instant, ``zone`` the one whose VTIMEZONE it needs. From ``lapses`` on it is
    no longer shown. ``first`` is its revision where none is recorded, ``digest`` stands for all else that it says.
    """

    uid: str
    kind: Kind
    environments: frozenset[str]
    span: Span
    zone: ZoneInfo | None
    lapses: datetime | None
    first: Revision
    revision: Revision
    digest: str
    content: bytes

    def revised(self, revision: Revision) -> CalendarEvent:
        """The event at another revision: those lines differ, and no other (text can't hold a line of its own)."""
        if revision == self.revision:
            return self
        content = self.content
        for old, new in zip(_revision_lines(self.revision), _revision_lines(revision), strict=True):
            content = content.replace(old, new)
        return replace(self, revision=revision, content=content)


def rendered(
    content: bytes,
    *,
    uid: str,
    kind: Kind,
    environments: frozenset[str],
    span: Span,
    first: Revision,
    zone: ZoneInfo | None = None,
    lapses: datetime | None = None,
) -> CalendarEvent:
    """The event whose VEVENT at its first revision is ``content``."""
    return CalendarEvent(
        uid=uid,
        kind=kind,
        environments=environments,
        span=span,
        zone=zone,
        lapses=lapses,
        first=first,
        revision=first,
        digest=hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH],
        content=content,
    )


def _revision_lines(revision: Revision) -> tuple[bytes, bytes, bytes]:
    at = f"{revision.at:%Y%m%dT%H%M%SZ}"
    lines = (f"DTSTAMP:{at}", f"LAST-MODIFIED:{at}", f"SEQUENCE:{revision.sequence}")
    first, second, third = (f"\r\n{line}\r\n".encode() for line in lines)
    return first, second, third


def begin_event(schedule: Schedule, uid: str, revision: Revision, summary: str) -> Event:
    """What every event has. It blocks nobody's own time: a customer's calendar stays free."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", revision.at)
    event.add("last-modified", revision.at)
    event.add("sequence", revision.sequence)
    add_text(event, "summary", summary)
    organizer = schedule.calendar.organizer
    if organizer is not None:
        address = vCalAddress(f"mailto:{organizer.email}")
        address.params["CN"] = " ".join(clean(organizer.name).split())
        event.add("organizer", address)
    event.add("transp", "TRANSPARENT")
    add_text(event, "x-microsoft-cdo-busystatus", "FREE")
    return event


def uid_of(schedule: Schedule, *parts: str) -> str:
    """The UID made of those parts: the same on every server, whatever else is published."""
    return f"{'.'.join(parts)}@{schedule.calendar.uid_domain}"


def first_revision(schedule: Schedule, year: int) -> Revision:
    """The revision of what the policy says of ``year``: it came when it entered the published span."""
    return Revision(sequence=0, at=start_of_year(year - 1, schedule.calendar.zone))


def basic(local: date | datetime) -> str:
    """A local date or time in the basic format of ISO 8601."""
    return f"{local:%Y%m%dT%H%M%S}" if isinstance(local, datetime) else f"{local:%Y%m%d}"


def is_utc(zone: ZoneInfo) -> bool:
    """Whether the clocks of ``zone`` show UTC, and its events so need no VTIMEZONE."""
    return zone.key in {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"}


def add_local(event: Event, name: str, local: datetime, zone: ZoneInfo) -> None:
    """Add a regular local time with its zone, or in UTC where that is the zone: UTC has no TZID (RFC 5545, 3.2.19).

    The library is not asked: it takes Africa/Abidjan and others for UTC, whatever their clocks show.
    """
    if is_utc(zone):
        event.add(name, local.replace(tzinfo=UTC))
    else:
        event.add(name, local, parameters={"TZID": zone.key})


def facts(schedule: Schedule, environments: frozenset[str], impact: Impact) -> str:
    """What is touched, and how."""
    names = schedule.environment_names
    touched = ", ".join(names.get(environment, environment) for environment in sorted(environments))
    return f"Environments: {touched}\nImpact: {IMPACT_WORDS[impact]}"


def describe(event: Event, paragraphs: list[str]) -> None:
    """Add the description: those of the paragraphs that say something."""
    add_text(event, "description", "\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def freeze_event(schedule: Schedule, frozen: FrozenDays) -> CalendarEvent:
    """A change freeze as one all-day event, with the exclusive DTEND of RFC 5545, section 3.6.1."""
    uid = uid_of(schedule, Kind.FREEZE, frozen.freeze.id, basic(frozen.days.first))
    first = first_revision(schedule, frozen.days.first.year)
    event = begin_event(schedule, uid, first, frozen.freeze.name)
    describe(event, ["No planned change happens on these days.", frozen.freeze.description])
    add_text(event, "categories", "Change freeze")
    event.add("dtstart", frozen.days.first)
    event.add("dtend", frozen.days.last + ONE_DAY)
    return rendered(as_bytes(event), uid=uid, kind=Kind.FREEZE, environments=frozenset(), span=frozen.span, first=first)
