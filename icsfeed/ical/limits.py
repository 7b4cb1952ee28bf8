"""How much a feed may hold: more than that, Google Calendar does not import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:  # who asks for the limits alone is spared icalendar
    from icsfeed.ical.events import CalendarEvent
    from icsfeed.ical.outlines import EventOutline

_Event = TypeVar("_Event", bound="CalendarEvent | EventOutline")

MAX_EVENTS: Final = 1000
MAX_BYTES: Final = 1_000_000


def may_exceed(events: Iterable[CalendarEvent]) -> bool:
    """Whether a feed of all these events might be too large."""
    all_events = tuple(events)
    # The half leaves room for any header.
    return len(all_events) > MAX_EVENTS or sum([len(event.content) for event in all_events]) > MAX_BYTES // 2


def events_that_fit(
    events: Sequence[_Event], size: Callable[[_Event], int], *, taken: int, now: datetime
) -> Sequence[_Event]:
    """The ``events`` that fit into a feed beside the ``taken`` bytes, in the same order; ``size`` is in bytes.

    What is over gives way first, the longest ago before all; then what is farthest ahead of ``now`` (aware).
    """
    if len(events) <= MAX_EVENTS and taken + sum(map(size, events)) <= MAX_BYTES:
        return events
    kept: set[str] = set()
    for event in _by_rank(events, now):
        if len(kept) == MAX_EVENTS:
            break
        if taken + size(event) <= MAX_BYTES:
            taken += size(event)
            kept.add(event.uid)
    return [event for event in events if event.uid in kept]


def urgency(event: CalendarEvent | EventOutline) -> tuple[datetime, str]:
    """The order in which events ahead are taken into a feed."""
    return event.span.start, event.uid


def _by_rank(events: Sequence[_Event], now: datetime) -> Iterator[_Event]:
    yield from sorted((each for each in events if each.span.end > now), key=urgency)
    past = sorted((each for each in events if each.span.end <= now), key=lambda each: (each.span.end, each.uid))
    yield from reversed(past)
