"""A feed as its subscribers see it, through any of the outside readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.publishing import publish

from . import Reader, require

REACH = timedelta(days=3 * 366)

SubscriberView = list[tuple[datetime, datetime, str, str]]
"""Start, end, summary and status of each timed instance, in order."""


def both_renderings(schedule: Schedule, record: Record, *, now: datetime) -> dict[Rendering, bytes]:
    """The feed `all` of a server that has just read the record, in both renderings."""
    public = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now).representations
    return {rendering: public[feed_path("all", rendering)].body for rendering in ARRANGEMENTS}


def subscriber_view(
    reader: Reader, content: bytes, *, now: datetime, within: tuple[datetime, datetime] | None = None
) -> SubscriberView:
    """The timed instances of a feed that start ``within``, or all of those near ``now``."""
    require(reader)
    start, end = within or (now - REACH, now + REACH)
    return sorted(
        (each.start.astimezone(UTC), each.end.astimezone(UTC), each.summary, each.status)
        for each in reader.read(content, start, end)
        if isinstance(each.start, datetime) and isinstance(each.end, datetime)
    )
