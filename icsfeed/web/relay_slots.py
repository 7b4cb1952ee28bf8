"""Which requests may occupy a worker's threads while they wait for the operators' process.

Granian calls the application as soon as it has the headers of a request, and can't be told to give up on its body: a
client that sends slowly keeps a thread until it leaves. So at least one thread is for feeds alone, and
those who have not proved to be operators get half of the others at most; while they send bodies, a quarter, one per
network, and an eighth to sign in.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

from icsfeed.domain.networks import network_of


class RelaySlots:
    """The slots of a worker with so many threads. Each method gives whether there was one; nobody waits for one."""

    def __init__(self, threads: int) -> None:
        self._free = threads - 1
        self._free_for_strangers = max(1, self._free // 2)
        self._free_for_bodies = {False: max(1, self._free // 4), True: max(1, self._free // 8)}
        """Of those who sign in, and of others."""
        self._senders: set[tuple[str, bool]] = set()
        """The networks from which strangers are sending bodies, and whether they sign in."""
        self._lock = Lock()

    @contextmanager
    def any(self) -> Generator[bool]:
        """A slot for anybody, who then needs another one unless they are an operator."""
        with self._lock:
            has_slot = self._free > 0
            self._free -= has_slot
        try:
            yield has_slot
        finally:
            with self._lock:
                self._free += has_slot

    @contextmanager
    def stranger(self) -> Generator[bool]:
        """A slot for a request without a body."""
        with self._lock:
            has_slot = self._free_for_strangers > 0
            self._free_for_strangers -= has_slot
        try:
            yield has_slot
        finally:
            with self._lock:
                self._free_for_strangers += has_slot

    @contextmanager
    def stranger_with_body(self, address: str, *, signs_in: bool) -> Generator[bool]:
        """A slot for a request with a body, from that network address. Other bodies leave those that sign in theirs."""
        sender = (network_of(address), signs_in)
        with self._lock:
            has_slot = self._free_for_bodies[signs_in] > 0 and sender not in self._senders
            self._free_for_bodies[signs_in] -= has_slot
            if has_slot:
                self._senders.add(sender)
        try:
            yield has_slot
        finally:
            with self._lock:
                self._free_for_bodies[signs_in] += has_slot
                if has_slot:
                    self._senders.remove(sender)
