"""The schedule file that was public last, for a process that starts while the file itself is broken or missing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from icsfeed.store.database.tables import public_schedule


def read_kept_schedule(connection: Connection) -> tuple[bytes, datetime] | None:
    """The bytes of the file and when they were changed; ``None`` where none was stored."""
    row = connection.execute(select(public_schedule)).first()
    return (row.content.encode(), row.changed_at) if row is not None else None


def keep_schedule(connection: Connection, content: bytes, changed_at: datetime) -> None:
    """Store this file instead of the one before; the caller must hold the write lock."""
    connection.execute(delete(public_schedule))
    connection.execute(insert(public_schedule).values(place=1, content=content.decode(), changed_at=changed_at))
