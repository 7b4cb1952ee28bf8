"""Departures: what feeds show of changes that have left their environments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from icsfeed.domain.changes import Change, State
from icsfeed.domain.event_facts import EventFacts
from icsfeed.domain.feeds import Feed
from icsfeed.domain.item_facts import environments_of
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A change that was announced for those ``environments``, and left them; for feeds that don't show it itself."""

    change: Change
    environments: frozenset[str]

    @property
    def elsewhere(self) -> frozenset[str]:
        """The other environments that the change touches or was announced for once."""
        return self.change.plan.environments | (self.change.left_environments() - self.environments)

    @property
    def span(self) -> Span:
        """The span that these feeds showed last."""
        number = self._last_number()
        return replace(self.change, updates=self.change.updates[:number], unrecorded=0).shown_span

    @property
    def at(self) -> datetime:
        """When the change left (UTC)."""
        return self.change.updates[self._last_number()].at

    def _last_number(self) -> int:
        """The number of the last update after which the change touched one of the environments."""
        touching = (each for each in self.change.updates if not self.environments.isdisjoint(each.plan.environments))
        return max(each.number for each in touching)

    def facts(self, schedule: Schedule) -> EventFacts:
        """The facts that these feeds state: what they show of the change is cancelled."""
        change, span = self.change, self.span
        left = environments_of(schedule, self.environments)
        return EventFacts(
            kind=change.kind,
            name=change.plan.summary,
            start=span.start,
            end=span.end,
            state=State.CANCELLED,
            environments=left,
            change_id=change.id,
            organizer=schedule.calendar.organizer,
            left=left,
        )


def departures(change: Change, feeds: Iterable[Feed]) -> Iterator[Departure]:
    """The departures that the feeds show, each once: which environments a change has left depends on the feed."""
    left = change.left_environments()
    if not left:
        return
    selections = {
        feed.environments & left
        for feed in feeds
        if change.kind in feed.kinds and feed.environments.isdisjoint(change.plan.environments)
    }
    for environments in sorted(selections - {frozenset()}, key=sorted):
        yield Departure(change=change, environments=environments)
