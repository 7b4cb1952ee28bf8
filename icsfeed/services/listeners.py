"""Who is told of a step that an operator is about to take."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from icsfeed.domain.news import Audience, Listeners, News, Reach
from icsfeed.domain.schedule import Schedule
from icsfeed.services.repository import Queueing


class ListenerOutbox(Protocol):
    """An outbox that can tell who would get deliveries."""

    def listeners(self, queued: Collection[tuple[News, Audience]]) -> Listeners:
        """Those for whom the news would be queued."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """Takes what a step would queue, and queues nothing."""

    queued: list[tuple[News, Audience]] = field(default_factory=list)

    def queue(self, news: News, audience: Audience) -> None:
        self.queued.append((news, audience))

    def drop_waiting(self, subject: str, *, problem: str, only_uninformed: bool = False) -> None:
        """Do nothing: a dropped delivery reaches nobody."""


def listeners_of(
    schedule: Schedule, outbox: ListenerOutbox | None, act: Callable[[Queueing], None]
) -> Listeners | None:
    """Those who are told of what ``act`` queues; ``None`` where the schedule has neither channels nor mail.

    Without an ``outbox``, there is no database yet, and nobody has subscribed or heard of anything.

    Raises:
        UnavailableError: where the database does not answer.
    """
    if not schedule.channels and schedule.mail is None:
        return None
    rehearsal = Rehearsal()
    act(rehearsal)
    if outbox is not None:
        return outbox.listeners(rehearsal.queued)
    new = [audience for _, audience in rehearsal.queued if audience.reach in {Reach.EVERYBODY, Reach.UNINFORMED}]
    return Listeners(channels=tuple(sorted({each for audience in new for each in audience.channels})))
