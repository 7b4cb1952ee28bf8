"""What a server shows now: how often it looks for changes, and how long a request waits for what a look finds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf
from threading import Lock
from typing import Final, TypeAlias

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.subscribers import NOBODY, Subscriber, Subscribers
from icsfeed.publication.background import BackgroundThread
from icsfeed.publication.problems import LimitLog, Problem, Problems, Source, TemplateLog, attempt
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.publishing import Publication
from icsfeed.publication.snapshot import Snapshot

SLOW_LOOK: Final = timedelta(seconds=5)
"""A source that has not answered for so long counts as broken until it does."""

BUSY_CHANGES: Final = 5
"""After so many changes within ``BUSY_PERIOD``, programs write, not people. Then no request waits for the next one, and
looks are ``BUSY_PACE`` apart: *measured* with 50 announced updates a second, reading and publishing each of them takes
half of a worker's time, and so a tenth.
"""

BUSY_PERIOD: Final = timedelta(seconds=1)
BUSY_PACE: Final = timedelta(seconds=0.1)

Clock: TypeAlias = Callable[[], datetime]
"""Gives the current instant: aware, in UTC."""


def unpaced() -> float:
    """A replacement for ``time.monotonic`` with which every request looks for changes."""
    return inf


class Live:
    """The publication as of now. Threads may share it.

    A request looks for changes if the last look was at least the repository's ``look_every`` ago, in ``seconds`` that
    never go back. The look itself is made by a thread of its own, for a disk or a database may hang: the request waits
    for it, and for the publication that follows, no longer than ``patience``, and a tenth of that while the database is
    in trouble. ``None`` is as long as it takes.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        clock: Clock,
        patience: timedelta | None = None,
        seconds: Callable[[], float] = unpaced,
        slow_look: timedelta = SLOW_LOOK,
    ) -> None:
        self._publisher = publisher
        self._sources = publisher.sources
        self._clock = clock
        self._patience = patience
        self._slow_look = slow_look.total_seconds()
        self._background = BackgroundThread("icsfeed looks", self._log_failure)
        self._look_lock = Lock()
        """Held while somebody looks for changes and makes the next publication."""
        self._snapshot_lock = Lock()
        """Held while the snapshot is replaced."""
        self._look_start = inf
        """When the look began that is under way, by the system's monotonic clock."""
        self._slow_source: Source | None = None
        """The source for which that look has waited too long."""
        self.limit_log = LimitLog(self._sources.log)
        self._template_log = TemplateLog(self._sources.log)
        self._template_thread = BackgroundThread("icsfeed templates", self._log_failure)
        self.template_problem: Problem | None = None
        """What is wrong with the reminders' own templates, as far as they were rendered; the calendar is current."""
        self.seconds = seconds
        self.next_look = -inf
        """The ``seconds`` from which on a request looks for changes."""
        self.snapshot = publisher.first_snapshot(now=clock())
        """The latest snapshot: another object whenever the sources were read."""
        self._last_look = time.monotonic()
        self._latest_changes: deque[float] = deque(maxlen=BUSY_CHANGES)
        """When the latest looks that found changes ended, in ``seconds``."""
        self._check_templates()

    @property
    def problems(self) -> Problems:
        """What was wrong at the last look."""
        return self.snapshot.problems

    @property
    def seconds_since_look(self) -> float:
        """The time since the last look that came to an end."""
        return time.monotonic() - self._last_look

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
        """Look for changes unless somebody does so: while one thread looks, the others answer with the snapshot."""
        now, is_busy = self.seconds(), self._is_busy()
        pace = BUSY_PACE if is_busy else self._sources.repository.look_every
        self.next_look = now + pace.total_seconds()
        if not self._look_lock.acquire(blocking=False):
            self._report_slow_look()
            return
        self._look_start = time.monotonic()
        if self._patience is None:
            self._finish_look()
            return
        patience = self._patience / 10 if self.snapshot.is_database_in_trouble else self._patience
        self._background.run(self._finish_look, patience=0 if is_busy else patience.total_seconds())

    def _is_busy(self) -> bool:
        """Whether so much has changed lately that requests don't wait for the next publication."""
        changes = self._latest_changes
        return len(changes) == BUSY_CHANGES and self.seconds() - changes[0] < BUSY_PERIOD.total_seconds()

    def _finish_look(self) -> None:
        """Make the next snapshot if anything has changed, and release the lock, which the caller has acquired."""
        try:
            before, now = self.snapshot, self._clock()
            # A failure counts as a change: reading the sources then says what is wrong.
            has_changed = before.must_be_read(now) or attempt(lambda: self._sources.have_changed_since(before))
            after = before if has_changed is False else self._publisher.next_snapshot(before, now=self._clock())
            is_other = after.publication is not before.publication
            self._replace_snapshot(after)
            if before is not after:
                self._latest_changes.append(self.seconds())
            if is_other:
                self._check_templates()
            due_in = (self.snapshot.due - now).total_seconds()
            self.next_look = min(self.next_look, self.seconds() + due_in)
        finally:
            self._last_look = time.monotonic()
            self._look_lock.release()

    def _check_templates(self) -> None:
        """Have the reminders' own templates rendered, which nobody waits for: an emergency is public before."""
        if self._patience is None:
            self._note_template_mistakes()
        elif self.template_problem is not None or ((file := self.snapshot.schedule_file) and file.template_signatures):
            self._template_thread.run(self._note_template_mistakes, patience=0)

    def _note_template_mistakes(self) -> None:
        publication = self.snapshot.publication
        mistakes = attempt(publication.template_mistakes) if publication is not None else ()
        if isinstance(mistakes, Exception):  # a bug in icsfeed: the path of that reminder answers with an error
            mistakes = (str(mistakes) or type(mistakes).__name__,)
        self.template_problem = self._template_log.next_problem(self.template_problem, mistakes, now=self._clock())

    def _log_failure(self, error: Exception) -> None:
        self._sources.log.error("background work failed", exc_info=error)

    def _replace_snapshot(self, after: Snapshot) -> None:
        with self._snapshot_lock:
            if self._slow_source is not None and self._slow_source not in after.problems:
                self._sources.log_solution(self.snapshot, self._slow_source)
            self._slow_source, self._look_start = None, inf
            self.snapshot = after

    def _report_slow_look(self) -> None:
        """Let the snapshot say that a source has not answered for too long."""
        if time.monotonic() - self._look_start < self._slow_look:
            return
        with self._snapshot_lock:
            source = self._sources.source_being_read
            if source is None or self._slow_source is not None or self._look_start == inf:
                return
            error = UnavailableError(f"the {source} has not answered for {self._slow_look:g} seconds")
            self._slow_source = source
            self.snapshot = self._sources.with_problem(self.snapshot, source, error, now=self._clock())
