"""Deletes what is kept for a limited time: addresses that nobody confirmed, and deliveries that ended long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.schedule import Schedule
from icsfeed.notify.sender import DueQueue
from icsfeed.services.due_deliveries import DueCount
from icsfeed.services.ledger import THE_SERVICE
from icsfeed.services.mail_requests import forget_unconfirmed
from icsfeed.services.repository import MailRepository

_PERIOD: Final = timedelta(hours=1)


class DeliveryHistory(Protocol):
    """The deliveries that ended; ``icsfeed.store.database.outbox.Outbox`` provides it."""

    def prune(self, *, now: datetime) -> int:
        """Delete those that ended long ago."""


class Housekeeping:
    """Queues what is ``due``, as the sender asks for at each look, and tidies up once an hour before that."""

    def __init__(self, due: DueQueue, repository: MailRepository, history: DeliveryHistory) -> None:
        self._due = due
        self._repository = repository
        self._history = history
        self._next_at: datetime | None = None

    def queue(self, schedule: Schedule, *, now: datetime) -> DueCount:
        """Queue reminders and steps of the clock that are due.

        Raises:
            UnavailableError: where the database can't be written; what was not tidied up is at the next look.
        """
        if self._next_at is None or now >= self._next_at:
            self._tidy_up(now)
            self._next_at = now + _PERIOD
        return self._due.queue(schedule, now=now)

    def _tidy_up(self, now: datetime) -> None:
        actor = Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=now)
        with self._repository.writing(actor=actor, action="mail forget", subject="") as writing:
            forget_unconfirmed(writing.mail_subscribers, now=now)
        self._history.prune(now=now)
