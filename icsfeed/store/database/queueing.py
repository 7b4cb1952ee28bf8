"""Puts deliveries into the outbox with set-based statements, in the transaction of what they announce."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    union_all,
    update,
)

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import MAIL_PREFIX, Delivery, DeliveryState, channel_receiver
from icsfeed.domain.news import Audience, Listeners, MailSelection, News, Reach
from icsfeed.store.database.lease_clock import lease_time
from icsfeed.store.database.outbox_tables import deliveries, mail_subscribers

_ONE_MINUTE: Final = timedelta(minutes=1)

IS_WAITING: Final = deliveries.c.state == DeliveryState.WAITING.value


def is_free(connection: Connection, now: datetime) -> ColumnElement[bool]:
    """Whether nobody sends the delivery at that instant."""
    return is_free_at(lease_time(connection, now))


def is_free_at(leases_at: datetime) -> ColumnElement[bool]:
    """Whether nobody sends the delivery at that instant of the clock of leases."""
    return or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= leases_at)


def has_begun(table: FromClause) -> ColumnElement[bool]:
    """Whether the receiver has had the delivery, or may have: an attempt at least was made."""
    return or_(table.c.state == DeliveryState.SENT.value, table.c.attempts > 0)


def queue(connection: Connection, news: News, audience: Audience, *, now: datetime) -> None:
    """Queue a delivery for each receiver, in place of those about the subject that wait and that nobody is sending.

    A reminder takes the place of reminders only: where anything else about its subject waits, there is none.
    """
    receivers = receivers_of(news, audience)
    if receivers is not None:
        queue_for_all(connection, news, receivers, *_conditions(news, audience, receivers.c.receiver), now=now)


def listeners(connection: Connection, queued: Iterable[tuple[News, Audience]]) -> Listeners:
    """Those for whom ``queue`` would queue the news. A channel counts once, with whatever targets it has."""
    parts = []
    for news, audience in queued:
        receivers = receivers_of(news, audience)
        if receivers is not None:
            conditions = _conditions(news, audience, receivers.c.receiver)
            parts.append(select(receivers.c.receiver).where(*conditions))
    if not parts:
        return Listeners()
    receiver = union(*parts).subquery("listeners").c.receiver
    is_mail = receiver.startswith(MAIL_PREFIX, autoescape=True)
    channels = connection.scalars(select(receiver).where(~is_mail).order_by(receiver)).all()
    mails = connection.execute(select(func.count(receiver)).where(is_mail)).scalar_one()
    return Listeners(channels=tuple(channels), mails=mails)


def queue_for_all(
    connection: Connection,
    news: News,
    receivers: FromClause,
    *conditions: ColumnElement[bool],
    now: datetime,
    dropped_for: str = "",
) -> int:
    """Queue a delivery for each of the ``receivers`` that fulfils the conditions; gives how many.

    Where they are ``dropped_for`` a reason, they are recorded as dropped at once.
    """
    was_waiting = connection.execute(
        select(exists().where(deliveries.c.subject == news.subject, IS_WAITING))
    ).scalar_one()
    values = _values(news, now)
    if dropped_for:
        values |= {"state": DeliveryState.DROPPED.value, "ended_at": now, "problem": dropped_for}
    columns = [literal(value, deliveries.c[name].type) for name, value in values.items()]
    rows = select(receivers.c.receiver, *columns).where(*conditions)
    insertion = insert(deliveries).from_select(["receiver", *values], rows).inline()
    number = connection.execute(insertion, execution_options={"preserve_rowcount": True}).rowcount
    if was_waiting and not dropped_for:
        replace_overtaken(connection, is_free(connection, now), deliveries.c.subject == news.subject, now=now)
    return number


def queue_for(connection: Connection, receiver: str, news: News, *, now: datetime) -> int:
    """Queue a delivery for that one receiver, whatever else waits; gives its number."""
    number = connection.execute(
        insert(deliveries).values(receiver=receiver, **_values(news, now)).returning(deliveries.c.number)
    ).scalar_one()
    return int(number)


def split(connection: Connection, delivery: Delivery, targets: int, *, now: datetime) -> None:
    """Queue the delivery for the second target of its channel, and so on, where that was not done before."""
    news = News(
        subject=delivery.subject,
        event=delivery.event,
        update=delivery.update,
        starts=delivery.starts,
        lead=delivery.lead,
    )
    table = deliveries
    for target in range(2, targets + 1):
        receiver = channel_receiver(delivery.receiver_id, target)
        was_split = exists().where(
            table.c.subject == delivery.subject,
            table.c.receiver == receiver,
            table.c.event == delivery.event.value,
            table.c.queued_at == delivery.queued_at,
        )
        if not connection.execute(select(was_split)).scalar():
            number = queue_for(connection, receiver, news, now=now)
            connection.execute(update(table).where(table.c.number == number).values(queued_at=delivery.queued_at))
    replace_overtaken(connection, is_free(connection, now), table.c.subject == delivery.subject, now=now)


def replace_overtaken(connection: Connection, *conditions: ColumnElement[bool], now: datetime) -> None:
    """End, of the deliveries that fulfil the conditions, those that wait and that a newer one has overtaken."""
    newer = deliveries.alias("newer")
    overtaken = exists().where(
        newer.c.subject == deliveries.c.subject,
        newer.c.receiver == deliveries.c.receiver,
        newer.c.state == DeliveryState.WAITING.value,
        newer.c.number > deliveries.c.number,
    )
    end(connection, IS_WAITING, overtaken, *conditions, state=DeliveryState.REPLACED, now=now)


def drop_waiting(connection: Connection, subject: str, *, problem: str, only_uninformed: bool, now: datetime) -> None:
    """Drop what waits about the subject, except the withdrawals, and that nobody is sending.

    With ``only_uninformed``, those receivers keep theirs who had something about the subject before.
    """
    conditions = [
        IS_WAITING,
        is_free(connection, now),
        deliveries.c.subject == subject,
        deliveries.c.event != ChannelEvent.WITHDRAWN.value,
    ]
    if only_uninformed:
        conditions.append(~_is_informed(subject, deliveries.c.receiver))
    end(connection, *conditions, state=DeliveryState.DROPPED, problem=problem, now=now)


def end(
    connection: Connection,
    *conditions: ColumnElement[bool],
    state: DeliveryState,
    now: datetime,
    problem: str | None = None,
) -> None:
    """Give deliveries their last state."""
    # Locked in the order of their numbers, as everywhere: so no two transactions of PostgreSQL wait for each other.
    numbers = select(deliveries.c.number).where(*conditions).order_by(deliveries.c.number)
    values: dict[str, Any] = {"state": state.value, "ended_at": now, "lease_owner": None, "lease_until": None}
    if problem is not None:
        values["problem"] = problem
    connection.execute(
        update(deliveries).where(deliveries.c.number.in_(numbers.with_for_update(of=deliveries))).values(values)
    )


def _values(news: News, now: datetime) -> dict[str, Any]:
    return {
        "subject": news.subject,
        "event": news.event.value,
        "update": news.update,
        "starts": news.starts,
        "lead": None if news.lead is None else minutes(news.lead),
        "queued_at": now,
        "due_at": now,
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
    }


def minutes(lead: timedelta) -> int:
    return lead // _ONE_MINUTE


def receivers_of(news: News, audience: Audience) -> FromClause | None:
    """All receivers of the audience, whatever its reach; ``None`` where there can't be any."""
    parts: list[Select[Any]] = [
        select(cast(literal(receiver), Text).label("receiver")) for receiver in audience.channels
    ]
    if audience.mail is not None:
        parts.append(_mail_receivers(audience.mail, news))
    return union_all(*parts).subquery("receivers") if parts else None


