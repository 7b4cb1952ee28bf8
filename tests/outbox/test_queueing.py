"""What each operator's action queues in the outbox, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.services.outbox import queue_announcement
from tests.actors import operator
from tests.outbox.office import SCHEDULE, Office, a_channel, an_office
from tests.services.workspace import NIGHT, TWO_HOURS, a_plan, advance_change, amend_change, announce_plan

LATER = NIGHT + timedelta(minutes=10)
FUTURE = Span(start=TWO_HOURS.start + timedelta(days=2), end=TWO_HOURS.end + timedelta(days=2))
THURSDAY = date(2026, 12, 10)
OCCURRENCE = "thursday/2026-12-10"


def announce_later(office: Office, **fields: Any) -> None:  # noqa: ANN401  (any field)
    """Announce the change two days ahead."""
    announce_plan(office.workspace, a_plan(**{"span": FUTURE, **fields}))


def tell_all(office: Office) -> None:
    """Announce the change, and send that to everybody who is to hear of it."""
    announce_later(office)
    assert office.send_all()


def test_an_announcement_is_queued_for_the_channels_and_confirmed_subscribers_that_selected_it(office: Office) -> None:
    office.subscribe("every")
    office.subscribe("mine", environments=",production,", kinds=",emergency,planned,")
    office.subscribe("preview", environments=",preview,")
    office.subscribe("windows", kinds=",maintenance,")
    office.subscribe("unconfirmed", confirmed=False)
    office.subscribe("paused", paused=True)
    announce_later(office)
    assert office.waiting() == {
        "channel:everything": "announced",
        "channel:announced": "announced",
        "mail:every": "announced",
        "mail:mine": "announced",
    }


def test_what_touches_a_private_environment_alone_goes_to_the_channel_that_names_it(office: Office) -> None:
    office.subscribe("every")
    office.subscribe("nosy", environments=",acme,")
    announce_later(office, environments=frozenset({"acme"}))
    assert office.waiting() == {"channel:acme": "announced"}


def test_an_environment_that_is_a_part_of_another_name_selects_nothing(office: Office) -> None:
    """``_`` and ``%`` mean any sign to LIKE, and an id may be the beginning of another."""
    office.subscribe("longer", environments=",production2,")
    office.subscribe("shorter", environments=",prod,")
    office.subscribe("pattern", environments=",productio_,%,")
    announce_later(office)
    assert set(office.waiting()) == {"channel:everything", "channel:announced"}


def test_without_mail_in_the_schedule_no_mail_is_queued(database_url: str) -> None:
    with an_office(database_url, replace(SCHEDULE, mail=None)) as office:
        office.subscribe("every")
        announce_later(office)
        assert set(office.waiting()) == {"channel:everything", "channel:announced"}


def test_a_dry_run_a_repetition_and_a_refused_step_queue_nothing(office: Office) -> None:
    request = AnnouncementRequest(kind=Kind.EMERGENCY, plan=a_plan(span=FUTURE), key="once")
    announce(office.workspace, request, uid_part="", actor=operator("ann", NIGHT), dry_run=True)
    assert office.count() == 0
    for _ in range(2):
        announce(office.workspace, request, uid_part="", actor=operator("ann", NIGHT))
    announce_later(office)  # has the same plan
    advance_change(office.workspace, Step.START, dry_run=True)
    with pytest.raises(RefusedError):
        advance_change(office.workspace, Step.CONFIRM)
    assert office.states() == [("announced", "waiting")]


def test_a_transaction_that_fails_queues_nothing(office: Office) -> None:
    change = announce_plan(office.workspace, a_plan(span=FUTURE), dry_run=True).change

    def fail() -> None:
        with office.database.writing(actor=operator("ann", NIGHT), action="announce", subject="EC-1") as writing:
            writing.add_update(change)
            queue_announcement(writing, office.workspace.schedule, change)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (office.count(), office.database.record().changes) == (0, {})


@pytest.mark.parametrize(
    ("steps", "event"),
    [
        pytest.param([(Step.START, {})], "started", id="it starts"),
        pytest.param([(Step.START, {}), (Step.COMPLETE, {})], "completed", id="it is completed"),
        pytest.param([(Step.COMPLETE, {})], "completed", id="it is completed without a start"),
        pytest.param([(Step.CANCEL, {})], "cancelled", id="it is cancelled"),
        pytest.param([(Step.UPDATE, {"message": "Half is done"})], "updated", id="there is a message"),
        pytest.param([(Step.CANCEL, {"silent": True})], "withdrawn", id="it is cancelled silently"),
        pytest.param([(Step.REDACT, {})], "withdrawn", id="its texts are withdrawn"),
        pytest.param([(Step.CANCEL, {}), (Step.UNDO, {})], "updated", id="its cancellation is taken back"),
        pytest.param([(Step.START, {}), (Step.UNDO, {})], "updated", id="its start is taken back"),
        pytest.param(
            [(Step.CANCEL, {"silent": True}), (Step.UNDO, {})], "announced", id="a silent cancellation is taken back"
        ),
    ],
)
def test_each_step_queues_its_event(office: Office, steps: list[tuple[Step, dict[str, Any]]], event: str) -> None:
    office.subscribe("every")
    tell_all(office)
    for number, (step, how) in enumerate(steps, start=1):
        advance_change(office.workspace, step, now=NIGHT + timedelta(minutes=number), **how)
    assert office.waiting()["channel:everything"] == event
    assert office.waiting()["mail:every"] == event


def test_a_change_that_is_confirmed_moved_and_extended(office: Office) -> None:
    announce_plan(office.workspace, a_plan(span=FUTURE), tentative=True)
    advance_change(office.workspace, Step.CONFIRM)
    assert office.waiting()["channel:everything"] == "confirmed"
    start = FUTURE.start + timedelta(hours=1)
    amend_change(office.workspace, start=start)
    (delivery,) = office.claim()
    assert (delivery.event, delivery.starts, delivery.update) == (ChannelEvent.MOVED, start, 3)
    office.settle(delivery, DeliveryState.SENT)
    amend_change(office.workspace, extension=timedelta(hours=1))
    assert office.waiting()["channel:everything"] == "moved"
    office.send_all()
    advance_change(office.workspace, Step.UNDO)
    assert office.waiting()["channel:everything"] == "moved"


def test_what_waits_is_replaced_by_what_is_newer(office: Office) -> None:
    office.subscribe("every")
    announce_later(office)
    amend_change(office.workspace, start=FUTURE.start + timedelta(hours=1))
    assert office.states() == [("announced", "replaced"), ("moved", "waiting")]
    assert office.states("mail:every") == [("announced", "replaced"), ("moved", "waiting")]
    assert office.states("channel:announced") == [("announced", "waiting")]


def test_who_never_heard_of_a_change_hears_nothing_of_its_end(office: Office) -> None:
    office.subscribe("every")
    announce_later(office)
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.SENT)
    advance_change(office.workspace, Step.CANCEL)
    assert office.waiting() == {"channel:everything": "cancelled"}
    assert office.states("mail:every") == [("announced", "dropped")]
    advance_change(office.workspace, Step.UNDO, now=LATER)
    assert office.waiting() == {
        "channel:everything": "updated",
        "channel:announced": "announced",
        "mail:every": "announced",
    }


def test_a_delivery_that_was_attempted_counts_as_heard(office: Office) -> None:
    """The receiver may have had it, although nothing was acknowledged."""
    announce_later(office)
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.WAITING)
    advance_change(office.workspace, Step.CANCEL, silent=True)
    assert office.states() == [("announced", "replaced"), ("withdrawn", "waiting")]
    assert office.states("channel:announced") == [("announced", "dropped")]


def test_a_redaction_leaves_the_announcement_of_those_who_wait_for_it(office: Office) -> None:
    """It is rendered without the text when it is sent."""
    announce_later(office)
    advance_change(office.workspace, Step.REDACT)
    assert office.states() == [("announced", "waiting")]


def test_who_was_told_hears_that_a_change_leaves_their_environment_and_nothing_after_that(office: Office) -> None:
    office.subscribe("mine", environments=",production,")
    office.subscribe("theirs", environments=",preview,")
    tell_all(office)
    amend_change(office.workspace, environments=frozenset({"preview"}))
    assert office.waiting() == {
        "channel:everything": "updated",
        "channel:preview": "announced",
        "mail:mine": "updated",
        "mail:theirs": "announced",
    }
    office.send_all()
    advance_change(office.workspace, Step.START, now=LATER)
    assert office.waiting() == {
        "channel:everything": "started",
        "channel:preview": "started",
        "mail:theirs": "started",
    }


def test_what_only_a_private_environment_shows_is_no_news_for_the_public(office: Office) -> None:
    office.subscribe("every")
    tell_all(office)
    amend_change(office.workspace, environments=frozenset({"production", "acme"}))
    assert office.waiting() == {"channel:acme": "announced"}
    office.send_all()
    amend_change(office.workspace, environments=frozenset({"acme"}))
    assert office.waiting() == {
        "channel:everything": "updated",
        "channel:announced": "updated",  # which does not select that, and yet was told of its environment
        "channel:acme": "updated",
        "mail:every": "updated",
    }
    office.send_all()
    advance_change(office.workspace, Step.CANCEL, now=LATER)
    assert office.waiting() == {"channel:acme": "cancelled"}
    office.send_all()
    advance_change(office.workspace, Step.CANCEL, silent=True, now=LATER)
    assert set(office.waiting().values()) == {"withdrawn"}
    # A channel that had the text is told whatever events it selects.
    assert set(office.waiting()) == {"channel:everything", "channel:announced", "channel:acme", "mail:every"}


def test_a_step_of_the_clock_that_is_recorded_with_another_queues_the_newest_state_alone(office: Office) -> None:
    announce_plan(office.workspace, a_plan(span=FUTURE), automatic=True)
    office.send_all()
    advance_change(office.workspace, Step.COMPLETE, now=FUTURE.start + timedelta(hours=1))
    (delivery,) = office.claim(now=FUTURE.end)
    assert (delivery.event, delivery.update) == (ChannelEvent.COMPLETED, 3)


def adjust_thursday(office: Office, **how: Any) -> None:  # noqa: ANN401  (any field)
    """Skip, move or restore Thursday's occurrence."""
    request = AdjustmentRequest(window_id="thursday", day=THURSDAY, reason="A launch", **how)
    adjust(office.workspace, request, actor=operator("ann", NIGHT))


