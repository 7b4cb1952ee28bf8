"""Feeds as JSON for programs: every occurrence of the published span, in a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.alterations import OPERATORS_TEXTS
from icsfeed.domain.changes import Change, State, Update
from icsfeed.domain.departures import Departure
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering, Series, Single
from icsfeed.ical.translations import Source
from icsfeed.publication.feeds import EventsInLanguage
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.change_json import differences_of
from icsfeed.services.events import PublishedEvents
from icsfeed.services.upcoming import other_times_as_json, span_as_json, utc_text
from icsfeed.words.feeds import feed_in_words
from icsfeed.words.languages import language_named
from icsfeed.words.terms import name_in_words

VERSION: Final = 1


def json_path(slug: str, folder: str = "") -> str:
    """The path of a feed; the ``folder`` is that of its language."""
    return f"/{folder}feeds/{slug}.json"


def json_makers(events: EventsInLanguage, slugs: Iterable[str], folder: str) -> Iterator[tuple[str, Maker]]:
    """The feeds of those slugs in one language, whose folder that is, by path."""
    items = cache(lambda: _items(events()))
    for slug in slugs:
        yield json_path(slug, folder), partial(_feed, events, slug, items)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An entry in JSON, with the event that decides which feeds contain it."""

    event: CalendarEvent
    json: Mapping[str, object]


def _feed(events: EventsInLanguage, slug: str, items: Callable[[], tuple[FeedItem, ...]]) -> Representation:
    situation = events().situation
    schedule, calendar = situation.schedule, situation.schedule.calendar
    feed = feed_in_words(schedule.feed(slug), schedule, language_named(schedule.language))
    content = {
        "version": VERSION,
        "calendar": {
            "name": calendar.name,
            "timezone": calendar.zone.key,
            "environments": schedule.environment_names,
        },
        "feed": {
            "slug": feed.slug,
            "name": feed.name,
            "description": feed.description or calendar.description,
            "environments": sorted(feed.environments),
            "kinds": sorted(feed.kinds),
        },
        "published": span_as_json(situation.published_span, calendar.zone),
        "entries": [each.json for each in items() if each.event.belongs_to(feed)],
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Representation(body=f"{body}\n".encode(), content_type="application/json", language=schedule.language)


def _items(events: PublishedEvents) -> tuple[FeedItem, ...]:
    """The events of the expanded rendering, in its order."""
    schedule = events.schedule
    return tuple(
        FeedItem(event=event, json={**_shared(event), **_own(event.source, schedule)})
        for event in events.rendered(Rendering.EXPANDED)
    )


def _shared(event: CalendarEvent) -> dict[str, object]:
    """All keys in their order, with the values of those that every kind has."""
    return {
        "uid": event.uid,
        "sequence": event.revision.sequence,
        "updated": utc_text(event.revision.at),
        "kind": event.kind.value,
        "id": "",
        "name": "",
        "state": State.CONFIRMED.value,
        "environments": sorted(event.environments),
        "impact": None,
        "reason": "",
        "ticket": None,
        "planned_start": utc_text(event.span.start),
        "planned_end": utc_text(event.span.end),
        "actual_start": None,
        "actual_end": None,
        "automatic": False,
        "original_start": None,
        "moved_from": None,
        "first": None,
        "last": None,
        "open_ended": False,
        "no_longer_affects": [],
        "updates": [],
    }


def _own(source: Source, schedule: Schedule) -> dict[str, object]:
    zone = schedule.calendar.zone
    match source:
        case Single():
            return _of_occurrence(source.occurrence, zone)
        case FrozenSpan():
            return _of_freeze(source, schedule)
        case Change():
            return _of_change(source, zone)
        case Departure():
            return _of_departure(source, zone)
        case Series():  # pragma: no cover  (the expanded rendering has none)
            raise AssertionError


def _of_freeze(frozen: FrozenSpan, schedule: Schedule) -> dict[str, object]:
    """A freeze; one that an operator started has a reason, and while it is open-ended, says so."""
    freeze = frozen.freeze
    name = name_in_words(Kind.FREEZE, freeze.name, language_named(schedule.language))
    return {
        "id": freeze.id,
        "name": name,
        **span_as_json(frozen.span, schedule.calendar.zone),
        "environments": sorted(freeze.environments),
        **({"reason": freeze.description} if freeze.is_recorded else {}),
        "first": frozen.days.first.isoformat(),
        "last": frozen.days.last.isoformat(),
        "open_ended": freeze.is_open_ended,
    }


def _of_occurrence(occurrence: Occurrence, zone: ZoneInfo) -> dict[str, object]:
    window, moved, policy = occurrence.window, occurrence.moved, occurrence.policy.span
    skipped = occurrence.excluded if isinstance(occurrence.excluded, Skipped) else None
    adjustment = skipped or moved
    return {
        "id": window.id,
        "name": window.name,
        **(span_as_json(occurrence.span, zone) if occurrence.span else {}),
        "state": (State.CANCELLED if skipped else State.CONFIRMED).value,
        "impact": window.impact.value,
        "reason": adjustment.reason if adjustment else "",
        "original_start": occurrence.original_start.isoformat(),
        "moved_from": span_as_json(policy, zone) if moved and policy else None,
    }


def _of_change(change: Change, zone: ZoneInfo) -> dict[str, object]:
    plan = change.plan
    return {
        "id": change.id,
        "name": plan.summary,
        **span_as_json(change.shown_span, zone),
        **other_times_as_json(change),
        "state": change.state.value,
        "impact": plan.impact.value,
        "reason": plan.reason,
        "ticket": plan.ticket or None,
        "automatic": change.is_automatic,
        "updates": [_update(change, update) for update in change.updates],
    }


def _of_departure(departure: Departure, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": departure.change.id,
        "name": departure.change.plan.summary,
        **span_as_json(departure.span, zone),
        "state": State.CANCELLED.value,
        "no_longer_affects": sorted(departure.environments),
    }


def _update(change: Change, update: Update) -> dict[str, object]:
    """An update as customers see it: without its author, and without texts that no longer hold."""
    return {
        "number": update.number,
        "at": utc_text(update.at),
        "state": update.state.value,
        "message": update.message,
        "changed": [
            {"what": what, "before": "", "after": ""}
            if what in OPERATORS_TEXTS
            else {"what": what, "before": old, "after": new}
            for what, old, new in differences_of(change, update.number)
        ],
    }
