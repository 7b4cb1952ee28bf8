"""The transport of a webhook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from icsfeed import __version__
from icsfeed.domain.schedule import Schedule
from icsfeed.notify.transports import Envelope
from icsfeed.notify.webhooks.body import webhook_body
from icsfeed.notify.webhooks.connecting import Connector
from icsfeed.notify.webhooks.endpoints import Endpoint
from icsfeed.notify.webhooks.posting import MAX_SECONDS, post
from icsfeed.notify.webhooks.signing import signature_headers


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookTransport:
    """Posts announcements of a schedule to one endpoint, signed with its keys."""

    schedule: Schedule
    endpoint: Endpoint
    keys: tuple[bytes, ...] = field(repr=False)
    connector: Connector
    clock: Callable[[], datetime]
    seconds: float = MAX_SECONDS

    def send(self, envelope: Envelope) -> None:
        announcement = envelope.announcement
        body = webhook_body(announcement, self.schedule.in_language(announcement.language).calendar)
        now = self.clock()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"icsfeed/{__version__}",
            **signature_headers(body, self.keys, message_id=envelope.key, now=now),
        }
        post(self.endpoint, body, headers, connector=self.connector, now=now, seconds=self.seconds)

    def close(self) -> None:
        """Do nothing: each attempt has a connection of its own."""
