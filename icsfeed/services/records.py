"""What the services ask of a database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from icsfeed.domain.record import Record

if TYPE_CHECKING:
    from icsfeed.store.database.writing import Transaction


class Records(Protocol):
    """Where operators' work is recorded; ``icsfeed.store.database.Database`` is one."""

    @property
    def look_every(self) -> timedelta:
        """How often ``entry`` can be asked without a cost that shows."""

    def entry(self) -> int:
        """The number of the last entry: whether anything is new."""

    def record(self) -> Record:
        """All that is recorded."""

    def writing(self, *, by: str, at: datetime, action: str, subject: str) -> AbstractContextManager[Transaction]:
        """Record something, whole or not at all."""
