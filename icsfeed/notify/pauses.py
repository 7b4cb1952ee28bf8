"""When a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
)
"""The pauses after the first attempt, the second and so on; the last one from then on."""

TIME_TO_RETRY: Final = timedelta(days=1)
"""How long after the first attempt a delivery is still tried."""


def pause_after(attempts: int) -> timedelta:
    """The pause after so many failed attempts, one at least."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def next_attempt(
    attempts: int, *, first_attempt_at: datetime, now: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after so many failed attempts, the last of them ``now``; ``None``: no more.

    A receiver that asks for more patience gets it, as long as one more attempt is left.
    """
    last = first_attempt_at + TIME_TO_RETRY
    if now >= last:
        return None
    pause = max(pause_after(attempts), retry_after or timedelta())
    return min(now + pause, last)
