"""Feeds as JSON for programs: every occurrence of the published span, in a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenDays
from icsfeed.domain.occurrences import Occurrence, Skipped
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.events import CalendarEvent, Source
from icsfeed.ical.series import Rendering, Series, Single
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.change_json import change_as_json
from icsfeed.services.events import PublishedEvents
from icsfeed.services.upcoming import span_as_json, utc_text

VERSION: Final = 1
SCHEMA_PATH: Final = f"/schemas/feed-{VERSION}.json"
"""Where the JSON Schema of the feeds is published."""

_SCHEMA: Final = Path(__file__).parent / "schemas" / f"feed-{VERSION}.json"
_OF_AN_UPDATE: Final = ("number", "at", "state", "message", "changed")
"""The keys of an update that customers see: all but who made it."""


def json_path(slug: str) -> str:
    return f"/feeds/{slug}.json"


def json_makers(events: PublishedEvents) -> Iterator[tuple[str, Maker]]:
    """Every feed as JSON, and the schema of these, by path."""
    items = cache(partial(_items, events))
    for feed in events.schedule.feeds:
        yield json_path(feed.slug), partial(_feed, events.situation, feed, items)
    yield SCHEMA_PATH, _schema


def _schema() -> Representation:
    return Representation(body=_SCHEMA.read_bytes(), content_type="application/schema+json")


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An entry in JSON, with the kind and environments that decide which feeds contain it."""

    kind: Kind
    environments: frozenset[str]
    json: Mapping[str, object]


def _feed(situation: Situation, feed: Feed, items: Callable[[], tuple[FeedItem, ...]]) -> Representation:
    schedule, calendar = situation.schedule, situation.schedule.calendar
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
        "entries": [each.json for each in items() if feed.selects(each.kind, each.environments)],
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Representation(body=f"{body}\n".encode(), content_type="application/json")


def _items(events: PublishedEvents) -> tuple[FeedItem, ...]:
    """The events of the expanded rendering, in its order."""
    schedule = events.schedule
    return tuple(
        FeedItem(
            kind=event.kind, environments=event.environments, json={**_shared(event), **_own(event.source, schedule)}
        )
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
        "original_start": None,
        "moved_from": None,
        "first": None,
        "last": None,
        "updates": [],
    }


def _own(source: Source, schedule: Schedule) -> dict[str, object]:
    zone = schedule.calendar.zone
    match source:
        case Single():
            return _of_occurrence(source.occurrence, zone)
        case FrozenDays():
            return {
                "id": source.freeze.id,
                "name": source.freeze.name,
                **span_as_json(source.span, zone),
                "environments": sorted(schedule.environment_names),
                "first": source.days.first.isoformat(),
                "last": source.days.last.isoformat(),
            }
        case Change():
            return _of_change(source, zone)
        case Series():  # pragma: no cover  (the expanded rendering has none)
            raise AssertionError


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
    plan, whole = change.plan, change_as_json(change, zone)
    updates: Any = whole["updates"]
    return {
        "id": change.id,
        "name": plan.summary,
        **span_as_json(plan.span, zone),
        "state": change.state.value,
        "impact": plan.impact.value,
        "reason": plan.reason,
        "ticket": plan.ticket or None,
        "updates": [{key: update[key] for key in _OF_AN_UPDATE} for update in updates],
    }
