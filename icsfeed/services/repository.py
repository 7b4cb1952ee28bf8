"""What the services ask of a database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine


class Writing(Protocol):
    """What is recorded in one go; ``icsfeed.store.database.writing.Transaction`` is one."""

    @property
    def record(self) -> Record:
        """All that was recorded before."""

    def set_subject(self, subject: str) -> None:
        """Say which ``subject`` it is about, where that is known only now."""

    def announced_with(self, key: str) -> str | None:
        """The id of the change that was announced with that key, if one was."""

    def add_update(self, change: Change, *, key: str | None = None) -> None:
        """Record the latest update of a change."""

    def adjust(self, window_id: str, day: date, adjustment: Adjustment | None, *, reason: str) -> None:
        """Record that an occurrence is skipped or moved, or (``None``) as the policy has it again."""

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        """Record lines of the ledger of revisions."""


class Repository(Protocol):
    """Where operators' work is recorded; ``icsfeed.store.database.Database`` is one."""

    @property
    def look_every(self) -> timedelta:
        """How often ``entry`` can be asked without a cost that shows."""

    def entry(self) -> int:
        """The number of the last entry: whether anything is new."""

    def record(self) -> Record:
        """All that is recorded."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[Writing]:
        """Record something, whole or not at all."""


class ScheduleRepository(Repository, Protocol):
    """Repository that also keep the schedule file that was public last; ``icsfeed.store.database.Database`` is one."""

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        """The bytes of the one that was kept last, and when they were changed; ``None`` where none was."""

    def keep_schedule(self, content: bytes, changed_at: datetime) -> None:
        """Keep that one instead."""
