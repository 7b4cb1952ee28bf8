"""Token keys: from one of them, and a salt of its own, each token can be derived again, so that none need be kept."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import Final

from icsfeed.domain.errors import BadInputError

TOKEN_BYTES: Final = 24
"""Of randomness in a token: 192 bits."""

SHORTEST_KEY: Final = 32
"""Characters: whoever has the database can try keys, and must not come to an end."""

_CONTEXT: Final = b"icsfeed private feed\0"
"""So that whatever else is ever derived from the same secret is no token."""

PRIVATE_PREFIX: Final = "/private/"
"""What the path of every private feed begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenKey:
    """The secret that the tokens of private feeds are derived from; it is no text that any message shows."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_KEY:
            msg = f"a token key of {len(self.secret)} characters is too short; {SHORTEST_KEY} is the least"
            raise BadInputError(msg)

    def token(self, salt: str) -> str:
        """The token of that salt, in the form that random ones have: the start of HMAC-SHA256's 32 bytes (RFC 2104)."""
        derived = hmac.digest(self.secret, _CONTEXT + salt.encode(), "sha256")
        return base64.urlsafe_b64encode(derived[:TOKEN_BYTES]).decode()


def private_path(token: str, slug: str) -> str:
    """The path of the feed of that slug for whoever has the token."""
    return f"{PRIVATE_PREFIX}{token}/{slug}.ics"
