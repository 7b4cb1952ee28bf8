"""The rows of sign-ins, which are never rewritten, and from which failed attempts are counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.networks import network_of
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.store.database.operator_tables import sign_ins

_table: Final = sign_ins
_IS_FAILURE: Final = _table.c.outcome.not_in([each.value for each in SignInOutcome if not each.is_failure])


class SignInRows:
    """Sign-ins, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
        self._connection.execute(
            insert(_table).values(
                at=sign_in.at,
                method=sign_in.method.value,
                name=sign_in.name or None,
                kind=sign_in.kind.value if sign_in.kind is not None else None,
                address=sign_in.address,
                network=network_of(sign_in.address),
                outcome=sign_in.outcome.value,
            )
        )

    def failures(self, network: str, *, since: datetime, limit: int) -> tuple[datetime, ...]:
        """When attempts from a network failed after an instant (aware), the latest first, so many at most."""
        query = (
            select(_table.c.at)
            .where(_table.c.network == network, _table.c.at > since, _IS_FAILURE)
            .order_by(_table.c.at.desc())
            .limit(limit)
        )
        return tuple(self._connection.execute(query).scalars())

    def failure_before(self, count: int, *, since: datetime) -> datetime | None:
        """When the last but ``count`` attempt failed, from wherever, if that was after an instant (aware)."""
        query = (
            select(_table.c.at)
            .where(_table.c.at > since, _IS_FAILURE)
            .order_by(_table.c.at.desc())
            .limit(1)
            .offset(count)
        )
        return self._connection.execute(query).scalar()

    def has_used_bearer(self, name: str, network: str, *, since: datetime) -> bool:
        """Whether the first use of the token of that name from a network was recorded after an instant (aware)."""
        query = select(_table.c.number).where(
            _table.c.network == network,
            _table.c.at > since,
            _table.c.name == name,
            _table.c.method == SignInMethod.BEARER.value,
            _table.c.outcome == SignInOutcome.ACCEPTED.value,
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def all(self, *, since: datetime | None = None) -> tuple[SignIn, ...]:
        """The sign-ins from an instant (aware) on, oldest first."""
        query = select(_table).order_by(_table.c.number)
        if since is not None:
            query = query.where(_table.c.at >= since)
        return tuple(map(_sign_in, self._connection.execute(query)))


def _sign_in(row: Row[Any]) -> SignIn:
    return SignIn(
        at=row.at,
        method=SignInMethod(row.method),
        outcome=SignInOutcome(row.outcome),
        address=row.address,
        name=row.name or "",
        kind=ActorKind(row.kind) if row.kind is not None else None,
    )
