"""A vendor's office for tests of the outbox: a schedule with channels and mail, a database, and senders."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent, Mailbox, MailSettings
from icsfeed.domain.deliveries import Delivery, DeliveryState
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.settlements import Settlement
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.database.engine import make_engine, write_transaction
from icsfeed.store.database.outbox import Outbox
from icsfeed.store.database.outbox_tables import deliveries, mail_subscribers
from icsfeed.store.database.urls import parse_url
from tests.examples import POLICY
from tests.services.workspace import NIGHT

LEASE: Final = timedelta(seconds=20)
LATER: Final = NIGHT + timedelta(minutes=5)
"""When a sender that has died holds no lease any more."""

ACME: Final = Environment(id="acme", name="Acme", public=False)
ENVIRONMENTS: Final = (
    Environment(id="preview", name="Preview"),
    Environment(id="production", name="Production"),
    ACME,
)


def a_channel(channel_id: str, *events: ChannelEvent, environments: Iterable[str] = ()) -> Channel:
    """A channel that selects these events, or all, in these environments, or the public ones."""
    return Channel(
        id=channel_id,
        events=frozenset(events or CHANNEL_EVENTS),
        kinds=frozenset(Kind),
        environments=frozenset(environments),
        url="json://localhost",
    )


EVERYTHING: Final = a_channel("everything")
PREVIEW: Final = a_channel("preview", environments=["preview"])
ANNOUNCED: Final = a_channel("announced", ChannelEvent.ANNOUNCED)
PRIVATE: Final = a_channel("acme", environments=["acme"])
MAIL: Final = MailSettings(
    sender=Mailbox(name="", email="maintenance@example.com"), server="https://example.com", smtp="env:SMTP_URL"
)
SCHEDULE: Final = replace(
    POLICY, environments=ENVIRONMENTS, channels=(EVERYTHING, PREVIEW, ANNOUNCED, PRIVATE), mail=MAIL
)
Told = tuple[str, str, str]
"""A receiver, a subject and an event."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """A database, the workspace of operators with it, and the outbox that senders share."""

    url: str
    database: Database
    workspace: Workspace

    @property
    def outbox(self) -> Outbox:
        return self.database.outbox

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
        """Add a mail subscriber."""
        with self._sql() as connection:
            connection.execute(
                sa.insert(mail_subscribers).values(
                    subscriber=subscriber,
                    address=f"{subscriber}@example.org",
                    language="en",
                    environments=environments,
                    kinds=kinds,
                    reminders=reminders,
                    requested_at=NIGHT,
                    confirmed_at=NIGHT if confirmed else None,
                    paused_at=NIGHT if paused else None,
                )
            )

    @contextlib.contextmanager
    def _sql(self) -> Generator[sa.Connection]:
        engine = make_engine(parse_url(self.url))
        try:
            with write_transaction(engine) as connection:
                yield connection
        finally:
            engine.dispose()

    def waiting(self, subject: str = "EC-1") -> dict[str, str]:
        """The event that waits about the subject, by receiver."""
        rows = self.outbox.rows(DeliveryState.WAITING)
        mine = {row.delivery.receiver: row.delivery.event.value for row in rows if row.delivery.subject == subject}
        assert len(mine) == len([row for row in rows if row.delivery.subject == subject]), "one for each receiver"
        return mine

    def states(self, receiver: str = "channel:everything") -> list[tuple[str, str]]:
        """Every delivery to the receiver: its event and its state, the oldest first."""
        rows = reversed(self.outbox.rows())
        return [(row.delivery.event.value, row.state.value) for row in rows if row.delivery.receiver == receiver]

    def claim(
        self, receiver: str = "channel:everything", *, owner: str = "one", now: datetime = NIGHT, limit: int = 10
    ) -> tuple[Delivery, ...]:
        """Take what is due, and begin to send it."""
        deliveries = self.outbox.claim(receiver, owner=owner, now=now, lease=LEASE, limit=limit)
        self.outbox.begin([each.number for each in deliveries], owner=owner, now=now)
        return deliveries

    def settle(self, delivery: Delivery, state: DeliveryState, *, owner: str = "one", now: datetime = NIGHT) -> None:
        """Record what became of an attempt; what waits still is due a minute later."""
        problem = "" if state is DeliveryState.SENT else "the receiver does not answer"
        settlement = Settlement(number=delivery.number, state=state, due_at=now + timedelta(minutes=1), problem=problem)
        self.outbox.settle([settlement], owner=owner, now=now)

    def send_all(self, *, now: datetime = NIGHT) -> list[Told]:
        """Send everything that is due; gives what was told, in order."""
        told = []
        while due := self.outbox.due_receivers(now=now):
            for receiver in sorted(due):
                for delivery in self.claim(receiver, now=now):
                    told.append((delivery.receiver, delivery.subject, delivery.event.value))
                    self.settle(delivery, DeliveryState.SENT, now=now)
        return told

    def count(self) -> int:
        """How many deliveries there are."""
        with self._sql() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(deliveries)).scalar_one()


@contextlib.contextmanager
def an_office(url: str, schedule: Schedule = SCHEDULE, *, has_callers_clock: bool = True) -> Generator[Office]:
    """The office with that database, whose leases go by the instants that a test gives."""
    with contextlib.closing(Database(url, has_callers_clock=has_callers_clock)) as database:
        database.upgrade()
        yield Office(url=url, database=database, workspace=Workspace(schedule=schedule, repository=database))
