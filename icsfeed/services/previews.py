"""Where a step would be seen, and who would be notified of it, before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from icsfeed.domain.deliveries import CHANNEL_PREFIX
from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.news import Listeners
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.adjusting import Adjusted
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Outcome
from icsfeed.services.listeners import ListenerOutbox, listeners_of
from icsfeed.services.outbox import queue_adjustment, queue_change, queue_freeze
from icsfeed.services.repository import Queueing


@dataclass(frozen=True, kw_only=True, slots=True)
class Reception:
    """The ``feeds`` that would show something, by slug, and the ``listeners`` who would be notified of it.

    There are no ``listeners`` where the schedule has neither channels nor mail.
    """

    feeds: tuple[str, ...]
    listeners: Listeners | None
    has_mail: bool

    def as_json(self) -> dict[str, object]:
        if self.listeners is None:
            return {"feeds": list(self.feeds), "channels": None, "mails": None}
        return {
            "feeds": list(self.feeds),
            "channels": [each.removeprefix(CHANNEL_PREFIX) for each in self.listeners.channels],
            "mails": self.listeners.mails if self.has_mail else None,
        }


def reception_of_change(situation: Situation, outcome: Outcome, outbox: ListenerOutbox | None) -> Reception:
    """The reception of a change as it would be after the step of a dry run.

    Raises:
        UnavailableError: where the database does not answer.
    """
    schedule, change = situation.schedule, outcome.change
    before = situation.changes.get(change.id)
    is_seen = outcome.event is not None and not change.is_withdrawn
    return _reception(
        schedule,
        feeds_with(schedule, change.kind, change.plan.environments) if is_seen else (),
        outbox,
        lambda queueing: None if outcome.repeats else queue_change(queueing, schedule, before, change),
    )


def reception_of_adjustment(
    schedule: Schedule, adjusted: Adjusted, request: AdjustmentRequest, outbox: ListenerOutbox | None
) -> Reception:
    """The reception of an occurrence as it would be after a dry run.

    Raises:
        UnavailableError: where the database does not answer.
    """
    window, environments = adjusted.occurrence.window, adjusted.occurrence.environments
    return _reception(
        schedule,
        feeds_with(schedule, Kind.MAINTENANCE, environments),
        outbox,
        lambda queueing: queue_adjustment(queueing, schedule, window, request.day, request.adjustment),
    )


def reception_of_freeze(
    schedule: Schedule, freeze: RecordedFreeze, outbox: ListenerOutbox | None, *, repeats: bool = False
) -> Reception:
    """The reception of a freeze that starts or ends.

    Raises:
        UnavailableError: where the database does not answer.
    """
    return _reception(
        schedule,
        () if freeze.is_internal else feeds_with(schedule, Kind.FREEZE, freeze.environments),
        outbox,
        lambda queueing: None if repeats else queue_freeze(queueing, schedule, freeze),
    )


def feeds_with(schedule: Schedule, kind: Kind, environments: Collection[str]) -> tuple[str, ...]:
    """The slugs of the feeds that have such an event."""
    slugs = dict.fromkeys((ALL, *(feed.slug for feed in schedule.feeds)))
    return tuple(slug for slug in slugs if schedule.feed(slug).selects(kind, environments))


def _reception(
    schedule: Schedule, feeds: tuple[str, ...], outbox: ListenerOutbox | None, act: Callable[[Queueing], None]
) -> Reception:
    return Reception(feeds=feeds, listeners=listeners_of(schedule, outbox, act), has_mail=schedule.mail is not None)
