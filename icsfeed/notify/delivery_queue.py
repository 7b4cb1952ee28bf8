"""What the sender needs of the database; the outbox of a ``Database`` provides the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.domain.settlements import Settlement


class DeliveryQueue(Protocol):
    """The deliveries that wait. Every method raises an ``UnavailableError`` where the database does not answer."""

    def due_receivers(self, *, now: datetime) -> frozenset[str]:
        """The channels, such as ``channel:operations``, that have something to claim, and ``mail`` for all mail."""

    def claim(self, receiver: str, *, owner: str, now: datetime, lease: timedelta, limit: int) -> tuple[Delivery, ...]:
        """Take deliveries that are due, which nobody else gets during the lease."""

    def begin(self, numbers: Collection[int], *, owner: str, now: datetime) -> frozenset[int]:
        """Count an attempt of those that the owner holds and that wait still; gives their numbers."""

    def renew(self, *, owner: str, now: datetime, lease: timedelta) -> frozenset[int]:
        """Prolong the leases of everything that the owner has claimed and holds still; gives the numbers."""

    def settle(self, settlements: Iterable[Settlement], *, owner: str, now: datetime) -> None:
        """Record the results of attempts, all together."""

    def release(self, *, owner: str, numbers: Collection[int], now: datetime) -> None:
        """Give up the leases of deliveries of which no attempt has begun."""

    def split(self, delivery: Delivery, targets: int, *, now: datetime) -> None:
        """Queue the delivery for the further targets of its channel, where that was not done before."""


class Recipients(Protocol):
    """The mail subscribers, for whom the same holds."""

    def secret(self, *, now: datetime) -> str:
        """The database's secret, which keys of deliveries and links in mails are made with."""

    def with_ids(self, ids: Collection[str]) -> Mapping[str, MailSubscriber]:
        """Those of these ids who exist, by id."""

    def note_refusal(self, subscriber_id: str, *, is_refused: bool, now: datetime) -> None:
        """Count a refusal of a subscriber's mailbox or, where it was not refused, forget the earlier ones."""
