"""Idempotency keys: a request that is sent again with the same key gets the answer of the first, and does nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from icsfeed.domain.operators import Operator


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestKey:
    """The key that an ``operator`` gave to a request, whose ``digest`` differs from that of every other request."""

    operator: str
    key: str
    digest: str

    @classmethod
    def of(cls, operator: Operator, key: str, *parts: str) -> RequestKey:
        """The key of a request that consists of those parts: what is called, and with which fields."""
        digest = hashlib.sha256()
        for part in parts:
            content = part.encode(errors="surrogatepass")
            digest.update(f"{len(content)}:".encode() + content)
        return cls(operator=f"{operator.kind}:{operator.name}", key=key, digest=digest.hexdigest())


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswer:
    """The answer to the request with that ``digest``, as HTTP has it."""

    digest: str
    status: int
    body: str
