"""The leases of one sender: what it has claimed, and for how long nobody else does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Final

from icsfeed.domain.deliveries import Delivery, DeliveryState
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.settlements import Settlement
from icsfeed.notify.delivery_queue import DeliveryQueue

LEASE: Final = timedelta(seconds=20)
"""Another sender takes over so long after this one was last heard of."""

RENEWAL_SECONDS: Final = 5.0

_STOPPED: Final = "the sender stopped before the receiver had answered"

_SAFETY: Final = timedelta(seconds=2)
"""No attempt begins when so little of a lease is left."""


class Leases:
    """Claims deliveries for one ``owner``, renews the leases in a thread of its own, and settles attempts."""

    def __init__(self, outbox: DeliveryQueue, *, owner: str, clock: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._owner = owner
        self._clock = clock
        self._lock = Lock()
        self._ends: dict[int, datetime] = {}
        """The end of the lease of each delivery that is claimed."""
        self._is_closed = Event()
        self._thread = Thread(target=self._renew_until_closed, name="icsfeed leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def close(self) -> None:
        """Stop renewing, and leave to other senders what is still under way, or was not begun."""
        self._is_closed.set()
        now = self._clock()
        with self._lock:
            numbers = sorted(self._ends)
        with suppress(UnavailableError):  # the leases end by themselves
            self.settle(
                [
                    Settlement(number=number, state=DeliveryState.WAITING, due_at=now, problem=_STOPPED)
                    for number in numbers
                ]
            )

    def claim(self, receiver: str, *, limit: int) -> tuple[Delivery, ...]:
        """Claim what is due for the receiver.

        Raises:
            UnavailableError: where the database does not answer.
        """
        now = self._clock()
        deliveries = self._outbox.claim(receiver, owner=self._owner, now=now, lease=LEASE, limit=limit)
        with self._lock:
            self._ends.update((delivery.number, now + LEASE) for delivery in deliveries)
        return deliveries

    def holds(self, number: int) -> bool:
        """Whether the lease on that delivery still lasts for a moment, so that no other sender can claim it."""
        with self._lock:
            end = self._ends.get(number)
        return end is not None and self._clock() < end - _SAFETY

    def begin(self, numbers: Sequence[int]) -> frozenset[int]:
        """Count an attempt of those that wait still, and that nobody else can have claimed; gives their numbers.

        Raises:
            UnavailableError: where the database does not answer.
        """
        mine = [number for number in numbers if self.holds(number)]
        return self._outbox.begin(mine, owner=self._owner, now=self._clock()) if mine else frozenset()

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record the results of attempts, all at once.

        Raises:
            UnavailableError: where the database does not answer; the same can be settled later.
        """
        if settlements:
            self._outbox.settle(settlements, owner=self._owner, now=self._clock())
            self._forget([each.number for each in settlements])

    def release(self, numbers: Collection[int]) -> None:
        """Give back what was not begun.

        Raises:
            UnavailableError: where the database does not answer; the leases end by themselves then.
        """
        self._forget(numbers)
        if numbers:
            self._outbox.release(owner=self._owner, numbers=numbers, now=self._clock())

    def _forget(self, numbers: Collection[int]) -> None:
        with self._lock:
            for number in numbers:
                self._ends.pop(number, None)

    def _renew_until_closed(self) -> None:
        while not self._is_closed.wait(RENEWAL_SECONDS):
            self.renew()

    def renew(self) -> None:
        """Extend the leases of all that is claimed, and forget what somebody else has claimed meanwhile."""
        with self._lock:
            claimed = set(self._ends)
        if not claimed:
            return
        now = self._clock()
        try:
            held = self._outbox.renew(owner=self._owner, now=now, lease=LEASE)
        except UnavailableError:
            return  # they end by themselves, unless the next renewal comes in time
        with self._lock:
            for number in claimed & set(self._ends):
                if number in held:
                    self._ends[number] = now + LEASE
                else:
                    del self._ends[number]
