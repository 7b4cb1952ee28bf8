"""What the outbox tells operators, and what they do with it: counts, rows, silent channels, retries, pruning."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, case, delete, exists, func, or_, select, update

from icsfeed.domain.deliveries import ALL_MAIL, MAIL_PREFIX, DeliveryState
from icsfeed.domain.news import FailingChannel
from icsfeed.domain.outbox_rows import OutboxRow, RetrySelection
from icsfeed.store.database.claiming import delivery_of, of_receiver
from icsfeed.store.database.lease_clock import lease_time
from icsfeed.store.database.outbox_tables import deliveries
from icsfeed.store.database.queueing import IS_WAITING, has_begun, is_free

SILENT_AFTER: Final = timedelta(hours=1)
"""How long a channel fails before it counts as silent."""

_IS_OF_MAIL: Final = deliveries.c.receiver.startswith(MAIL_PREFIX, autoescape=True)
_UNFINISHED: Final = "the first attempt has not ended yet"

_KEPT: Final = timedelta(days=90)
"""How long deliveries are kept that were not sent."""

_SENT_KEPT: Final = timedelta(days=400)
"""How long those are kept that were: longer than from an announcement to its change."""


def counts(connection: Connection) -> Mapping[DeliveryState, int]:
    table = deliveries
    rows = connection.execute(select(table.c.state, func.count()).group_by(table.c.state)).all()
    numbers: dict[str, int] = {state: number for state, number in rows}  # noqa: C416  (for mypy)
    return {state: numbers.get(state.value, 0) for state in DeliveryState}


def rows(
    connection: Connection,
    states: Collection[DeliveryState] = (),
    *,
    receiver: str = "",
    numbers: Collection[int] | None = None,
    limit: int | None = None,
    before: int | None = None,
) -> tuple[OutboxRow, ...]:
    """The newest deliveries first: in those states, for that receiver, with those numbers, where these are given.

    With ``before``, only those with a lower number.
    """
    table = deliveries
    query = select(table).order_by(table.c.number.desc()).limit(limit)
    if states:
        query = query.where(table.c.state.in_([state.value for state in states]))
    if receiver:
        query = query.where(table.c.receiver == receiver)
    if numbers is not None:
        query = query.where(table.c.number.in_(numbers))
    if before is not None:
        query = query.where(table.c.number < before)
    return tuple(
        OutboxRow(
            delivery=delivery_of(row),
            state=DeliveryState(row.state),
            due_at=row.due_at,
            ended_at=row.ended_at,
            problem=row.problem or "",
        )
        for row in connection.execute(query)
    )


def next_due_at(connection: Connection) -> datetime | None:
    at: datetime | None = connection.execute(
        select(
            func.min(func.coalesce(deliveries.c.lease_until, deliveries.c.due_at), type_=deliveries.c.due_at.type)
        ).where(IS_WAITING)
    ).scalar()
    return at


def was_informed(connection: Connection, receiver: str, subject: str) -> bool:
    table = deliveries
    is_so = exists().where(table.c.subject == subject, table.c.receiver == receiver, has_begun(table))
    return bool(connection.execute(select(is_so)).scalar())


def retry(connection: Connection, selection: RetrySelection, *, now: datetime) -> tuple[int, ...]:
    """Make due now what failed, or waits after a failed attempt and is not being sent; gives the numbers.

    What a newer delivery has overtaken stays as it is.
    """
    table = deliveries
    newer = table.alias("newer")
    is_overtaken = exists().where(
        newer.c.subject == table.c.subject,
        newer.c.receiver == table.c.receiver,
        newer.c.number > table.c.number,
        newer.c.state != DeliveryState.DROPPED.value,
    )
    has_failed = table.c.state == DeliveryState.FAILED.value
    waits_again = IS_WAITING & table.c.problem.is_not(None) & is_free(connection, now) & (table.c.due_at > now)
    conditions = [or_(has_failed, waits_again), ~is_overtaken]
    if selection.numbers or selection.receivers:
        receivers = [of_receiver(receiver) for receiver in sorted(selection.receivers)]
        conditions.append(or_(table.c.number.in_(selection.numbers), *receivers))
    numbers = connection.scalars(
        select(table.c.number).where(*conditions).order_by(table.c.number).with_for_update(of=table)
    ).all()
    is_selected = table.c.number.in_(numbers)
    connection.execute(update(table).where(is_selected, IS_WAITING).values(due_at=now))
    connection.execute(
        update(table)
        .where(is_selected, has_failed)
        .values(state=DeliveryState.WAITING.value, due_at=now, first_attempt_at=None, ended_at=None)
    )
    return tuple(numbers)


def silent_channels(connection: Connection, *, now: datetime) -> tuple[FailingChannel, ...]:
    """The channels that have failed without a success since ``SILENT_AFTER`` or longer, by name."""
    return tuple(_failing(connection, _has_been_silent(connection, now)))


def failing_channels(connection: Connection, *, now: datetime) -> tuple[FailingChannel, ...]:
    """The channels whose latest attempts failed, however long ago that began, and those that are silent; by name.

    A mail that was put off once says nothing yet: many servers do so with every new sender.
    """
    table = deliveries
    has_failed_now = table.c.problem.is_not(None) & or_(table.c.attempts > 1, ~_IS_OF_MAIL)
    return tuple(_failing(connection, or_(has_failed_now, _has_been_silent(connection, now))))


def _has_been_silent(connection: Connection, now: datetime) -> ColumnElement[bool]:
    table = deliveries
    has_no_answer = or_(table.c.problem.is_not(None), table.c.lease_until > lease_time(connection, now))
    return (table.c.first_attempt_at <= now - SILENT_AFTER) & has_no_answer


def _failing(connection: Connection, condition: ColumnElement[bool]) -> Iterator[FailingChannel]:
    """The channels with deliveries of which that is true, and that were attempted after the latest success."""
    table = deliveries
    is_unsent = or_(
        IS_WAITING,
        # A refused mailbox says nothing about the server; that of a channel is the channel itself.
        (table.c.state == DeliveryState.FAILED.value) & or_(table.c.attempts > 1, ~_IS_OF_MAIL),
    )
    is_failing = (is_unsent, table.c.first_attempt_at.is_not(None), condition)
    is_mail = of_receiver(ALL_MAIL)
    channels = select(case((is_mail, ALL_MAIL), else_=table.c.receiver)).where(*is_failing).distinct()
    for channel in sorted(connection.scalars(channels)):
        is_its_own = is_mail if channel == ALL_MAIL else table.c.receiver == channel
        last_success = connection.execute(
            select(func.max(table.c.ended_at)).where(table.c.state == DeliveryState.SENT.value, is_its_own)
        ).scalar()
        is_later = () if last_success is None else (table.c.first_attempt_at > last_success,)
        since, attempts, last = connection.execute(
            select(func.min(table.c.first_attempt_at), func.max(table.c.attempts), func.max(table.c.number)).where(
                *is_failing, is_its_own, *is_later
            )
        ).one()
        if since is not None:
            problem = connection.execute(select(table.c.problem).where(table.c.number == last)).scalar()
            yield FailingChannel(channel=channel, since=since, attempts=attempts, problem=problem or _UNFINISHED)


def prune(connection: Connection, *, now: datetime) -> int:
    """Delete deliveries that ended long ago, except the one with the highest number; gives how many."""
    table = deliveries
    last = select(func.max(table.c.number)).scalar_subquery()
    is_old = table.c.ended_at < now - _KEPT
    is_older = table.c.ended_at < now - _SENT_KEPT
    is_sent = table.c.state == DeliveryState.SENT.value
    is_outdated = or_(is_older, ~is_sent & is_old)
    return connection.execute(delete(table).where(~IS_WAITING, is_outdated, table.c.number < last)).rowcount
