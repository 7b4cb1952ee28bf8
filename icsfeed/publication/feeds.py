"""Feeds as iCalendar files: each in its renderings, and as a snapshot to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Final

from icsfeed.domain.feeds import Feed
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.calendar import CONTENT_TYPE, feed_content
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents, publish_events

_SUFFIXES: Final = {Rendering.SERIES: ".ics", Rendering.EXPANDED: ".expanded.ics"}


def feed_path(slug: str, rendering: Rendering) -> str:
    """Where that rendering of a feed is published."""
    return f"/feeds/{slug}{_SUFFIXES[rendering]}"


def download_path(slug: str) -> str:
    """Where a snapshot of a feed is published."""
    return f"/downloads/{slug}.ics"


def build_feed(
    schedule: Schedule, slug: str, rendering: Rendering, *, now: datetime, record: Record = NOTHING
) -> Representation:
    """One feed as a server that takes schedule and record up at ``now`` (aware) shows it.

    Raises:
        UnknownFeedError: where the schedule has no such feed.
    """
    feed = schedule.feed(slug)
    events = publish_events(schedule, record, now=now, renderings=[rendering])
    ledger = with_lines(record.ledger, events.lacking(now=now))
    return feed_of(schedule, feed, events.rendered(rendering, ledger, now=now), now=now)


def feed_makers(events: PublishedEvents, *, now: datetime) -> Iterator[tuple[str, Maker]]:
    """Every feed, by path."""
    schedule, ledger = events.schedule, events.record.ledger
    for rendering in Rendering:
        rendered = cache(partial(events.rendered, rendering, ledger, now=now))
        for feed in schedule.feeds:
            made = cache(partial(_feed, schedule, feed, rendered, now))
            yield feed_path(feed.slug, rendering), made
            if rendering is Rendering.SERIES:
                yield download_path(feed.slug), partial(_download, feed, made)


def _feed(
    schedule: Schedule, feed: Feed, rendered: Callable[[], tuple[CalendarEvent, ...]], now: datetime
) -> Representation:
    return feed_of(schedule, feed, rendered(), now=now)


def feed_of(schedule: Schedule, feed: Feed, events: Iterable[CalendarEvent], *, now: datetime) -> Representation:
    """The feed with those of the events that belong to it."""
    made = feed_content(schedule, feed, events, now=now)
    return Representation(body=made.content, content_type=CONTENT_TYPE, left_out=made.left_out)


def _download(feed: Feed, made: Callable[[], Representation]) -> Representation:
    return replace(made(), download=f"{feed.slug}.ics")
