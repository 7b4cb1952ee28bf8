"""What a delivery tells is what holds when it is sent, whatever it was queued for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.event_facts import Message
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.words.chat_texts import chat_text
from tests.changes import a_change
from tests.examples import utc
from tests.notify.messages.stories import (
    CHANGE,
    LATER,
    NOW,
    PLANNED,
    after,
    announcement,
    delivery,
    reason,
    result,
    situation,
)

E: TypeAlias = ChannelEvent
AT = utc(2026, 11, 25)
TENTATIVE = a_change(announced=State.TENTATIVE)
STARTED = after(Step.START, PLANNED.start)
COMPLETED = after(Step.COMPLETE, PLANNED.start + timedelta(minutes=40), change=STARTED)
CANCELLED = after(Step.CANCEL, AT)
MOVED = after(Step.UPDATE, AT, span=LATER)


@pytest.mark.parametrize(
    ("change", "event", "expected"),
    [
        (CHANGE, E.ANNOUNCED, E.ANNOUNCED),
        (STARTED, E.ANNOUNCED, E.STARTED),
        (COMPLETED, E.ANNOUNCED, E.COMPLETED),
        (CANCELLED, E.ANNOUNCED, E.CANCELLED),
        (CHANGE, E.CONFIRMED, E.CONFIRMED),
        (TENTATIVE, E.CONFIRMED, E.UPDATED),
        (COMPLETED, E.STARTED, E.COMPLETED),
        (CANCELLED, E.MOVED, E.CANCELLED),
        (CANCELLED, E.STARTED, E.CANCELLED),
        (after(Step.UNDO, PLANNED.start, change=STARTED), E.STARTED, E.UPDATED),
        (after(Step.UNDO, PLANNED.start, change=COMPLETED), E.COMPLETED, E.UPDATED),
        (after(Step.UNDO, PLANNED.start, change=COMPLETED), E.UPDATED, E.UPDATED),
        (after(Step.UPDATE, PLANNED.end, "What it was", change=COMPLETED), E.UPDATED, E.UPDATED),
        (COMPLETED, E.UPDATED, E.COMPLETED),
        (after(Step.UNDO, AT, change=CANCELLED), E.CANCELLED, E.UPDATED),
        (after(Step.REDACT, AT), E.WITHDRAWN, E.WITHDRAWN),
    ],
)
def test_what_is_overtaken_tells_the_present_state(change: Change, event: E, expected: E) -> None:
    news = announcement(situation(changes=[change]), delivery("EC-7", event, change.latest.at))
    assert (news.event, news.state) == (expected, change.state)


@pytest.mark.parametrize(
    ("change", "event", "expected"),
    [
        (MOVED, E.MOVED, E.ANNOUNCED),
        (after(Step.UPDATE, AT, impact=Impact.DEGRADED), E.UPDATED, E.ANNOUNCED),
        (STARTED, E.UPDATED, E.STARTED),
        (after(Step.REDACT, AT), E.WITHDRAWN, E.ANNOUNCED),
        (COMPLETED, E.COMPLETED, E.COMPLETED),
    ],
)
def test_who_was_never_told_is_told_as_if_it_were_the_first_time(change: Change, event: E, expected: E) -> None:
    news = announcement(situation(changes=[change]), delivery("EC-7", event, AT), was_informed=False)
    assert (news.event, news.earlier, news.alterations, news.earlier_messages) == (expected, None, (), ())
    assert [each.text for each in news.messages] == [each.message for each in change.updates if each.message]


def test_a_move_tells_the_old_time_and_the_new_one() -> None:
    news = announcement(situation(changes=[MOVED]), delivery("EC-7", E.MOVED, AT))
    assert (news.event, news.earlier, news.span) == (E.MOVED, PLANNED, LATER)


def test_the_old_time_is_the_one_that_the_receiver_was_sent() -> None:
    """A move that waited and was replaced by another has never been anybody's old time."""
    again = Span(start=utc(2026, 12, 5, 8), end=utc(2026, 12, 5, 10))
    twice = after(Step.UPDATE, utc(2026, 11, 26), change=MOVED, span=again)
    about = delivery("EC-7", E.MOVED, utc(2026, 11, 26))
    assert announcement(situation(changes=[twice]), about).earlier == LATER
    news = announcement(situation(changes=[twice]), replace(about, informed_at=utc(2026, 11, 24)))
    assert (news.earlier, news.span) == (PLANNED, again)


