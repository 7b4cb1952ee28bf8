"""Those who had a reminder get a word when it no longer holds, whatever events they select, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import TypeAlias

from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import DateRange, Span
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import StepRequest, take_step
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from tests.actors import operator
from tests.examples import THURSDAY, TORONTO, a_schedule, a_window, utc
from tests.notify.reminders.timeline import DAY, HOUR, Timeline, a_channel, mail_settings
from tests.services.workspace import a_plan, announce_plan

MakeTimeline: TypeAlias = Callable[[Schedule], Timeline]
TWO = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
ONLY_REMINDERS = frozenset({ChannelEvent.REMINDER})

START = utc(2026, 12, 3, 7)
"""Thursday, 02:00 in Toronto."""

AT_NOON = utc(2026, 12, 2, 17)
THE_THIRD = "thursday/2026-12-03"
REMINDED = [("channel:chat", THE_THIRD, START, DAY), ("mail:bo", THE_THIRD, START, DAY)]
POLICY = a_schedule(
    THURSDAY,
    channels=(a_channel("chat", DAY, events=ONLY_REMINDERS), a_channel("unreminded", events=ONLY_REMINDERS)),
    mail=mail_settings(DAY),
)


def a_freeze(*environments: str) -> ChangeFreeze:
    """A freeze of 3 December."""
    day = date(2026, 12, 3)
    pattern = NamedDays(days=DateRange(first=day, last=day))
    return ChangeFreeze(id="audit", name="Audit", pattern=pattern, zone=TORONTO, environments=frozenset(environments))


def reminded(a_timeline: MakeTimeline, schedule: Schedule = POLICY) -> Timeline:
    """A timeline on which a channel and a mail subscriber have been reminded, and another channel has not."""
    timeline = a_timeline(schedule)
    timeline.subscribe("bo")
    timeline.tick(START - 2 * DAY)
    timeline.tick(START - DAY)
    assert sorted(timeline.reminders) == REMINDED
    return timeline


def words_of(timeline: Timeline) -> list[tuple[str, str]]:
    return sorted((receiver, event) for receiver, _, event in timeline.words)


def test_one_that_an_edit_removes(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    timeline.edit(replace(POLICY, windows=()))
    timeline.ticks(AT_NOON, START + HOUR, 5 * HOUR)
    assert words_of(timeline) == [("channel:chat", "withdrawn"), ("mail:bo", "withdrawn")]


def test_one_that_an_edit_moves_is_corrected_and_has_no_reminder_that_is_past(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    timeline.edit(replace(POLICY, windows=(replace(THURSDAY, start=time(3)),)))
    timeline.ticks(AT_NOON, START + HOUR, 5 * HOUR)
    assert words_of(timeline) == [("channel:chat", "moved"), ("mail:bo", "moved")]
    assert {each.starts for each in timeline.sent if each.event is ChannelEvent.MOVED} == {START + HOUR}
    assert sorted(timeline.reminders) == REMINDED


def test_one_moved_far_ahead_has_reminders_of_its_new_start(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    new = Span(start=START + 2 * DAY, end=START + 2 * DAY + HOUR)
    request = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 3), reason="Audit", to=new)
    adjust(timeline.workspace, request, actor=operator("ann", AT_NOON))
    timeline.ticks(AT_NOON, START + 2 * DAY, 5 * HOUR)
    assert words_of(timeline) == [("channel:chat", "moved"), ("mail:bo", "moved")]
    assert [each for each in timeline.reminders if each[2] != START] == [
        ("channel:chat", THE_THIRD, new.start, DAY),
        ("mail:bo", THE_THIRD, new.start, DAY),
    ]


def test_one_that_an_edit_freezes(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    timeline.edit(replace(POLICY, freezes=(a_freeze(),)))
    timeline.ticks(AT_NOON, START + HOUR, 5 * HOUR)
    assert words_of(timeline) == [("channel:chat", "skipped"), ("mail:bo", "skipped")]


def test_one_that_an_edit_freezes_and_another_does_not(a_timeline: MakeTimeline) -> None:
    """They hear of both; who edits back before anybody has heard tells nothing untrue."""
    timeline = reminded(a_timeline)
    for hours, schedule in enumerate((replace(POLICY, freezes=(a_freeze(),)), POLICY, replace(POLICY, windows=()))):
        timeline.edit(schedule)
        timeline.tick(AT_NOON + hours * HOUR)
        timeline.restart()
        timeline.tick(AT_NOON + hours * HOUR + HOUR / 2)
    assert [each for each in timeline.words if each[0] == "mail:bo"] == [
        ("mail:bo", THE_THIRD, "skipped"),
        ("mail:bo", THE_THIRD, "updated"),
        ("mail:bo", THE_THIRD, "withdrawn"),
    ]


def test_one_that_a_recorded_freeze_drops_and_its_end_brings_back(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    request = FreezeRequest(reason="Incident", environments=frozenset({"production"}), is_internal=True)
    start_freeze(timeline.workspace, request, uid_part="x", actor=operator("ann", AT_NOON))
    timeline.ticks(AT_NOON, AT_NOON + 2 * HOUR, HOUR)
    assert words_of(timeline) == [("channel:chat", "skipped"), ("mail:bo", "skipped")]
    timeline.forget()
    end_freeze(timeline.workspace, "CF-1", actor=operator("ann", AT_NOON + 3 * HOUR))
    timeline.ticks(AT_NOON + 3 * HOUR, START, HOUR)
    assert words_of(timeline) == [("channel:chat", "updated"), ("mail:bo", "updated")]


def test_one_that_an_operator_skips(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    request = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 3), reason="Audit", skip=True)
    adjust(timeline.workspace, request, actor=operator("ann", AT_NOON))
    timeline.ticks(AT_NOON, START + HOUR, 5 * HOUR)
    assert words_of(timeline) == [("channel:chat", "skipped"), ("mail:bo", "skipped")]


def test_one_that_an_operator_restores_and_an_edit_then_removes(a_timeline: MakeTimeline) -> None:
    timeline = reminded(a_timeline)
    skip = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 3), reason="Audit", skip=True)
    for hours, request in enumerate((skip, replace(skip, skip=False))):
        adjust(timeline.workspace, request, actor=operator("ann", AT_NOON + hours * HOUR))
        timeline.ticks(AT_NOON + hours * HOUR, AT_NOON + hours * HOUR + HOUR / 2, HOUR / 2)
    timeline.edit(replace(POLICY, windows=()))
    timeline.ticks(AT_NOON + 3 * HOUR, START + HOUR, 5 * HOUR)
    assert [each[2] for each in timeline.words if each[0] == "mail:bo"] == ["skipped", "updated", "withdrawn"]
    assert [each[2] for each in timeline.words if each[0] == "channel:chat"] == ["skipped", "updated", "withdrawn"]


def test_one_that_is_frozen_in_some_environments_alone(a_timeline: MakeTimeline) -> None:
    both = frozenset({"preview", "production"})
    channels = (
        a_channel("every", DAY),
        a_channel("preview", DAY, environments=frozenset({"preview"})),
        a_channel("production", DAY, environments=frozenset({"production"})),
    )
    schedule = a_schedule(a_window(environments=both), environments=TWO, channels=channels, mail=mail_settings(DAY))
    timeline = a_timeline(schedule)
    timeline.subscribe("every")
    timeline.subscribe("preview", environments=",preview,")
    timeline.subscribe("production", environments=",production,")
    timeline.tick(START - 2 * DAY)
    timeline.tick(START - DAY)
    timeline.edit(replace(schedule, freezes=(a_freeze("production"),)))
    timeline.ticks(AT_NOON, START + HOUR, 5 * HOUR)
    assert words_of(timeline) == [("channel:production", "skipped"), ("mail:production", "skipped")]


def test_a_change_that_an_operator_cancels_or_moves(a_timeline: MakeTimeline) -> None:
    schedule = replace(POLICY, windows=())
    timeline = a_timeline(schedule)
    timeline.tick(START - 3 * DAY)
    span = Span(start=START, end=START + HOUR)
    for _ in range(2):
        summary = f"Failover {len(timeline.database.record().changes)}"
        announce_plan(timeline.workspace, a_plan(span=span, summary=summary), kind=Kind.PLANNED, now=START - 2 * DAY)
    timeline.tick(START - DAY)
    assert [each[1] for each in timeline.reminders] == ["PC-1", "PC-2"]
    actor = operator("ann", AT_NOON)
    take_step(timeline.workspace, StepRequest(change_id="PC-1", step=Step.CANCEL), actor=actor)
    timeline.ticks(AT_NOON, START, 5 * HOUR)
    assert timeline.words == [("channel:chat", "PC-1", "cancelled")]


def test_a_reminder_that_was_not_sent_yet_is_no_reason_for_a_word(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(POLICY)
    timeline.tick(START - 2 * DAY)
    timeline.due.queue(timeline.schedule, now=START - DAY)
    timeline.edit(replace(POLICY, windows=()))
    timeline.due.queue(timeline.schedule, now=AT_NOON)
    assert [row.delivery.event for row in timeline.rows()] == [ChannelEvent.REMINDER]


def test_a_reminder_that_is_being_sent_is_a_reason_for_a_word(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(POLICY)
    timeline.tick(START - 2 * DAY)
    timeline.due.queue(timeline.schedule, now=START - DAY)
    outbox = timeline.database.outbox
    (reminder,) = outbox.claim("channel:chat", owner="other", now=START - DAY, lease=HOUR, limit=1)
    outbox.begin([reminder.number], owner="other", now=START - DAY)
    timeline.edit(replace(POLICY, windows=()))
    timeline.due.queue(timeline.schedule, now=START - DAY + HOUR / 2)
    assert [row.delivery.event for row in timeline.rows()] == [ChannelEvent.REMINDER, ChannelEvent.SKIPPED]
