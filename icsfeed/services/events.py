"""All published events at their revisions, from which feeds are joined.

Each event is rendered once. Events that neither a new record nor time changes are reused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from icsfeed.domain.changes import Change
from icsfeed.domain.revisions import Ledger, LedgerLine, missing_lines, revision_of, with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events, policy_events
from icsfeed.ical.events import CalendarEvent, change_event, departure_events
from icsfeed.ical.series import Rendering


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedEvents:
    """The events of a situation, at any revision; ``rendered`` gives them at the ledger's.

    ``policy`` are those of windows and freezes by rendering, ``changes`` those of changes by id, and ``departures``
    those that feeds show whose environments a change has left, by its id too. The situation's ledger has the
    ``clock_lines``, which are not recorded: the revisions that steps of the clock make.
    """

    situation: Situation
    policy: Mapping[Rendering, tuple[CalendarEvent, ...]]
    changes: Mapping[str, CalendarEvent]
    departures: Mapping[str, tuple[CalendarEvent, ...]]
    clock_lines: tuple[LedgerLine, ...] = ()

    @property
    def schedule(self) -> Schedule:
        return self.situation.schedule

    def of(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        return (*self.policy[rendering], *self._of_changes())

    def every(self) -> Iterator[CalendarEvent]:
        """The events of all renderings; those that renderings share are repeated."""
        for events in self.policy.values():
            yield from events
        yield from self._of_changes()

    def _of_changes(self) -> Iterator[CalendarEvent]:
        yield from self.changes.values()
        for events in self.departures.values():
            yield from events

    def current(self) -> tuple[CalendarEvent, ...]:
        """The events of all renderings that have not lapsed."""
        return current_events(self.every(), now=self.situation.now)

    def missing_lines(self, ledger: Ledger) -> tuple[LedgerLine, ...]:
        """The lines of these events that the ledger lacks."""
        return missing_lines(self.current(), ledger, now=self.situation.now)

    def with_ledger(self, ledger: Ledger) -> PublishedEvents:
        return replace(self, situation=self.situation.with_record(replace(self.situation.record, ledger=ledger)))

    def rendered(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        """The events of a rendering, by start, then UID, at the ledger's revisions."""
        ledger = self.situation.record.ledger
        revised = (event.revised(revision_of(event, ledger)) for event in self.of(rendering))
        return current_events(revised, now=self.situation.now)


def publish_events(
    situation: Situation, *, before: PublishedEvents | None = None, renderings: Iterable[Rendering] = Rendering
) -> PublishedEvents:
    """The published events of those ``renderings``; ``before`` are earlier ones, to reuse."""
    if before is not None and before.schedule is not situation.schedule:
        before = None
    lines = clock_lines(situation, situation.published_changes())
    record = situation.record
    situation = situation.with_record(replace(record, ledger=with_lines(record.ledger, lines))) if lines else situation
    if before is not None and _have_same_policy(situation, before.situation):
        policy = before.policy
    else:
        policy = {rendering: policy_events(situation, rendering) for rendering in renderings}
    changes = dict(_change_events(situation, before))
    return PublishedEvents(
        situation=situation,
        policy=policy,
        changes=changes,
        departures=dict(_departure_events(situation, changes, before)),
        clock_lines=lines,
    )


def clock_lines(situation: Situation, changes: Iterable[Change]) -> tuple[LedgerLine, ...]:
    """The lines that the ledger lacks of the steps that the clock has taken of those changes, each dated to its step.

    So every machine gives the same SEQUENCE to what a step of the clock makes public, whether or not any of them has
    recorded it.
    """
    return tuple(line for change in changes if change.unrecorded for line in _clock_lines_of(change, situation))


def _clock_lines_of(change: Change, situation: Situation) -> Iterator[LedgerLine]:
    recorded = len(change.updates) - change.unrecorded
    stages = [replace(change, updates=change.updates[:number]) for number in range(recorded, len(change.updates) + 1)]
    events = [change_event(situation.schedule, stage) for stage in stages]
    uid = events[0].uid
    ledger: Ledger = {uid: situation.record.ledger[uid]} if uid in situation.record.ledger else {}
    last = ledger[uid][-1].digest if ledger else None
    next_stage = next((place for place, event in enumerate(events, start=1) if event.digest == last), 0)
    for stage, event in zip(stages[next_stage:], events[next_stage:], strict=True):
        lines = missing_lines([event], ledger, now=stage.latest.at)
        yield from lines
        ledger = with_lines(ledger, lines)


def _have_same_policy(one: Situation, other: Situation) -> bool:
    return (
        one.published_years == other.published_years
        and one.record.adjustments is other.record.adjustments
        and one.record.freezes is other.record.freezes
    )


def _change_events(situation: Situation, before: PublishedEvents | None) -> Iterator[tuple[str, CalendarEvent]]:
    earlier = before.changes if before is not None else {}
    for change in situation.published_changes():
        event = earlier.get(change.id)
        if event is None or (event.source is not change and event.source != change):
            event = change_event(situation.schedule, change)
            # Revised here, once: revising a thousand events for each feed would take longer than anything else.
            event = event.revised(revision_of(event, situation.record.ledger))
        yield change.id, event


def _departure_events(
    situation: Situation, changes: Mapping[str, CalendarEvent], before: PublishedEvents | None
) -> Iterator[tuple[str, tuple[CalendarEvent, ...]]]:
    earlier = before.changes if before is not None else {}
    for change_id, event in changes.items():
        if before is not None and event is earlier.get(change_id):
            departed = before.departures.get(change_id, ())
        else:
            departed = tuple(departure_events(situation.schedule, event))
        if departed:
            yield change_id, departed
