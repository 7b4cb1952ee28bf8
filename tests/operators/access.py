"""Operators with tokens, for tests: a database, a source of randomness that repeats, and instants."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from icsfeed.domain.actors import Actor
from icsfeed.domain.operators import Scope
from icsfeed.services import operator_tokens
from icsfeed.services.operator_tokens import CreatedToken
from icsfeed.services.requests.tokens import TokenRequest
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import utc

NOW = utc(2026, 11, 28, 12)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
UNKNOWN = "icsfeed_" + "A" * 43

_numbers = itertools.count(1)


def new_secret() -> str:
    """32 bytes that no other call gives."""
    return f"{next(_numbers):064x}"


def new_id() -> str:
    return f"{next(_numbers):020x}"


def create(
    database: Database,
    name: str = "chat bot",
    *,
    scope: Scope = Scope.WRITE,
    lasts: timedelta | None = DAY,
    now: datetime = NOW,
    secret: Callable[[], str] = new_secret,
    by: Actor | None = None,
) -> CreatedToken:
    """A new token, which ``lasts`` so long; by default, Alice creates it on a command line."""
    request = TokenRequest(name=name, scope=scope, expires_at=now + lasts if lasts is not None else None)
    actor = by or operator("Alice", now)
    return operator_tokens.create(database, request, new_id=new_id, new_secret=secret, actor=actor)
