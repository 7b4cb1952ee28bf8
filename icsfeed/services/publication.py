"""The publication: all that the public sees, as a mapping from path to representation.

A pure function of the schedule and the instant asked for. Whatever carries it (a server, a folder, one command's
output) only copies bytes, so no two carriers can differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Final

from icsfeed.domain.schedule import Schedule, published_years, start_of_year
from icsfeed.ical.calendar import CONTENT_TYPE, calendar_bytes, render_events
from icsfeed.ical.series import Rendering

_SUFFIXES: Final = {Rendering.SERIES: ".ics", Rendering.EXPANDED: ".expanded.ics"}


@dataclass(frozen=True, kw_only=True)
class Representation:
    """What is at a path. ``download`` is the file name under which a browser keeps it; ``None``: it is shown."""

    body: bytes
    content_type: str
    last_modified: datetime
    download: str | None = None

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of the bytes, without its quotes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """The public paths of a schedule, true until ``fresh_until``: the next instant at which time alone changes them."""

    schedule: Schedule
    representations: Mapping[str, Representation]
    fresh_until: datetime


def feed_path(slug: str, rendering: Rendering) -> str:
    """Where that rendering of a feed is published."""
    return f"/feeds/{slug}{_SUFFIXES[rendering]}"


def download_path(slug: str) -> str:
    """Where a snapshot of a feed is published."""
    return f"/downloads/{slug}.ics"


def build_feed(schedule: Schedule, slug: str, rendering: Rendering, *, now: datetime) -> bytes:
    """One feed's bytes at ``now`` (aware).

    Raises:
        UnknownFeedError: where the schedule has no such feed.
    """
    feed = schedule.feed(slug)
    return calendar_bytes(schedule, feed, render_events(schedule, rendering, now=now), now=now)


def publish(schedule: Schedule, *, changed_at: datetime, now: datetime) -> Publication:
    """Everything public at ``now``; ``changed_at`` is when the schedule was last changed (both aware)."""
    zone = schedule.calendar.zone
    years = published_years(now, zone)
    last_modified = max(changed_at, start_of_year(years[1], zone)).replace(microsecond=0)
    found: dict[str, Representation] = {}
    for rendering in Rendering:
        events = render_events(schedule, rendering, now=now)
        for feed in schedule.feeds:
            body = calendar_bytes(schedule, feed, events, now=now)
            found[feed_path(feed.slug, rendering)] = Representation(
                body=body, content_type=CONTENT_TYPE, last_modified=last_modified
            )
            if rendering is Rendering.SERIES:
                found[download_path(feed.slug)] = Representation(
                    body=body, content_type=CONTENT_TYPE, last_modified=last_modified, download=f"{feed.slug}.ics"
                )
    return Publication(
        schedule=schedule,
        representations=MappingProxyType(found),
        fresh_until=start_of_year(years[2], zone),
    )
