"""Token keys: each token can be derived again from the key and its salt, so that none is stored."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import Final

from icsfeed.domain.errors import BadInputError

TOKEN_BYTES: Final = 24
"""192 bits."""

MIN_KEY_CHARS: Final = 32
"""With the database, keys can be tried offline: there must be too many of them."""

_CONTEXT: Final = b"icsfeed private feed\0"
"""Keeps tokens apart from anything else that is derived from the same secret."""

PRIVATE_PREFIX: Final = "/private/"
"""What the path of every private feed begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenKey:
    """The secret from which the tokens of private feeds are derived; no message shows it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_KEY_CHARS:
            msg = f"a token key of {len(self.secret)} characters is too short; {MIN_KEY_CHARS} is the least"
            raise BadInputError(msg)

    def token(self, salt: str) -> str:
        """The token for that salt, in the form of random tokens: the start of an HMAC-SHA256 (RFC 2104)."""
        derived = hmac.digest(self.secret, _CONTEXT + salt.encode(), "sha256")
        return base64.urlsafe_b64encode(derived[:TOKEN_BYTES]).decode()


def private_folder(token: str) -> str:
    """The path of the page that the token opens; the files of the feed lie below it."""
    return f"{PRIVATE_PREFIX}{token}/"


def private_path(token: str, slug: str) -> str:
    """The path of the feed of that slug that the token opens."""
    return f"{private_folder(token)}{slug}.ics"
