"""Leases: how senders, of one machine or several, take deliveries without ever taking the same one at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import ALL_MAIL, MAIL_PREFIX, Delivery, DeliveryState
from icsfeed.domain.settlements import Settlement
from icsfeed.store.database.lease_clock import lease_time
from icsfeed.store.database.outbox_tables import deliveries
from icsfeed.store.database.queueing import IS_WAITING, end, has_begun, is_free_at, replace_overtaken

_MAY_BE_SENT: Final = (DeliveryState.WAITING, DeliveryState.REPLACED)

_CANDIDATES: Final = 4
"""How many deliveries are looked at for each that is claimed."""


def claim(
    connection: Connection, receiver: str, owner: str, *, now: datetime, limit: int, lease: timedelta
) -> tuple[Delivery, ...]:
    """Take what is due, the longest due first, for the time of the ``lease``.

    The ``receiver`` is ``ALL_MAIL``, or a channel's with all its targets. Of the deliveries about one subject to one
    receiver, at most one is under way at any time: the oldest. What is
    given counts the attempt that is to begin; the database does not before it has begun.
    """
    leases_at = lease_time(connection, now)
    lease_count = _end_leases_of_the_dead(connection, leases_at, now=now)
    # So many that enough remain: nothing is held back but by a lease, and other senders may lock some of these.
    candidates = (
        select(deliveries.c.number)
        .where(*_is_due(now, leases_at), of_receiver(receiver))
        .order_by(deliveries.c.due_at, deliveries.c.number)
        .limit(_CANDIDATES * limit + lease_count)
    )
    numbers = connection.scalars(
        select(deliveries.c.number)
        .where(deliveries.c.number.in_(candidates), *_is_due(now, leases_at), ~_is_held_back(leases_at))
        .order_by(deliveries.c.due_at, deliveries.c.number)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    ).all()
    if not numbers:
        return ()
    rows = connection.execute(
        select(deliveries, _was_informed().label("was_informed"), _first_news_at().label("first_news_at"))
        .where(deliveries.c.number.in_(numbers))
        .order_by(deliveries.c.due_at, deliveries.c.number)
    ).all()
    connection.execute(
        update(deliveries)
        .where(deliveries.c.number.in_(numbers))
        .values(lease_owner=owner, lease_until=leases_at + lease)
    )
    return tuple(
        replace(
            delivery_of(row),
            attempts=row.attempts + 1,
            first_attempt_at=row.first_attempt_at or now,
            was_informed=bool(row.was_informed),
            informed_at=row.first_news_at and row.first_news_at - datetime.resolution,
        )
        for row in rows
    )


def begin(connection: Connection, owner: str, numbers: Collection[int], *, now: datetime) -> frozenset[int]:
    """Count an attempt of those that the owner holds and that wait still; gives their numbers."""
    table = deliveries
    first_attempt_at = func.coalesce(table.c.first_attempt_at, literal(now, table.c.first_attempt_at.type))
    mine = select(table.c.number).where(table.c.number.in_(numbers), IS_WAITING, _is_held_by(owner))
    begun = connection.scalars(
        update(table)
        .where(table.c.number.in_(mine.order_by(table.c.number).with_for_update(of=table)))
        .values(attempts=table.c.attempts + 1, first_attempt_at=first_attempt_at)
        .returning(table.c.number)
    )
    return frozenset(begun)


def _end_leases_of_the_dead(connection: Connection, leases_at: datetime, *, now: datetime) -> int:
    """End what senders that died were sending, where something newer waits; gives the number of all leases."""
    rows = connection.execute(
        select(deliveries.c.number, deliveries.c.lease_until).where(deliveries.c.lease_until.is_not(None))
    ).all()
    if dead := [row.number for row in rows if row.lease_until <= leases_at]:
        replace_overtaken(connection, deliveries.c.number.in_(dead), is_free_at(leases_at), now=now)
    return len(rows)


def _was_informed() -> ColumnElement[bool]:
    """Whether the receiver of a delivery had something about its subject before."""
    other = deliveries.alias("other")
    is_other = other.c.number != deliveries.c.number
    return or_(deliveries.c.attempts > 0, _has_any(other, _is_about_same(other), is_other, has_begun(other)))


def _first_news_at() -> ScalarSelect[datetime]:
    """When the first of what a delivery stands for was queued: all after the last that its receiver got.

    NULL where the receiver got nothing.
    """
    last, news = deliveries.alias("last"), deliveries.alias("news")
    last_sent = (
        select(func.max(last.c.number))
        .where(_is_about_same(last), last.c.state == DeliveryState.SENT.value)
        .correlate(deliveries)
        .scalar_subquery()
    )
    first = func.min(news.c.queued_at, type_=news.c.queued_at.type)
    return select(first).where(_is_about_same(news), news.c.number > last_sent).correlate(deliveries).scalar_subquery()


def _is_about_same(other: FromClause) -> ColumnElement[bool]:
    return (other.c.subject == deliveries.c.subject) & (other.c.receiver == deliveries.c.receiver)


def due_receivers(connection: Connection, *, now: datetime) -> frozenset[str]:
    """The channels, and ``ALL_MAIL``, that have something to claim."""
    can_be_claimed = _can_be_claimed(now, lease_time(connection, now))
    has_mail = exists().where(*can_be_claimed, _is_mail())
    channels = select(deliveries.c.receiver).where(*can_be_claimed, ~_is_mail()).distinct()
    receivers = {receiver.partition("/")[0] for receiver in connection.scalars(channels)}
    return frozenset(receivers | {ALL_MAIL} if connection.scalar(select(has_mail)) else receivers)


def _can_be_claimed(now: datetime, leases_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_is_due(now, leases_at), ~_is_held_back(leases_at))


def _is_due(now: datetime, leases_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return IS_WAITING, deliveries.c.due_at <= now, is_free_at(leases_at)


def _is_mail() -> ColumnElement[bool]:
    return deliveries.c.receiver.startswith(MAIL_PREFIX, autoescape=True)


def _is_held_back(leases_at: datetime) -> ColumnElement[bool]:
    """Whether an older delivery about the same subject to the same receiver waits, or another is being sent."""
    other = deliveries.alias("other")
    return _has_any(
        other,
        _is_about_same(other),
        other.c.state == DeliveryState.WAITING.value,
        other.c.number != deliveries.c.number,
        or_(other.c.number < deliveries.c.number, other.c.lease_until > leases_at),
    )


def _has_any(table: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row. Of EXISTS, PostgreSQL would make a join with the whole table."""
    first = select(table.c.number).where(*conditions).limit(1).correlate(deliveries)
    return first.scalar_subquery().is_not(None)


