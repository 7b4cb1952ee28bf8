"""Settlements: the results of attempts to send deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.deliveries import DeliveryState


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """The result of an attempt.

    A delivery that is ``waiting`` still is tried again at ``due_at``. ``problem`` says why it was not sent, without any
    address of a customer and without a URL. Where nothing was attempted after all, it ``is_attempt`` no longer.
    """

    number: int
    state: DeliveryState
    due_at: datetime | None = None
    problem: str = ""
    is_attempt: bool = True
