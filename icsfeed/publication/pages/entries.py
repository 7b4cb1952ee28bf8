"""What comes, as the pages show it: each entry in words, with its instants for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.changes import PREFIXES, State, is_recorded
from icsfeed.domain.civil import days_span
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record, public_changes
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import DateRange, Span
from icsfeed.publication.pages.dates import Dates, When
from icsfeed.publication.pages.policies import environments_text
from icsfeed.services.upcoming import UpcomingItem, item_of, upcoming, utc_text

_MARGIN = timedelta(days=2)
"""More than any two zones' dates are apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """An entry in words. ``days`` are a freeze's; ``anchor`` is where its announcement is; ``state`` as in a record."""

    kind: Kind
    name: str
    span: Span
    when: When
    days: DateRange | None
    state: State | None
    label: str
    facts: str
    note: str
    anchor: str

    @property
    def cancelled(self) -> bool:
        """Whether it does not happen."""
        return self.state is State.CANCELLED

    @property
    def ends(self) -> str:
        """When it ends, for the browser."""
        return utc_text(self.span.end)

    @property
    def starts(self) -> str:
        """When it starts, for the browser."""
        return utc_text(self.span.start)

    def for_browser(self) -> dict[str, object]:
        """What the browser needs to place it in another zone, and to count."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "start": self.starts,
            "end": self.ends,
            "state": self.state.value if self.state else "",
            "label": self.label,
            "day": self.when.day,
            "hours": self.when.hours,
            "anchor": self.anchor,
        }


def entries_from(schedule: Schedule, record: Record, dates: Dates, first: date, length: timedelta) -> tuple[Shown, ...]:
    """What shares an instant with the ``length`` from the beginning of ``first`` in the calendar's zone."""
    start = span_of_day(first, dates).start
    return tuple(_shown(each, schedule, dates) for each in upcoming(schedule, start, length, record=record))


def entries_around(
    schedule: Schedule, record: Record, dates: Dates, days: DateRange
) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
    """What shares an instant with those days in the calendar's zone; and all that does in any zone."""
    whole = days_span(days, dates.zone)
    length = days.last - days.first + 2 * _MARGIN
    around = entries_from(schedule, record, dates, days.first - _MARGIN, length + _MARGIN)
    return tuple(each for each in around if whole is not None and each.span.overlaps(whole)), around


def span_of_day(day: date, dates: Dates) -> Span:
    """That day in the calendar's zone; where the zone skips it, the next one."""
    return days_span(DateRange(first=day, last=day), dates.zone) or span_of_day(day + timedelta(days=1), dates)


def in_progress(record: Record, schedule: Schedule, dates: Dates) -> Iterator[Shown]:
    """The changes that are in progress, however long they were to take."""
    for change in public_changes(schedule, record):
        if change.state is State.IN_PROGRESS:
            yield _shown(item_of(change), schedule, dates)


def anchor_of(kind: Kind, change_id: str) -> str:
    """What a change is called within a page: a name from the schedule file might be that of a feed, or of a heading."""
    return change_id.lower() if is_recorded(kind, change_id) else f"{kind}.{change_id}"


def distinct(entries: Iterable[Shown]) -> tuple[Shown, ...]:
    """Each entry once, by start."""
    found = {(each.kind, each.anchor, each.name, each.span.start): each for each in entries}
    return tuple(sorted(found.values(), key=lambda each: (each.span.start, each.kind, each.name)))


def _shown(entry: UpcomingItem, schedule: Schedule, dates: Dates) -> Shown:
    say = dates.language.say
    kind = say(f"kind {entry.kind}")
    facts = [
        kind if kind != entry.name else "",
        environments_text(schedule, entry.environments),
        say(f"impact {entry.impact}") if entry.impact is not None else "",
    ]
    return Shown(
        kind=entry.kind,
        name=entry.name,
        span=entry.span,
        when=dates.days(entry.days) if entry.days is not None else dates.span(entry.span),
        days=entry.days,
        state=entry.state,
        label=say(f"state {entry.state}") if entry.state not in {None, State.CONFIRMED} else "",
        facts=" · ".join(filter(None, facts)),
        note=_note(entry, dates),
        anchor=anchor_of(entry.kind, entry.id) if entry.kind in PREFIXES else "",
    )


def _note(entry: UpcomingItem, dates: Dates) -> str:
    if entry.kind is not Kind.MAINTENANCE:
        return ""
    if entry.moved_from is not None:
        local = entry.moved_from
        was = f"{dates.day(local.date())}, {dates.clock(local)}"
        return dates.language.say("moved", was=was, reason=entry.reason)
    return dates.language.say("skipped", reason=entry.reason) if entry.reason else ""
