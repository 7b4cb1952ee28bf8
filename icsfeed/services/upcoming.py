"""What comes: the occurrences and freezes of a stretch of time, as a person or a program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import local_date
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import frozen_days
from icsfeed.domain.occurrences import Occurrence, Skipped, occurrences
from icsfeed.domain.record import NOTHING, Record, all_changes
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.windows import Impact


@dataclass(frozen=True, kw_only=True, slots=True)
class UpcomingItem:
    """Something that comes: ``days`` are a freeze's, in the calendar's zone; ``impact`` is a window's or a change's.

    ``state`` is a change's, or that of a window that was skipped; ``note`` says what was done to a window, and why:
    ``reason`` is why alone, ``moved_from`` the local time at which the policy had it start.
    """

    kind: Kind
    id: str
    name: str
    span: Span
    environments: tuple[str, ...] = ()
    impact: Impact | None = None
    days: DateRange | None = None
    state: State | None = None
    note: str = ""
    reason: str = ""
    moved_from: datetime | None = None

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The item as JSON has it, in UTC and on the wall clock of ``zone``."""
        record: dict[str, object] = {
            "kind": self.kind.value,
            "id": self.id,
            "name": self.name,
            **span_as_json(self.span, zone),
            "zone": zone.key,
            "environments": list(self.environments),
            "impact": self.impact.value if self.impact else None,
            "state": self.state.value if self.state else None,
            "note": self.note,
        }
        if self.days is not None:
            record |= {"first": self.days.first.isoformat(), "last": self.days.last.isoformat()}
        return record


def utc_text(instant: datetime) -> str:
    """An instant in ISO 8601, in UTC, such as ``2026-03-08T07:00:00Z``."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def span_as_json(span: Span, zone: ZoneInfo) -> dict[str, str]:
    """The two ends of a span as JSON has them: in ISO 8601, in UTC and on the wall clock of ``zone``."""
    return {
        "start": utc_text(span.start),
        "end": utc_text(span.end),
        "local_start": span.start.astimezone(zone).isoformat(),
        "local_end": span.end.astimezone(zone).isoformat(),
    }


def upcoming(
    schedule: Schedule,
    start: datetime,
    length: timedelta,
    environments: tuple[str, ...] = (),
    record: Record = NOTHING,
    *,
    now: datetime | None = None,
) -> tuple[UpcomingItem, ...]:
    """Everything that shares an instant with the ``length`` from ``start`` (aware), in order.

    With ``environments``, only windows and changes that touch one of them; freezes hold for all. A change in progress
    is not over ``now`` (aware, if that is to be seen), however long ago it was to be.

    Raises:
        UnknownEnvironmentError: where the schedule has no such environment.
    """
    wanted = schedule.environments_named(environments)
    begin = start.astimezone(UTC)
    span = Span(start=begin, end=begin + length)
    found = [
        *_windows(schedule, record, span, wanted),
        *_changes(schedule, record, span, wanted, now),
        *_freezes(schedule, span),
    ]
    return tuple(sorted(found, key=lambda item: (item.span.start, item.kind, item.id)))


def _windows(schedule: Schedule, record: Record, span: Span, wanted: frozenset[str]) -> Iterator[UpcomingItem]:
    for occurrence in occurrences(schedule, span, record.adjustments.values()):
        window, happens = occurrence.window, occurrence.span
        skipped = occurrence.excluded if isinstance(occurrence.excluded, Skipped) else None
        if happens is None or not happens.overlaps(span) or wanted.isdisjoint(window.environments):
            continue
        if occurrence.excluded is None or (skipped is not None and not skipped.silent):
            yield UpcomingItem(
                kind=Kind.MAINTENANCE,
                id=window.id,
                name=window.name,
                span=happens,
                environments=tuple(sorted(window.environments)),
                impact=window.impact,
                state=State.CANCELLED if skipped is not None else None,
                note=str(skipped) if skipped is not None else note_of(occurrence),
                reason=skipped.reason if skipped is not None else occurrence.moved.reason if occurrence.moved else "",
                moved_from=occurrence.original_start if occurrence.moved is not None else None,
            )


def note_of(occurrence: Occurrence) -> str:
    """What was done to an occurrence that happens, and why."""
    if occurrence.moved is None:
        return ""
    return f"moved from {occurrence.original_start:%Y-%m-%d %H:%M}: {occurrence.moved.reason}"


def _changes(
    schedule: Schedule, record: Record, span: Span, wanted: frozenset[str], now: datetime | None
) -> Iterator[UpcomingItem]:
    for change in all_changes(schedule, record).values():
        if wanted.isdisjoint(change.plan.environments):
            continue
        if change.plan.span.overlaps(span):
            yield item_of(change)
        elif now is not None and now in span and change.state is State.IN_PROGRESS and change.plan.span.end <= now:
            item = item_of(change)
            yield replace(item, note="; ".join(filter(None, ("taking longer than planned", item.note))))


def item_of(change: Change) -> UpcomingItem:
    """A change as an item, whenever it is."""
    plan = change.plan
    return UpcomingItem(
        kind=change.kind,
        id=change.id,
        name=plan.summary,
        span=plan.span,
        environments=tuple(sorted(plan.environments)),
        impact=plan.impact,
        state=change.state,
        note=plan.reason,
        reason=plan.reason,
    )


def _freezes(schedule: Schedule, span: Span) -> Iterator[UpcomingItem]:
    zone = schedule.calendar.zone
    for frozen in frozen_days(schedule.freezes, zone, local_date(span.start, zone), local_date(span.end, zone)):
        if frozen.span.overlaps(span):
            yield UpcomingItem(
                kind=Kind.FREEZE, id=frozen.freeze.id, name=frozen.freeze.name, span=frozen.span, days=frozen.days
            )
