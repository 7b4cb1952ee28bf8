"""A sender's clock that was ahead for a moment costs no reminder, and delays nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import pytest

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from tests.examples import THURSDAY, a_schedule, utc
from tests.notify.reminders.timeline import DAY, HOUR, Timeline, a_channel, mail_settings
from tests.services.workspace import a_plan, announce_plan

MakeTimeline: TypeAlias = Callable[[Schedule], Timeline]
MINUTE = timedelta(minutes=1)
START = utc(2026, 12, 3, 7)
THE_THIRD = "thursday/2026-12-03"
POLICY = a_schedule(THURSDAY, channels=(a_channel("chat", HOUR),), mail=mail_settings(HOUR))


@pytest.mark.parametrize("error", [50 * MINUTE, 5 * HOUR, 40 * DAY], ids=["minutes", "hours", "days"])
@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_reminder_comes_in_time_after_a_clock_was_ahead(
    a_timeline: MakeTimeline, error: timedelta, is_restarted: bool
) -> None:
    timeline = a_timeline(POLICY)
    timeline.subscribe("bo")
    now = START - 2 * HOUR
    timeline.tick(now)
    timeline.tick(now + error)
    assert timeline.reminders == []
    timeline.forget()
    if is_restarted:
        timeline.restart()
    timeline.ticks(now + MINUTE, START - HOUR, MINUTE)
    assert sorted(timeline.reminders) == [
        ("channel:chat", THE_THIRD, START, HOUR),
        ("mail:bo", THE_THIRD, START, HOUR),
    ]
    timeline.ticks(START - HOUR, START, MINUTE)
    assert len(timeline.reminders) == 2


def test_what_really_came_too_late_is_recorded_once(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(POLICY)
    timeline.tick(START - 2 * HOUR)
    timeline.restart()
    timeline.tick(START + HOUR)
    timeline.restart()
    timeline.tick(START + HOUR + MINUTE)
    assert [row.delivery.receiver for row in timeline.rows(DeliveryState.DROPPED)] == ["channel:chat"]


def test_a_correction_does_not_wait_until_a_wrong_clock_was_right(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(replace(POLICY, channels=(a_channel("chat", DAY),), mail=None))
    timeline.tick(START - 25 * HOUR)
    timeline.tick(START - DAY)
    assert timeline.reminders == [("channel:chat", THE_THIRD, START, DAY)]
    now = START - 80 * MINUTE
    for at in (now, now + 50 * MINUTE, now + MINUTE):
        timeline.tick(at)
    timeline.edit(replace(timeline.schedule, windows=()))
    timeline.tick(now + 2 * MINUTE)
    assert timeline.words == [("channel:chat", THE_THIRD, "withdrawn")]


def test_a_change_starts_by_the_clock_while_another_was_ahead(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(POLICY)
    timeline.tick(START - 3 * HOUR)
    plan = a_plan(span=Span(start=START + HOUR, end=START + 2 * HOUR))
    announce_plan(timeline.workspace, plan, kind=Kind.PLANNED, automatic=True, now=START - 2 * HOUR)
    timeline.tick(START + 20 * MINUTE)
    other = Timeline(database=timeline.database, schedule=timeline.schedule)
    for at in (START, START + 50 * MINUTE):  # the second by a wrong clock
        other.tick(at)
    timeline.forget()
    timeline.ticks(START + 20 * MINUTE, START + 45 * MINUTE, MINUTE)
    assert timeline.words == []
    other.tick(START + 110 * MINUTE)  # again
    assert other.words[-1] == ("channel:chat", "PC-1", "started")
    timeline.ticks(START + 46 * MINUTE, START + 121 * MINUTE, MINUTE)
    assert timeline.words == [("channel:chat", "PC-1", "completed")]
