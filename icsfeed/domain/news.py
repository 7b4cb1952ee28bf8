"""News: what there is to tell about one subject, and who is to hear of it. The outbox makes deliveries of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """An event of a subject; the fields are those of a ``Delivery``."""

    subject: str
    event: ChannelEvent
    update: int | None = None
    starts: datetime | None = None
    lead: timedelta | None = None


class Reach(Enum):
    """Which of those who select an event are to hear of it."""

    EVERYBODY = "everybody"
    INFORMED = "informed"
    """Those who had something about the subject: a delivery that was sent, or that was attempted at least."""
    UNINFORMED = "uninformed"
    """All others."""
    REMINDED = "reminded"
    """Those who had a reminder of the subject, by the same measure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSelection:
    """The mail subscribers who chose that kind and one of those (public) environments; ``None``: whatever they chose.

    Of a reminder, they also chose its lead.
    """

    kind: Kind | None = None
    environments: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Who is to hear of something: channels by their receiver, such as ``channel:operations``, and mail subscribers.

    Of those that are informed, ``since`` leaves the ones that were told anything about the subject at that instant or
    later, or are being told.
    """

    channels: tuple[str, ...] = ()
    mail: MailSelection | None = None
    reach: Reach = Reach.EVERYBODY
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """Those who are told something: ``channels`` by their receiver, and how many ``mails`` are sent."""

    channels: tuple[str, ...] = ()
    mails: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingChannel:
    """A channel that has failed ``since`` that instant (UTC) without a success; ``mail`` stands for all mail.

    ``attempts`` is how often the delivery that was tried most was tried, ``problem`` why the latest one failed.
    """

    channel: str
    since: datetime
    attempts: int
    problem: str
