"""Test messages: whether a channel, or the mail server, takes what icsfeed sends."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.channels import Channel, ChannelEvent
from icsfeed.domain.deliveries import ALL_MAIL
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.notify.transports import Envelope, Transports

TEST_SUBJECT: Final = "TEST"
"""In place of the id of a change: a test message is about none."""

_ID_CHARS: Final = 20
"""As many as the ids of subscribers have."""


def trial_channel(schedule: Schedule, channel_id: str) -> Channel:
    """The channel of that id.

    Raises:
        NotFoundError: where there is none; the message lists the channels.
    """
    for channel in schedule.channels:
        if channel.id == channel_id:
            return channel
    ids = [*(channel.id for channel in schedule.channels), *([ALL_MAIL] if schedule.mail is not None else [])]
    msg = f"there is no channel {quoted(channel_id)}; this schedule has {', '.join(ids) or 'none'}"
    raise NotFoundError(msg)


def try_channel(schedule: Schedule, channel: Channel, transports: Transports, *, key: str, now: datetime) -> int:
    """Send a test message to every target of the channel; gives how many there are.

    Raises:
        SendingError: where a target did not take it.
    """
    language = channel.language or schedule.calendar.languages[0]
    targets = transports.targets(channel)
    for target in range(1, targets + 1):
        transport = transports.channel(schedule, channel, target)
        try:
            transport.send(Envelope(announcement=_test_message(schedule, language, now), key=f"{key}{target}"))
        finally:
            transport.close()
    return targets


def try_mail(schedule: Schedule, address: str, transports: Transports, *, secret: str, key: str, now: datetime) -> None:
    """Send a test message to that address; its links lead to no subscription.

    Raises:
        SendingError: where the server did not take it.
    """
    language = schedule.calendar.languages[0]
    recipient = MailSubscriber(
        id=key[:_ID_CHARS], address=address, choice=MailChoice(language=language), requested_at=now
    )
    transport = transports.mail(schedule, secret)
    try:
        envelope = Envelope(announcement=_test_message(schedule, language, now), key=key, recipient=recipient)
        transport.send(envelope)
    finally:
        transport.close()


def _test_message(schedule: Schedule, language: str, now: datetime) -> Announcement:
    return Announcement(
        event=ChannelEvent.UPDATED,
        kind=None,
        subject=TEST_SUBJECT,
        language=language,
        zone=schedule.calendar.zone,
        at=now,
        name=schedule.in_language(language).calendar.name,
        is_test=True,
    )
