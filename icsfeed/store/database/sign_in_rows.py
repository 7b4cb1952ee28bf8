"""The rows of sign-ins, which are never rewritten, and from which failed attempts are counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, insert, select

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.networks import network_of
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.store.database.operator_tables import sign_ins

_table: Final = sign_ins
_IS_FAILURE: Final = and_(*(_table.c.outcome != each.value for each in SignInOutcome if not each.is_failure))
_IS_LATER: Final = _table.c.at > bindparam("since")
_IS_FROM_NETWORK: Final = _table.c.network == bindparam("network")

# Made once: with each request, that would take longer than the queries themselves.
_ADD: Final = insert(_table)
_LATEST_FAILURES: Final = select(_table.c.at).where(_IS_LATER, _IS_FAILURE).order_by(_table.c.at.desc()).limit(1)
_FAILURES: Final = select(
    _LATEST_FAILURES.where(_IS_FROM_NETWORK).offset(bindparam("few")).scalar_subquery(),
    _LATEST_FAILURES.where(_IS_FROM_NETWORK).offset(bindparam("many")).scalar_subquery(),
    _LATEST_FAILURES.offset(bindparam("everywhere")).scalar_subquery(),
)
_BEARER_USE: Final = (
    select(_table.c.number)
    .where(
        _IS_FROM_NETWORK,
        _IS_LATER,
        _table.c.name == bindparam("name"),
        _table.c.method == SignInMethod.BEARER.value,
        _table.c.outcome == SignInOutcome.ACCEPTED.value,
    )
    .limit(1)
)


class SignInRows:
    """Sign-ins, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
        self._connection.execute(
            _ADD,
            {
                "at": sign_in.at,
                "method": sign_in.method.value,
                "name": sign_in.name or None,
                "kind": sign_in.kind.value if sign_in.kind is not None else None,
                "address": sign_in.address,
                "network": network_of(sign_in.address),
                "outcome": sign_in.outcome.value,
            },
        )

    def failures(
        self, network: str, *, few: int, many: int, everywhere: int, since: datetime
    ) -> tuple[datetime | None, datetime | None, datetime | None]:
        """When attempts failed: from the network the last but ``few`` and the last but ``many``, then of all.

        Of all, it is the last but ``everywhere``. ``None`` where that many did not fail after an instant (aware).
        """
        values = {"network": network, "few": few, "many": many, "everywhere": everywhere, "since": since}
        first, second, third = self._connection.execute(_FAILURES, values).one()
        return first, second, third

    def has_used_bearer(self, name: str, network: str, *, since: datetime) -> bool:
        """Whether the first use of the token of that name from a network was recorded after an instant (aware)."""
        values = {"network": network, "since": since, "name": name}
        return self._connection.execute(_BEARER_USE, values).first() is not None

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
