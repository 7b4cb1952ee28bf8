"""What the outbox tells operators: counts, rows, silent channels; and what they do with it: retries, pruning."""

from __future__ import annotations

from datetime import timedelta

from icsfeed.domain.changes import Step
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.news import FailingChannel
from icsfeed.domain.outbox_rows import RetrySelection
from tests.outbox.office import LEASE, Office
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

UNSENT = RetrySelection()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_the_deliveries_are_counted_by_state(office: Office) -> None:
    assert set(office.outbox.counts().values()) == {0}
    announce_plan(office.workspace)
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.SENT)
    counts = office.outbox.counts()
    assert {state.value: count for state, count in counts.items() if count} == {"waiting": 1, "sent": 1}
    assert [row.delivery.receiver for row in office.outbox.rows(DeliveryState.SENT)] == ["channel:everything"]
    assert [row.ended_at for row in office.outbox.rows(DeliveryState.SENT)] == [NIGHT]
    assert len(office.outbox.rows(limit=1)) == 1


def test_the_next_delivery_is_due_when_its_lease_or_its_pause_ends(office: Office) -> None:
    assert office.outbox.next_due_at() is None
    announce_plan(office.workspace)
    assert office.outbox.next_due_at() == NIGHT
    (other,) = office.claim("channel:announced")
    office.settle(other, DeliveryState.SENT)
    (delivery,) = office.claim()
    assert office.outbox.next_due_at() == NIGHT + LEASE
    office.settle(delivery, DeliveryState.WAITING)
    assert office.outbox.next_due_at() == NIGHT + MINUTE


def test_failed_deliveries_are_tried_again_when_an_operator_says_so(office: Office) -> None:
    announce_plan(office.workspace)
    (one,), (two,) = office.claim(), office.claim("channel:announced")
    for each in (one, two):
        office.settle(each, DeliveryState.FAILED)
    chosen = RetrySelection(numbers=frozenset({two.number, 4711}))
    assert office.outbox.retry(chosen, now=NIGHT + DAY) == (two.number,)
    assert office.outbox.retry(UNSENT, now=NIGHT + DAY) == (one.number,)
    assert office.outbox.retry(UNSENT, now=NIGHT + DAY) == ()
    (again,) = office.claim(now=NIGHT + DAY)
    # A day of attempts begins anew.
    assert (again.number, again.attempts, again.first_attempt_at) == (one.number, 2, NIGHT + DAY)


def test_a_failed_delivery_is_not_tried_again_where_something_newer_was_said(office: Office) -> None:
    announce_plan(office.workspace)
    (announced,) = office.claim()
    office.settle(announced, DeliveryState.FAILED)
    advance_change(office.workspace, Step.START)
    assert office.outbox.retry(UNSENT, now=NIGHT) == ()
    assert office.states() == [("announced", "failed"), ("started", "waiting")]


def test_what_waits_after_a_failed_attempt_is_due_now_when_an_operator_says_so(office: Office) -> None:
    announce_plan(office.workspace)
    (one,) = office.claim()
    assert office.outbox.retry(UNSENT, now=NIGHT) == ()  # one is being sent, the other was not tried
    office.settle(one, DeliveryState.WAITING)
    (other,) = office.claim("channel:announced")
    office.settle(other, DeliveryState.WAITING)
    mine = RetrySelection(receivers=frozenset({"channel:everything"}))
    assert office.outbox.retry(mine, now=NIGHT) == (one.number,)
    (again,) = office.claim()
    assert office.claim("channel:announced") == ()
    # Its day of attempts goes on.
    assert (again.number, again.attempts, again.first_attempt_at) == (one.number, 2, NIGHT)


def test_a_channel_that_has_failed_for_an_hour_is_silent_until_it_succeeds(office: Office) -> None:
    announce_plan(office.workspace)
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.WAITING)
    assert office.outbox.silent_channels(now=NIGHT + HOUR - MINUTE) == ()
    (silent,) = office.outbox.silent_channels(now=NIGHT + HOUR)
    assert (silent.channel, silent.since, silent.problem) == (
        "channel:everything",
        NIGHT,
        "the receiver does not answer",
    )
    (again,) = office.claim(now=NIGHT + HOUR)
    office.settle(again, DeliveryState.FAILED, now=NIGHT + HOUR)
    assert len(office.outbox.silent_channels(now=NIGHT + DAY)) == 1
    announce_plan(office.workspace, a_plan(summary="Another"), now=NIGHT + DAY)
    other = office.claim(now=NIGHT + DAY)[-1]
    office.settle(other, DeliveryState.SENT, now=NIGHT + DAY)
    assert office.outbox.silent_channels(now=NIGHT + 2 * DAY) == ()


