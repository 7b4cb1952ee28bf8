"""All published events at their revisions, from which feeds are joined.

Each event is rendered once. Events that neither a new record nor time changes are reused. What the public sees, and
what the subscribers of each private feed see, is made from a view of the situation that has no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from icsfeed.domain.changes import Change
from icsfeed.domain.revisions import (
    Ledger,
    LedgerLine,
    is_private_key,
    ledger_key,
    line_of,
    missing_lines,
    revision_of,
    with_lines,
)
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events, policy_events
from icsfeed.ical.events import CalendarEvent, change_event, departure_events
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.services.yearly_lines import yearly_lines


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedEvents:
    """The events that the public sees, at any revision; ``rendered`` gives them at the ledger's.

    ``private`` are, by its slug, those that the subscribers of each private feed see. ``situation`` is what all these
    see, ``whole`` the one that nobody sees from outside.

    ``policy`` are those of windows and freezes by rendering, ``changes`` those of changes by id, and ``departures``
    those that feeds show whose environments a change has left, by its id too. The situation's ledger has the
    ``clock_lines``, which are not recorded: the revisions that steps of the clock and new years make.
    """

    situation: Situation
    policy: Mapping[Rendering, tuple[CalendarEvent, ...]]
    changes: Mapping[str, CalendarEvent]
    departures: Mapping[str, tuple[CalendarEvent, ...]]
    whole: Situation
    clock_lines: tuple[LedgerLine, ...] = ()
    private: Mapping[str, PublishedEvents] = field(default_factory=dict)

    @property
    def schedule(self) -> Schedule:
        return self.situation.schedule

    @property
    def views(self) -> tuple[PublishedEvents, ...]:
        """These events, and those of every private feed."""
        return (self, *self.private.values())

    def of(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        return (*self.policy[rendering.arrangement], *self._of_changes())

    def every(self) -> Iterator[CalendarEvent]:
        """The events of all renderings; those that renderings share are repeated."""
        for events in self.policy.values():
            yield from events
        yield from self._of_changes()

    def in_language(self, language: str) -> PublishedEvents:
        """The same events in that language; they state the same facts, at the same revisions."""
        situation = self.situation.in_language(language)
        if situation is self.situation:
            return self
        schedule = situation.schedule

        def translated(events: Iterable[CalendarEvent]) -> tuple[CalendarEvent, ...]:
            return tuple(event.in_language(schedule) for event in events)

        return PublishedEvents(
            situation=situation,
            policy={rendering: translated(events) for rendering, events in self.policy.items()},
            changes={each: event.in_language(schedule) for each, event in self.changes.items()},
            departures={each: translated(events) for each, events in self.departures.items()},
            whole=self.whole,
            clock_lines=self.clock_lines,
        )

    def _of_changes(self) -> Iterator[CalendarEvent]:
        yield from self.changes.values()
        for events in self.departures.values():
            yield from events

    def current(self) -> tuple[CalendarEvent, ...]:
        """The events of all renderings and of all private feeds that have not lapsed."""
        every = (event for view in self.views for event in view.every())
        return current_events(every, now=self.situation.now)

    def missing_lines(self, ledger: Ledger) -> tuple[LedgerLine, ...]:
        """The lines of these events that the ledger lacks."""
        return missing_lines(self.current(), ledger, now=self.situation.now)

    def with_ledger(self, ledger: Ledger) -> PublishedEvents:
        whole = _with_ledger(self.whole, ledger)
        return replace(
            self,
            situation=whole if self.situation is self.whole else _with_ledger(self.situation, ledger),
            whole=whole,
            private={slug: view.with_ledger(ledger) for slug, view in self.private.items()},
        )

    def rendered(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        """The events of a rendering, by start, then UID, at the ledger's revisions."""
        ledger = self.situation.record.ledger
        revised = (event.revised(revision_of(event, ledger)) for event in self.of(rendering))
        return current_events(revised, now=self.situation.now)


def publish_events(
    situation: Situation, *, before: PublishedEvents | None = None, renderings: Iterable[Rendering] = ARRANGEMENTS
) -> PublishedEvents:
    """The published events of those ``renderings`` (of ``ARRANGEMENTS``); ``before`` are earlier ones, to reuse."""
    earlier = before.private if before is not None else {}
    private = {
        feed.slug: _events_of_view(situation.visible_in(feed), before=earlier.get(feed.slug), renderings=renderings)
        for feed in situation.schedule.feeds
        if not feed.public
    }
    visible = situation.visible_to()
    public = _events_of_view(visible, before=before, renderings=renderings)
    if visible is situation:
        return public
    of_clock = [line for view in private.values() for line in view.clock_lines if is_private_key(line.uid)]
    return replace(public, whole=situation, clock_lines=(*public.clock_lines, *of_clock), private=private)


def _events_of_view(
    situation: Situation, *, before: PublishedEvents | None, renderings: Iterable[Rendering]
) -> PublishedEvents:
    if before is not None and before.schedule is not situation.schedule:
        before = None
    lines = (*clock_lines(situation, situation.published_changes()), *yearly_lines(situation))
    if lines:
        situation = _with_ledger(situation, with_lines(situation.record.ledger, lines))
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
        whole=situation,
        clock_lines=lines,
    )


def _with_ledger(situation: Situation, ledger: Ledger) -> Situation:
    return situation.with_record(replace(situation.record, ledger=ledger))


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
    key = ledger_key(events[0], situation.record.ledger)
    ledger: Ledger = {
        each: situation.record.ledger[each] for each in {key, events[0].uid} if each in situation.record.ledger
    }
    last = ledger[key][-1].digest if key in ledger else None
    next_stage = next((place for place, event in enumerate(events, start=1) if event.digest == last), 0)
    for stage, event in zip(stages[next_stage:], events[next_stage:], strict=True):
        line = line_of(event, ledger, now=stage.latest.at)
        if line not in ledger.get(line.uid, ())[-1:]:
            yield line
            ledger = with_lines(ledger, [line])


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
