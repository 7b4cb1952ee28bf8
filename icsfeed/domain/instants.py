"""Instants as people type them: ISO 8601, with an offset or in the calendar's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import instant_of, midnight, readings
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.spans import YEARS
from icsfeed.domain.texts import quoted
from icsfeed.domain.zones import clock_changes_in


class NotAnInstantError(BadInputError):
    """A text in none of the forms of an instant; each interface names those that it takes."""


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) that an ISO 8601 text names; without an offset it is read in ``zone``, a date as its beginning.

    Raises:
        BadInputError: where it is no ISO 8601, or a local time that ``zone`` does not have or has twice.
    """
    try:
        day = date.fromisoformat(text) if len(text) <= len("2026-W01-1") else None
        moment = midnight(day) if day else datetime.fromisoformat(text)
    except ValueError:
        examples = f"2026-03-08T07:00:00Z, or 2026-03-08T03:00 in {zone.key}"
        msg = f"{quoted(text)} is not an instant; write one such as {examples}"
        raise NotAnInstantError(msg) from None
    if moment.year not in YEARS:
        msg = f"{quoted(text)} is out of reach: icsfeed knows the years {YEARS[0]} to {YEARS[-1]}"
        raise BadInputError(msg)
    return instant_of(moment, zone) if day is not None else instant_in(moment, zone, text=quoted(text))


def has_offset(text: str) -> bool:
    """Whether a text names an instant by itself, whatever the calendar's zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def instant_in(moment: datetime, zone: ZoneInfo, *, text: str) -> datetime:
    """The instant (UTC) of a moment, local in ``zone`` where it has no offset; ``text`` is how it was written.

    Raises:
        BadInputError: where it is a local time that ``zone`` does not have or has twice.
    """
    return moment.astimezone(UTC) if moment.tzinfo else _only_reading(moment, text, zone)


def _only_reading(local: datetime, text: str, zone: ZoneInfo) -> datetime:
    instants = readings(local, zone)
    if len(instants) == 1:
        return instants[0]
    if instants:
        first, second = (instant.astimezone(zone).isoformat() for instant in instants)
        msg = f"{text} comes twice in {zone.key}, where the clock is put back; write {first} or {second}"
        raise BadInputError(msg)
    earlier, later = (each.isoformat() for each in readings_around(local, zone))
    msg = f"{text} does not exist in {zone.key}, where the clock is put forward; write {earlier} or {later}"
    raise BadInputError(msg)


def readings_around(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The two times in ``zone`` that ``local``, which its clock skips, may mean: on the new and on the old offset."""
    at = instant_of(local, zone)
    change = next(change for change in clock_changes_in(zone, at.year) if change.at == at)
    earlier, later = ((local - offset).replace(tzinfo=UTC).astimezone(zone) for offset in (change.after, change.before))
    return earlier, later
