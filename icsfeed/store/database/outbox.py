"""The outbox of a database: the deliveries that senders take by lease, and what operators see and do with them.

No method takes the lock of those who record: on PostgreSQL, senders never hold up an announcement.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, Engine

from icsfeed.domain.deliveries import Delivery, DeliveryState
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.news import Audience, FailingChannel, Listeners, News
from icsfeed.domain.outbox_rows import OutboxRow, RetrySelection
from icsfeed.domain.settlements import Settlement
from icsfeed.store.database import LOCK_TIMEOUT_SECONDS, claiming, outbox_lists, queueing
from icsfeed.store.database.engine import read_transaction, write_transaction
from icsfeed.store.database.urls import display_url


class Outbox:
    """The outbox of the database at that engine, whose tables are up to date. Threads may share it.

    ``owner`` is the random name of a sender; instants are aware. Each method raises an ``UnavailableError`` where the
    database can't be read or written, and then nothing has changed.
    """

    def __init__(self, engine: Engine, write_lock: Lock, *, lock_seconds: float = LOCK_TIMEOUT_SECONDS) -> None:
        self._engine = engine
        self._write_lock = write_lock
        self._lock_seconds = lock_seconds

    def due_receivers(self, *, now: datetime) -> frozenset[str]:
        """The channels, such as ``channel:operations``, that have something to claim, and ``mail`` for all mail."""
        with read_transaction(self._engine) as connection:
            return claiming.due_receivers(connection, now=now)

    def claim(self, receiver: str, *, owner: str, now: datetime, lease: timedelta, limit: int) -> tuple[Delivery, ...]:
        """Take deliveries that are due for a channel, with all its targets, or for ``mail``."""
        with self._writing() as connection:
            return claiming.claim(connection, receiver, owner, now=now, limit=limit, lease=lease)

    def begin(self, numbers: Collection[int], *, owner: str, now: datetime) -> frozenset[int]:
        """Count an attempt of those that the owner holds and that wait still; gives their numbers."""
        with self._writing() as connection:
            return claiming.begin(connection, owner, numbers, now=now)

    def renew(self, *, owner: str, now: datetime, lease: timedelta) -> frozenset[int]:
        """Prolong the leases of everything that the owner has claimed and holds still; gives the numbers."""
        with self._writing() as connection:
            return claiming.renew(connection, owner, now=now, lease=lease)

    def settle(self, settlements: Iterable[Settlement], *, owner: str, now: datetime) -> None:
        """Record the results of attempts, all together.

        A success is recorded even if another sender holds the lease by now; anything else is not recorded then. A
        delivery that still waits is replaced where a newer one waits.
        """
        with self._writing() as connection:
            claiming.settle(connection, settlements, owner, now=now)

    def release(self, *, owner: str, numbers: Collection[int], now: datetime) -> None:
        """Give up the leases of deliveries of which no attempt has begun."""
        with self._writing() as connection:
            claiming.release(connection, owner, numbers, now=now)

    def split(self, delivery: Delivery, targets: int, *, now: datetime) -> None:
        """Queue the delivery for the further targets of its channel, where that was not done before."""
        with self._writing() as connection:
            queueing.split(connection, delivery, targets, now=now)

    def listeners(self, queued: Collection[tuple[News, Audience]]) -> Listeners:
        """Those for whom the news would be queued, as it is now."""
        with read_transaction(self._engine) as connection:
            return queueing.listeners(connection, queued)

    def next_due_at(self) -> datetime | None:
        """When the next delivery is due that nobody sends; ``None`` where none waits."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.next_due_at(connection)

    def retry(self, selection: RetrySelection, *, now: datetime) -> tuple[int, ...]:
        """Make due now what failed, or waits after a failed attempt; gives the numbers.

        One that a newer delivery about the same subject has overtaken stays as it is.
        """
        with self._writing() as connection:
            return outbox_lists.retry(connection, selection, now=now)

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries there are in each state."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.counts(connection)

    def rows(
        self, *states: DeliveryState, limit: int | None = None, before: int | None = None
    ) -> tuple[OutboxRow, ...]:
        """The deliveries in those states, the latest first; only those with a lower number than ``before``."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.rows(connection, states, limit=limit, before=before)

    def was_informed(self, receiver: str, subject: str) -> bool:
        """Whether the receiver has had something about the subject: sent, or attempted at least."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.was_informed(connection, receiver, subject)

    def silent_channels(self, *, now: datetime) -> tuple[FailingChannel, ...]:
        """The channels, and ``mail``, that have failed for an hour, or longer, without a success."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.silent_channels(connection, now=now)

    def failing_channels(self, *, now: datetime) -> tuple[FailingChannel, ...]:
        """The channels, and ``mail``, whose latest attempts failed, and those that are silent."""
        with read_transaction(self._engine) as connection:
            return outbox_lists.failing_channels(connection, now=now)

    def prune(self, *, now: datetime) -> int:
        """Delete deliveries that ended long ago; gives how many."""
        with self._writing() as connection:
            return outbox_lists.prune(connection, now=now)

    @contextlib.contextmanager
    def _writing(self) -> Generator[Connection]:
        # Threads of one process wait for each other here, which is faster than in the database.
        if not self._write_lock.acquire(timeout=self._lock_seconds):
            msg = f"the database {display_url(self._engine.url)} can't be written: it is busy; nothing was changed"
            raise UnavailableError(msg)
        try:
            with write_transaction(self._engine, locks_out_writers=False) as connection:
                yield connection
        finally:
            self._write_lock.release()
