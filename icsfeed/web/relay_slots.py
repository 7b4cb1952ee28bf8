"""Which requests may occupy a worker's threads while they wait for the operators' process.

Granian calls the application as soon as it has the headers of a request, and can't be told to give up on its body: a
client that sends slowly keeps a thread until it leaves. So at least one thread is for feeds alone, and those who have
not proved to be operators get half of the others at most, a quarter while they send bodies, one per network.
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
        self._free_for_bodies = max(1, self._free // 4)
        self._networks: set[str] = set()
        """From which strangers are sending bodies."""
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
    def stranger_with_body(self, address: str) -> Generator[bool]:
        """A slot for a request with a body, from that network address."""
        network = network_of(address)
        with self._lock:
            has_slot = self._free_for_bodies > 0 and network not in self._networks
            self._free_for_bodies -= has_slot
            if has_slot:
                self._networks.add(network)
        try:
            yield has_slot
        finally:
            with self._lock:
                self._free_for_bodies += has_slot
                if has_slot:
                    self._networks.remove(network)
