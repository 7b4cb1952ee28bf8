"""Leases: no two senders take the same delivery at once, and order holds for each receiver and subject."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.settlements import Settlement
from icsfeed.notify.leases import Leases
from icsfeed.store.database.database import Database
from tests.databases import Server
from tests.outbox.office import LATER, LEASE, Office, an_office
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

SECOND = timedelta(seconds=1)


@pytest.fixture
def busy_office(office: Office) -> Office:
    """An office whose customers are to hear of three changes."""
    for number in range(3):
        announce_plan(office.workspace, a_plan(summary=f"Repair {number}"), now=NIGHT + number * SECOND)
    return office


def test_no_other_sender_takes_a_delivery_that_is_being_sent(busy_office: Office) -> None:
    first = busy_office.claim(owner="one", limit=2, now=LATER)
    second = busy_office.claim(owner="two", limit=2, now=LATER)
    assert [each.subject for each in first] == ["EC-1", "EC-2"]
    assert [each.subject for each in second] == ["EC-3"]
    assert busy_office.claim(owner="three", now=LATER + LEASE - SECOND) == ()


def test_the_work_of_a_sender_that_died_is_taken_over_when_its_lease_has_ended(busy_office: Office) -> None:
    taken = busy_office.claim(owner="one", now=LATER)
    assert [(each.attempts, each.first_attempt_at, each.was_informed) for each in taken] == [(1, LATER, False)] * 3
    later = LATER + LEASE
    taken_over = busy_office.claim(owner="two", now=later)
    assert [each.number for each in taken_over] == [each.number for each in taken]
    # Its receiver may have had it, although nothing was acknowledged.
    assert [(each.attempts, each.first_attempt_at, each.was_informed) for each in taken_over] == [(2, LATER, True)] * 3


def test_a_lease_that_is_renewed_lasts_longer(busy_office: Office) -> None:
    busy_office.claim(owner="one", now=LATER)
    busy_office.outbox.renew(owner="one", now=LATER, lease=2 * LEASE)
    busy_office.outbox.renew(owner="two", now=LATER, lease=SECOND)
    assert busy_office.claim(owner="two", now=LATER + LEASE) == ()


def test_a_sender_notices_at_the_next_renewal_what_another_has_taken_over(busy_office: Office) -> None:
    clock = [LATER]
    leases = Leases(busy_office.outbox, owner="one", clock=lambda: clock[0])
    (lost,) = leases.claim("channel:everything", limit=1)
    (taken_over,) = busy_office.claim(owner="two", now=LATER + LEASE, limit=1)
    assert taken_over.number == lost.number
    (kept,) = leases.claim("channel:everything", limit=1)
    assert leases.holds(lost.number)  # by its own clock
    leases.renew()
    assert (leases.holds(lost.number), leases.holds(kept.number)) == (False, True)
    assert busy_office.outbox.renew(owner="two", now=LATER + LEASE, lease=LEASE) == {lost.number}
    assert busy_office.outbox.renew(owner="three", now=LATER + LEASE, lease=LEASE) == frozenset()


def test_a_sender_whose_clock_is_ahead_takes_nothing_from_another(postgresql: Server) -> None:
    """Leases go by the server's clock, and so does what an announcement may replace."""
    with postgresql.database() as url, an_office(url, has_callers_clock=False) as office:
        announce_plan(office.workspace)
        (delivery,) = office.claim(owner="one")
        ahead = NIGHT + timedelta(hours=1)
        assert office.claim(owner="two", now=ahead) == ()
        assert office.outbox.due_receivers(now=ahead) == {"channel:announced"}
        advance_change(office.workspace, Step.START, now=ahead)
        assert office.states() == [("announced", "waiting"), ("started", "waiting")]
        assert office.claim(owner="two", now=ahead) == ()
        assert office.outbox.renew(owner="one", now=NIGHT, lease=timedelta()) == {delivery.number}
        assert [each.event.value for each in office.claim(owner="two", now=ahead)] == ["started"]


