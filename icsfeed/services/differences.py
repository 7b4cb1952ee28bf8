"""What an edit of the schedule changes for subscribers: the dates that it adds, moves and removes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import frozen_days
from icsfeed.domain.occurrences import occurrences
from icsfeed.domain.schedule import Schedule, published_span, published_years
from icsfeed.domain.spans import DateRange, Span
from icsfeed.services.upcoming import utc_text


class Change(StrEnum):
    """What became of a date."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One date that differs: ``day`` (local) names the occurrence of ``id``, or begins the freeze of that id.

    ``before`` is ``None`` for what was added, ``after`` for what was removed.
    """

    kind: Kind
    id: str
    day: date
    before: Span | None
    after: Span | None

    @property
    def change(self) -> Change:
        """Whether it was added, moved or removed."""
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.MOVED

    def record(self) -> dict[str, object]:
        """The difference as JSON has it, instants in ISO 8601 and UTC."""

        def text(span: Span | None) -> dict[str, str] | None:
            return {"start": utc_text(span.start), "end": utc_text(span.end)} if span else None

        return {
            "change": self.change.value,
            "kind": self.kind.value,
            "id": self.id,
            "day": self.day.isoformat(),
            "before": text(self.before),
            "after": text(self.after),
        }


def differences(old: Schedule, new: Schedule, *, now: datetime) -> tuple[Difference, ...]:
    """How the published dates of ``new`` differ from those of ``old`` at ``now`` (aware), in order."""
    before, after = dict(_dates(old, now)), dict(_dates(new, now))
    found = [
        Difference(kind=kind, id=name, day=day, before=before.get(key), after=after.get(key))
        for key in before.keys() | after.keys()
        for kind, name, day in [key]
        if before.get(key) != after.get(key)
    ]
    return tuple(sorted(found, key=lambda each: (each.day, each.kind, each.id)))


def _dates(schedule: Schedule, now: datetime) -> Iterator[tuple[tuple[Kind, str, date], Span]]:
    """What subscribers see, by kind, id and local date."""
    zone = schedule.calendar.zone
    span = published_span(now, zone)
    for occurrence in occurrences(schedule, span):
        if occurrence.excluded is None and occurrence.span is not None and occurrence.start in span:
            yield (Kind.MAINTENANCE, occurrence.window.id, occurrence.original_start.date()), occurrence.span
    days = DateRange.of_years(published_years(now, zone))
    for frozen in frozen_days(schedule.freezes, zone, days.first, days.last):
        if frozen.days.first in days:
            yield (Kind.FREEZE, frozen.freeze.id, frozen.days.first), frozen.span
