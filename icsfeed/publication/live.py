"""What a server shows now: how often it looks for changes, and which thread makes the next publication."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf
from threading import Lock, Thread
from typing import TypeAlias

from icsfeed.domain.subscribers import NOBODY, Subscriber, Subscribers
from icsfeed.publication.problems import LimitLog, Problems, Source, attempt
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.publishing import Publication
from icsfeed.publication.snapshot import Snapshot

Clock: TypeAlias = Callable[[], datetime]
"""Gives the current instant: aware, in UTC."""


def unpaced() -> float:
    """A replacement for ``time.monotonic`` with which every request looks for changes."""
    return inf


class Live:
    """The publication as of now. Threads may share it.

    A request looks for changes if the last look was at least the repository's ``look_every`` ago, in ``seconds`` that
    never go back. It waits for the next publication no longer than ``patience``, and a tenth of that while the database
    is in trouble; ``None`` is as long as it takes.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        clock: Clock,
        patience: timedelta | None = None,
        seconds: Callable[[], float] = unpaced,
    ) -> None:
        self._publisher = publisher
        self._sources = publisher.sources
        self._clock = clock
        self._patience = patience
        self._lock = Lock()
        """Held by the thread that makes the next publication."""
        self.limit_log = LimitLog(self._sources.log)
        self.seconds = seconds
        self.next_look = -inf
        """The ``seconds`` from which on a request looks for changes."""
        self.snapshot = publisher.first_snapshot(now=clock())
        """The latest snapshot: another object whenever the sources were read."""

    @property
    def problems(self) -> Problems:
        """What was wrong at the last look."""
        return self.snapshot.problems

    def now(self) -> datetime:
        """The current instant."""
        return self._clock()

    def refresh(self) -> Snapshot:
        """The latest snapshot, after a look for changes if one is due."""
        if self.seconds() >= self.next_look:
            self._look()
        return self.snapshot

    def current(self) -> Publication | None:
        """What is public now; ``None`` until both the file and the database could be read once."""
        return self.refresh().publication

    @property
    def subscribers(self) -> Subscribers:
        """The subscribers as of the last look."""
        record = self.snapshot.record
        return record.subscribers if record is not None else NOBODY

    def holder(self, token: str) -> Subscriber | None:
        """The subscriber whose token this is now, as of the last look."""
        return self.subscribers.holder(token, now=self._clock())

    def _look(self) -> None:
        snapshot, now = self.snapshot, self._clock()
        self.next_look = self.seconds() + self._sources.repository.look_every.total_seconds()
        if self._lock.locked():
            return
        # A failure counts as a change: reading the sources then says what is wrong.
        has_changed = now >= snapshot.due or attempt(lambda: self._sources.have_changed_since(snapshot))
        if has_changed is not False:
            is_in_trouble = isinstance(has_changed, Exception) or Source.DATABASE in snapshot.problems
            self._make_next(is_in_trouble=is_in_trouble)
        due_in = (self.snapshot.due - now).total_seconds()
        self.next_look = min(self.next_look, self.seconds() + due_in)

    def _make_next(self, *, is_in_trouble: bool) -> None:
        # While one thread makes the next publication, the others answer with the present one.
        if not self._lock.acquire(blocking=False):
            return
        if self._patience is None:
            self._make()
            return
        # A database may take seconds to time out, and the server may have no thread but this one.
        making = Thread(target=self._make, daemon=True)
        try:
            making.start()
        except RuntimeError:  # the system can't start another thread
            self._make()
            return
        making.join((self._patience / 10 if is_in_trouble else self._patience).total_seconds())

    def _make(self) -> None:
        """Make the next snapshot and release the lock, which the caller has acquired."""
        try:
            self.snapshot = self._publisher.next_snapshot(self.snapshot, now=self._clock())
        finally:
            self._lock.release()
