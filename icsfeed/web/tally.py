"""The tally of requests: kept at a cost that no request feels, and counted in bulk."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from threading import Lock, Timer
from typing import Final, TypeAlias

from icsfeed.web.clients import family_of

COUNT_AFTER: Final = 1.0
"""Seconds."""

Counts: TypeAlias = Mapping[tuple[str, str, str], int]
"""How many requests there were, by path (as the publication or a route has it), family of clients and status."""


class Tally:
    """Takes requests down as they come, and hands their counts to ``counted``; threads may share it.

    That happens ``after`` so many seconds, in a thread of its own, or when ``count`` is called.
    """

    def __init__(self, counted: Callable[[Counts], None], *, after: float = COUNT_AFTER) -> None:
        self._counted = counted
        self._after = after
        self._seen: deque[tuple[str, str, str]] = deque()
        self._waiting = False
        self._turn = Lock()

    def add(self, path: str, user_agent: str, status: str) -> None:
        """Take one down; ``status`` is the line that WSGI has it in (PEP 3333): ``304 Not Modified``."""
        self._seen.append((path, user_agent, status))  # needs no lock, which would cost more than all else here
        if not self._waiting:
            self._wait()

    def count(self) -> None:
        """Hand over what was taken down by now."""
        with self._turn:
            self._waiting = False
            seen = Counter(self._seen.popleft() for _ in range(len(self._seen)))
            counts: Counter[tuple[str, str, str]] = Counter()
            for (path, user_agent, status), number in seen.items():
                counts[path, family_of(user_agent), status.partition(" ")[0]] += number
            if counts:
                self._counted(counts)

    def _wait(self) -> None:
        self._waiting = True
        timer = Timer(self._after, self.count)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # the system gives no more threads
            self.count()
