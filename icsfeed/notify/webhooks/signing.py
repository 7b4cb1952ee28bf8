"""Signatures of webhooks: the symmetric scheme of Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime


def signature_headers(body: bytes, key: bytes, *, message_id: str, now: datetime) -> dict[str, str]:
    """The headers of a message that is sent ``now``; ``message_id`` has no full stop, and is the same on a repeat."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(key, b".".join((message_id.encode(), timestamp.encode(), body)), "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
