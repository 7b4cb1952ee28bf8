"""Values that operators and the service record, and functions that record them, for tests of the database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import Change, Plan, State, Step, Update, number_of, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import LedgerLine, Revision
from icsfeed.domain.spans import Span
from icsfeed.domain.subscribers import Action, SubscriberStep, key_of
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import Outcome, Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.database.writing import Transaction
from tests.actors import operator
from tests.examples import NOW, POLICY

HOUR = timedelta(hours=1)
PLAN = Plan(
    summary="Urgent repair",
    environments=frozenset({"production"}),
    impact=Impact.OUTAGE,
    span=Span(start=NOW, end=NOW + HOUR),
)


def a_plan(**overrides: Any) -> Plan:  # noqa: ANN401  (any field)
    """The plan of a change, with some fields replaced."""
    return replace(PLAN, **overrides)


def an_update(number: int = 1, **overrides: Any) -> Update:  # noqa: ANN401  (any field)
    """An update of a change, with some fields replaced."""
    update = Update(number=number, at=NOW, by="ann", message="", state=State.CONFIRMED, plan=PLAN)
    return replace(update, **overrides)


def a_change(number: int = 1, *more: Update, kind: Kind = Kind.EMERGENCY) -> Change:
    """An announced change, with further updates."""
    return Change(kind=kind, id=recorded_id(kind, number), updates=(an_update(), *more))


def a_freeze(number: int = 1, **overrides: Any) -> RecordedFreeze:  # noqa: ANN401  (any field)
    """A freeze that was started, with some fields replaced."""
    freeze = RecordedFreeze(
        id=recorded_id(Kind.FREEZE, number),
        reason="A disk is failing",
        environments=frozenset({"production"}),
        started_at=NOW,
        started_by="ann",
        uid_part=f"{number:010x}",
    )
    return replace(freeze, **overrides)


def a_line(uid: str, sequence: int = 0, *, digest: str = "a" * 32, at: datetime = NOW) -> LedgerLine:
    """A line of the revision ledger."""
    return LedgerLine(uid=uid, digest=digest, revision=Revision(sequence=sequence, at=at))


@contextmanager
def opened(url: str) -> Generator[Database]:
    """The database, which is closed at the end."""
    with closing(Database(url)) as database:
        yield database


@contextmanager
def created(url: str) -> Generator[Database]:
    """The database, which is created first if it does not exist."""
    with opened(url) as database:
        database.upgrade()
        yield database


@contextmanager
def several(url: str, count: int) -> Generator[list[Database]]:
    """Open the database ``count`` times, each with connections of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(opened(url)) for _ in range(count)]


def read(url: str) -> Record:
    """The record, read by a new ``Database``."""
    with opened(url) as database:
        return database.record()


