"""Signatures of webhooks: the symmetric scheme of Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime


def signature_headers(body: bytes, keys: Iterable[bytes], *, message_id: str, now: datetime) -> dict[str, str]:
    """The headers of a message that is sent ``now``; ``message_id`` has no full stop, and is the same on a repeat."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digests = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{digest}" for digest in digests),
    }
