"""Couriers: each takes deliveries to its receivers, and reports the result.

An announcement is made here, just before it is sent: from the present situation, in the view of its receiver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.channels import Channel, ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.notify.delivery_queue import DeliveryQueue, Recipients
from icsfeed.notify.failures import MailboxRefusedError
from icsfeed.notify.keys import delivery_key
from icsfeed.notify.transports import Envelope, Transport, Transports
from icsfeed.services.announcements import announcement_for


class Courier(Protocol):
    """Takes one delivery after another, in one thread."""

    def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Look up what all of them need."""

    def take(self, delivery: Delivery, situation: Situation) -> NothingToTell | None:
        """Send what the delivery tells in that situation, unless that is nothing.

        Raises:
            SendingError: where it could not be sent.
        """

    def close(self) -> None:
        """Close its connections."""


class ChannelCourier:
    """Takes deliveries to the targets of one channel."""

    def __init__(
        self,
        channel_id: str,
        outbox: DeliveryQueue,
        transports: Transports,
        *,
        secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._channel_id = channel_id
        self._outbox = outbox
        self._factory = transports
        self._secret = secret
        self._clock = clock
        self._schedule: Schedule | None = None
        self._transports: dict[int, Transport] = {}
        """Those of that schedule, by target."""
        self._target_count: int | None = None

    def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Do nothing: a channel is in the schedule."""

    def take(self, delivery: Delivery, situation: Situation) -> NothingToTell | None:
        schedule = situation.schedule
        channel = next((each for each in schedule.channels if each.id == self._channel_id), None)
        if channel is None:
            return NothingToTell(reason="the schedule has no such channel any more")
        if schedule is not self._schedule:
            self.close()
            self._schedule = schedule
        target = _target_of(delivery)
        if target == 1:
            self._queue_for_other_targets(delivery, channel)
        public = schedule.public_environments
        view = situation.visible_to(channel.environments - public)
        announcement = announcement_for(
            view.in_language(channel.language or schedule.calendar.languages[0]),
            delivery,
            was_informed=delivery.was_informed,
            environments=channel.visible_environments(public),
        )
        if isinstance(announcement, NothingToTell):
            return announcement
        if not _is_selected(channel, delivery, announcement):
            return NothingToTell(reason="its channel does not select it any more")
        if target not in self._transports:
            self._transports[target] = self._factory.channel(schedule, channel, target)
        self._transports[target].send(Envelope(announcement=announcement, key=delivery_key(self._secret, delivery)))
        return None

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()
        self._transports = {}
        self._target_count = None

    def _queue_for_other_targets(self, delivery: Delivery, channel: Channel) -> None:
        """See to it that every target of the channel gets what the first one gets: only here their number is known."""
        if self._target_count is None:
            self._target_count = self._factory.targets(channel)
        if self._target_count > 1:
            self._outbox.split(delivery, self._target_count, now=self._clock())


class MailCourier:
    """Takes deliveries to mail subscribers. Those with the same view and past are told the same, which is made once."""

    def __init__(
        self, recipients: Recipients, transports: Transports, *, secret: str, clock: Callable[[], datetime]
    ) -> None:
        self._registry = recipients
        self._transports = transports
        self._secret = secret
        self._clock = clock
        self._schedule: Schedule | None = None
        self._transport: Transport | None = None
        self._recipients: Mapping[str, MailSubscriber] = {}
        self._situation: Situation | None = None
        self._texts: dict[object, Announcement | NothingToTell] = {}

    def prepare(self, deliveries: Sequence[Delivery]) -> None:
        self._recipients = self._registry.with_ids([delivery.receiver_id for delivery in deliveries])

    def take(self, delivery: Delivery, situation: Situation) -> NothingToTell | None:
        schedule = situation.schedule
        if schedule.mail is None:
            return NothingToTell(reason="the schedule has no [mail] any more")
        recipient = self._recipients.get(delivery.receiver_id)
        reason = _reason_not_to_write(delivery, recipient)
        if recipient is None or reason:
            return NothingToTell(reason=reason)
        announcement = self._announcement(delivery, situation, recipient)
        if isinstance(announcement, NothingToTell):
            return announcement
        if not _is_chosen(recipient, delivery, announcement):
            return NothingToTell(reason="its subscriber has made another choice")
        key = delivery_key(self._secret, delivery)
        try:
            self._transport_for(schedule).send(Envelope(announcement=announcement, key=key, recipient=recipient))
        except MailboxRefusedError:
            self._note_refusal(recipient, is_refused=True)
            raise
        if recipient.refusals:
            self._note_refusal(recipient, is_refused=False)
        return None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        self._transport = None

    def _note_refusal(self, recipient: MailSubscriber, *, is_refused: bool) -> None:
        # The database may not answer now: the result for the mail counts more, and is settled when it does.
        with suppress(UnavailableError):
            self._registry.note_refusal(recipient.id, is_refused=is_refused, now=self._clock())

    def _announcement(
        self, delivery: Delivery, situation: Situation, recipient: MailSubscriber
    ) -> Announcement | NothingToTell:
        if situation is not self._situation:
            self._situation, self._texts = situation, {}
        choice = recipient.choice
        same = replace(delivery, number=0, receiver="", attempts=0, first_attempt_at=None)
        key = (same, choice.language, choice.environments)
        if key not in self._texts:
            self._texts[key] = announcement_for(
                situation.visible_to().in_language(choice.language),
                delivery,
                was_informed=delivery.was_informed,
                environments=choice.environments,
            )
        return self._texts[key]

    def _transport_for(self, schedule: Schedule) -> Transport:
        if self._transport is None or self._schedule is not schedule:
            self.close()
            self._schedule = schedule
            self._transport = self._transports.mail(schedule, self._secret)
        return self._transport


def _target_of(delivery: Delivery) -> int:
    """The number of the target of its channel that the delivery is for."""
    return int(delivery.receiver.partition("/")[2] or 1)


def _reason_not_to_write(delivery: Delivery, recipient: MailSubscriber | None) -> str:
    if recipient is None:
        return "its subscriber is gone"
    if delivery.event is not ChannelEvent.CONFIRMATION and not recipient.is_active:
        return "its subscription is paused" if recipient.paused_at is not None else "its subscription is not confirmed"
    return ""


def _is_selected(channel: Channel, delivery: Delivery, announcement: Announcement) -> bool:
    """Whether the channel selects that as the schedule is now; what corrects something else, it need not select."""
    if announcement.event is ChannelEvent.WITHDRAWN:
        return True
    if delivery.event is ChannelEvent.REMINDER:
        is_event = ChannelEvent.REMINDER in channel.events and delivery.lead in channel.remind
    else:
        is_event = delivery.event in channel.events or delivery.was_informed
    return is_event and (announcement.kind is None or announcement.kind in channel.kinds)


def _is_chosen(recipient: MailSubscriber, delivery: Delivery, announcement: Announcement) -> bool:
    """Whether the subscriber still wants to hear of that; everybody who had what was withdrawn hears of it."""
    if announcement.event is ChannelEvent.WITHDRAWN:
        return True
    choice = recipient.choice
    is_lead = delivery.lead is None or choice.reminders is None or delivery.lead in choice.reminders
    return is_lead and (announcement.kind is None or choice.kinds is None or announcement.kind in choice.kinds)
