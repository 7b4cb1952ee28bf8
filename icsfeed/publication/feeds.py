"""Feeds as iCalendar files: each in its renderings, and as a snapshot for download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Final, TypeAlias

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Feed
from icsfeed.domain.maintnote import require_maintnote
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.ical.calendar import CONTENT_TYPE, feed_content
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.maintnote import maintnote_events
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.baselines import KeptSchedule, events_public_before, lines_to_publish
from icsfeed.services.events import PublishedEvents, publish_events

EventsInLanguage: TypeAlias = Callable[[], PublishedEvents]
"""The events in one language, which are translated when they are first asked for."""

_SUFFIXES: Final = {
    Rendering.SERIES: ".ics",
    Rendering.EXPANDED: ".expanded.ics",
    Rendering.MAINTNOTE: ".maintnote.ics",
}


def feed_path(slug: str, rendering: Rendering, folder: str = "") -> str:
    """The path of a feed; the ``folder`` is that of its language."""
    return f"/{folder}feeds/{slug}{_SUFFIXES[rendering]}"


def download_path(slug: str, folder: str = "") -> str:
    return f"/{folder}downloads/{slug}.ics"


def build_feed(
    situation: Situation,
    slug: str,
    rendering: Rendering,
    *,
    language: str = "",
    kept_schedule: KeptSchedule = lambda: None,
) -> Representation:
    """One feed as a server would show it, by default in the calendar's first language.

    ``kept_schedule`` returns the schedule that was public before.

    Raises:
        NotFoundError: where the schedule has no such feed, rendering or language.
    """
    schedule = situation.schedule
    feed = schedule.feed(slug)
    if rendering is Rendering.MAINTNOTE:
        require_maintnote(schedule, feed)
    language, languages = language or schedule.language, schedule.calendar.languages
    if language not in languages:
        msg = f"this calendar has no feeds in {quoted(language)}; its languages are {', '.join(languages)}"
        raise NotFoundError(msg)
    events = publish_events(situation, renderings=[rendering.arrangement])
    lines = lines_to_publish(events, events_public_before(events, kept_schedule))
    events = events.with_ledger(with_lines(situation.record.ledger, lines))
    view = events.private.get(slug, events).in_language(language)
    feed, rendered = view.schedule.feed(slug), view.rendered(rendering)
    if rendering is Rendering.MAINTNOTE:
        rendered = maintnote_events(view.schedule, feed, rendered)
    return feed_of(view.situation, feed, rendered)


def feed_makers(events: EventsInLanguage, slugs: Iterable[str], folder: str) -> Iterator[tuple[str, Maker]]:
    """The feeds of those slugs in one language, whose folder that is, by path; not those in MAINTNOTE."""
    for rendering in ARRANGEMENTS:
        rendered = cache(partial(_rendered, events, rendering))
        for slug in slugs:
            make = cache(partial(_feed, events, slug, rendered))
            yield feed_path(slug, rendering, folder), make
            if rendering is Rendering.SERIES:
                yield download_path(slug, folder), partial(_download, slug, make)


def _rendered(events: EventsInLanguage, rendering: Rendering) -> tuple[CalendarEvent, ...]:
    return events().rendered(rendering)


def _feed(events: EventsInLanguage, slug: str, rendered: Callable[[], tuple[CalendarEvent, ...]]) -> Representation:
    situation = events().situation
    return feed_of(situation, situation.schedule.feed(slug), rendered())


def feed_of(situation: Situation, feed: Feed, events: Iterable[CalendarEvent]) -> Representation:
    """The feed with those of the events that belong to it."""
    content = feed_content(situation, feed, events)
    return Representation(
        body=content.content,
        content_type=CONTENT_TYPE,
        left_out=content.left_out,
        language=situation.schedule.language,
    )


def _download(slug: str, make: Callable[[], Representation]) -> Representation:
    return replace(make(), download=f"{slug}.ics")
