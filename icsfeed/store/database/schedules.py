"""The schedule that was public last: kept for a process that starts while the schedule file is broken or gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from icsfeed.store.database.tables import public_schedule


def read_kept_schedule(connection: Connection) -> tuple[bytes, datetime] | None:
    """The bytes of the one that was kept last, and when they were changed; ``None`` where none was."""
    row = connection.execute(select(public_schedule)).first()
    return (row.content.encode(), row.changed_at) if row is not None else None


def keep_schedule(connection: Connection, content: bytes, changed_at: datetime) -> None:
    """Keep that one instead; no other writer may be there."""
    connection.execute(delete(public_schedule))
    connection.execute(insert(public_schedule).values(place=1, content=content.decode(), changed_at=changed_at))