def test_a_channel_fails_from_its_first_failed_attempt_until_it_succeeds(office: Office) -> None:
    """One on which nothing had ever arrived counted as in order for an hour."""
    announce_plan(office.workspace)
    (delivery,) = office.claim()
    assert office.outbox.failing_channels(now=NIGHT) == ()  # the first attempt is under way
    office.settle(delivery, DeliveryState.WAITING)
    (again,) = office.claim(now=NIGHT + MINUTE)
    office.settle(again, DeliveryState.WAITING, now=NIGHT + MINUTE)
    assert office.outbox.failing_channels(now=NIGHT + MINUTE) == (
        FailingChannel(channel="channel:everything", since=NIGHT, attempts=2, problem="the receiver does not answer"),
    )
    assert office.outbox.silent_channels(now=NIGHT + MINUTE) == ()
    (last,) = office.claim(now=NIGHT + HOUR)
    office.settle(last, DeliveryState.SENT, now=NIGHT + HOUR)
    assert office.outbox.failing_channels(now=NIGHT + HOUR) == ()


def test_a_channel_that_failed_for_good_at_once_fails(office: Office) -> None:
    announce_plan(office.workspace)
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.FAILED)
    (failing,) = office.outbox.failing_channels(now=NIGHT)
    assert (failing.channel, failing.attempts) == ("channel:everything", 1)


def test_mail_fails_from_the_second_failed_attempt_of_one(office: Office) -> None:
    """Many servers put off the first mail of every sender."""
    office.subscribe("one")
    announce_plan(office.workspace)
    (mail,) = office.claim("mail")
    office.settle(mail, DeliveryState.WAITING)
    assert office.outbox.failing_channels(now=NIGHT) == ()
    (again,) = office.claim("mail", now=NIGHT + MINUTE)
    office.settle(again, DeliveryState.WAITING, now=NIGHT + MINUTE)
    (failing,) = office.outbox.failing_channels(now=NIGHT + MINUTE)
    assert (failing.channel, failing.since, failing.attempts) == ("mail", NIGHT, 2)


def test_a_channel_whose_first_attempt_never_ends_is_silent(office: Office) -> None:
    announce_plan(office.workspace)
    office.claim()
    office.outbox.renew(owner="one", now=NIGHT + HOUR, lease=LEASE)
    (silent,) = office.outbox.silent_channels(now=NIGHT + HOUR)
    assert (silent.channel, silent.since, silent.problem) == (
        "channel:everything",
        NIGHT,
        "the first attempt has not ended yet",
    )
    later = NIGHT + HOUR + 2 * LEASE  # its sender has died
    assert office.outbox.silent_channels(now=later) == ()


def test_a_mail_server_that_has_failed_for_an_hour_is_silent_and_a_refused_mailbox_is_not(office: Office) -> None:
    office.subscribe("one")
    office.subscribe("two")
    announce_plan(office.workspace)
    one, two = office.claim("mail")
    office.settle(one, DeliveryState.FAILED)  # its mailbox does not exist
    assert office.outbox.silent_channels(now=NIGHT + HOUR) == ()
    office.settle(two, DeliveryState.WAITING)
    (silent,) = office.outbox.silent_channels(now=NIGHT + HOUR)
    assert (silent.channel, silent.since) == ("mail", NIGHT)


def test_a_mail_that_waits_while_others_arrive_makes_no_silence(office: Office) -> None:
    office.subscribe("one")
    office.subscribe("two")
    announce_plan(office.workspace)
    one, two = office.claim("mail")
    office.settle(one, DeliveryState.WAITING)
    office.settle(two, DeliveryState.SENT, now=NIGHT + MINUTE)
    assert office.outbox.silent_channels(now=NIGHT + HOUR) == ()


def test_deliveries_that_ended_long_ago_are_deleted_those_that_were_sent_later(office: Office) -> None:
    office.subscribe("one")
    announce_plan(office.workspace)
    (one,), (two,) = office.claim(), office.claim("channel:announced")
    office.settle(one, DeliveryState.SENT)
    office.settle(two, DeliveryState.FAILED)
    assert office.outbox.prune(now=NIGHT + 89 * DAY) == 0
    assert office.outbox.prune(now=NIGHT + 91 * DAY) == 1
    assert office.outbox.was_informed("channel:everything", "EC-1")
    assert office.outbox.prune(now=NIGHT + 401 * DAY) == 1
    assert office.states("mail:one") == [("announced", "waiting")]


def test_the_number_of_the_latest_delivery_is_never_used_again(office: Office) -> None:
    """Idempotency keys have it, and receivers may still remember them."""
    announce_plan(office.workspace)
    office.send_all()
    assert office.outbox.prune(now=NIGHT + 401 * DAY) == 1
    latest = max(row.delivery.number for row in office.outbox.rows())
    announce_plan(office.workspace, a_plan(summary="Another"))
    assert min(row.delivery.number for row in office.outbox.rows(DeliveryState.WAITING)) == latest + 1
