"""The current situation for the sender: the last good schedule and record, as a server keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from icsfeed.domain.situation import Situation
from icsfeed.publication.problems import attempt
from icsfeed.publication.snapshot import Snapshot
from icsfeed.publication.sources import Sources

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_NEVER_DUE: Final = datetime.max.replace(tzinfo=UTC)

_MAX_AGE: Final = timedelta(seconds=1)
"""How long a situation is used for what is sent meanwhile, where nothing was edited or recorded."""

_MAX_UNWATCHED: Final = timedelta(milliseconds=50)
"""How long it may go unnoticed in the middle of many messages that something was edited or recorded.

To look at PostgreSQL takes as long as to send a mail.
"""


class CurrentSituation:
    """Reads the sources when they have changed, and logs each fault of theirs once. Threads may share it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lock = Lock()
        self._snapshot = Snapshot(due=_NEVER_DUE)
        self._situation: Situation | None = None
        self._looked_at = _NEVER

    def at(self, now: datetime) -> Situation | None:
        """The situation at that instant, or less than a second before; ``None`` until both sources could be read."""
        return self._situation_at(now, max_unwatched=timedelta())

    def recent(self, now: datetime) -> Situation | None:
        """As ``at``, except that what happened in the last moment may be missing."""
        return self._situation_at(now, max_unwatched=_MAX_UNWATCHED)

    def _situation_at(self, now: datetime, *, max_unwatched: timedelta) -> Situation | None:
        with self._lock:
            before = self._snapshot
            if not timedelta() <= now - self._looked_at < max_unwatched:
                self._look(now)
                self._looked_at = now
            schedule, record = self._snapshot.schedule_file, self._snapshot.record
            if schedule is None or record is None:
                return None
            situation, is_same = self._situation, self._snapshot is before
            if situation is None or not is_same or not situation.now <= now < situation.now + _MAX_AGE:
                situation = self._situation = Situation(schedule=schedule.schedule, record=record, now=now)
            return situation

    def _look(self, now: datetime) -> None:
        before = self._snapshot
        is_first = before.file_signature is None and before.schedule_file is None
        # A failure counts as a change: reading the sources then says what is wrong.
        if is_first or before.must_be_read(now) or attempt(lambda: self._sources.have_changed_since(before)):
            self._snapshot = self._sources.read(replace(before, due=_NEVER_DUE, read_at=now), now=now)
