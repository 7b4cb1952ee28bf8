"""Which reminders the time makes due: a start, and how long before it somebody is reminded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from icsfeed.domain.channels import Channel, ChannelEvent
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.starts import Start, starts_within


@dataclass(frozen=True, kw_only=True, slots=True)
class DueReminder:
    """A reminder of that start, ``lead`` before it or, where a sender was down meanwhile, later."""

    start: Start
    lead: timedelta


def due_reminders(
    situation: Situation, leads: Collection[timedelta], *, after: datetime, until: datetime
) -> tuple[DueReminder, ...]:
    """The reminders due after one instant until another, that one included; of one start, the longest lead first."""
    return tuple(
        DueReminder(start=start, lead=lead)
        for lead in sorted(leads, reverse=True)
        for start in starts_within(situation, after + lead, until + lead)
    )


def channel_view(situation: Situation, channel: Channel) -> Situation:
    """What that channel may see: the public environments, and the private ones that it names."""
    return situation.visible_to(channel.environments - situation.schedule.public_environments)


def channel_reminders(
    situation: Situation, channel: Channel, *, after: datetime, until: datetime
) -> Iterator[DueReminder]:
    """The reminders of that channel due after one instant until another: of each start, the one that is due last."""
    if not channel.remind or ChannelEvent.REMINDER not in channel.events:
        return
    public = situation.schedule.public_environments
    due = due_reminders(channel_view(situation, channel), channel.remind, after=after, until=until)
    latest = {reminder.start.subject: reminder for reminder in due}
    for reminder in latest.values():
        start = reminder.start
        if channel.selects(ChannelEvent.REMINDER, start.kind, start.environments, public=public):
            yield reminder


def leads_of(schedule: Schedule) -> frozenset[timedelta]:
    """How long before a start anybody is reminded."""
    channels = (channel for channel in schedule.channels if ChannelEvent.REMINDER in channel.events)
    mail = schedule.mail.remind if schedule.mail is not None else ()
    return frozenset((*mail, *(lead for channel in channels for lead in channel.remind)))


def next_due(situation: Situation, *, after: datetime, until: datetime) -> datetime:
    """When a reminder may be due next: at or before the first that is due after one instant, or ``until``."""
    leads = leads_of(situation.schedule)
    if not leads:
        return until
    starts = starts_within(situation, after + min(leads), until + max(leads))
    due = (start.at - lead for start in starts for lead in leads)
    return min((at for at in due if at > after), default=until)
