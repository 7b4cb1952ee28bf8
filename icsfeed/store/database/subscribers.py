"""The rows of subscribers: the steps operators took with them, and when their feeds were last fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, func, insert, select, update

from icsfeed.domain.maintnote import PUBLIC_ACCOUNT_ID, Account
from icsfeed.domain.subscribers import Action, Subscribers, SubscriberStep, key_of
from icsfeed.store.database.tables import subscriber_fetches, subscriber_steps

FetchTimes: TypeAlias = Mapping[tuple[str, str], datetime]
"""When a feed was last fetched, by the key of its subscriber (see ``key_of``) and the family of the client."""

_MINUTE: Final = timedelta(minutes=1)


def read_subscribers(connection: Connection, before: Subscribers, *, since: int) -> Subscribers:
    """The subscribers now, given those as of audit entry ``since``."""
    table = subscriber_steps
    rows = connection.execute(select(table).where(table.c.entry > since).order_by(table.c.entry, table.c.number)).all()
    return before.after(map(subscriber_step, rows)) if rows else before


def subscriber_step(row: Row[Any]) -> SubscriberStep:
    """The step that a row is."""
    return SubscriberStep(
        action=Action(row.action),
        name=row.name,
        at=row.at,
        feed=row.feed,
        alarms=tuple(minutes * _MINUTE for minutes in row.alarms),
        digest=row.digest or "",
        salt=row.salt or "",
        until=row.until,
        account=Account(id=row.account or PUBLIC_ACCOUNT_ID, objects=tuple(row.objects or ())),
    )


def add_step(connection: Connection, step: SubscriberStep, *, entry: int) -> None:
    """Add the row of a step that belongs to that audit entry."""
    table = subscriber_steps
    subscriber = key_of(step.name)
    last = connection.execute(select(func.max(table.c.number)).where(table.c.subscriber == subscriber)).scalar()
    connection.execute(
        insert(table).values(
            subscriber=subscriber,
            number=(last or 0) + 1,
            entry=entry,
            at=step.at,
            action=step.action.value,
            name=step.name,
            feed=step.feed,
            alarms=[alarm // _MINUTE for alarm in step.alarms],
            digest=step.digest or None,
            salt=step.salt or None,
            until=step.until,
            account=step.account.id if step.account.id != PUBLIC_ACCOUNT_ID else None,
            objects=list(step.account.objects) or None,
        )
    )


def read_fetches(connection: Connection) -> FetchTimes:
    """The last fetches of all subscribers."""
    return {(row.subscriber, row.client): row.at for row in connection.execute(select(subscriber_fetches))}


def note_fetches(connection: Connection, fetches: FetchTimes) -> None:
    """Store the fetches that are later than those stored; the caller must hold the write lock."""
    table = subscriber_fetches
    stored = read_fetches(connection)
    for (subscriber, client), at in fetches.items():
        before = stored.get((subscriber, client))
        if before is None:
            connection.execute(insert(table).values(subscriber=subscriber, client=client, at=at))
        elif before < at:
            row = (table.c.subscriber == subscriber) & (table.c.client == client)
            connection.execute(update(table).where(row).values(at=at))
