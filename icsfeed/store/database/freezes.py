"""The rows of recorded freezes: one for the start of each, and one for its end, where somebody ended it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from icsfeed.domain.changes import number_of, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.store.database.tables import freeze_ends, freezes


def read_freezes(
    connection: Connection, before: Mapping[str, RecordedFreeze], *, since: int
) -> Mapping[str, RecordedFreeze]:
    """The freezes now, given those as of audit entry ``since``."""
    starts = connection.execute(select(freezes).where(freezes.c.entry > since).order_by(freezes.c.number)).all()
    ends = connection.execute(select(freeze_ends).where(freeze_ends.c.entry > since)).all()
    if not starts and not ends:
        return before
    current = dict(before)
    for row in starts:
        freeze_id = recorded_id(Kind.FREEZE, row.number)
        current[freeze_id] = RecordedFreeze(
            id=freeze_id,
            reason=row.reason,
            environments=frozenset(row.environments),
            started_at=row.at,
            started_by=row.by,
            until=row.until,
            is_internal=row.internal,
            uid_part=row.uid_part,
        )
    for row in ends:
        freeze_id = recorded_id(Kind.FREEZE, row.number)
        current[freeze_id] = current[freeze_id].ended(at=row.at, by=row.by)
    return current


def add_freeze(connection: Connection, freeze: RecordedFreeze, *, entry: int) -> None:
    """Add the row of a freeze that starts, which belongs to that audit entry."""
    connection.execute(
        insert(freezes).values(
            number=number_of(freeze.id),
            entry=entry,
            at=freeze.started_at,
            by=freeze.started_by,
            reason=freeze.reason,
            environments=sorted(freeze.environments),
            until=freeze.until,
            internal=freeze.is_internal,
            uid_part=freeze.uid_part,
        )
    )


def add_freeze_end(connection: Connection, freeze: RecordedFreeze, *, entry: int) -> None:
    """Add the row of a freeze that somebody has ended, which belongs to that audit entry."""
    connection.execute(
        insert(freeze_ends).values(number=number_of(freeze.id), entry=entry, at=freeze.ended_at, by=freeze.ended_by)
    )
