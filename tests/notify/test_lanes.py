"""What happens to mails while a slow relay takes the others: nobody hears of an end who never heard of a beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, update

from icsfeed.domain.changes import Step
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.plans import Amendment
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.notify.couriers import MailCourier
from icsfeed.notify.lanes import Lane
from icsfeed.notify.leases import Leases
from icsfeed.notify.recipients import MailRecipients
from icsfeed.notify.transports import Envelope, Transports
from icsfeed.services.mail_subscribing import remove
from icsfeed.store.database.database import Database
from icsfeed.store.database.outbox_tables import mail_subscribers
from tests.actors import operator
from tests.notify.reminders.timeline import HOUR, Timeline, mail_settings
from tests.outbox.office import SCHEDULE
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

SPAN = Span(start=NIGHT + 48 * HOUR, end=NIGHT + 50 * HOUR)
SUBSCRIBERS = tuple(f"s{number}" for number in range(4))


@dataclass
class Relay:
    """Takes mails one by one; after the first, something happens."""

    happens: Callable[[], object]
    told: list[tuple[str, str]] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        assert envelope.recipient is not None
        self.told.append((envelope.recipient.id, envelope.announcement.event.value))
        if len(self.told) == 1:
            self.happens()

    def close(self) -> None:
        """Has nothing to close."""


@dataclass
class Current:
    """What holds now."""

    timeline: Timeline

    def at(self, now: datetime) -> Situation:
        return Situation(schedule=self.timeline.schedule, record=self.timeline.database.record(), now=now)

    recent = at


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Timeline]:
    with _database(tmp_path) as database:
        timeline = Timeline(database=database, schedule=replace(SCHEDULE, channels=(), mail=mail_settings(HOUR)))
        for subscriber in SUBSCRIBERS:
            timeline.subscribe(subscriber)
        yield timeline


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder}/icsfeed.db")
    database.upgrade()
    try:
        yield database
    finally:
        database.close()


def a_lane(timeline: Timeline, relay: Relay, owner: str = "one", now: datetime = NIGHT) -> Lane:
    def unavailable(*_: object) -> None:
        raise AssertionError

    transports = Transports(channel=unavailable, targets=unavailable, mail=lambda _schedule, _secret: relay)  # type: ignore[arg-type]
    recipients = MailRecipients(timeline.database, new_secret=lambda: "0" * 64)
    return Lane(
        "mail",
        MailCourier(recipients, transports, secret="0" * 64, clock=lambda: now),
        Leases(timeline.database.outbox, owner=owner, clock=lambda: now),
        Current(timeline),  # type: ignore[arg-type]
        batch=200,
        clock=lambda: now,
        log=structlog.get_logger(),
    )


def announce(timeline: Timeline, *environments: str) -> str:
    touched = frozenset(environments or ["production"])
    plan = a_plan(span=SPAN, environments=touched)
    return announce_plan(timeline.workspace, plan, now=NIGHT).change.id


@pytest.mark.parametrize("silent", [False, True])
def test_who_was_not_told_yet_hears_of_no_cancellation(timeline: Timeline, silent: bool) -> None:
    change = announce(timeline)
    relay = Relay(lambda: advance_change(timeline.workspace, Step.CANCEL, change, now=NIGHT, silent=silent))
    a_lane(timeline, relay).drain()
    assert relay.told == [("s0", "announced"), ("s0", "withdrawn" if silent else "cancelled")]


def test_who_was_not_told_yet_hears_nothing_of_what_has_become_private(timeline: Timeline) -> None:
    change = announce(timeline, "production", "acme")
    amendment = Amendment(environments=frozenset({"acme"}))
    relay = Relay(lambda: advance_change(timeline.workspace, Step.UPDATE, change, now=NIGHT, amendment=amendment))
    a_lane(timeline, relay).drain()
    assert {subscriber for subscriber, _ in relay.told} == {"s0"}


def test_no_mail_goes_to_who_was_erased_while_the_others_were_sent(timeline: Timeline) -> None:
    announce(timeline)

    def erase() -> None:
        remove(timeline.database, "s3@example.com", actor=operator("ann", NIGHT))

    relay = Relay(erase)
    a_lane(timeline, relay).drain()
    assert [subscriber for subscriber, _ in relay.told] == ["s0", "s1", "s2"]
    assert [row.state for row in timeline.rows()][-1] is DeliveryState.DROPPED


def choose(timeline: Timeline, **columns: str) -> None:
    """Save another choice of every subscriber."""
    engine = create_engine(timeline.database.url)
    with engine.begin() as connection:
        connection.execute(update(mail_subscribers).values(columns))
    engine.dispose()


def test_another_kind_that_was_chosen_meanwhile_counts(timeline: Timeline) -> None:
    announce(timeline)
    relay = Relay(lambda: choose(timeline, kinds=",maintenance,"))
    a_lane(timeline, relay).drain()
    assert [subscriber for subscriber, _ in relay.told] == ["s0"]


def test_another_reminder_that_was_chosen_meanwhile_counts(timeline: Timeline) -> None:
    announce(timeline)
    a_lane(timeline, Relay(lambda: None)).drain()
    timeline.due.queue(timeline.schedule, now=SPAN.start - 2 * HOUR)
    timeline.due.queue(timeline.schedule, now=SPAN.start - HOUR)
    relay = Relay(lambda: choose(timeline, reminders=","))
    a_lane(timeline, relay, now=SPAN.start - HOUR).drain()
    assert relay.told == [("s0", "reminder")]
