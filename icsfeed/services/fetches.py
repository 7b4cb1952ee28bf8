"""When subscribers last fetched their feeds: collected in memory, and written to the database once a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock, Timer
from typing import Final, Protocol

from icsfeed.domain.errors import IcsfeedError

NOTE_AFTER: Final = 60.0
"""Seconds. Support asks whether somebody has subscribed, which may be a minute old."""


class FetchRepository(Protocol):
    """Stores fetches."""

    def note_fetches(self, fetches: Mapping[tuple[str, str], datetime]) -> None:
        """Store the fetches that are later than those stored before."""


class Fetches:
    """Collects fetches by subscriber and client; threads may share it.

    They are stored ``after`` so many seconds, in one transaction and in a thread of its own: no request waits for it.
    Where that fails, ``failed`` is called, and the fetches are stored the next time.
    """

    def __init__(
        self, repository: FetchRepository, *, failed: Callable[[IcsfeedError], None], after: float = NOTE_AFTER
    ) -> None:
        self._repository = repository
        self._failed = failed
        self._after = after
        self._lock = Lock()
        self._collected: dict[tuple[str, str], datetime] = {}
        self._timer: Timer | None = None

    def add(self, subscriber: str, client: str, at: datetime) -> None:
        with self._lock:
            self._collected[subscriber, client] = at
            self._wait()

    def note(self) -> None:
        """Store now what was collected."""
        with self._lock:
            collected, self._collected, self._timer = self._collected, {}, None
        if not collected:
            return
        try:
            self._repository.note_fetches(collected)
        except IcsfeedError as error:
            self._failed(error)
            with self._lock:
                self._collected = collected | self._collected
                self._wait()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = Timer(self._after, self.note)
            self._timer.daemon = True
            self._timer.start()
