"""All events that are published, at their revisions: what feeds are joined from.

Each event is rendered once. What neither a new record nor the passing of time changes is taken over as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from icsfeed.domain.revisions import Ledger, LedgerLine, lines_lacking, revision_of
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import policy_events, shown
from icsfeed.ical.events import CalendarEvent, change_event
from icsfeed.ical.series import Rendering


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedEvents:
    """The events of a situation, at whatever revision; ``rendered`` has them at those that the ledger says.

    ``policy`` are those of windows and freezes by rendering, ``changes`` those of changes by id.
    """

    situation: Situation
    policy: Mapping[Rendering, tuple[CalendarEvent, ...]]
    changes: Mapping[str, CalendarEvent]

    @property
    def schedule(self) -> Schedule:
        return self.situation.schedule

    def of(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        return (*self.policy[rendering], *self.changes.values())

    def every(self) -> Iterator[CalendarEvent]:
        """The events of all renderings; those that renderings share come more than once."""
        for events in self.policy.values():
            yield from events
        yield from self.changes.values()

    def shown(self) -> tuple[CalendarEvent, ...]:
        """Those of ``every`` that have not lapsed."""
        return shown(self.every(), now=self.situation.now)

    def lacking(self, ledger: Ledger) -> tuple[LedgerLine, ...]:
        """The lines that the ledger lacks of what is shown."""
        return lines_lacking(self.shown(), ledger, now=self.situation.now)

    def with_ledger(self, ledger: Ledger) -> PublishedEvents:
        return replace(self, situation=self.situation.with_record(replace(self.situation.record, ledger=ledger)))

    def rendered(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        """What a rendering shows, by start, then UID, at the revisions that the ledger says."""
        ledger = self.situation.record.ledger
        revised = (event.revised(revision_of(event, ledger)) for event in self.of(rendering))
        return shown(revised, now=self.situation.now)


def publish_events(
    situation: Situation, *, before: PublishedEvents | None = None, renderings: Iterable[Rendering] = Rendering
) -> PublishedEvents:
    """The events that are published; ``before`` are earlier ones, to be taken over from.

    To show one of the ``renderings``, no more than that one is needed.
    """
    if before is not None and before.schedule is not situation.schedule:
        before = None
    if before is not None and _have_same_policy(situation, before.situation):
        policy = before.policy
    else:
        policy = {rendering: policy_events(situation, rendering) for rendering in renderings}
    return PublishedEvents(situation=situation, policy=policy, changes=dict(_change_events(situation, before)))


def _have_same_policy(one: Situation, other: Situation) -> bool:
    return one.published_years == other.published_years and one.record.adjustments is other.record.adjustments


def _change_events(situation: Situation, before: PublishedEvents | None) -> Iterator[tuple[str, CalendarEvent]]:
    earlier = before.changes if before is not None else {}
    for change in situation.published_changes():
        event = earlier.get(change.id)
        if event is None or event.source is not change:
            event = change_event(situation.schedule, change)
            # At its revision once and for all: to revise a thousand for each feed takes longer than all else.
            event = event.revised(revision_of(event, situation.record.ledger))
        yield change.id, event