def test_what_a_sender_that_lost_its_lease_sent_is_sent_and_its_failures_count_no_more(busy_office: Office) -> None:
    one, two, three = busy_office.claim(owner="one", now=LATER)
    busy_office.claim(owner="two", now=LATER + LEASE)
    busy_office.settle(one, DeliveryState.SENT, owner="one", now=LATER + LEASE)
    busy_office.settle(two, DeliveryState.WAITING, owner="one", now=LATER + LEASE)
    busy_office.settle(three, DeliveryState.FAILED, owner="one", now=LATER + LEASE)
    busy_office.outbox.release(owner="one", numbers=[two.number], now=LATER + LEASE)
    assert busy_office.states() == [("announced", "sent"), ("announced", "waiting"), ("announced", "waiting")]
    assert busy_office.claim(owner="three", now=LATER + LEASE) == ()
    busy_office.settle(one, DeliveryState.FAILED, owner="two", now=LATER + LEASE)
    assert busy_office.states()[0] == ("announced", "sent")


def test_what_failed_for_now_is_due_again_later(busy_office: Office) -> None:
    one, *_ = busy_office.claim(owner="one", now=LATER)
    busy_office.settle(one, DeliveryState.WAITING, now=LATER)
    soon = busy_office.claim(owner="two", now=LATER + timedelta(seconds=59))
    assert [each.subject for each in soon] == ["EC-2", "EC-3"]
    (again,) = busy_office.claim(owner="two", now=LATER + timedelta(minutes=1))
    assert (again.number, again.attempts, again.first_attempt_at) == (one.number, 2, LATER)
    (row,) = [each for each in busy_office.outbox.rows() if each.delivery.number == one.number]
    assert (row.problem, row.due_at) == ("the receiver does not answer", LATER + timedelta(minutes=1))


def test_nobody_was_told_by_a_sender_that_died_before_it_began(office: Office) -> None:
    announce_plan(office.workspace)
    assert office.outbox.claim("channel:everything", owner="one", now=NIGHT, lease=LEASE, limit=1)
    advance_change(office.workspace, Step.CANCEL)
    assert office.states() == [("announced", "waiting")]
    (again,) = office.claim(owner="two", now=LATER)
    assert (again.attempts, again.first_attempt_at, again.was_informed) == (1, LATER, False)


def test_an_attempt_begins_only_of_what_waits_and_is_held(busy_office: Office) -> None:
    one, two, three = busy_office.claim(owner="one", now=LATER)
    busy_office.settle(one, DeliveryState.DROPPED, now=LATER)
    busy_office.outbox.release(owner="one", numbers=[two.number], now=LATER)
    numbers = [one.number, two.number, three.number]
    assert busy_office.outbox.begin(numbers, owner="one", now=LATER) == {three.number}
    assert busy_office.outbox.begin(numbers, owner="two", now=LATER) == frozenset()


def test_what_was_not_attempted_after_all_is_no_attempt(busy_office: Office) -> None:
    one, two, three = busy_office.outbox.claim("channel:everything", owner="one", now=LATER, lease=LEASE, limit=3)
    busy_office.outbox.begin([two.number, three.number], owner="one", now=LATER)
    busy_office.outbox.release(owner="one", numbers=[one.number], now=LATER)
    waits = Settlement(number=two.number, state=DeliveryState.WAITING, is_attempt=False)
    dropped = Settlement(number=three.number, state=DeliveryState.DROPPED, problem="it is over", is_attempt=False)
    busy_office.outbox.settle([waits, dropped], owner="one", now=LATER)
    assert not any(busy_office.outbox.was_informed("channel:everything", each.subject) for each in (one, two, three))
    again = busy_office.claim(owner="two", now=LATER)
    assert [(each.subject, each.attempts, each.was_informed) for each in again] == [
        ("EC-1", 1, False),
        ("EC-2", 1, False),
    ]


def test_what_is_newer_waits_until_what_is_being_sent_has_ended(office: Office) -> None:
    announce_plan(office.workspace)
    (announced,) = office.claim()
    advance_change(office.workspace, Step.START)
    advance_change(office.workspace, Step.COMPLETE)
    assert office.states() == [("announced", "waiting"), ("started", "replaced"), ("completed", "waiting")]
    assert office.claim(owner="two") == ()
    assert "channel:everything" not in office.outbox.due_receivers(now=NIGHT)
    office.settle(announced, DeliveryState.SENT)
    (completed,) = office.claim(owner="two")
    assert (completed.event.value, completed.was_informed) == ("completed", True)


