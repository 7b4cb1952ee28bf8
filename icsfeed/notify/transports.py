"""Transports: how a message reaches a receiver. Each knows its own protocol, and none the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.channels import Channel
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.domain.schedule import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """An announcement for one receiver, in their language and with no more than they may see.

    ``key`` is that of its delivery: every attempt has the same, so that a receiver can tell a repeat (the idempotency
    key of a webhook, the Message-ID of a mail). ``recipient`` is whom a mail is for, and ``None`` for channels.
    """

    announcement: Announcement
    key: str
    recipient: MailSubscriber | None = None


class Transport(Protocol):
    """Sends to one target of a channel, or all mail. One thread at a time uses it."""

    def send(self, envelope: Envelope) -> None:
        """Send, and return once the receiver has acknowledged it. It gives up by itself after some time.

        Raises:
            TemporaryFailureError: where it may succeed later.
            PermanentFailureError: where it never will.
        """

    def close(self) -> None:
        """Close its connections; the next ``send`` opens new ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transports:
    """How transports are made; what a channel does not need is not imported.

    ``channel`` makes that of a target of a channel (counted from 1) of the schedule, ``targets`` says how many targets
    the channel has, ``mail`` makes the one for mail with the database's secret, which signs links. Each raises a
    ``SendingError`` where the schedule or the environment lacks something.
    """

    channel: Callable[[Schedule, Channel, int], Transport]
    targets: Callable[[Channel], int]
    mail: Callable[[Schedule, str], Transport]
