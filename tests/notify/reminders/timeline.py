"""A schedule, a real database and a sender that takes everything at once, for tests of what time makes due."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import create_engine, insert

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent, Mailbox, MailSettings
from icsfeed.domain.deliveries import Delivery, DeliveryState, mail_receiver
from icsfeed.domain.feeds import Kind
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.settlements import Settlement
from icsfeed.domain.situation import Situation
from icsfeed.services.announcements import announcement_for
from icsfeed.services.changes import Workspace
from icsfeed.services.due_deliveries import DueCount, DueDeliveries
from icsfeed.store.database.database import Database
from icsfeed.store.database.outbox_tables import mail_subscribers
from tests.actors import operator

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_channel(channel_id: str = "chat", *remind: timedelta, **overrides: object) -> Channel:
    """A channel that selects everything public, and is reminded so long before."""
    every = Channel(
        id=channel_id, events=frozenset(CHANNEL_EVENTS), kinds=frozenset(Kind), url="json://host", remind=remind
    )
    return replace(every, **overrides)  # type: ignore[arg-type]


def mail_settings(*remind: timedelta) -> MailSettings:
    sender = Mailbox(name="Maintenance", email="maintenance@example.com")
    return MailSettings(sender=sender, server="https://maintenance.example.com", remind=remind)


@dataclass
class Timeline:
    """Time goes on tick by tick. ``sent`` are the deliveries that were sent, in order, and what they told.

    ``choices`` are the environments that mail subscribers chose.
    """

    database: Database
    schedule: Schedule
    sent: list[Delivery] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    choices: dict[str, frozenset[str]] = field(default_factory=dict)
    due: DueDeliveries = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin as a new sender, which remembers nothing."""
        self.due = DueDeliveries(self.database, new_secret=lambda: "0" * 64)

    def forget(self) -> None:
        """Forget what was sent so far."""
        self.sent.clear()
        self.announcements.clear()

    def edit(self, schedule: Schedule) -> None:
        self.schedule = schedule

    @property
    def workspace(self) -> Workspace:
        return Workspace(schedule=self.schedule, repository=self.database)

    def tick(self, now: datetime) -> DueCount:
        """What is due is queued, and all that waits is sent."""
        counted = self.due.queue(self.schedule, now=now)
        self.send(now)
        return counted

    def ticks(self, start: datetime, end: datetime, step: timedelta) -> None:
        now = start
        while now <= end:
            self.tick(now)
            now += step

    def send(self, now: datetime) -> None:
        outbox = self.database.outbox
        for receiver in sorted(outbox.due_receivers(now=now)):
            while claimed := outbox.claim(receiver, owner="test", now=now, lease=HOUR, limit=100):
                outbox.begin([each.number for each in claimed], owner="test", now=now)
                outbox.settle([self._settlement(each, now) for each in claimed], owner="test", now=now)

    def _settlement(self, delivery: Delivery, now: datetime) -> Settlement:
        """Tell what holds now, as the sender does."""
        situation = Situation(schedule=self.schedule, record=self.database.record(), now=now)
        public, selected = self.schedule.public_environments, None
        if not delivery.is_mail:
            channel = next(each for each in self.schedule.channels if each.id == delivery.receiver_id)
            selected = channel.visible_environments(public)
        view = situation.visible_to((selected or public) - public)
        choice = selected or self.choices.get(delivery.receiver)
        announcement = announcement_for(view, delivery, was_informed=delivery.was_informed, environments=choice)
        if isinstance(announcement, NothingToTell):
            return Settlement(
                number=delivery.number, state=DeliveryState.DROPPED, problem=announcement.reason, is_attempt=False
            )
        self.sent.append(delivery)
        self.announcements.append(announcement)
        return Settlement(number=delivery.number, state=DeliveryState.SENT)

    def rows(self, *states: DeliveryState) -> list[OutboxRow]:
        return list(reversed(self.database.outbox.rows(*states)))

    @property
    def reminders(self) -> list[tuple[str, str, datetime | None, timedelta | None]]:
        """Receiver, subject, start and lead of the reminders that were sent."""
        return [
            (each.receiver, each.subject, each.starts, each.lead)
            for each in self.sent
            if each.event is ChannelEvent.REMINDER
        ]

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """Receiver, subject and event of everything else that was told."""
        return [
            (each.receiver, each.subject, announcement.event.value)
            for each, announcement in zip(self.sent, self.announcements, strict=True)
            if announcement.event is not ChannelEvent.REMINDER
        ]

    def record_adjustment(self, adjustment: Adjustment, *, at: datetime) -> None:
        """Record an adjustment that nobody is told of."""
        actor: Actor = operator("ann", at)
        with self.database.writing(actor=actor, action="window adjust", subject="") as writing:
            writing.adjust(adjustment.window_id, adjustment.day, adjustment, reason=adjustment.reason)

    def subscribe(
        self,
        subscriber: str,
        *,
        environments: str | None = None,
        kinds: str | None = None,
        reminders: str | None = None,
        confirmed: bool = True,
        paused: bool = False,
    ) -> None:
        """Add a mail subscriber, with the columns of its row."""
        at = datetime(2026, 1, 1, tzinfo=UTC)
        if environments is not None:
            self.choices[mail_receiver(subscriber)] = frozenset(environments.strip(",").split(","))
        row = {
            "subscriber": subscriber,
            "address": f"{subscriber}@example.com",
            "language": "en",
            "environments": environments,
            "kinds": kinds,
            "reminders": reminders,
            "requested_at": at,
            "confirmed_at": at if confirmed else None,
            "paused_at": at if paused else None,
        }
        engine = create_engine(self.database.url)
        with engine.begin() as connection:
            connection.execute(insert(mail_subscribers).values(row))
        engine.dispose()


def subject(window: str, day: date) -> str:
    return f"{window}/{day.isoformat()}"
