"""The keys that sign webhooks (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from icsfeed.domain.errors import BadInputError

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  (of secrets, and none itself)
MIN_KEY_BYTES: Final = 24
"""As the specification has it; longer keys than its 64 bytes do no harm."""


def signing_keys(secret: str) -> tuple[bytes, ...]:
    """The keys that a secret stands for: several, with spaces between them, while one replaces another.

    Raises:
        BadInputError: where one of them can't sign; the message does not repeat it.
    """
    parts = secret.split()
    several = len(parts) > 1 and all(part.startswith(SECRET_PREFIX) for part in parts)
    return tuple(map(_signing_key, parts)) if several else (_signing_key(secret),)


def _signing_key(secret: str) -> bytes:
    """The key that a secret stands for: base64 after ``whsec_``, otherwise the text itself in UTF-8.

    Raises:
        BadInputError: where it is not base64, or the key too short; the message does not repeat it.
    """
    if not secret.startswith(SECRET_PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            msg = f"what follows {SECRET_PREFIX} in the secret is not base64; {_REMEDY}"
            raise BadInputError(msg) from None
    if len(key) < MIN_KEY_BYTES:
        msg = f"the secret has {len(key)} bytes, and needs at least {MIN_KEY_BYTES}; {_REMEDY}"
        raise BadInputError(msg)
    return key


_REMEDY: Final = f'make one with: echo "{SECRET_PREFIX}$(openssl rand -base64 32)"'
