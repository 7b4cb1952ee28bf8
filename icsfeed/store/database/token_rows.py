"""The rows of operators' tokens. Of a token itself, only the digest is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.operator_tokens import OperatorToken
from icsfeed.domain.operators import Scope
from icsfeed.store.database.operator_tables import operator_tokens, token_revocations, token_uses
from icsfeed.store.database.tables import audit_trail

_table: Final = operator_tokens

_ALL: Final[Select[Any]] = (
    select(
        *_table.c,
        audit_trail.c.by.label("created_by"),
        audit_trail.c.kind.label("created_by_kind"),
        token_revocations.c.at.label("revoked_at"),
        token_uses.c.at.label("used_at"),
    )
    .join(audit_trail, audit_trail.c.entry == _table.c.entry)
    .join(token_revocations, token_revocations.c.token == _table.c.token, isouter=True)
    .join(token_uses, token_uses.c.token == _table.c.token, isouter=True)
    .order_by(_table.c.entry)
)
_WITH_DIGEST: Final = _ALL.where(_table.c.digest == bindparam("value"))
"""Made once: with each request, that would take longer than the query itself."""


class TokenRows:
    """Operators' tokens, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exist(self) -> bool:
        """Whether there is any, also one that is not valid any more."""
        return self._connection.execute(select(_table.c.token).limit(1)).first() is not None

    def with_digest(self, digest: str) -> OperatorToken | None:
        row = self._connection.execute(_WITH_DIGEST, {"value": digest}).first()
        return _token(row) if row is not None else None

    def with_id(self, token_id: str) -> OperatorToken | None:
        row = self._connection.execute(_ALL.where(_table.c.token == token_id)).first()
        return _token(row) if row is not None else None

    def all(self) -> tuple[OperatorToken, ...]:
        """The oldest first."""
        return tuple(map(_token, self._connection.execute(_ALL)))

    def add(self, token: OperatorToken, *, digest: str) -> None:
        self._connection.execute(
            insert(_table).values(
                token=token.id,
                entry=token.entry,
                at=token.created_at,
                name=token.name,
                scope=token.scope.value,
                digest=digest,
                expires_at=token.expires_at,
            )
        )

    def revoke(self, token_id: str, *, at: datetime, entry: int) -> None:
        self._connection.execute(insert(token_revocations).values(token=token_id, at=at, entry=entry))

    def note_use(self, token_id: str, *, at: datetime) -> None:
        """Store that the token was used at that instant (aware), unless it was used later."""
        row = token_uses.c.token == token_id
        if self._connection.execute(select(token_uses.c.at).where(row)).first() is None:
            self._connection.execute(insert(token_uses).values(token=token_id, at=at))
        else:
            self._connection.execute(update(token_uses).where(row, token_uses.c.at < at).values(at=at))


def _token(row: Row[Any]) -> OperatorToken:
    return OperatorToken(
        id=row.token,
        name=row.name,
        scope=Scope(row.scope),
        created_at=row.at,
        created_by=row.created_by,
        created_by_kind=ActorKind(row.created_by_kind) if row.created_by_kind is not None else None,
        entry=row.entry,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
