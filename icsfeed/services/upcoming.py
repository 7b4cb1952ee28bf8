"""Upcoming items: the windows, changes and freezes of a stretch of time, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import CalendarItem, Situation
from icsfeed.domain.spans import ONE_DAY, DateRange, Span
from icsfeed.domain.windows import Impact
from icsfeed.words.adjustments import adjustment_note
from icsfeed.words.languages import ENGLISH
from icsfeed.words.terms import name_in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class UpcomingItem:
    """An upcoming window, change or freeze. ``days`` are those that a freeze touches, in its zone.

    A freeze that an operator started has no name of its own, a ``reason``, and while it ``is_open_ended`` no end.

    ``state`` is a change's, or that of a window that was skipped; ``note`` says what was done to a window, and why:
    ``reason`` is why alone, ``moved_from`` the local time at which the policy had it start, ``occurrence`` the date by
    which operators name it (in the window's zone). ``cancellation`` is the
    message with which a change was cancelled; ``is_overdue`` is true while a change runs beyond its end.
    A window ``is_as_planned`` unless it was skipped, moved or cut short.
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
    occurrence: date | None = None
    cancellation: str = ""
    is_overdue: bool = False
    is_as_planned: bool = True
    is_open_ended: bool = False

    @property
    def title(self) -> str:
        """Its name for operators."""
        return name_in_words(self.kind, self.name, ENGLISH)

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The item as JSON has it, in UTC and on the wall clock of ``zone``."""
        record: dict[str, object] = {
            "kind": self.kind.value,
            "id": self.id,
            "name": self.title,
            **span_as_json(self.span, zone),
            "zone": zone.key,
            "environments": list(self.environments),
            "impact": self.impact.value if self.impact else None,
            "state": self.state.value if self.state else None,
            "note": self.note,
        }
        if self.days is not None:
            record |= {"first": self.days.first.isoformat(), "last": self.days.last.isoformat()}
        if self.is_open_ended:
            record |= {"open_ended": True}
        if self.occurrence is not None:
            record |= {"window": self.id, "date": self.occurrence.isoformat()}
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


def other_times_as_json(change: Change) -> dict[str, str | None]:
    """When a change was planned and, as far as is known, when it started and ended: in ISO 8601 and UTC."""
    start, end = change.actual_start, change.actual_end
    return {
        "planned_start": utc_text(change.plan.span.start),
        "planned_end": utc_text(change.plan.span.end),
        "actual_start": utc_text(start) if start is not None else None,
        "actual_end": utc_text(end) if end is not None else None,
    }


def lapse_of(change: Change, zone: ZoneInfo) -> datetime:
    """The midnight in that zone, after its planned end, from which on a change that nobody started counts as past."""
    last = local_date(change.plan.span.end - datetime.resolution, zone)
    return instant_of(midnight(last + ONE_DAY), zone)


def upcoming(
    situation: Situation,
    start: datetime,
    length: timedelta,
    environments: tuple[str, ...] = (),
    *,
    with_overdue: bool = False,
) -> tuple[UpcomingItem, ...]:
    """Everything that shares an instant with the ``length`` from ``start`` (aware), in order.

    With ``environments``, only what touches one of them. ``with_overdue``, a
    change in progress is not over before somebody says so, however long ago it was to end.

    Raises:
        NotFoundError: where the schedule has no such environment.
    """
    touched = situation.schedule.environments_named(environments)
    begin = start.astimezone(UTC)
    span = Span(start=begin, end=begin + length)
    items = (_item(each, span, touched, situation.now if with_overdue else None) for each in situation.walk(span))
    return tuple(sorted(filter(None, items), key=lambda item: (item.span.start, item.kind, item.id)))


def _item(each: CalendarItem, span: Span, touched: frozenset[str], now: datetime | None) -> UpcomingItem | None:
    match each:
        case Occurrence():
            return None if touched.isdisjoint(each.environments) else _window_item(each, span)
        case Change():
            return None if touched.isdisjoint(each.plan.environments) else _change_item(each, span, now)
        case FrozenSpan():
            return _freeze_item(each) if each.freezes(touched) else None


def _freeze_item(frozen: FrozenSpan) -> UpcomingItem:
    freeze = frozen.freeze
    return UpcomingItem(
        kind=Kind.FREEZE,
        id=freeze.id,
        name=freeze.name,
        span=frozen.span,
        environments=tuple(sorted(freeze.environments)),
        days=frozen.days,
        note=freeze.description if freeze.is_recorded else "",
        reason=freeze.description if freeze.is_recorded else "",
        is_open_ended=freeze.is_open_ended,
    )


def _window_item(occurrence: Occurrence, span: Span) -> UpcomingItem | None:
    """The occurrence if it happens, or is shown as cancelled, within the span."""
    window, happens = occurrence.window, occurrence.span
    if happens is None or not happens.overlaps(span) or not (occurrence.excluded is None or occurrence.is_cancelled):
        return None
    skipped = occurrence.excluded if isinstance(occurrence.excluded, Skipped) else None
    adjustment = skipped or occurrence.moved
    return UpcomingItem(
        kind=Kind.MAINTENANCE,
        id=window.id,
        name=window.name,
        span=happens,
        environments=tuple(sorted(occurrence.environments)),
        impact=window.impact,
        state=State.CANCELLED if skipped is not None else None,
        note=adjustment_note(occurrence, ENGLISH),
        reason=adjustment.reason if adjustment is not None else "",
        moved_from=occurrence.original_start if occurrence.moved is not None else None,
        occurrence=occurrence.original_start.date(),
        is_as_planned=skipped is None and occurrence.moved is None and occurrence.cut_at is None,
    )


def _change_item(change: Change, span: Span, now: datetime | None) -> UpcomingItem | None:
    if change.shown_span.overlaps(span):
        return item_of(change)
    if now is not None and now in span and change.is_overdue(now):
        item = item_of(change)
        note = "; ".join(filter(None, (ENGLISH.say("taking longer than planned"), item.note)))
        return replace(item, note=note, is_overdue=True)
    return None


def item_of(change: Change) -> UpcomingItem:
    """A change as an item, whenever it is."""
    plan = change.plan
    return UpcomingItem(
        kind=change.kind,
        id=change.id,
        name=plan.summary,
        span=change.shown_span,
        environments=tuple(sorted(plan.environments)),
        impact=plan.impact,
        state=change.state,
        note=plan.reason,
        reason=plan.reason,
        cancellation=change.latest.message if change.state is State.CANCELLED else "",
    )
