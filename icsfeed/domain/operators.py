"""Operators: who may look at, or change, what others must not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import InsufficientScopeError


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """An operator who proved to be one by a token or by signing in, from a network ``address``.

    ``token`` is the id of that token, also in a session that began with one.
    """

    name: str
    kind: ActorKind
    scope: Scope
    address: str = ""
    token: str | None = None

    @property
    def may_write(self) -> bool:
        return self.scope is Scope.WRITE

    def actor(self, now: datetime) -> Actor:
        """The operator as the actor of an action now."""
        return Actor(name=self.name, kind=self.kind, at=now, address=self.address)

    def require_write(self) -> None:
        """Make sure that the operator may change something.

        Raises:
            InsufficientScopeError: where it may only read.
        """
        if not self.may_write:
            msg = f'"{self.name}" may only read; use a token of scope write'
            raise InsufficientScopeError(msg)
