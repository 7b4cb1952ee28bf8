"""The tally of requests: each is noted at almost no cost, and all are counted together later."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from threading import Lock, Timer
from typing import Final, TypeAlias

from icsfeed.web.clients import family_of

SECONDS_BEFORE_COUNT: Final = 1.0

Counts: TypeAlias = Mapping[tuple[str, str, str], int]
"""The number of requests by path (of the publication, or a route), family of clients, and status."""


class Tally:
    """Notes requests and passes their counts to ``on_count``. Threads may share it.

    It counts ``seconds`` after the first request, in a thread of its own, or when ``count`` is called.
    """

    def __init__(self, on_count: Callable[[Counts], None], *, seconds: float = SECONDS_BEFORE_COUNT) -> None:
        self._on_count = on_count
        self._seconds = seconds
        self._requests: deque[tuple[str, str, str]] = deque()
        self._is_waiting = False
        self._lock = Lock()

    def add(self, path: str, user_agent: str, status: str) -> None:
        """Note a request; ``status`` is WSGI's status line, such as ``304 Not Modified`` (PEP 3333)."""
        self._requests.append((path, user_agent, status))  # a deque needs no lock, which would cost more than this
        if not self._is_waiting:
            self._wait()

    def count(self) -> None:
        """Pass on the requests noted so far."""
        with self._lock:
            self._is_waiting = False
            requests = Counter(self._requests.popleft() for _ in range(len(self._requests)))
            counts: Counter[tuple[str, str, str]] = Counter()
            for (path, user_agent, status), number in requests.items():
                counts[path, family_of(user_agent), status.partition(" ")[0]] += number
            if counts:
                self._on_count(counts)

    def _wait(self) -> None:
        self._is_waiting = True
        timer = Timer(self._seconds, self.count)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # the system can't start another thread
            self.count()