@contextmanager
def in_sql(url: str) -> Generator[sa.Connection]:
    """A transaction in plain SQL, as of another program."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


@contextmanager
def write(database: Database, *, at: datetime = NOW, by: str = "ann") -> Generator[Transaction]:
    """A transaction of that actor."""
    with database.writing(actor=operator(by, at), action="test", subject="") as transaction:
        yield transaction


def announce_one(
    database: Database, summary: str, *, now: datetime = NOW, hours: int = 0, key: str | None = None, message: str = ""
) -> Outcome:
    """Announce an emergency change as an operator does; it starts ``hours`` after ``NOW``."""
    span = Span(start=NOW + hours * HOUR, end=NOW + (hours + 1) * HOUR)
    plan = a_plan(summary=summary, span=span)
    announcement = AnnouncementRequest(kind=Kind.EMERGENCY, plan=plan, key=key, message=message)
    return announce(
        Workspace(schedule=POLICY, repository=database), announcement, uid_part="", actor=operator("ann", now)
    )


def write_anything(random: Random, transaction: Transaction) -> None:
    """Record something random that the present record allows."""
    for _ in range(random.choice([1, 1, 1, 2])):
        random.choice([_announce, _amend, _adjust, _freeze, _revise, _subscribe])(random, transaction)


def _announce(random: Random, transaction: Transaction) -> None:
    kind = random.choice([Kind.EMERGENCY, Kind.PLANNED])
    numbers = [number_of(each.id) for each in transaction.record.changes.values() if each.kind is kind]
    plan = a_plan(summary=random.choice(["Ünïcode 🔧", "two\nlines", "' \" \\ %s :x ;"]), ticket="https://x.example/1")
    change = Change(kind=kind, id=recorded_id(kind, max(numbers, default=0) + 1), updates=(an_update(plan=plan),))
    transaction.add_update(change)
    transaction.record = replace(
        transaction.record, changes={**transaction.record.changes, change.id: change}
    )  # so that another one in the same transaction gets the next number


def _amend(random: Random, transaction: Transaction) -> None:
    if not transaction.record.changes:
        return
    before = random.choice(list(transaction.record.changes.values()))
    start = NOW + timedelta(microseconds=random.randrange(10**12))
    plan = a_plan(
        span=Span(start=start, end=start + HOUR),
        environments=frozenset(random.sample(["a", "b", "c"], 2)),
        impact=random.choice(list(Impact)),
        reason=random.choice(["", "because"]),
    )
    update = an_update(
        before.latest.number + 1,
        plan=plan,
        state=random.choice(list(State)),
        message="more",
        message_translations=random.choice([(), translations_of({"en": "more", "fr": "' \" \\ %s :x ; é🔧"})]),
    )
    steps = [(None, None), (Step.START, None), (Step.UNDO, 2), (Step.REDACT, None), (Step.REDACT, 1)]
    step, target = random.choice(steps)
    after = before.with_update(
        replace(update, step=step, target=target, automatic=random.random() < 0.5, withdrawn=random.random() < 0.1)
    )
    transaction.add_update(after)
    transaction.record = replace(transaction.record, changes={**transaction.record.changes, after.id: after})


def _adjust(random: Random, transaction: Transaction) -> None:
    window, day = random.choice(["thursday", "sunday"]), NOW.date() + timedelta(days=random.randrange(3))
    to = Span(start=NOW, end=NOW + HOUR * random.randrange(1, 9))
    adjustment = random.choice(
        [
            None,
            Skip(window_id=window, day=day, reason="r"),
            Skip(window_id=window, day=day, reason="", silent=True),
            Move(window_id=window, day=day, to=to, reason="r"),
        ]
    )
    transaction.adjust(window, day, adjustment, reason="r")


def _freeze(random: Random, transaction: Transaction) -> None:
    """End a freeze that has not ended, if there is one, or start another one."""
    freezes = transaction.record.freezes
    freeze = next((each for each in freezes.values() if each.ended_at is None), None)
    if freeze is not None and random.random() < 0.5:
        freeze = freeze.ended(at=NOW + timedelta(microseconds=random.randrange(10**12)), by="Ünal")
        transaction.end_freeze(freeze)
    else:
        freeze = a_freeze(
            transaction.record.next_number(Kind.FREEZE),
            reason=random.choice(["Ünïcode 🔧", "two\nlines", "' \" \\ %s :x ;"]),
            environments=frozenset(random.sample(["a", "b", "c"], 2)),
            until=random.choice([None, NOW + timedelta(microseconds=random.randrange(1, 10**12))]),
            is_internal=random.random() < 0.5,
        )
        transaction.start_freeze(freeze)
    transaction.record = replace(transaction.record, freezes={**freezes, freeze.id: freeze})


def _subscribe(random: Random, transaction: Transaction) -> None:
    subscribers = transaction.record.subscribers
    name = f"Customer {random.randrange(4)}"
    subscriber = subscribers.by_key.get(key_of(name))
    is_active = subscriber is not None and subscriber.revoked_at is None
    step = SubscriberStep(
        action=random.choice([Action.ROTATE, Action.REVOKE]) if is_active else Action.ADD,
        name=name,
        at=NOW,
        feed="all",
        alarms=(HOUR,),
        digest=(digest := f"{random.getrandbits(256):064x}"),
        salt=digest[:32] if digest < "8" else "",
        until=random.choice([None, NOW + HOUR]),
    )
    transaction.record = replace(transaction.record, subscribers=subscribers.after([step]))
    transaction.add_subscriber_step(step)


def _revise(random: Random, transaction: Transaction) -> None:
    transaction.add_revisions(
        [a_line(f"{random.randrange(5)}@x", random.randrange(9)) for _ in range(random.randrange(4))]
    )
