"""The publication: all that the public sees, as a mapping from path to representation.

A pure function of the schedule, the record and the instant asked for. Whatever carries it (a server, a folder, one
command's output) only copies bytes, so no two carriers can differ.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property, partial
from typing import Final

from icsfeed.domain.feeds import Feed
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.ical.calendar import CONTENT_TYPE, feed_content
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.limits import exceed
from icsfeed.ical.series import Rendering
from icsfeed.services.events import PublishedEvents, publish_events

_SUFFIXES: Final = {Rendering.SERIES: ".ics", Rendering.EXPANDED: ".expanded.ics"}


@dataclass(frozen=True, kw_only=True)
class Representation:
    """What is at a path.

    ``download`` is the file name under which a browser keeps it (``None``: it is shown); ``left_out`` is how many
    events found no place in it.
    """

    body: bytes
    content_type: str
    download: str | None = None
    left_out: int = 0

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of the bytes, without its quotes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    @cached_property
    def packed(self) -> bytes:
        """The bytes in gzip, the same ones every time."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)


class Representations(Mapping[str, Representation]):
    """What is at each path, made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Representation]]) -> None:
        self._makers = makers
        self._made: dict[str, Representation] = {}

    def __getitem__(self, path: str) -> Representation:
        found = self._made.get(path)
        if found is None:
            found = self._made[path] = self._makers[path]()
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """The public paths of a schedule, true until ``fresh_until``: the next instant at which time alone changes them.

    ``changed_at`` is when the truth behind it last changed, ``last_modified`` the date that clients are told (whole
    seconds; ``None``: not yet).
    """

    events: PublishedEvents
    representations: Mapping[str, Representation]
    changed_at: datetime
    fresh_until: datetime
    last_modified: datetime | None = None

    @property
    def schedule(self) -> Schedule:
        """The policy that it shows."""
        return self.events.schedule


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
    events = publish_events(schedule, record, now=now)
    ledger = with_lines(record.ledger, events.lacking(now=now))
    return _feed(schedule, feed, partial(events.rendered, rendering, ledger, now=now), now)


def publish(
    schedule: Schedule,
    *,
    changed_at: datetime,
    now: datetime,
    record: Record = NOTHING,
    before: PublishedEvents | None = None,
) -> Publication:
    """Everything public at ``now``; ``changed_at`` is when the schedule was last changed (both aware).

    ``before`` are the events of an earlier publication: what is the same is not made again.
    """
    events = publish_events(schedule, record, now=now, before=before)
    makers: dict[str, Callable[[], Representation]] = {}
    for rendering in Rendering:
        rendered = cache(partial(events.rendered, rendering, record.ledger, now=now))
        for feed in schedule.feeds:
            made = cache(partial(_feed, schedule, feed, rendered, now))
            makers[feed_path(feed.slug, rendering)] = made
            if rendering is Rendering.SERIES:
                makers[download_path(feed.slug)] = partial(_download, feed, made)
    start, end = (start_of_year(year, schedule.calendar.zone) for year in (events.years[1], events.years[2]))
    turns = tuple(_turns(events))
    return Publication(
        events=events,
        representations=Representations(makers),
        changed_at=max([changed_at, record.at, start, *(turn for turn in turns if turn <= now)]),
        fresh_until=min([end, *(turn for turn in turns if turn > now)]),
    )


def _feed(
    schedule: Schedule, feed: Feed, rendered: Callable[[], tuple[CalendarEvent, ...]], now: datetime
) -> Representation:
    made = feed_content(schedule, feed, rendered(), now=now)
    return Representation(body=made.content, content_type=CONTENT_TYPE, left_out=made.left_out)


def _download(feed: Feed, made: Callable[[], Representation]) -> Representation:
    return replace(made(), download=f"{feed.slug}.ics")


def _turns(events: PublishedEvents) -> Iterator[datetime]:
    """The instants at which time alone changes what is shown, within a year."""
    for event in events.every():
        if event.lapses is not None:
            yield event.lapses
    if any(exceed(events.of(rendering)) for rendering in Rendering):
        yield from (event.span.end for event in events.every())