def test_all_that_was_overtaken_since_the_last_message_is_new_to_its_receiver(office: Office) -> None:
    announce_plan(office.workspace)
    (announced,) = office.claim()
    assert announced.informed_at is None
    office.settle(announced, DeliveryState.SENT)
    advance_change(office.workspace, Step.START, now=NIGHT + timedelta(minutes=1))
    advance_change(office.workspace, Step.COMPLETE, now=NIGHT + timedelta(minutes=2))
    (completed,) = office.claim(now=LATER)
    assert completed.informed_at is not None
    assert NIGHT <= completed.informed_at < NIGHT + timedelta(minutes=1) < completed.queued_at


@pytest.mark.parametrize("dies", [False, True], ids=["it fails", "its sender dies"])
def test_what_failed_is_not_tried_again_where_something_newer_waits(office: Office, dies: bool) -> None:
    announce_plan(office.workspace)
    (announced,) = office.claim()
    advance_change(office.workspace, Step.START)
    if not dies:
        office.settle(announced, DeliveryState.WAITING)
    (started,) = office.claim(owner="two", now=NIGHT + LEASE)
    assert (started.event.value, started.was_informed) == ("started", True)
    assert office.states() == [("announced", "replaced"), ("started", "waiting")]
    # A sender that was only slow, and reports its success late, changes nothing but the record of it.
    office.settle(announced, DeliveryState.SENT, now=NIGHT + LEASE)
    assert office.states() == [("announced", "sent"), ("started", "waiting")]


def test_a_slow_channel_holds_up_no_other_and_no_mail(office: Office) -> None:
    office.subscribe("one")
    office.subscribe("two")
    announce_plan(office.workspace)
    office.claim("channel:everything")
    assert office.outbox.due_receivers(now=NIGHT) == {"channel:announced", "mail"}
    assert [each.receiver for each in office.claim("mail")] == ["mail:one", "mail:two"]
    assert [each.receiver for each in office.claim("channel:announced")] == ["channel:announced"]


def test_a_channel_with_several_targets_has_a_delivery_for_each(office: Office) -> None:
    announce_plan(office.workspace)
    (first,) = office.claim()
    for _ in range(2):
        office.outbox.split(first, 3, now=NIGHT)
    assert office.outbox.due_receivers(now=NIGHT) == {"channel:everything", "channel:announced"}
    others = office.claim(owner="two")
    assert [(each.receiver, each.event, each.queued_at) for each in others] == [
        ("channel:everything/2", first.event, first.queued_at),
        ("channel:everything/3", first.event, first.queued_at),
    ]
    office.settle(others[0], DeliveryState.SENT, owner="two")
    office.outbox.split(first, 3, now=NIGHT)
    assert office.count() == 4  # three targets, and the channel for announcements


def test_several_senders_at_once_share_the_work(office: Office, database_url: str) -> None:
    """Each delivery is taken once, however the senders' claims fall together, and operators go on meanwhile."""
    for number in range(20):
        office.subscribe(f"subscriber{number:02}")
    announce_plan(office.workspace)
    taken: Counter[int] = Counter()
    guard, start = threading.Lock(), threading.Barrier(4)

    def send(owner: str) -> None:
        with closing(Database(database_url)) as database:
            database.record()
            start.wait()
            while deliveries := database.outbox.claim("mail", owner=owner, now=NIGHT, lease=LEASE, limit=7):
                with guard:
                    taken.update(each.number for each in deliveries)
                settlements = [Settlement(number=each.number, state=DeliveryState.SENT) for each in deliveries]
                database.outbox.settle(settlements, owner=owner, now=NIGHT)

    senders = [threading.Thread(target=send, args=(f"sender{number}",)) for number in range(3)]
    for sender in senders:
        sender.start()
    start.wait()
    for number in range(2):
        announce_plan(office.workspace, a_plan(summary=f"Meanwhile {number}"))
    for sender in senders:
        sender.join()
    office.send_all()
    assert set(taken.values()) == {1}
    assert set(office.outbox.counts().values()) == {0, 20 * 3 + 2 * 3}