def of_receiver(receiver: str) -> ColumnElement[bool]:
    """Whether a delivery is for that receiver: ``ALL_MAIL``, or a channel with all its targets."""
    if receiver == ALL_MAIL:
        return _is_mail()
    column = deliveries.c.receiver
    return or_(column == receiver, column.startswith(f"{receiver}/", autoescape=True))


def renew(connection: Connection, owner: str, *, now: datetime, lease: timedelta) -> frozenset[int]:
    """Prolong the owner's leases; gives the numbers of what it holds still."""
    is_leased = deliveries.c.lease_until.is_not(None)
    until = lease_time(connection, now) + lease
    held = update(deliveries).where(is_leased, _is_held_by(owner)).values(lease_until=until)
    return frozenset(connection.scalars(held.returning(deliveries.c.number)))


def settle(connection: Connection, settlements: Iterable[Settlement], owner: str, *, now: datetime) -> None:
    """Record the results of attempts.

    A success is recorded even if another sender holds the lease by now; anything else is not recorded then.
    """
    by_state: dict[DeliveryState, list[Settlement]] = defaultdict(list)
    for settlement in sorted(settlements, key=lambda each: each.number):
        by_state[settlement.state].append(settlement)
    # Not what it is in: SQLite would look all of those up.
    has_not_ended = deliveries.c.state.not_in([each.value for each in DeliveryState if each not in _MAY_BE_SENT])
    if sent := [each.number for each in by_state.pop(DeliveryState.SENT, [])]:
        end(connection, deliveries.c.number.in_(sent), has_not_ended, state=DeliveryState.SENT, now=now, problem="")
    for each in by_state.pop(DeliveryState.WAITING, []):
        _reschedule(connection, each, owner, now=now)
    for state, others in by_state.items():
        for each in others:
            if not each.is_attempt:
                _take_back_attempts(connection, owner, [each.number])
            is_own = (deliveries.c.number == each.number, IS_WAITING, _is_held_by(owner))
            end(connection, *is_own, state=state, problem=each.problem, now=now)


def _reschedule(connection: Connection, settlement: Settlement, owner: str, *, now: datetime) -> None:
    """End the lease of a delivery that is to be tried again, unless a newer one has overtaken it."""
    table = deliveries
    if not settlement.is_attempt:
        _take_back_attempts(connection, owner, [settlement.number])
    connection.execute(
        update(table)
        .where(table.c.number == settlement.number, IS_WAITING, _is_held_by(owner))
        .values(
            due_at=settlement.due_at or table.c.due_at,
            problem=(settlement.problem or None) if settlement.is_attempt else table.c.problem,
            lease_owner=None,
            lease_until=None,
        )
    )
    replace_overtaken(connection, table.c.number == settlement.number, table.c.lease_until.is_(None), now=now)


def release(connection: Connection, owner: str, numbers: Collection[int], *, now: datetime) -> None:
    """End the owner's leases of deliveries of which no attempt has begun."""
    table = deliveries
    connection.execute(
        update(table)
        .where(table.c.number.in_(numbers), IS_WAITING, _is_held_by(owner))
        .values(lease_owner=None, lease_until=None)
    )
    replace_overtaken(connection, table.c.number.in_(numbers), table.c.lease_until.is_(None), now=now)


def _take_back_attempts(connection: Connection, owner: str, numbers: Collection[int]) -> None:
    table = deliveries
    is_first = table.c.attempts <= 1
    connection.execute(
        update(table)
        .where(table.c.number.in_(numbers), IS_WAITING, _is_held_by(owner))
        .values(
            attempts=table.c.attempts - 1,
            first_attempt_at=case((is_first, null()), else_=table.c.first_attempt_at),
        )
    )


def _is_held_by(owner: str) -> ColumnElement[bool]:
    return deliveries.c.lease_owner == owner


def delivery_of(row: Row[Any]) -> Delivery:
    return Delivery(
        number=row.number,
        receiver=row.receiver,
        subject=row.subject,
        event=ChannelEvent(row.event),
        queued_at=row.queued_at,
        update=row.update,
        starts=row.starts,
        lead=None if row.lead is None else timedelta(minutes=row.lead),
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
    )
