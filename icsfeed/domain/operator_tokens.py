"""Operators' tokens: secrets with which programs call the operators' API, and people sign in to the console."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.operators import Scope
from icsfeed.domain.texts import quoted, without_direction_controls

TOKEN_PREFIX: Final = "icsfeed_"  # noqa: S105  (what every token begins with)
"""Scanners that look for secrets in code and logs find tokens by it."""

TOKEN_SECRET_BYTES: Final = 32
MAX_TOKEN_NAME_CHARS: Final = 100
_FORM: Final = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{43}}")
_SPACES: Final = re.compile(" +")
_NOT_IN_A_NAME: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class TokenState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorToken:
    """An operator's token, without its secret; instants are aware.

    ``id`` is random, and names the token wherever its name may be taken by another one later. ``entry`` is the number
    of the audit entry of its creation. ``used_at`` may be a minute old.
    """

    id: str
    name: str
    scope: Scope
    created_at: datetime
    created_by: str
    created_by_kind: ActorKind | None
    entry: int
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def state(self, now: datetime) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.REVOKED
        has_expired = self.expires_at is not None and now >= self.expires_at
        return TokenState.EXPIRED if has_expired else TokenState.VALID

    def is_valid(self, now: datetime) -> bool:
        return self.state(now) is TokenState.VALID


def token_text(secret: bytes) -> str:
    """The token of that secret, as its owner gets it: a prefix and the secret in base64url (RFC 4648, section 5).

    Raises:
        ValueError: where the secret is not as long as every token's.
    """
    if len(secret) != TOKEN_SECRET_BYTES:
        msg = f"a token's secret has {TOKEN_SECRET_BYTES} bytes, not {len(secret)}"
        raise ValueError(msg)
    return TOKEN_PREFIX + base64.urlsafe_b64encode(secret).decode().rstrip("=")


def has_token_form(text: str) -> bool:
    """Whether the text looks like a token."""
    return _FORM.fullmatch(text) is not None


def without_tokens(text: str) -> str:
    """The text with an ellipsis in place of anything that looks like a token."""
    return _FORM.sub(f"{TOKEN_PREFIX}…", text)


def token_name(text: str) -> str:
    """A token's name, with single spaces between its words.

    Raises:
        BadInputError: where it can't be one. A token itself is refused, and not repeated.
    """
    name = _SPACES.sub(" ", text).strip(" ")
    if has_token_form(name):
        msg = "this is a token itself; write the name that it has in `icsfeed token list`"
        raise BadInputError(msg)
    if not name or len(name) > MAX_TOKEN_NAME_CHARS or _NOT_IN_A_NAME.search(name):
        msg = f"{quoted(text)} can't be a token's name; write one line of at most {MAX_TOKEN_NAME_CHARS} characters"
        raise BadInputError(msg)
    return without_direction_controls(name, "the token's name")
