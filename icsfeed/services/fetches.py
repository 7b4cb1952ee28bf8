"""When subscribers last fetched their feeds: kept in memory as they come, noted now and then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock, Timer
from typing import Final, Protocol

from icsfeed.domain.errors import IcsfeedError

NOTE_AFTER: Final = 60.0
"""Seconds: support asks whether somebody has subscribed, and not whether somebody just did."""


class FetchRepository(Protocol):
    """Where fetches are noted; ``icsfeed.store.database.Database`` is one."""

    def note_fetches(self, fetches: Mapping[tuple[str, str], datetime]) -> None:
        """Note those that are later than what was noted before."""


class Fetches:
    """Collects fetches by subscriber and client; threads may share it.

    They are noted ``after`` so many seconds in one transaction, by a thread of their own: no request waits for that.
    What can't be noted is kept for the next time, and ``failed`` is told.
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
        """Collect one."""
        with self._lock:
            self._collected[subscriber, client] = at
            self._wait()

    def note(self) -> None:
        """Note now what was collected."""
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
