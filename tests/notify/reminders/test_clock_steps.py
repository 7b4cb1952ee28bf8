"""Automatic changes that the clock starts and completes are told of, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from icsfeed.domain.changes import Step
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.services.changes import StepRequest, take_step
from tests.actors import operator
from tests.changes import a_change
from tests.examples import a_schedule, utc
from tests.notify.reminders.timeline import HOUR, Timeline, a_channel, mail_settings
from tests.services.workspace import a_plan, announce_plan

MakeTimeline: TypeAlias = Callable[[Schedule], Timeline]
START = utc(2026, 12, 8, 6)
SECOND = timedelta(seconds=1)
SCHEDULE = a_schedule(channels=(a_channel("chat"),), mail=mail_settings(HOUR))


def announced(a_timeline: MakeTimeline, schedule: Schedule = SCHEDULE, **plan: object) -> Timeline:
    """A timeline with an automatic change of an hour, which everybody was told of."""
    timeline = a_timeline(schedule)
    timeline.subscribe("bo", reminders=",")
    timeline.tick(START - 3 * HOUR)
    span = Span(start=START, end=START + HOUR)
    announce_plan(
        timeline.workspace, a_plan(span=span, **plan), kind=Kind.PLANNED, automatic=True, now=START - 2 * HOUR
    )
    timeline.tick(START - 2 * HOUR)
    timeline.forget()
    return timeline


def test_both_steps_are_told_when_they_are_due(a_timeline: MakeTimeline) -> None:
    timeline = announced(a_timeline)
    timeline.tick(START - SECOND)
    assert timeline.words == []
    timeline.tick(START)
    assert sorted(timeline.words) == [("channel:chat", "PC-1", "started"), ("mail:bo", "PC-1", "started")]
    timeline.ticks(START + SECOND, START + 2 * HOUR, HOUR / 3)
    assert sorted(timeline.words) == [
        ("channel:chat", "PC-1", "completed"),
        ("channel:chat", "PC-1", "started"),
        ("mail:bo", "PC-1", "completed"),
        ("mail:bo", "PC-1", "started"),
    ]
    assert [each.update for each in timeline.sent if each.receiver == "channel:chat"] == [2, 3]


def test_after_a_downtime_the_last_step_is_enough(a_timeline: MakeTimeline) -> None:
    timeline = announced(a_timeline)
    timeline.restart()
    timeline.tick(START + 5 * HOUR)
    assert sorted(timeline.words) == [("channel:chat", "PC-1", "completed"), ("mail:bo", "PC-1", "completed")]


def test_a_step_that_an_operator_took_further_meanwhile_is_not_told_after_theirs(a_timeline: MakeTimeline) -> None:
    timeline = announced(a_timeline)
    request = StepRequest(change_id="PC-1", step=Step.UPDATE, message="Going well")
    take_step(timeline.workspace, request, actor=operator("ann", START + 5 * SECOND))
    timeline.tick(START + 6 * SECOND)
    assert sorted(timeline.words) == [("channel:chat", "PC-1", "updated"), ("mail:bo", "PC-1", "updated")]


def test_what_the_clock_no_longer_starts_is_not_told(a_timeline: MakeTimeline) -> None:
    timeline = announced(a_timeline)
    request = StepRequest(change_id="PC-1", step=Step.CANCEL)
    take_step(timeline.workspace, request, actor=operator("ann", START - HOUR))
    timeline.ticks(START - HOUR, START + 2 * HOUR, HOUR / 2)
    assert sorted(timeline.words) == [("channel:chat", "PC-1", "cancelled"), ("mail:bo", "PC-1", "cancelled")]


def test_those_of_a_private_environment_reach_who_names_it_alone(a_timeline: MakeTimeline) -> None:
    environments = (Environment(id="production", name="Production"), Environment(id="vip", name="VIP", public=False))
    channels = (a_channel("chat"), a_channel("vip", environments=frozenset({"vip"})))
    schedule = replace(SCHEDULE, environments=environments, channels=channels)
    timeline = announced(a_timeline, schedule, environments=frozenset({"vip"}))
    timeline.ticks(START, START + 2 * HOUR, HOUR)
    assert timeline.words == [("channel:vip", "PC-1", "started"), ("channel:vip", "PC-1", "completed")]


def test_a_change_of_the_schedule_file_starts_by_the_clock_too(a_timeline: MakeTimeline) -> None:
    change = a_change(Kind.PLANNED, plan=a_plan(span=Span(start=START, end=START + HOUR)))
    written = replace(change, id="failover", updates=(replace(change.updates[0], automatic=True),))
    timeline = a_timeline(replace(SCHEDULE, changes=(written,)))
    timeline.tick(START - HOUR)
    timeline.tick(START)
    assert timeline.words == [("channel:chat", "failover", "started")]