def test_a_move_and_back_again_is_an_update() -> None:
    back = after(Step.UNDO, utc(2026, 11, 26), change=MOVED)
    about = delivery("EC-7", E.MOVED, utc(2026, 11, 26), informed_at=utc(2026, 11, 24))
    news = announcement(situation(changes=[back]), about)
    assert (news.event, news.earlier, news.alterations) == (E.UPDATED, None, ())


def test_messages_that_a_replaced_delivery_was_to_tell_are_new() -> None:
    change = after(Step.UPDATE, utc(2026, 11, 25), "One")
    change = after(Step.UPDATE, utc(2026, 11, 26), "Two", change=change, impact=Impact.DEGRADED)
    about = delivery("EC-7", E.UPDATED, utc(2026, 11, 26))
    news = announcement(situation(changes=[change]), replace(about, informed_at=utc(2026, 11, 24)))
    assert [each.text for each in news.messages] == ["One", "Two"]
    assert [each.text for each in news.earlier_messages] == ["Message 1"]
    assert [(each.what, each.after) for each in news.alterations] == [("impact", Impact.DEGRADED)]
    assert announcement(situation(changes=[change]), about).messages == (Message(at=utc(2026, 11, 26), text="Two"),)


def test_a_step_of_the_clock_repeats_no_message() -> None:
    (announced,) = CHANGE.updates
    automatic = replace(CHANGE, updates=(replace(announced, automatic=True),))
    about = delivery("EC-7", E.STARTED, PLANNED.start, informed_at=announced.at)
    news = announcement(situation(now=PLANNED.start, changes=[automatic]), about)
    assert (news.event, news.messages) == (E.STARTED, ())
    assert [each.text for each in news.earlier_messages] == ["Message 1"]


def test_actual_times_are_told_with_the_planned_ones() -> None:
    news = announcement(situation(changes=[COMPLETED]), delivery("EC-7", E.COMPLETED, COMPLETED.latest.at))
    actual = Span(start=PLANNED.start, end=PLANNED.start + timedelta(minutes=40))
    assert (news.span, news.planned) == (actual, PLANNED)


@pytest.mark.parametrize(
    ("change", "event", "expected"),
    [
        (CANCELLED, E.CANCELLED, "it is cancelled, and its receiver was never told of it"),
        (CANCELLED, E.ANNOUNCED, "it is cancelled, and its receiver was never told of it"),
        (after(Step.CANCEL, AT, silent=True), E.WITHDRAWN, "it is withdrawn, and its receiver was never told of it"),
        (after(Step.CANCEL, AT, silent=True), E.ANNOUNCED, "it is withdrawn, and its receiver was never told of it"),
    ],
)
def test_of_the_end_of_what_they_never_heard_of_nobody_is_told(change: Change, event: E, expected: str) -> None:
    assert reason(situation(changes=[change]), delivery("EC-7", event, AT), was_informed=False) == expected


@pytest.mark.parametrize("event", [E.WITHDRAWN, E.ANNOUNCED, E.CANCELLED, E.UPDATED])
def test_of_a_withdrawn_change_nothing_is_told_but_that(event: E) -> None:
    withdrawn = after(Step.CANCEL, AT, "A secret", silent=True)
    news = announcement(situation(changes=[withdrawn]), delivery("EC-7", event, AT))
    assert news == Announcement(
        event=E.WITHDRAWN, kind=CHANGE.kind, subject="EC-7", language="en", zone=news.zone, at=NOW, is_called_off=True
    )
    assert news.is_gone


def test_a_change_that_left_the_schedule_file_is_withdrawn_from_those_who_heard_of_it() -> None:
    news = announcement(situation(), delivery("repair", E.WITHDRAWN))
    assert (news.event, news.kind, news.subject) == (E.WITHDRAWN, None, "repair")
    assert reason(situation(), delivery("repair", E.REMINDER)) == "it is withdrawn"


def test_a_change_that_left_the_environments_of_its_receiver_is_cancelled_for_them() -> None:
    left = after(Step.UPDATE, AT, environments=frozenset({"preview"}))
    about, production = delivery("EC-7", E.UPDATED, AT), frozenset({"production"})
    news = announcement(situation(changes=[left]), about, environments=production)
    assert (news.event, news.state, [each.name for each in news.left]) == (
        E.CANCELLED,
        State.CANCELLED,
        ["Production"],
    )
    assert news.environments == ()
    assert reason(situation(changes=[left]), about, environments=production, was_informed=False) == (
        "it touches no environment that its receiver selects"
    )
    assert announcement(situation(changes=[left]), about, environments=frozenset({"preview"})).event is E.UPDATED


