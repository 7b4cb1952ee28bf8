"""Queues what time makes due: reminders, steps of the clock, and corrections of what receivers expect.

Everything that was due since it was looked for last is queued in one transaction, which also keeps up to when that was:
of several senders, one queues each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import channel_receiver
from icsfeed.domain.news import Audience, MailSelection, News
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.corrections import queue_corrections
from icsfeed.services.due_queue import DueRepository, TimedOutbox
from icsfeed.services.due_reminders import DueReminder, channel_reminders, due_reminders, next_due
from icsfeed.services.due_steps import DueStep, due_steps, next_step_at
from icsfeed.services.ledger import THE_SERVICE

TOO_LATE: Final = "too late: it had begun before a sender ran again"
"""Why a reminder was dropped that was due while no sender ran."""

MAX_LOOK_BACK: Final = timedelta(days=31)
"""What was due longer ago is not looked for, not even to say that it is too late."""

_MARK_EVERY: Final = timedelta(minutes=1)
_LOOK_AHEAD: Final = timedelta(days=1)

_LATE_COMMIT: Final = timedelta(minutes=1)
"""More than a command takes to record what it does: the clock may have taken a step of the change by then."""

_MAX_CLOCK_ERROR: Final = timedelta(hours=1)
"""By more than that, no other sender's clock is ahead: this one's, or the machine's, was wrong before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueCount:
    """How many deliveries were queued that were due ``since`` then (UTC), and how many reminders came ``too_late``."""

    since: datetime | None = None
    queued: int = 0
    too_late: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lookout:
    """Whatever is due ``until`` then with that schedule and record is queued; the next may be due at ``next_at``."""

    schedule: Schedule
    entry: int
    until: datetime
    next_at: datetime
    marked_at: datetime

    def is_of(self, schedule: Schedule, entry: int) -> bool:
        return self.schedule is schedule and self.entry == entry


class DueDeliveries:
    """Queues what is due, tick by tick. A tick at which nothing is costs one query, and once a minute a transaction.

    ``new_secret`` gives the random secret of an outbox that was never used.
    """

    def __init__(self, repository: DueRepository, *, new_secret: Callable[[], str]) -> None:
        self._repository = repository
        self._new_secret = new_secret
        self._lookout: _Lookout | None = None

    def queue(self, schedule: Schedule, *, now: datetime) -> DueCount:
        """Queue what is due at ``now`` (UTC) with that schedule, which is the same object as long as it is the same.

        Raises:
            UnavailableError: where the database can't be read or written; nothing is queued then.
        """
        if not schedule.channels and schedule.mail is None:
            return DueCount()
        before = self._lookout
        is_same = before is not None and before.is_of(schedule, self._repository.entry())
        # Where the clock was ahead, what it says now was not looked at yet.
        if before is not None and is_same and before.until <= now < min(before.next_at, before.marked_at + _MARK_EVERY):
            self._lookout = replace(before, until=now)
            return DueCount()
        return self._look(schedule, now)

    def _look(self, schedule: Schedule, now: datetime) -> DueCount:
        before = self._lookout
        actor = Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=now)
        with self._repository.writing(actor=actor, action="queue", subject="") as writing:
            queue = writing.due(now=now)
            situation = Situation(schedule=schedule, record=writing.record, now=now)
            since = _since(queue.scanned_until, before, now)
            is_same = before is not None and before.is_of(schedule, situation.record.entry)
            is_ahead = since > now  # another sender, or this one when its clock was wrong, has queued those reminders
            queued = queue_corrections(queue, situation) if not is_same else 0
            queued += _queue_steps(queue, situation, after=_looked_until(before, now) if is_ahead else since)
            count = DueCount(queued=queued) if is_ahead else _queue_reminders(queue, situation, since, queued=queued)
            if not is_ahead:
                queue.mark_scanned(new_secret=self._new_secret)
        is_known = before is not None and is_same and before.until <= now < before.next_at
        next_at = before.next_at if before is not None and is_known else _next_at(situation)
        self._lookout = _Lookout(
            schedule=schedule, entry=situation.record.entry, until=now, next_at=next_at, marked_at=now
        )
        return count


def _since(scanned_until: datetime | None, before: _Lookout | None, now: datetime) -> datetime:
    """Up to when everything due is queued: until now where nobody ever looked."""
    if scanned_until is None:
        return now
    since = scanned_until if before is None else max(scanned_until, before.until)
    if since > now + _MAX_CLOCK_ERROR:
        return now
    return max(since, now - MAX_LOOK_BACK)


def _looked_until(before: _Lookout | None, now: datetime) -> datetime:
    return now if before is None else min(before.until, now)


def _next_at(situation: Situation) -> datetime:
    now = situation.now
    until = now + _LOOK_AHEAD
    return min(next_due(situation, after=now, until=until), next_step_at(situation, until=until))


def _queue_steps(queue: TimedOutbox, situation: Situation, *, after: datetime) -> int:
    return sum(
        _queue_step(queue, situation.schedule, step)
        for step in due_steps(situation, after=after - _LATE_COMMIT, until=situation.now)
    )


def _queue_reminders(queue: TimedOutbox, situation: Situation, since: datetime, *, queued: int) -> DueCount:
    """Queue reminders after the corrections: a reminder tells the new start by itself."""
    now = situation.now
    too_late = 0
    for reminder, audience in _reminders(situation, since):
        news = News(
            subject=reminder.start.subject, event=ChannelEvent.REMINDER, starts=reminder.start.at, lead=reminder.lead
        )
        if reminder.start.at > now:
            queued += queue.remind(news, audience)
        else:
            too_late += queue.remind(news, audience, dropped_for=TOO_LATE)
    return DueCount(since=since, queued=queued, too_late=too_late)


def _queue_step(queue: TimedOutbox, schedule: Schedule, step: DueStep) -> int:
    change, public = step.change, schedule.public_environments
    environments = change.plan.environments
    news = News(subject=change.id, event=step.event, update=step.update.number)
    channels = tuple(
        channel_receiver(channel.id)
        for channel in schedule.channels
        if channel.selects(step.event, change.kind, environments, public=public)
    )
    has_mail = schedule.mail is not None and not public.isdisjoint(environments)
    mail = MailSelection(kind=change.kind, environments=environments & public) if has_mail else None
    return queue.take_step(news, Audience(channels=channels, mail=mail))


def _reminders(situation: Situation, since: datetime) -> Iterator[tuple[DueReminder, Audience]]:
    """The reminders due after that instant, each with whom to remind."""
    schedule = situation.schedule
    for channel in schedule.channels:
        for reminder in channel_reminders(situation, channel, after=since, until=situation.now):
            yield reminder, Audience(channels=(channel_receiver(channel.id),))
    if schedule.mail is None:
        return
    for reminder in due_reminders(situation.visible_to(), schedule.mail.remind, after=since, until=situation.now):
        start = reminder.start
        selection = MailSelection(kind=start.kind, environments=start.environments & schedule.public_environments)
        yield reminder, Audience(mail=selection)
