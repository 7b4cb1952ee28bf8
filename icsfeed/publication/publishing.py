"""The publication: all that the public sees, as a mapping from path to representation.

A pure function of the schedule, the record and the instant asked for. Whatever carries it (a server, a folder, one
command's output) only copies bytes, so no two carriers can differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import ONE_DAY
from icsfeed.ical.limits import exceed
from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_makers
from icsfeed.publication.change_calendars import change_calendar_makers, change_calendar_turns
from icsfeed.publication.feeds import feed_makers
from icsfeed.publication.json_feed import json_makers
from icsfeed.publication.pages.site import page_makers
from icsfeed.publication.representations import Representation, Representations
from icsfeed.services.events import PublishedEvents, publish_events


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """The public paths of a schedule, true until ``fresh_until``: the next instant at which time alone changes them.

    ``made_for`` is an instant from which on it is true, ``changed_at`` when the truth behind it last changed,
    ``last_modified`` the date that clients are told (whole seconds; ``None``: not yet).
    """

    events: PublishedEvents
    representations: Mapping[str, Representation]
    made_for: datetime
    changed_at: datetime
    fresh_until: datetime
    last_modified: datetime | None = None

    @property
    def schedule(self) -> Schedule:
        """The policy that it shows."""
        return self.events.schedule


def publish(
    schedule: Schedule,
    *,
    changed_at: datetime,
    now: datetime,
    record: Record = NOTHING,
    before: PublishedEvents | None = None,
    base_url: str = "",
) -> Publication:
    """Everything public at ``now``; ``changed_at`` is when the schedule was last changed (both aware).

    ``before`` are the events of an earlier publication: what is the same is not made again. ``base_url`` is where
    customers reach it, if the schedule does not say.
    """
    base_url = schedule.calendar.url or base_url.rstrip("/")
    events = publish_events(schedule, record, now=now, before=before)
    start, end = (start_of_year(year, schedule.calendar.zone) for year in (events.years[1], events.years[2]))
    turns = (*_turns(events), *change_calendar_turns(events, now=now))
    makers = dict(feed_makers(events, now=now))
    for more in (json_makers, atom_makers, change_calendar_makers, page_makers):
        makers.update(more(events, now=now, base_url=base_url))
    return Publication(
        events=events,
        representations=Representations(makers),
        made_for=now,
        changed_at=max([changed_at, record.changed_at, start, *(turn for turn in turns if turn <= now)]),
        fresh_until=min([end, _end_of_day(events, now), *(turn for turn in turns if turn > now)]),
    )


def _end_of_day(events: PublishedEvents, now: datetime) -> datetime:
    """When the date in the calendar's zone changes: the pages know it; what is dated is the same the day after."""
    zone = events.schedule.calendar.zone
    return instant_of(midnight(local_date(now, zone) + ONE_DAY), zone)


def _turns(events: PublishedEvents) -> Iterator[datetime]:
    """The instants at which time alone changes what is shown, within a year."""
    for event in events.every():
        if event.lapses is not None:
            yield event.lapses
    if any(exceed(events.of(rendering)) for rendering in Rendering):
        yield from (event.span.end for event in events.every())
