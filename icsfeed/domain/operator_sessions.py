"""Operators' sessions in the console: from a sign-in until a sign-out, too long a pause, or their end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.operators import Operator

MAX_SESSION_LENGTH: Final = timedelta(hours=12)
"""A shift. After that, an operator signs in again."""

MAX_SESSION_PAUSE: Final = timedelta(hours=1)
"""How long nothing may happen in a session."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorSession:
    """An operator's session; instants are aware.

    ``id`` is public: others see it, and can end the session by it. The cookie holds something else. The ``operator``
    has the address of the sign-in, and the token that the session began with, if one did.
    """

    id: str
    operator: Operator
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def token(self) -> str | None:
        return self.operator.token

    @property
    def idle_until(self) -> datetime:
        """When it ends unless something happens in it before."""
        return min(self.seen_at + MAX_SESSION_PAUSE, self.expires_at)

    def is_active(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.idle_until

    def operator_at(self, address: str) -> Operator:
        """The operator, who makes a request from that address now."""
        return replace(self.operator, address=address)