@pytest.mark.parametrize(
    ("change", "now", "expected"),
    [
        (MOVED, NOW, "its start was moved"),
        (CHANGE, PLANNED.start, "its start is past"),
        (STARTED, PLANNED.start - timedelta(hours=1), "it has begun"),
        (COMPLETED, NOW, "it is completed"),
        (CANCELLED, NOW, "it is cancelled"),
        (after(Step.CANCEL, AT, silent=True), NOW, "it is withdrawn"),
        (
            after(Step.UPDATE, AT, environments=frozenset({"acme"})),
            NOW,
            "it touches no environment that its receiver selects",
        ),
    ],
)
def test_nobody_is_reminded_of_what_will_not_start_then(change: Change, now: datetime, expected: str) -> None:
    about = delivery("EC-7", E.REMINDER, starts=PLANNED.start, lead=timedelta(hours=24))
    assert reason(situation(now=now, changes=[change]), about) == expected


def test_a_reminder_is_sent_until_the_start() -> None:
    about = delivery("EC-7", E.REMINDER, starts=PLANNED.start, lead=timedelta(hours=24))
    last = PLANNED.start - timedelta(microseconds=1)
    news = announcement(situation(now=last, changes=[CHANGE]), about, was_informed=False)
    assert (news.event, news.lead, news.span) == (E.REMINDER, timedelta(hours=24), PLANNED)


OCCURRENCE = "thursday/2026-12-03"
OF_POLICY = Span(start=utc(2026, 12, 3, 7), end=utc(2026, 12, 3, 11))
SKIP = Skip(window_id="thursday", day=date(2026, 12, 3), reason="Not needed")
SILENT = Skip(window_id="thursday", day=date(2026, 12, 3), reason="A secret", silent=True)
MOVE = Move(window_id="thursday", day=date(2026, 12, 3), to=LATER, reason="A trade fair")
FREEZE = RecordedFreeze(
    id="CF-2",
    reason="An incident",
    environments=frozenset({"production", "preview"}),
    started_at=utc(2026, 12, 1, 6),
    started_by="ann",
)
INTERNAL = RecordedFreeze(
    id="CF-3",
    reason="A secret",
    environments=frozenset({"production", "preview"}),
    started_at=utc(2026, 12, 1, 6),
    started_by="ann",
    is_internal=True,
)


def test_a_skipped_occurrence_is_news_to_all() -> None:
    news = announcement(situation(adjustments=[SKIP]), delivery(OCCURRENCE, E.SKIPPED), was_informed=False)
    assert (news.event, news.state, news.span, news.reason) == (
        E.SKIPPED,
        State.CANCELLED,
        OF_POLICY,
        "Not needed",
    )


def test_of_a_silent_skip_only_those_hear_who_had_a_reminder_and_they_hear_no_reason() -> None:
    about = delivery(OCCURRENCE, E.SKIPPED)
    assert reason(situation(adjustments=[SILENT]), about, was_informed=False) == (
        "it does not take place, and its receiver was never told of it"
    )
    news = announcement(situation(adjustments=[SILENT]), about)
    assert (news.event, news.reason, b"A secret" in news.calendar) == (E.SKIPPED, "", False)


def test_a_moved_occurrence_is_told_with_both_times() -> None:
    news = announcement(situation(adjustments=[MOVE]), delivery(OCCURRENCE, E.MOVED), was_informed=False)
    assert (news.event, news.earlier, news.span, news.reason) == (E.MOVED, OF_POLICY, LATER, "A trade fair")


@pytest.mark.parametrize("event", [E.SKIPPED, E.MOVED, E.UPDATED])
def test_a_restored_occurrence_takes_place_as_planned(event: E) -> None:
    news = announcement(situation(), delivery(OCCURRENCE, event))
    assert (news.event, news.span, news.earlier) == (E.UPDATED, OF_POLICY, None)
    assert reason(situation(), delivery(OCCURRENCE, event), was_informed=False) == (
        "it takes place as planned, and its receiver was never told of it"
    )


def test_a_policy_that_was_edited_has_moved_the_occurrence_for_those_who_were_told_another_start() -> None:
    news = announcement(situation(), delivery(OCCURRENCE, E.MOVED, starts=OF_POLICY.start))
    assert (news.event, news.span, news.earlier) == (E.MOVED, OF_POLICY, None)
    assert "It takes place Thu 2026-12-03 02:00–06:00 EST." in chat_text(news)
    overtaken = announcement(situation(), delivery(OCCURRENCE, E.MOVED, starts=LATER.start))
    assert overtaken.event is E.UPDATED


