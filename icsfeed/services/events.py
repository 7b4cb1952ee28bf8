"""All events that are published, at their revisions: what feeds are joined from.

One event is rendered once. What a new record, or the passing of time, leaves as it is, is taken over as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.changes import Change
from icsfeed.domain.record import Record, all_changes
from icsfeed.domain.revisions import Ledger, LedgerLine, lines_lacking, revision_of
from icsfeed.domain.schedule import Schedule, published_span, published_years, shows_change
from icsfeed.ical.calendar import policy_events, shown
from icsfeed.ical.change_events import change_event
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedEvents:
    """The events of ``schedule`` and ``record`` in the published ``years``, at whatever revision; see ``rendered``."""

    schedule: Schedule
    record: Record
    years: range
    policy: Mapping[Rendering, tuple[CalendarEvent, ...]]
    changes: Mapping[str, tuple[Change, CalendarEvent]]

    def of(self, rendering: Rendering) -> tuple[CalendarEvent, ...]:
        """Those of one rendering."""
        return (*self.policy[rendering], *(event for _, event in self.changes.values()))

    def every(self) -> Iterator[CalendarEvent]:
        """Each of them, some more than once: what renderings share is the same in both."""
        for events in self.policy.values():
            yield from events
        yield from (event for _, event in self.changes.values())

    def lacking(self, *, now: datetime) -> tuple[LedgerLine, ...]:
        """What the record's ledger lacks of them at ``now`` (aware)."""
        return lines_lacking(shown(self.every(), now=now), self.record.ledger, now=now)

    def rendered(self, rendering: Rendering, ledger: Ledger, *, now: datetime) -> tuple[CalendarEvent, ...]:
        """What a rendering shows at ``now`` (aware), by start, then UID, at the revisions that the ledger says."""
        revised = (event.revised(revision_of(event, ledger)) for event in self.of(rendering))
        return shown(revised, now=now)


def publish_events(
    schedule: Schedule,
    record: Record,
    *,
    now: datetime,
    before: PublishedEvents | None = None,
    renderings: Iterable[Rendering] = Rendering,
) -> PublishedEvents:
    """The events that are published at ``now`` (aware); ``before`` is an earlier such state, to be taken over from.

    Whoever shows one of the ``renderings`` needs no more than that one.
    """
    years = published_years(now, schedule.calendar.zone)
    if before is not None and before.schedule is not schedule:
        before = None
    if before is not None and before.years == years and before.record.adjustments is record.adjustments:
        policy = before.policy
    else:
        policy = {
            rendering: policy_events(schedule, rendering, now=now, adjustments=record.adjustments.values())
            for rendering in renderings
        }
    return PublishedEvents(
        schedule=schedule,
        record=record,
        years=years,
        policy=policy,
        changes=dict(_changes(schedule, record, now, before)),
    )


def _changes(
    schedule: Schedule, record: Record, now: datetime, before: PublishedEvents | None
) -> Iterator[tuple[str, tuple[Change, CalendarEvent]]]:
    span = published_span(now, schedule.calendar.zone)
    known = before.changes if before is not None else {}
    for name, change in all_changes(schedule, record).items():
        if shows_change(span, change):
            earlier = known.get(name)
            if earlier is None or earlier[0] is not change:
                event = change_event(schedule, change)
                # At its revision once and for all: to revise a thousand for each feed takes longer than all else.
                earlier = (change, event.revised(revision_of(event, record.ledger)))
            yield name, earlier
