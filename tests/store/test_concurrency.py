"""Concurrent writers: nothing is lost, nobody sees a lock, and the slower one learns what the faster one did."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from textwrap import dedent
from threading import Barrier, Event
from typing import TypeVar

import pytest
import sqlalchemy as sa

from icsfeed.domain.changes import State, Step, number_of
from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.plans import Amendment
from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.services.changes import Outcome, StepRequest, Workspace, take_step
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.freezing import FreezeOutcome, FreezeRequest, end_freeze, start_freeze
from icsfeed.services.ledger import record_revisions
from icsfeed.store.database.database import Database
from icsfeed.store.database.tables import audit_trail
from tests.actors import operator
from tests.examples import NOW, POLICY, SUNDAY, THURSDAY
from tests.store.work import HOUR, announce_one, in_sql, opened, read, several, write

_Result = TypeVar("_Result")

WRITERS = 4
CHANGES = 250
"""Recorded by each writer."""

WRITING = """
    import sys
    from tests.store.test_concurrency import step
    from tests.store.work import announce_one, opened

    url, name, changes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with opened(url) as database:
        database.record()
        sys.stdin.read(1)  # all begin at once
        for number in range(changes):
            announce_one(database, f"{name} {number}", hours=number)
            if number % 10 == 0:
                step(database, "EC-1", summary=f"by {name}, {number}")