def test_a_change_in_the_schedule_file_that_was_edited_is_moved() -> None:
    start = utc(2026, 12, 8, 6)
    news = announcement(situation(), delivery("till", E.MOVED, starts=start))
    assert (news.event, news.earlier, news.span and news.span.start) == (E.MOVED, None, start)
    assert "It is planned for Tue 2026-12-08 01:00–03:00 EST." in chat_text(news)


def test_a_frozen_occurrence_says_why_unless_that_is_internal() -> None:
    about = delivery(OCCURRENCE, E.SKIPPED)
    news = announcement(situation(freezes=[FREEZE]), about)
    assert (news.event, news.freeze, news.reason) == (E.SKIPPED, "CF-2", "An incident")
    news = announcement(situation(freezes=[INTERNAL]), about)
    assert (news.event, news.freeze, news.reason) == (E.SKIPPED, "", "")
    christmas = announcement(situation(), delivery("thursday/2026-12-24", E.SKIPPED))
    assert (christmas.freeze, christmas.reason) == ("Christmas", "")


def test_where_a_freeze_leaves_one_environment_out_that_is_said() -> None:
    partial = RecordedFreeze(
        id="CF-2", reason="", environments=frozenset({"preview"}), started_at=utc(2026, 12, 1, 6), started_by="ann"
    )
    news = announcement(situation(freezes=[partial]), delivery(OCCURRENCE, E.SKIPPED))
    assert news.event is E.UPDATED
    assert ([each.id for each in news.environments], [each.id for each in news.left]) == (
        ["production"],
        ["preview"],
    )
    news = announcement(
        situation(freezes=[partial]), delivery(OCCURRENCE, E.SKIPPED), environments=frozenset({"preview"})
    )
    assert (news.event, [each.id for each in news.environments]) == (E.SKIPPED, ["preview"])


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (situation(adjustments=[SKIP]), "it does not take place"),
        (situation(adjustments=[MOVE]), "its start was moved"),
        (situation(freezes=[FREEZE]), "it does not take place"),
        (situation(freezes=[INTERNAL]), "it does not take place"),
        (situation(now=OF_POLICY.start), "its start is past"),
    ],
)
def test_nobody_is_reminded_of_an_occurrence_that_will_not_start_then(whole: Situation, expected: str) -> None:
    assert reason(whole, delivery(OCCURRENCE, E.REMINDER, starts=OF_POLICY.start)) == expected


def test_an_occurrence_that_the_policy_has_no_more_does_not_take_place() -> None:
    news = announcement(situation(), delivery("thursday/2026-12-04", E.SKIPPED))
    assert (news.event, news.name, news.span, news.is_gone) == (
        E.WITHDRAWN,
        "Scheduled maintenance",
        None,
        True,
    )
    assert announcement(situation(), delivery("gone/2026-12-04", E.SKIPPED)).name == ""
    assert reason(situation(), delivery("gone/2026-12-04", E.REMINDER)) == "the policy has no such occurrence"


def test_a_freeze_is_told_while_it_lasts_and_its_end_to_those_who_heard_of_it() -> None:
    about = delivery("CF-2", E.FREEZE)
    news = announcement(situation(freezes=[FREEZE]), about, was_informed=False)
    assert (news.state, news.is_open_ended, news.reason) == (State.IN_PROGRESS, True, "An incident")
    ended = FREEZE.ended(at=utc(2026, 12, 1, 9), by="bo")
    assert announcement(situation(freezes=[ended]), about).state is State.COMPLETED
    assert reason(situation(freezes=[ended]), about, was_informed=False) == (
        "it is over, and its receiver was never told of it"
    )


def test_of_an_internal_freeze_nobody_is_told_anything() -> None:
    for private in (frozenset[str](), frozenset({"acme"})):
        assert reason(situation(freezes=[INTERNAL]), delivery("CF-3", E.FREEZE), private=private) == "it is internal"


def test_what_is_private_is_told_to_nobody_who_may_not_see_it() -> None:
    secret = a_change(plan=replace(CHANGE.plan, environments=frozenset({"acme"})))
    about = delivery("EC-7", E.ANNOUNCED, AT)
    assert reason(situation(changes=[secret]), about, was_informed=False) == (
        "it is withdrawn, and its receiver was never told of it"
    )
    assert "Security patch" in str(result(situation(changes=[secret]), about, private=frozenset({"acme"})))


def test_the_mail_that_asks_for_confirmation_has_no_facts() -> None:
    news = announcement(situation(), delivery("subscription", E.CONFIRMATION), was_informed=False, language="fr")
    assert (news.event, news.language, news.kind, news.calendar) == (E.CONFIRMATION, "fr", None, b"")
