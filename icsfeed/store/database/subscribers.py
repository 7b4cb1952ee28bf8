"""Subscribers' rows: what was done with them, and when their feeds were last fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Connection, func, insert, select, update

from icsfeed.domain.subscribers import Action, Subscribers, SubscriberStep, key_of
from icsfeed.store.database.tables import subscriber_fetches, subscriber_steps

FetchTimes: TypeAlias = Mapping[tuple[str, str], datetime]
"""When a feed was last fetched, by its subscriber (as ``key_of`` has the name) and the family of the client."""

_MINUTE = timedelta(minutes=1)


def read_subscribers(connection: Connection, known: Subscribers, *, since: int) -> Subscribers:
    """They as they are now, where ``known`` is how they were at the ``since``-th entry."""
    table = subscriber_steps
    rows = connection.execute(select(table).where(table.c.entry > since).order_by(table.c.entry, table.c.number)).all()
    steps = (
        SubscriberStep(
            action=Action(row.action),
            name=row.name,
            at=row.at,
            feed=row.feed,
            alarms=tuple(minutes * _MINUTE for minutes in row.alarms),
            digest=row.digest or "",
            salt=row.salt or "",
            until=row.until,
        )
        for row in rows
    )
    return known.after(steps) if rows else known


def add_step(connection: Connection, step: SubscriberStep, *, entry: int) -> None:
    """Add the row of a step that came by that ``entry``."""
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
        )
    )


def read_fetches(connection: Connection) -> FetchTimes:
    """All that were noted."""
    return {(row.subscriber, row.client): row.at for row in connection.execute(select(subscriber_fetches))}


def note_fetches(connection: Connection, fetches: FetchTimes) -> None:
    """Note those that are later than what was noted before; no other writer may be there."""
    table = subscriber_fetches
    known = read_fetches(connection)
    for (subscriber, client), at in fetches.items():
        before = known.get((subscriber, client))
        if before is None:
            connection.execute(insert(table).values(subscriber=subscriber, client=client, at=at))
        elif before < at:
            row = (table.c.subscriber == subscriber) & (table.c.client == client)
            connection.execute(update(table).where(row).values(at=at))
