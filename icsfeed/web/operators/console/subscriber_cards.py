"""Private subscribers in words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.lengths import length_text
from icsfeed.domain.subscribers import Subscriber, key_of
from icsfeed.domain.texts import plain_line
from icsfeed.web.operators.console.layout import Visit

_ID_CHARS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientFetch:
    """A family of clients, and when it last fetched the feed."""

    client: str
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriberCard:
    """A subscriber, without what opens their feed; ``path`` is that of their page below the console's."""

    name: str
    path: str
    feed: str
    has_feed: bool
    alarms: tuple[str, ...]
    account: str
    objects: tuple[str, ...]
    since: str
    last_fetch: str
    fetches: tuple[ClientFetch, ...]
    old_address_until: str
    revoked_at: str


def subscriber_id(name: str) -> str:
    """The id by which a subscriber's page is named, since names of customers must stand in no log."""
    return hashlib.sha256(key_of(name).encode(errors="replace")).hexdigest()[:_ID_CHARS]


def subscriber_card(
    visit: Visit, subscriber: Subscriber, fetches: Mapping[tuple[str, str], datetime]
) -> SubscriberCard:
    """The subscriber in words; ``fetches`` say when which clients last fetched whose feed."""
    dates, key = visit.dates, key_of(subscriber.name)
    own = [(client, at) for (name, client), at in fetches.items() if name == key and at >= subscriber.since]
    own.sort(key=lambda each: each[1], reverse=True)
    ends = [each.until for each in subscriber.tokens if each.until is not None and each.opens(now=visit.now)]
    revoked_at = subscriber.revoked_at
    return SubscriberCard(
        name=plain_line(subscriber.name),
        path=f"subscribers/{subscriber_id(subscriber.name)}/",
        feed=subscriber.feed,
        has_feed=any(feed.slug == subscriber.feed for feed in visit.workspace.schedule.feeds),
        alarms=tuple(map(length_text, subscriber.alarms)),
        account=plain_line(subscriber.account.id),
        objects=tuple(map(plain_line, subscriber.account.objects)),
        since=dates.moment(subscriber.since),
        last_fetch=dates.moment(own[0][1]) if own else "",
        fetches=tuple(ClientFetch(client=client, at=dates.moment(at)) for client, at in own),
        old_address_until=dates.moment(max(ends)) if ends and revoked_at is None else "",
        revoked_at=dates.moment(revoked_at) if revoked_at is not None else "",
    )
