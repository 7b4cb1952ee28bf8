"""Compares what is public of two records: the bytes of everything, private feeds included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.private import private_feed
from icsfeed.publication.private_paths import MAINTNOTE_SUFFIX, PrivateFile
from icsfeed.publication.publishing import publish


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """How many public paths and private feeds were compared, and which of them differ."""

    paths: int
    private_feeds: int
    differing: tuple[str, ...]


def compare(schedule: Schedule, one: Record, other: Record, *, now: datetime) -> Comparison:
    """Compare everything that is published of the schedule with either record at ``now`` (aware)."""
    first, second = (dict(_public(schedule, record, now)) for record in (one, other))
    private, again = (dict(_private(schedule, record, now)) for record in (one, other))
    differing = [path for path in {**first, **second} if first.get(path) != second.get(path)]
    differing += [name for name in {**private, **again} if private.get(name) != again.get(name)]
    return Comparison(paths=len(first), private_feeds=len(private), differing=tuple(differing))


def _public(schedule: Schedule, record: Record, now: datetime) -> Iterator[tuple[str, bytes]]:
    publication = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now)
    for path, representation in publication.representations.items():
        yield path, representation.body


def _private(schedule: Schedule, record: Record, now: datetime) -> Iterator[tuple[str, bytes]]:
    """The private feed of each valid token, by the subscriber's name and the digest of the token."""
    publication = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now)
    for subscriber, token in record.subscribers.valid(now=now):
        file = PrivateFile(slug=subscriber.feed, suffix=MAINTNOTE_SUFFIX)
        feeds = (
            private_feed(publication, subscriber.feed, subscriber.alarms),
            private_feed(publication, subscriber.feed, (), account=subscriber.account, file=file),
        )
        bodies = [feed.body for feed in feeds if feed is not None]
        if bodies:
            yield f"the private feed of {subscriber.name} ({token.digest[:8]})", b"".join(bodies)
