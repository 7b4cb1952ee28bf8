"""What is needed of a database to queue what time makes due; ``icsfeed.store.database`` provides it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from icsfeed.domain.actors import Actor
from icsfeed.domain.news import Audience, News
from icsfeed.domain.record import Record
from icsfeed.domain.starts import ExpectedStart


class TimedOutbox(Protocol):
    """The outbox, as far as time fills it. What is queued replaces what waits about the same subject."""

    @property
    def scanned_until(self) -> datetime | None:
        """Up to when what is due was queued; ``None`` where that was never done."""

    def mark_scanned(self, *, new_secret: Callable[[], str]) -> None:
        """Keep that everything due until now is queued; ``new_secret`` is for an outbox that was never used."""

    def remind(self, news: News, audience: Audience, *, dropped_for: str = "") -> int:
        """Queue a reminder for those who don't have it already; gives for how many.

        Those are left out to whom something else about the subject waits to be told: it states the start, too. Where it
        is ``dropped_for`` a reason, it is only recorded.
        """

    def take_step(self, news: News, audience: Audience) -> int:
        """Queue a step of the clock for those to whom neither it nor a later update was queued; gives to how many."""

    def expected_starts(self) -> tuple[ExpectedStart, ...]:
        """What receivers expect of starts ahead, each once."""

    def channels_expecting(self, start: ExpectedStart) -> tuple[str, ...]:
        """The receivers that are channels and expect that."""

    def correct(self, news: News, channels: Collection[str]) -> int:
        """Queue a correction for these channels; gives for how many."""

    def correct_mail(
        self, start: ExpectedStart, news: News, *, environments: Collection[str], is_for_selecting: bool
    ) -> int:
        """Queue a correction for mail subscribers who expect that start; gives for how many.

        It is for those who chose one of the ``environments``, or else for those who chose none.
        """


class DueWriting(Protocol):
    """A transaction that reads the record and queues."""

    @property
    def record(self) -> Record:
        """The record, which nobody else changes meanwhile."""

    def due(self, *, now: datetime) -> TimedOutbox:
        """The outbox at that instant (aware)."""


class DueRepository(Protocol):
    """A repository whose outbox time fills."""

    def entry(self) -> int:
        """The number of the last audit entry: when it changes, there is something new."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[DueWriting]:
        """Begin a transaction, in which nobody else writes."""