"""


def step(database: Database, change_id: str, summary: str, *, expected: int | None = None, by: str = "ann") -> Outcome:
    """Change the summary as an operator does."""
    return take_step(
        Workspace(schedule=POLICY, repository=database),
        StepRequest(change_id=change_id, step=Step.UPDATE, amendment=Amendment(summary=summary), expected=expected),
        actor=operator(by, NOW),
    )


def at_once(users: list[Database], use: Callable[[Database], _Result]) -> list[_Result]:
    """The results of the same use by all of them at the same moment."""
    barrier = Barrier(len(users))

    def run(database: Database) -> _Result:
        barrier.wait(60)
        return use(database)

    with ThreadPoolExecutor(len(users)) as threads:
        return list(threads.map(run, users))


def test_four_processes_that_write_at_once_lose_nothing(database_url: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "the first")
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", dedent(WRITING), database_url, f"writer {number}", str(CHANGES)],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(WRITERS)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("x")
            process.stdin.flush()
        seen = [database.record().entry]
        while any(process.poll() is None for process in processes):
            time.sleep(0.02)
            seen.append(database.record().entry)
        assert [process.communicate(timeout=60)[1] for process in processes] == [""] * WRITERS
        assert [process.returncode for process in processes] == [0] * WRITERS
        record = database.record()
        assert seen == sorted(seen)
        assert len(set(seen)) > 10  # the reader saw the record grow
    steps = WRITERS * CHANGES // 10
    assert record == read(database_url)
    assert list(record.changes) == [f"EC-{number}" for number in range(1, WRITERS * CHANGES + 2)]
    # Change itself checks that the updates are numbered without a gap.
    assert sorted(change.updates[0].plan.summary for change in record.changes.values()) == sorted(
        ["the first", *(f"writer {writer} {number}" for writer in range(WRITERS) for number in range(CHANGES))]
    )
    assert sorted(update.plan.summary for update in record.changes["EC-1"].updates[1:]) == sorted(
        f"by writer {writer}, {number}" for writer in range(WRITERS) for number in range(0, CHANGES, 10)
    )
    assert entries(database_url) == list(range(1, WRITERS * CHANGES + steps + 2))
    sequences = sorted(([line.revision.sequence for line in lines] for lines in record.ledger.values()), key=len)
    assert sequences == [*[[0]] * WRITERS * CHANGES, list(range(steps + 1))]


def test_the_slower_of_two_operators_learns_what_the_faster_one_changed(database_url: str) -> None:
    with several(database_url, 2) as (ann, bob):
        announce_one(ann, "Urgent repair")
        assert [each.record().changes["EC-1"].latest.number for each in (ann, bob)] == [1, 1]
        step(ann, "EC-1", "Very urgent repair", expected=1, by="ann")
        with pytest.raises(ConflictError) as refusal:
            step(bob, "EC-1", "Repair", expected=1, by="bob")
        assert str(refusal.value) == (
            "EC-1 has changed since update 1: update 2 by ann: summary: Urgent repair → Very urgent repair. "
            "Nothing was changed now"
        )
        assert step(bob, "EC-1", "Repair", expected=2, by="bob").change.latest.number == 3
    assert [update.plan.summary for update in read(database_url).changes["EC-1"].updates] == [
        "Urgent repair",
        "Very urgent repair",
        "Repair",
    ]


def test_of_many_operators_at_the_same_moment_exactly_one_is_first(database_url: str) -> None:
    def try_to(database: Database) -> str:
        try:
            return step(database, "EC-1", "mine", expected=1).change.id
        except ConflictError as refusal:
            return str(refusal)

    with several(database_url, 5) as users:
        announce_one(users[0], "Urgent repair")
        told = at_once(users, try_to)
    assert sorted(told) == ["EC-1"] + 4 * [
        "EC-1 has changed since update 1: update 2 by ann: summary: Urgent repair → mine. Nothing was changed now"
    ]


def test_a_step_taken_several_times_at_once_is_recorded_once(database_url: str) -> None:
    def start(database: Database) -> str:
        workspace = Workspace(schedule=POLICY, repository=database)
        try:
            return take_step(
                workspace, StepRequest(change_id="EC-1", step=Step.START), actor=operator("ann", NOW)
            ).change.state
        except RefusedError as refusal:
            return str(refusal)

    with several(database_url, 4) as users:
        announce_one(users[0], "Urgent repair")
        told = at_once(users, start)
    refused = "EC-1 is in progress already; it can be completed, updated or cancelled"
    assert sorted(told, key=len) == [State.IN_PROGRESS, refused, refused, refused]


@pytest.mark.parametrize("key", ["k", None], ids=["by its key", "by what it says"])
def test_a_change_announced_several_times_at_once_is_recorded_once(database_url: str, key: str | None) -> None:
    with several(database_url, 5) as users:
        outcomes = at_once(users, lambda database: announce_one(database, "Urgent repair", key=key))
    assert sorted((outcome.recorded, outcome.change.id) for outcome in outcomes) == [
        *4 * [(False, "EC-1")],
        (True, "EC-1"),
    ]
    assert len(read(database_url).changes) == 1


def start_one(database: Database, reason: str) -> FreezeOutcome:
    """Start a freeze without an end."""
    return start_freeze(
        Workspace(schedule=POLICY, repository=database),
        FreezeRequest(reason=reason, environments=frozenset({"production"})),
        uid_part="0123456789",
        actor=operator("ann", NOW),
    )


def test_freezes_that_start_at_once_get_numbers_of_their_own(database_url: str) -> None:
    with several(database_url, 4) as users:
        reasons = {id(user): f"reason {number}" for number, user in enumerate(users)}
        outcomes = at_once(users, lambda database: start_one(database, reasons[id(database)]))
    assert sorted(outcome.freeze.id for outcome in outcomes) == ["CF-1", "CF-2", "CF-3", "CF-4"]
    record = read(database_url)
    assert {freeze.id: freeze.reason for freeze in record.freezes.values()} == {
        outcome.freeze.id: outcome.freeze.reason for outcome in outcomes
    }
    published = publish_events(Situation(schedule=POLICY, record=record, now=NOW))
    stated = {uid: lines[-1].digest for uid, lines in record.ledger.items()}
    assert all(stated[event.uid] == event.digest for event in published.current() if event.uid in stated)


def test_a_freeze_started_several_times_at_once_is_recorded_once_and_ended_once(database_url: str) -> None:
    def end(database: Database) -> str:
        try:
            return end_freeze(
                Workspace(schedule=POLICY, repository=database), "CF-1", actor=operator("bob", NOW + HOUR)
            ).freeze.ended_by
        except RefusedError as refusal:
            return str(refusal)

    with several(database_url, 4) as users:
        outcomes = at_once(users, lambda database: start_one(database, "An audit"))
        assert sorted((outcome.recorded, outcome.freeze.id) for outcome in outcomes) == [
            *3 * [(False, "CF-1")],
            (True, "CF-1"),
        ]
        refused = "bob ended CF-1 already, Mon 2026-11-23 08:00 EST; nothing was changed"
        assert sorted(at_once(users, end), key=len) == ["bob", refused, refused, refused]
    assert len(entries(database_url)) == 2


def take_up(events: dict[int, PublishedEvents], worker: Database) -> Record:
    """Record the new revisions of what that worker publishes."""
    return record_revisions(events[id(worker)], worker)


def test_workers_record_the_revisions_of_an_edit_once(database_url: str) -> None:
    """All workers notice the edited schedule at the same moment, and have read the record before."""
    edited = replace(POLICY, windows=(replace(THURSDAY, name="Weekly maintenance"), SUNDAY))
    with several(database_url, 4) as workers:
        for schedule, sequence in ((POLICY, 0), (edited, 1)):
            events = {
                id(each): publish_events(Situation(schedule=schedule, record=each.record(), now=NOW))
                for each in workers
            }
            repository = at_once(workers, partial(take_up, events))
            assert repository == [repository[0]] * 4
            assert {line.revision.sequence for lines in repository[0].ledger.values() for line in lines[-1:]} >= {
                sequence
            }
            assert all(
                [line.revision.sequence for line in lines] == list(range(len(lines)))
                for lines in repository[0].ledger.values()
            )
        twice = [uid for uid, lines in repository[0].ledger.items() if len(lines) == 2]
        assert twice
        assert all("thursday" in uid for uid in twice)
    assert entries(database_url) == [1, 2]


def test_threads_share_a_database(database_url: str) -> None:
    with opened(database_url) as database:
        done = Event()

        def look() -> list[int]:
            seen = []
            while not done.is_set():
                seen.append(database.entry())
                seen.append(database.record().entry)
            return seen

        with ThreadPoolExecutor(6) as threads:
            readers = [threads.submit(look) for _ in range(2)]
            writers = [threads.submit(announce_one, database, f"number {number}") for number in range(60)]
            numbers = sorted(number_of(writer.result(60).change.id) for writer in writers)
            done.set()
            assert all(0 <= each <= 60 for reader in readers for each in reader.result(60))
        assert numbers == list(range(1, 61))
        assert (database.entry(), database.record()) == (60, read(database_url))


def test_a_waiting_writer_gets_the_lock_in_the_end(database_url: str) -> None:
    with several(database_url, 2) as (ann, bob), ThreadPoolExecutor(1) as threads:
        announce_one(ann, "one")
        with write(ann, at=NOW + HOUR) as transaction:
            waiting = threads.submit(announce_one, bob, "two", now=NOW + timedelta(hours=2))
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            transaction.adjust("thursday", NOW.date(), None, reason="r")
        assert waiting.result(60).change.id == "EC-2"
    assert [read(database_url).entry, entries(database_url)] == [3, [1, 2, 3]]


def entries(url: str) -> list[int]:
    """The numbers of the audit trail's entries."""
    with in_sql(url) as connection:
        return list(connection.execute(sa.select(audit_trail.c.entry).order_by(audit_trail.c.entry)).scalars())
