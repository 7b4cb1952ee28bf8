"""What a day comes to in a few words, for readers without JavaScript, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.publication.pages.dates import Dates
from icsfeed.publication.pages.entries import Shown, entries_from, span_of_day

WORK = frozenset({Kind.MAINTENANCE, Kind.EMERGENCY, Kind.PLANNED})

_STEP: Final = timedelta(weeks=6)
"""So much is looked through at once; a day more, as the clock may be put back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """A day in words. Its ``mood`` is ``open`` or the kind of what matters most; ``next`` comes after the day."""

    mood: str
    date: str
    headline: str
    entries: tuple[Shown, ...]
    next: Shown | None


def status_of(today: date, entries: Iterable[Shown], dates: Dates) -> Status:
    """What holds on that day in the calendar's zone: it is true all day, as nothing in the page knows the minute."""
    day, shown = span_of_day(today, dates), tuple(entries)
    here = tuple(each for each in shown if each.state is State.IN_PROGRESS or each.span.overlaps(day))
    mood = _mood(here, day)
    say = dates.language.say
    return Status(
        mood=mood,
        date=say("today", date=dates.long_day(today)),
        headline=say(f"today {mood}"),
        entries=here,
        next=next((each for each in shown if each.span.start >= day.end and _is_to_come(each)), None),
    )


def first_work(schedule: Schedule, record: Record, dates: Dates, *, after: datetime, before: date) -> Shown | None:
    """The first work that starts at ``after`` or later, and shares an instant with a day before ``before``, if any."""
    day = dates.local(after).date()
    while day < before:
        for entry in entries_from(schedule, record, dates, day, _STEP + timedelta(days=1)):
            if entry.span.start >= after and _is_to_come(entry):
                return entry
        day += _STEP
    return None


def _is_to_come(entry: Shown) -> bool:
    return entry.kind in WORK and entry.state not in {State.COMPLETED, State.CANCELLED}


def _mood(here: tuple[Shown, ...], day: Span) -> str:
    under_way = {each.kind for each in here if each.state is State.IN_PROGRESS}
    for kind in (Kind.EMERGENCY, Kind.PLANNED):
        if kind in under_way:
            return kind.value
    if any(_is_to_come(each) for each in here):
        return Kind.MAINTENANCE.value
    frozen = any(each.kind is Kind.FREEZE and each.span.covers(day) for each in here)
    return Kind.FREEZE.value if frozen else "open"
