"""The transport of one target of apprise."""

from __future__ import annotations

from dataclasses import dataclass, field

from icsfeed.notify.chat.processes import Apprise
from icsfeed.notify.transports import Envelope
from icsfeed.words.chat_texts import chat_text


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatTransport:
    """Sends announcements to the target of that number, from 1, of a URL."""

    url: str = field(repr=False)
    target: int
    apprise: Apprise

    def send(self, envelope: Envelope) -> None:
        title, _, body = chat_text(envelope.announcement).partition("\n")
        self.apprise.send(self.url, target=self.target, title=title if body else "", body=body or title)

    def close(self) -> None:
        """Do nothing: each message has a process of its own."""
