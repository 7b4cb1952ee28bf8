"""The status of a day, for readers without JavaScript, and the next work after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.pages.page_items import PageItem, items_from, span_of_day
from icsfeed.words.dates import Dates
from icsfeed.words.phrases import phrase

WORK: Final = frozenset({Kind.MAINTENANCE, Kind.EMERGENCY, Kind.PLANNED})

_SEARCH_STEP: Final = timedelta(weeks=6)
_HEADLINES: Final = {
    "emergency": phrase("An emergency change is in progress"),
    "planned": phrase("A planned change is in progress"),
    "maintenance": phrase("Maintenance today"),
    "freeze": phrase("Change freeze today"),
    "open": phrase("No maintenance today"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStatus:
    """A day in words. Its ``mood`` is ``open`` or the kind that matters most; ``next`` comes after the day."""

    mood: str
    date: str
    headline: str
    items: tuple[PageItem, ...]
    next: PageItem | None


def status_of(today: date, items: Iterable[PageItem], dates: Dates) -> DayStatus:
    """The status of that day in the calendar's zone; it is true at every minute of the day."""
    day, candidates = span_of_day(today, dates), tuple(items)
    of_day = tuple(each for each in candidates if each.state is State.IN_PROGRESS or each.span.overlaps(day))
    mood = _mood(of_day, day)
    return DayStatus(
        mood=mood,
        date=dates.language.say("Today, {date}", date=dates.long_day(today)),
        headline=dates.language.say(_HEADLINES[mood]),
        items=of_day,
        next=next((each for each in candidates if each.span.start >= day.end and _is_open_work(each)), None),
    )


def first_work(situation: Situation, dates: Dates, *, after: datetime, before: date) -> PageItem | None:
    """The first work that starts at ``after`` or later, and shares an instant with a day before ``before``, if any."""
    day = dates.local(after).date()
    while day < before:
        # A day more, as the clock may be put back.
        for item in items_from(situation, dates, day, _SEARCH_STEP + timedelta(days=1)):
            if item.span.start >= after and _is_open_work(item):
                return item
        day += _SEARCH_STEP
    return None


def _is_open_work(item: PageItem) -> bool:
    return item.kind in WORK and item.state not in {State.COMPLETED, State.CANCELLED}


def _mood(items: tuple[PageItem, ...], day: Span) -> str:
    in_progress = {each.kind for each in items if each.state is State.IN_PROGRESS}
    for kind in (Kind.EMERGENCY, Kind.PLANNED):
        if kind in in_progress:
            return kind.value
    if any(_is_open_work(each) for each in items):
        return Kind.MAINTENANCE.value
    frozen = any(each.kind is Kind.FREEZE and each.span.covers(day) for each in items)
    return Kind.FREEZE.value if frozen else "open"
