"""The keys of deliveries: the same for every attempt, and for no other delivery."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Final

from icsfeed.domain.deliveries import Delivery

_KEY_CHARS: Final = 32


def delivery_key(secret: str, delivery: Delivery) -> str:
    """The key by which a receiver recognises a delivery that it has already; nobody can guess it.

    The number alone would not do: a database that was restored from a backup gives some numbers away again.
    """
    queued_at = delivery.queued_at.isoformat()
    parts = (delivery.number, delivery.receiver, delivery.subject, delivery.event.value, queued_at)
    return hmac.new(secret.encode(), json.dumps(parts).encode(), hashlib.sha256).hexdigest()[:_KEY_CHARS]
