"""The clock of leases: one for all senders, however much the clocks of their machines differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, DateTime, func, select

CALLERS_CLOCK: Final = "icsfeed_callers_clock"
"""The execution option of connections to a server that judge leases by the clock of the caller."""


def lease_time(connection: Connection, now: datetime) -> datetime:
    """The instant (UTC) by which leases are judged.

    On PostgreSQL it is the server's: a sender whose clock is ahead would else take over what others are sending. Those
    who share an SQLite file share a machine, and so the clock that says ``now``.
    """
    if connection.dialect.name != "postgresql" or connection.get_execution_options().get(CALLERS_CLOCK):
        return now
    at: datetime = connection.execute(select(func.clock_timestamp(type_=DateTime(timezone=True)))).scalar_one()
    return at.astimezone(UTC)
