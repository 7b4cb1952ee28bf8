"""The rows of operators' sessions, which change, and are deleted some time after their end."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.operator_sessions import OperatorSession
from icsfeed.domain.operators import Operator, Scope
from icsfeed.store.database.operator_tables import operator_sessions

_table: Final = operator_sessions


class SessionRows:
    """Operators' sessions, within one transaction; of a cookie, only the digest is stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: OperatorSession, *, digest: str) -> None:
        operator = session.operator
        self._connection.execute(
            insert(_table).values(
                digest=digest,
                session=session.id,
                name=operator.name,
                kind=operator.kind.value,
                scope=operator.scope.value,
                address=operator.address,
                token=session.token,
                started_at=session.started_at,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
                ended_at=session.ended_at,
            )
        )

    def with_digest(self, digest: str) -> OperatorSession | None:
        row = self._connection.execute(select(_table).where(_table.c.digest == digest)).first()
        return _session(row) if row is not None else None

    def with_id(self, session_id: str) -> OperatorSession | None:
        row = self._connection.execute(select(_table).where(_table.c.session == session_id)).first()
        return _session(row) if row is not None else None

    def not_ended(self) -> tuple[OperatorSession, ...]:
        """Those that nobody ended, the oldest first; some may have expired."""
        query = select(_table).where(_table.c.ended_at.is_(None)).order_by(_table.c.started_at, _table.c.session)
        return tuple(map(_session, self._connection.execute(query)))

    def note_use(self, session_id: str, *, at: datetime) -> None:
        """Store that something happened in the session at that instant (aware), unless something did later."""
        row = _table.c.session == session_id
        self._connection.execute(update(_table).where(row, _table.c.seen_at < at).values(seen_at=at))

    def end(self, session_id: str, *, at: datetime) -> None:
        self._end(_table.c.session == session_id, at)

    def end_of_token(self, token_id: str, *, at: datetime) -> None:
        """End the sessions that began with that token."""
        self._end(_table.c.token == token_id, at)

    def _end(self, is_meant: Any, at: datetime) -> None:  # noqa: ANN401  (a condition)
        self._connection.execute(update(_table).where(is_meant, _table.c.ended_at.is_(None)).values(ended_at=at))

    def forget(self, *, until: datetime) -> None:
        """Delete those that ended or expired up to that instant (aware)."""
        end = func.coalesce(_table.c.ended_at, _table.c.expires_at)
        self._connection.execute(delete(_table).where(end <= until))


def _session(row: Row[Any]) -> OperatorSession:
    return OperatorSession(
        id=row.session,
        operator=Operator(
            name=row.name,
            kind=ActorKind(row.kind),
            scope=Scope(row.scope),
            address=row.address,
            token=row.token,
        ),
        started_at=row.started_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
