"""The status of a day, for readers without JavaScript, and the next work after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.pages.page_items import PageItem, items_from, span_of_day
from icsfeed.words.dates import Dates
from icsfeed.words.events import label_line
from icsfeed.words.languages import Language
from icsfeed.words.phrases import phrase

NOTHING_CHANGES: Final = phrase("Nothing is being changed; the service runs as usual")
EFFECTS: Final = {
    Impact.OUTAGE: phrase("the service may be unavailable"),
    Impact.DEGRADED: phrase("the service may be slow or limited"),
    Impact.REDUCED_REDUNDANCY: phrase("the service should run as usual"),
    Impact.NO_IMPACT: phrase("the service should run as usual"),
}
"""What customers notice, the worst first."""

WORK: Final = frozenset({Kind.MAINTENANCE, Kind.EMERGENCY, Kind.PLANNED})

_NOTHING_TODAY: Final = phrase("Nothing is changed today; the service runs as usual")
_RANKS: Final = (Kind.MAINTENANCE, Kind.PLANNED, Kind.EMERGENCY)
_SEARCH_STEP: Final = timedelta(weeks=6)
_HEADLINES: Final = {
    "emergency in progress": phrase("An emergency change is in progress"),
    "planned in progress": phrase("A planned change is in progress"),
    "emergency": phrase("Emergency change today"),
    "planned": phrase("Planned change today"),
    "maintenance": phrase("Maintenance today"),
    "freeze": _NOTHING_TODAY,
    "open": _NOTHING_TODAY,
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
    decisive = _decisive(of_day)
    mood = decisive[0].kind.value if decisive else _mood_without_work(of_day, day)
    in_progress = " in progress" if decisive and decisive[0].state is State.IN_PROGRESS else ""
    headline = dates.language.say(_HEADLINES[f"{mood}{in_progress}"])
    return DayStatus(
        mood=mood,
        date=dates.language.say("Today, {date}", date=dates.long_day(today)),
        headline=with_effect(headline, decisive, dates.language),
        items=of_day,
        next=next((each for each in candidates if each.span.start >= day.end and _is_open_work(each)), None),
    )


def first_work(
    situation: Situation,
    dates: Dates,
    *,
    after: datetime,
    before: date,
    select: Callable[[Iterable[PageItem]], Iterable[PageItem]],
) -> PageItem | None:
    """The first work that starts at ``after`` or later, and shares an instant with a day before ``before``, if any.

    ``select`` picks the items that count.
    """
    day = dates.local(after).date()
    while day < before:
        # A day more, as the clock may be put back.
        for item in select(items_from(situation, dates, day, _SEARCH_STEP + timedelta(days=1))):
            if item.span.start >= after and _is_open_work(item):
                return item
        day += _SEARCH_STEP
    return None


def _is_open_work(item: PageItem) -> bool:
    return item.kind in WORK and item.state not in {State.COMPLETED, State.CANCELLED}


def with_effect(headline: str, work: Iterable[PageItem], language: Language) -> str:
    """The headline, with what customers notice of that work: the answer to "does it work?"."""
    impacts = {each.impact for each in work}
    for impact, effect in EFFECTS.items():
        if impact in impacts:
            return label_line(headline, language.say(effect), language)
    return headline


def _decisive(items: Iterable[PageItem]) -> list[PageItem]:
    """The work that matters most: what is in progress, then emergencies, planned changes, and maintenance."""
    work = [each for each in items if _is_open_work(each)]
    ranks = [(each.state is State.IN_PROGRESS, _RANKS.index(each.kind)) for each in work]
    most = max(ranks, default=None)
    return [each for each, rank in zip(work, ranks, strict=True) if rank == most]


def _mood_without_work(items: Iterable[PageItem], day: Span) -> str:
    frozen = any(each.kind is Kind.FREEZE and each.span.covers(day) for each in items)
    return Kind.FREEZE.value if frozen else "open"
