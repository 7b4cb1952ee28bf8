"""Feeds as change calendars: when a planned change may run, for AWS Systems Manager and SUSE Manager.

Each has two names with the same bytes: ``SLUG.windows.ics`` and, as until 0.1, ``SLUG.aws.ics``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.feeds import Feed
from icsfeed.domain.schedule import start_of_year
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.ical.calendar import CONTENT_TYPE
from icsfeed.ical.change_calendar import change_calendar, max_spans
from icsfeed.ical.series import Rendering
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents
from icsfeed.services.gate import open_spans, overruns
from icsfeed.services.gate_reasons import OPENING
from icsfeed.words.languages import ENGLISH


def change_calendar_path(slug: str) -> str:
    return f"/feeds/{slug}.windows.ics"


def _earlier_path(slug: str) -> str:
    return f"/feeds/{slug}.aws.ics"


def has_change_calendar(feed: Feed) -> bool:
    """Whether the feed selects windows or planned changes, which open a change calendar."""
    return not OPENING.isdisjoint(feed.kinds)


def change_calendar_makers(events: PublishedEvents) -> Iterator[tuple[str, Maker]]:
    """The change calendar of every feed with windows or planned changes, by path."""
    for feed in events.schedule.feeds:
        if has_change_calendar(feed):
            make = cache(partial(change_calendar_of, events, feed))
            yield change_calendar_path(feed.slug), make
            yield _earlier_path(feed.slug), make


def change_calendar_turns(events: PublishedEvents) -> Iterator[datetime]:
    """The instants near now at which time alone changes a change calendar."""
    situation = events.situation
    yield from overruns(situation)
    if any(_may_exceed(events, feed) for feed in events.schedule.feeds if has_change_calendar(feed)):
        today = local_date(situation.now, situation.zone)
        yield from (instant_of(midnight(day), situation.zone) for day in (today, today + ONE_DAY))


def change_calendar_of(events: PublishedEvents, feed: Feed) -> Representation:
    """The change calendar of that feed; ``events`` are those that its readers see, at least in the expanded rendering.

    It is never open where the feed selects nothing that opens it.
    """
    situation, zone = events.situation, events.situation.zone
    # From New Year on, so that it stays the same; from today on if that would not fit.
    start = (
        instant_of(midnight(local_date(situation.now, zone)), zone) if _may_exceed(events, feed) else _new_year(events)
    )
    within = Span(start=start, end=start_of_year(situation.published_years[-1] + 1, zone))
    spans = open_spans(situation, feed.environments, within, opening=feed.kinds)
    body = change_calendar(situation.schedule, feed, [each for each in spans if each.overlaps(within)])
    return Representation(body=body, content_type=CONTENT_TYPE, language=ENGLISH.code)


def _may_exceed(events: PublishedEvents, feed: Feed) -> bool:
    """Whether there may be more spans than fit into the feed's change calendar.

    Whatever opens the gate, or closes it in between, makes one span more at most.
    """
    start = _new_year(events)
    ahead = (event for event in events.of(Rendering.EXPANDED) if event.span.end > start)
    # An event without environments is for all of them.
    touching = sum(not event.environments or not feed.environments.isdisjoint(event.environments) for event in ahead)
    return touching > max_spans(events.schedule.calendar.uid_domain)


def _new_year(events: PublishedEvents) -> datetime:
    return start_of_year(events.situation.published_years[1], events.situation.zone)
