"""Requests by the key that an operator gave each, with their answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from icsfeed.domain.idempotency import KeptAnswer, RequestKey
from icsfeed.store.database.operator_tables import idempotency_keys


def read_answer(connection: Connection, key: RequestKey) -> KeptAnswer | None:
    """The answer to the request with that key, if it was answered."""
    table = idempotency_keys
    row = connection.execute(
        select(table.c.digest, table.c.status, table.c.body).where(
            table.c.operator == key.operator, table.c.key == key.key
        )
    ).first()
    return KeptAnswer(digest=row.digest, status=row.status, body=row.body) if row is not None else None


def add_answer(
    connection: Connection, key: RequestKey, answer: KeptAnswer, *, entry: int | None, now: datetime, oldest: datetime
) -> None:
    """Keep the answer to the request with that key, and forget those from before ``oldest`` (aware)."""
    table = idempotency_keys
    connection.execute(delete(table).where(table.c.at < oldest))
    connection.execute(
        insert(table).values(
            operator=key.operator,
            key=key.key,
            digest=answer.digest,
            entry=entry,
            at=now,
            status=answer.status,
            body=answer.body,
        )
    )
