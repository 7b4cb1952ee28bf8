"""How much a feed may hold: more than that, Google Calendar does not import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # who asks for the limits alone is spared icalendar
    from icsfeed.ical.events import CalendarEvent

MAX_EVENTS: Final = 1000
MAX_BYTES: Final = 1_000_000


def may_exceed(events: Iterable[CalendarEvent]) -> bool:
    """Whether a feed of all these events might be too large."""
    sizes = [len(event.content) for event in events]
    return len(sizes) > MAX_EVENTS or sum(sizes) > MAX_BYTES // 2  # the half leaves room for any header


def events_that_fit(events: Sequence[CalendarEvent], *, taken: int, now: datetime) -> Sequence[CalendarEvent]:
    """The ``events`` that fit into a feed beside the ``taken`` bytes, in the same order.

    What is over gives way first, the longest ago before all; then what is farthest ahead of ``now`` (aware).
    """
    if len(events) <= MAX_EVENTS and taken + sum(len(event.content) for event in events) <= MAX_BYTES:
        return events
    ahead = sorted((each for each in events if each.span.end > now), key=lambda each: (each.span.start, each.uid))
    past = sorted((each for each in events if each.span.end <= now), key=lambda each: (each.span.end, each.uid))
    kept: set[str] = set()
    for event in (*ahead, *reversed(past)):
        if len(kept) == MAX_EVENTS:
            break
        if taken + len(event.content) <= MAX_BYTES:
            taken += len(event.content)
            kept.add(event.uid)
    return [event for event in events if event.uid in kept]
