"""The events that feeds leave out for want of space, counted without rendering more of them than needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeAlias

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.maintnote import MAINTENANCE_KINDS, has_maintnote
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events, feed_frame
from icsfeed.ical.events import CalendarEvent, change_event, departure_events
from icsfeed.ical.limits import MAX_BYTES, MAX_EVENTS, events_that_fit, urgency
from icsfeed.ical.maintnote import account_lines, own_lines
from icsfeed.ical.outlines import EventOutline, PolicyItem, policy_outlines
from icsfeed.ical.series import Rendering
from icsfeed.ical.sizes import EventSizes, max_size

_Event: TypeAlias = CalendarEvent | EventOutline
_Group: TypeAlias = tuple[Kind, frozenset[str], frozenset[str]]
"""The kind and the environments of events, and those that a feed must not have which shows them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Omission:
    """The events that are not over yet and that a feed leaves out: how many, and the start of the first."""

    feed: Feed
    rendering: Rendering
    count: int
    start: datetime


def omissions(situation: Situation) -> Iterator[Omission]:
    """What each feed leaves out in each rendering, where that is more than past events.

    Where bytes and not the number of events set the limit, the count is an upper bound: a small event far ahead may
    still find a place.
    """
    schedule = situation.schedule
    own = [change_event(schedule, change) for change in situation.published_changes()]
    departed = (departure for event in own for departure in departure_events(schedule, event))
    current_changes = current_events((*own, *departed), now=situation.now)
    for rendering in Rendering:
        events = _EventsOfRendering(situation, rendering, current_changes)
        for feed in situation.schedule.feeds:
            if rendering is Rendering.MAINTNOTE and not has_maintnote(schedule, feed):
                continue
            starts = events.starts_left_out(feed)
            if starts:
                yield Omission(feed=feed, rendering=rendering, count=len(starts), start=min(starts))


class _EventsOfRendering:
    """The events of a rendering by kind and environments: feeds select whole groups, and many select the same."""

    def __init__(self, situation: Situation, rendering: Rendering, changes: Iterable[CalendarEvent]) -> None:
        self._situation = situation
        self._rendering = rendering
        self._groups: dict[_Group, list[_Event]] = defaultdict(list)
        self._surplus: dict[_Group, list[datetime]] = defaultdict(list)
        self._ahead: dict[frozenset[_Group], list[_Event]] = {}
        self._sizes = EventSizes()
        items: Iterable[PolicyItem] = situation.published_policy
        if rendering.arrangement is Rendering.EXPANDED:
            items = list(self._nearest(situation.published_policy))
        events: Iterable[_Event] = chain(policy_outlines(situation, rendering, items), changes)
        for event in events:
            if rendering is Rendering.MAINTNOTE and event.kind not in MAINTENANCE_KINDS:
                continue
            elsewhere = event.elsewhere if isinstance(event, CalendarEvent) else frozenset()
            self._groups[event.kind, event.environments, elsewhere].append(event)

    def _nearest(self, items: Iterable[PolicyItem]) -> Iterator[PolicyItem]:
        """The freezes and, of each group of occurrences ahead, as many as a feed holds; the others are surplus."""
        now, published = self._situation.now, self._situation.published_span
        counts: dict[frozenset[str], int] = defaultdict(int)
        for item in items:
            if isinstance(item, FrozenSpan):
                yield item
            elif item.is_shown and item.span is not None and item.span.end > now and item.start in published:
                environments = item.environments
                counts[environments] += 1
                if counts[environments] <= MAX_EVENTS:
                    yield item
                else:
                    self._surplus[Kind.MAINTENANCE, environments, frozenset()].append(item.start)

    def starts_left_out(self, feed: Feed) -> list[datetime]:
        """The starts of the events ahead that don't fit. Past events take space only where those leave some."""
        keys = frozenset(key for key, events in self._groups.items() if events[0].belongs_to(feed))
        selected = [event for key in keys for event in self._groups[key]]
        if keys not in self._ahead:
            ahead = (event for event in selected if event.span.end > self._situation.now)
            self._ahead[keys] = sorted(ahead, key=urgency)
        taken = sum(map(len, feed_frame(self._situation, feed, selected)))
        left_out = self._left_out(self._ahead[keys], feed, taken)
        return [event.span.start for event in left_out] + [each for key in keys for each in self._surplus.get(key, ())]

    def _left_out(self, ahead: list[_Event], feed: Feed, taken: int) -> Sequence[_Event]:
        added = {event.uid: self._added_size(event, feed) for event in ahead}
        if taken + sum(max_size(event) + added[event.uid] for event in ahead[:MAX_EVENTS]) <= MAX_BYTES:
            return ahead[MAX_EVENTS:]
        fitting = events_that_fit(
            ahead, lambda event: self._sizes.of(event) + added[event.uid], taken=taken, now=self._situation.now
        )
        kept = {event.uid for event in fitting}
        return [event for event in ahead if event.uid not in kept]

    def _added_size(self, event: _Event, feed: Feed) -> int:
        """The bytes that the event has in this rendering beside those of the arrangement that it is from."""
        if self._rendering is not Rendering.MAINTNOTE:
            return 0
        return len(account_lines(self._situation.schedule, feed, event)) + len(own_lines(event))