def _mail_receivers(selection: MailSelection, news: News) -> Select[Any]:
    table = mail_subscribers
    conditions: list[ColumnElement[bool]] = [table.c.confirmed_at.is_not(None), table.c.paused_at.is_(None)]
    if selection.kind is not None:
        conditions.append(chose(table, "kinds", selection.kind.value))
    if selection.environments is not None:
        conditions.append(or_(*(chose(table, "environments", each) for each in sorted(selection.environments))))
    if news.event is ChannelEvent.REMINDER and news.lead is not None:
        conditions.append(chose(table, "reminders", str(minutes(news.lead))))
    return select((literal(MAIL_PREFIX) + table.c.subscriber).label("receiver")).where(*conditions)


def chose(table: Table, name: str, value: str) -> ColumnElement[bool]:
    column = table.c[name]
    return or_(column.is_(None), column.contains(f",{value},", autoescape=True))


def _conditions(news: News, audience: Audience, receiver: ColumnElement[str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    reach = audience.reach
    if reach is not Reach.EVERYBODY:
        event = ChannelEvent.REMINDER if reach is Reach.REMINDED else None
        is_informed = _is_informed(news.subject, receiver, event, audience.since)
        conditions.append(~is_informed if reach is Reach.UNINFORMED else is_informed)
    if news.event is ChannelEvent.REMINDER:
        conditions.append(nothing_else_waits(news.subject, receiver))
    return conditions


def nothing_else_waits(subject: str, receiver: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether nothing but reminders waits to be told to the receiver about the subject."""
    other = deliveries.alias("other")
    return ~exists().where(
        other.c.subject == subject,
        other.c.receiver == receiver,
        other.c.state == DeliveryState.WAITING.value,
        other.c.event != ChannelEvent.REMINDER.value,
    )


def _is_informed(
    subject: str, receiver: ColumnElement[str], event: ChannelEvent | None = None, since: datetime | None = None
) -> ColumnElement[bool]:
    """Whether the receiver has had something about the subject; with an ``event``, of that event, or ``since`` then."""
    earlier = deliveries.alias("earlier")
    conditions = [earlier.c.subject == subject, earlier.c.receiver == receiver, has_begun(earlier)]
    if event is not None:
        conditions.append(earlier.c.event == event.value)
    if since is not None:
        conditions.append(or_(earlier.c.ended_at.is_(None), earlier.c.ended_at >= since))
    return exists().where(and_(*conditions))
