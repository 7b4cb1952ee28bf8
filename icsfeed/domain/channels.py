"""Where announcements are sent: the vendor's channels, and customers' mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from icsfeed.domain.feeds import Kind


class ChannelEvent(StrEnum):
    """What an announcement is about."""

    ANNOUNCED = "announced"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    STARTED = "started"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    SKIPPED = "skipped"
    FREEZE = "freeze"
    REMINDER = "reminder"
    CONFIRMATION = "confirmation"
    """A mail that asks whether an address is its owner's. No channel selects it."""


CHANNEL_EVENTS = tuple(event for event in ChannelEvent if event is not ChannelEvent.CONFIRMATION)
"""The events that a channel can select."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """An announcement channel: a chat room, say, or a webhook.

    Either ``url`` is apprise's, or ``webhook`` the address that signed JSON is posted to, with its ``secret``; each may
    be ``env:`` and the variable that holds it. It selects events of those kinds that touch one of its ``environments``
    (none: all public ones). ``language`` is that of its texts (empty: the calendar's first). ``remind`` is how long
    before the start of occurrences and changes it is reminded of them.
    """

    id: str
    events: frozenset[ChannelEvent]
    kinds: frozenset[Kind]
    environments: frozenset[str] = frozenset()
    url: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    allow_private_addresses: bool = False
    language: str = ""
    remind: tuple[timedelta, ...] = ()

    def visible_environments(self, public: frozenset[str]) -> frozenset[str]:
        """The environments that it may hear of, given the public ones."""
        return self.environments or public

    def selects(
        self, event: ChannelEvent, kind: Kind, environments: Collection[str], *, public: frozenset[str]
    ) -> bool:
        """Whether it wants to hear of such an event in any of those environments."""
        is_touched = not self.visible_environments(public).isdisjoint(environments)
        return event in self.events and kind in self.kinds and is_touched


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """A name, which may be empty, and an address (RFC 5322, section 3.4)."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """How customers get announcements by mail.

    ``smtp`` is the URL of the relay, or ``env:`` and the variable that holds it (empty where only the form matters).
    ``server`` is the address of the web service that takes the form, without a slash at its end. ``remind`` is how long
    before the start of occurrences and changes subscribers can be reminded of them.
    """

    sender: Mailbox
    server: str
    smtp: str = field(default="", repr=False)
    remind: tuple[timedelta, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticePeriods:
    """How long ahead customers were promised to hear of changes; ``None``: nothing was promised."""

    planned: timedelta | None = None
    emergency: timedelta | None = None

    def promised(self, kind: Kind) -> timedelta | None:
        """The promised notice of changes of that kind."""
        return {Kind.PLANNED: self.planned, Kind.EMERGENCY: self.emergency}.get(kind)
