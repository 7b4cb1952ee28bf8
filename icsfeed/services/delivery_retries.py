"""Operators have deliveries tried again: what failed, and at once what waits for another attempt."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Final, Protocol

from icsfeed.domain.actors import Actor
from icsfeed.domain.deliveries import ALL_MAIL, DeliveryState, channel_receiver
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.outbox_rows import OutboxRow, RetrySelection
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import Writing

_MAX_DIGITS: Final = 9
"""Longer numbers may be more than a database can compare."""


class RetryWriting(Writing, Protocol):
    """A transaction that can have deliveries tried again."""

    def retry_deliveries(self, selection: RetrySelection) -> tuple[int, ...]:
        """Make due now what failed, or waits after a failed attempt; gives the numbers."""

    def deliveries(self, numbers: Collection[int]) -> tuple[OutboxRow, ...]:
        """The deliveries with these numbers, as far as there are any."""


class RetryRepository(Protocol):
    """A repository whose deliveries can be tried again."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[RetryWriting]: ...


def retry_selection(schedule: Schedule, names: Iterable[str]) -> RetrySelection:
    """What an operator names: numbers of deliveries, ids of channels, or ``mail``; all where nothing is named.

    Raises:
        NotFoundError: where a name is neither a number nor the id of a channel in the schedule.
    """
    channels = {channel.id: channel_receiver(channel.id) for channel in schedule.channels}
    receivers = {**channels, ALL_MAIL: ALL_MAIL}
    numbers, selected = set(), set()
    for name in names:
        if _is_number(name):
            numbers.add(int(name))
        elif name in receivers:
            selected.add(receivers[name])
        else:
            msg = (
                f"{quoted(name)} is neither the id of a delivery, such as 41, nor that of a channel "
                f"({', '.join(receivers)}); `icsfeed notify status` shows both; nothing was changed"
            )
            raise NotFoundError(msg)
    return RetrySelection(numbers=frozenset(numbers), receivers=frozenset(selected))


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= _MAX_DIGITS


def retry(repository: RetryRepository, selection: RetrySelection, *, actor: Actor) -> tuple[int, ...]:
    """Have deliveries tried again now; gives their numbers.

    Raises:
        NotFoundError: where there is nothing to retry of one that is named; nothing has changed then.
    """
    subject = ", ".join([*map(str, sorted(selection.numbers)), *sorted(selection.receivers)])
    with repository.writing(actor=actor, action="notify retry", subject=subject) as writing:
        due = writing.retry_deliveries(selection)
        if others := sorted(selection.numbers.difference(due)):
            rows = {row.delivery.number: row for row in writing.deliveries(others)}
            reasons = [_reason(number, rows.get(number)) for number in others]
            raise NotFoundError("; ".join([*reasons, "nothing was changed"]))
        if due:
            writing.leave_entry()
    return due


def _reason(number: int, row: OutboxRow | None) -> str:
    """Why there is nothing to retry."""
    if row is None:
        return f"there is no delivery {number}"
    match row.state:
        case DeliveryState.WAITING if not row.delivery.attempts:
            return f"delivery {number} waits for its first attempt; there is nothing to retry"
        case DeliveryState.WAITING:
            return f"delivery {number} is due already, or being sent"
        case DeliveryState.SENT:
            return f"delivery {number} was sent"
        case DeliveryState.DROPPED:
            return f"delivery {number} was dropped ({row.problem}); there is nothing to send"
        case _:
            return f"delivery {number} was replaced by a newer one about {row.delivery.subject}"
