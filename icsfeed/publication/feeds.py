"""Feeds as iCalendar files: each in its renderings, and as a snapshot for download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Final

from icsfeed.domain.feeds import Feed
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import CONTENT_TYPE, feed_content
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.baselines import KeptSchedule, events_public_before, lines_to_publish
from icsfeed.services.events import PublishedEvents, publish_events

_SUFFIXES: Final = {Rendering.SERIES: ".ics", Rendering.EXPANDED: ".expanded.ics"}


def feed_path(slug: str, rendering: Rendering) -> str:
    return f"/feeds/{slug}{_SUFFIXES[rendering]}"


def download_path(slug: str) -> str:
    return f"/downloads/{slug}.ics"


def build_feed(
    situation: Situation, slug: str, rendering: Rendering, *, kept_schedule: KeptSchedule = lambda: None
) -> Representation:
    """One feed as a server would show it; ``kept_schedule`` returns the schedule that was public before.

    Raises:
        NotFoundError: where the schedule has no such feed.
    """
    situation.schedule.feed(slug)
    events = publish_events(situation, renderings=[rendering])
    lines = lines_to_publish(events, events_public_before(events, kept_schedule))
    events = events.with_ledger(with_lines(situation.record.ledger, lines))
    view = events.private.get(slug, events)
    return feed_of(view.situation, view.schedule.feed(slug), view.rendered(rendering))


def feed_makers(events: PublishedEvents) -> Iterator[tuple[str, Maker]]:
    situation = events.situation
    for rendering in Rendering:
        rendered = cache(partial(events.rendered, rendering))
        for feed in situation.schedule.feeds:
            make = cache(partial(_feed, situation, feed, rendered))
            yield feed_path(feed.slug, rendering), make
            if rendering is Rendering.SERIES:
                yield download_path(feed.slug), partial(_download, feed, make)


def _feed(situation: Situation, feed: Feed, rendered: Callable[[], tuple[CalendarEvent, ...]]) -> Representation:
    return feed_of(situation, feed, rendered())


def feed_of(situation: Situation, feed: Feed, events: Iterable[CalendarEvent]) -> Representation:
    """The feed with those of the events that belong to it."""
    content = feed_content(situation, feed, events)
    return Representation(body=content.content, content_type=CONTENT_TYPE, left_out=content.left_out)


def _download(feed: Feed, make: Callable[[], Representation]) -> Representation:
    return replace(make(), download=f"{feed.slug}.ics")
