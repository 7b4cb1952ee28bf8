"""Who is about to be told, in the preview of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from icsfeed.cli.operator_commands import Invocation
from icsfeed.cli.output import preview_fact
from icsfeed.domain.deliveries import CHANNEL_PREFIX
from icsfeed.domain.news import Listeners
from icsfeed.services.listeners import listeners_of
from icsfeed.services.repository import Queueing


def listener_preview(invocation: Invocation, act: Callable[[Queueing], None]) -> Iterator[str]:
    """A line with those who are told of what ``act`` queues; none where the schedule has neither channels nor mail."""
    from icsfeed.store.database.database import Database

    schedule, repository = invocation.workspace.schedule, invocation.workspace.repository
    outbox = repository.outbox if isinstance(repository, Database) and not repository.is_missing() else None
    listeners = listeners_of(schedule, outbox, act)
    if listeners is not None:
        yield preview_fact("Told", _text(listeners))


def _text(listeners: Listeners) -> str:
    channels = ", ".join(each.removeprefix(CHANNEL_PREFIX) for each in listeners.channels)
    mails = f"{listeners.mails:,} by mail" if listeners.mails else ""
    receivers = "; ".join(filter(None, (channels, mails)))
    return receivers or "nobody"
