"""Rows of the outbox: deliveries with their results so far, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.deliveries import Delivery, DeliveryState


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrySelection:
    """The deliveries to try again: those with these numbers, and those for these receivers; of both none: all.

    A receiver is a channel's, with all its targets, or ``mail`` for all mail.
    """

    numbers: frozenset[int] = frozenset()
    receivers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxRow:
    """A delivery and its state. Instants are in UTC.

    One that waits is due at ``due_at``; others ended at ``ended_at``. ``problem`` says why it is not sent yet, was
    given up or dropped (empty: nothing went wrong).
    """

    delivery: Delivery
    state: DeliveryState
    due_at: datetime
    ended_at: datetime | None = None
    problem: str = ""
