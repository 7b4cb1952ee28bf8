"""Situations for tests, and what subscribers get in them: as a server, an export and ``icsfeed build`` give it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.publishing import every_feed
from icsfeed.publication.representations import Representations
from icsfeed.services.events import publish_events
from tests.examples import NOW


def a_situation(
    schedule: Schedule,
    *,
    now: datetime = NOW,
    adjustments: Iterable[Adjustment] = (),
    changes: Iterable[Change] = (),
) -> Situation:
    """The schedule with those adjustments and changes recorded."""
    record = Record(
        changes={each.id: each for each in changes},
        adjustments={(each.window_id, each.day): each for each in adjustments},
    )
    return Situation(schedule=schedule, record=record, now=now)


def events_in(situation: Situation, rendering: Rendering = Rendering.SERIES) -> tuple[CalendarEvent, ...]:
    return publish_events(situation).rendered(rendering)


def served_feed(situation: Situation, slug: str = "all", rendering: Rendering = Rendering.SERIES) -> bytes:
    """The feed from the publication, of which nothing else is made."""
    return Representations(dict(every_feed(publish_events(situation))))[feed_path(slug, rendering)].body
