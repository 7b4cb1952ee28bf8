"""Feeds as JSON, for customers' machines: every occurrence of the published span, by a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenDays, frozen_days
from icsfeed.domain.occurrences import Occurrence, Skipped, occurrences
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.spans import DateRange, Span
from icsfeed.ical.events import CalendarEvent, basic, uid_of
from icsfeed.ical.series import Rendering
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.change_json import change_as_json
from icsfeed.services.events import PublishedEvents
from icsfeed.services.upcoming import span_as_json, utc_text

VERSION: Final = 1
SCHEMA_PATH: Final = f"/schemas/feed-{VERSION}.json"
"""Where the JSON Schema of the feeds is published."""

_SCHEMA: Final = Path(__file__).parent / "schemas" / f"feed-{VERSION}.json"
_OF_AN_UPDATE: Final = ("number", "at", "state", "message", "changed")
"""What customers see of an update: all but who made it."""


def json_path(slug: str) -> str:
    """Where a feed is published as JSON."""
    return f"/feeds/{slug}.json"


def json_makers(events: PublishedEvents, *, now: datetime, base_url: str) -> Iterator[tuple[str, Maker]]:
    """Every feed as JSON, and the schema of these, by path."""
    del base_url  # there are no addresses of ours in it
    items = cache(partial(_items, events, now))
    for feed in events.schedule.feeds:
        yield json_path(feed.slug), partial(_feed, events, feed, items, now)
    yield SCHEMA_PATH, _schema


def _schema() -> Representation:
    return Representation(body=_SCHEMA.read_bytes(), content_type="application/schema+json")


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An entry as JSON has it, and what decides to which feeds it belongs."""

    kind: Kind
    environments: frozenset[str]
    record: Mapping[str, object]


def _feed(
    events: PublishedEvents, feed: Feed, items: Callable[[], tuple[FeedItem, ...]], now: datetime
) -> Representation:
    calendar = events.schedule.calendar
    content = {
        "version": VERSION,
        "calendar": {
            "name": calendar.name,
            "timezone": calendar.zone.key,
            "environments": events.schedule.environment_names,
        },
        "feed": {
            "slug": feed.slug,
            "name": feed.name,
            "description": feed.description or calendar.description,
            "environments": sorted(feed.environments),
            "kinds": sorted(feed.kinds),
        },
        "published": span_as_json(published_span(now, calendar.zone), calendar.zone),
        "entries": [each.record for each in items() if feed.selects(each.kind, each.environments)],
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Representation(body=f"{body}\n".encode(), content_type="application/json")


def _items(events: PublishedEvents, now: datetime) -> tuple[FeedItem, ...]:
    """What the expanded rendering shows, entry by entry in its order."""
    schedule = events.schedule
    found = {
        **dict(_windows(schedule, events, now)),
        **dict(_freezes(schedule, events.years)),
        **dict(_changes(schedule, (change for change, _ in events.changes.values()))),
    }
    return tuple(
        FeedItem(kind=event.kind, environments=event.environments, record={**_known(event), **found[event.uid]})
        for event in events.rendered(Rendering.EXPANDED, events.record.ledger, now=now)
    )


def _known(event: CalendarEvent) -> dict[str, object]:
    """All keys in their order: what the event itself says, and nothing for what only some kinds have."""
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


def _windows(schedule: Schedule, events: PublishedEvents, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    zone = schedule.calendar.zone
    for occurrence in occurrences(schedule, published_span(now, zone), events.record.adjustments.values()):
        window, span = occurrence.window, occurrence.span
        if span is not None:
            uid = uid_of(schedule, Kind.MAINTENANCE, window.id, basic(occurrence.original_start))
            yield uid, {"id": window.id, "name": window.name, **_of_window(occurrence, span, zone)}


def _of_window(occurrence: Occurrence, span: Span, zone: ZoneInfo) -> dict[str, object]:
    moved, policy = occurrence.moved, occurrence.policy.span
    skipped = occurrence.excluded if isinstance(occurrence.excluded, Skipped) else None
    told = skipped or moved
    return {
        **span_as_json(span, zone),
        "state": (State.CANCELLED if skipped else State.CONFIRMED).value,
        "impact": occurrence.window.impact.value,
        "reason": told.reason if told else "",
        "original_start": occurrence.original_start.isoformat(),
        "moved_from": span_as_json(policy, zone) if moved and policy else None,
    }


def _freezes(schedule: Schedule, years: range) -> Iterator[tuple[str, dict[str, Any]]]:
    zone, days = schedule.calendar.zone, DateRange.of_years(years)
    for frozen in frozen_days(schedule.freezes, zone, days.first, days.last):
        yield uid_of(schedule, Kind.FREEZE, frozen.freeze.id, basic(frozen.days.first)), _of_freeze(schedule, frozen)


def _of_freeze(schedule: Schedule, frozen: FrozenDays) -> dict[str, object]:
    return {
        "id": frozen.freeze.id,
        "name": frozen.freeze.name,
        **span_as_json(frozen.span, schedule.calendar.zone),
        "environments": sorted(schedule.environment_names),
        "first": frozen.days.first.isoformat(),
        "last": frozen.days.last.isoformat(),
    }


def _changes(schedule: Schedule, changes: Iterable[Change]) -> Iterator[tuple[str, dict[str, Any]]]:
    zone = schedule.calendar.zone
    for change in changes:
        plan, record = change.plan, change_as_json(change, zone)
        updates: Any = record["updates"]
        yield (
            uid_of(schedule, change.kind, change.id.lower()),
            {
                "id": change.id,
                "name": plan.summary,
                **span_as_json(plan.span, zone),
                "state": change.state.value,
                "impact": plan.impact.value,
                "reason": plan.reason,
                "ticket": plan.ticket or None,
                "updates": [{key: update[key] for key in _OF_AN_UPDATE} for update in updates],
            },
        )