def test_an_occurrence_that_is_skipped_moved_and_restored(office: Office) -> None:
    office.subscribe("windows", kinds=",maintenance,")
    office.subscribe("changes", kinds=",planned,")
    adjust_thursday(office, skip=True)
    assert office.waiting(OCCURRENCE) == {"channel:everything": "skipped", "mail:windows": "skipped"}
    to = Span(start=FUTURE.start + timedelta(days=1), end=FUTURE.end + timedelta(days=1))
    adjust_thursday(office, to=to)
    assert office.waiting(OCCURRENCE) == {"channel:everything": "moved", "mail:windows": "moved"}
    (delivery,) = office.claim()
    assert delivery.starts == to.start
    office.settle(delivery, DeliveryState.SENT)
    adjust_thursday(office)
    assert office.waiting(OCCURRENCE) == {"channel:everything": "updated"}
    assert office.states("mail:windows") == [("skipped", "replaced"), ("moved", "dropped")]
    office.send_all()
    adjust_thursday(office, skip=True, silent=True)
    assert office.waiting(OCCURRENCE) == {"channel:everything": "withdrawn"}


def test_a_freeze_that_starts_and_ends(office: Office) -> None:
    office.subscribe("freezes", kinds=",freeze,")
    office.subscribe("preview", environments=",preview,")
    request = FreezeRequest(reason="An audit", environments=frozenset({"production"}))
    start_freeze(office.workspace, request, uid_part="", actor=operator("ann", NIGHT), dry_run=True)
    for _ in range(2):
        start_freeze(office.workspace, request, uid_part="", actor=operator("ann", NIGHT))
    assert office.waiting("CF-1") == {"channel:everything": "freeze", "mail:freezes": "freeze"}
    (delivery,) = office.claim()
    office.settle(delivery, DeliveryState.SENT)
    end_freeze(office.workspace, "CF-1", actor=operator("ann", LATER))
    assert office.waiting("CF-1") == {"channel:everything": "freeze"}
    assert office.states("mail:freezes") == [("freeze", "dropped")]


def test_nobody_is_told_of_an_internal_freeze(office: Office) -> None:
    request = FreezeRequest(reason="An audit", environments=frozenset({"production"}), is_internal=True)
    start_freeze(office.workspace, request, uid_part="", actor=operator("ann", NIGHT))
    end_freeze(office.workspace, "CF-1", actor=operator("ann", LATER))
    assert office.count() == 0


def test_a_channel_that_selects_announcements_hears_of_a_change_that_comes_to_its_environment(
    database_url: str,
) -> None:
    channels = (a_channel("preview", ChannelEvent.ANNOUNCED, environments=["preview"]),)
    with an_office(database_url, replace(SCHEDULE, channels=channels)) as office:
        announce_later(office)
        amend_change(office.workspace, environments=frozenset({"preview"}))
        assert office.waiting() == {"channel:preview": "announced"}
