"""Deliveries: what is to be told to one receiver, as references. Texts are made at the moment of sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from icsfeed.domain.channels import ChannelEvent

CHANNEL_PREFIX: Final = "channel:"
MAIL_PREFIX: Final = "mail:"
ALL_MAIL: Final = "mail"
"""In place of a receiver or a channel's id: every mail subscriber."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """To be sent, perhaps once more."""
    SENT = "sent"
    """Acknowledged by its receiver."""
    FAILED = "failed"
    """Given up; an operator can have it tried again."""
    REPLACED = "replaced"
    """Overtaken, before it was sent, by a newer delivery about the same subject to the same receiver."""
    DROPPED = "dropped"
    """Not sent, since there was nothing left to tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A reference to what one receiver is to be told about one subject.

    ``receiver`` is ``channel:ID`` (``channel:ID/2`` is the second target of its URL) or ``mail:SUBSCRIBER_ID``.
    ``subject`` is the id of a change or of a recorded freeze, or a window and an original local date:
    ``thursday/2026-12-03``. ``update`` is the number of the change's update that caused it. A reminder is for the start
    ``starts`` (UTC), ``lead`` before it; of a move, ``starts`` is the new start. Instants are in UTC. The receiver
    ``was_informed`` where they had something about the subject before, or an attempt at least; what happened after
    ``informed_at`` is new to them (``None``: that is not known). Both are set by a claim alone, which also counts
    the attempt that it is for.
    """

    number: int
    receiver: str
    subject: str
    event: ChannelEvent
    queued_at: datetime
    update: int | None = None
    starts: datetime | None = None
    lead: timedelta | None = None
    attempts: int = 0
    first_attempt_at: datetime | None = None
    was_informed: bool = False
    informed_at: datetime | None = None

    @property
    def is_mail(self) -> bool:
        return self.receiver.startswith(MAIL_PREFIX)

    @property
    def receiver_id(self) -> str:
        """The id of the channel or of the mail subscriber."""
        return self.receiver.partition(":")[2].partition("/")[0]


def channel_receiver(channel_id: str, target: int = 1) -> str:
    """The receiver that is that target of a channel, counted from 1."""
    return f"{CHANNEL_PREFIX}{channel_id}" if target == 1 else f"{CHANNEL_PREFIX}{channel_id}/{target}"


def mail_receiver(subscriber_id: str) -> str:
    return f"{MAIL_PREFIX}{subscriber_id}"


def occurrence_subject(window_id: str, day: str) -> str:
    """The subject that is the occurrence of a window with that original local date (ISO 8601)."""
    return f"{window_id}/{day}"
