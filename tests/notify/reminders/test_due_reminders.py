"""Reminders: who is reminded of what, and when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.services.due_deliveries import TOO_LATE, DueCount, DueDeliveries
from icsfeed.store.database.database import Database
from tests.examples import BERLIN, MONTH_END, SUNDAY, THURSDAY, TORONTO, a_schedule, a_window, utc
from tests.notify.reminders.timeline import DAY, HOUR, Timeline, a_channel, mail_settings

MakeTimeline: TypeAlias = Callable[[Schedule], Timeline]
MINUTE = timedelta(minutes=1)
TWO = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
HIDDEN = Environment(id="vip", name="VIP", public=False)

START = utc(2026, 12, 3, 7)
"""Thursday, 02:00 in Toronto."""

THE_THIRD = "thursday/2026-12-03"


def test_a_reminder_is_sent_at_its_lead_and_not_a_second_before(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", 3 * DAY, HOUR),)))
    timeline.tick(utc(2026, 11, 30))
    timeline.tick(START - 3 * DAY - timedelta(seconds=1))
    assert timeline.reminders == []
    timeline.tick(START - 3 * DAY)
    assert timeline.reminders == [("channel:chat", THE_THIRD, START, 3 * DAY)]
    timeline.ticks(START - 3 * DAY, START - HOUR, 6 * HOUR)
    timeline.tick(START - HOUR)
    timeline.tick(START + HOUR)
    assert timeline.reminders == [
        ("channel:chat", THE_THIRD, START, 3 * DAY),
        ("channel:chat", THE_THIRD, START, HOUR),
    ]


def test_the_first_sender_looks_back_at_nothing(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", DAY),)))
    timeline.tick(START - HOUR)
    timeline.tick(START - MINUTE)
    assert timeline.reminders == []


def test_a_sender_that_was_down_sends_late_what_has_not_begun(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", DAY, HOUR),)))
    timeline.tick(START - 2 * DAY)
    timeline.restart()
    assert timeline.tick(START - 20 * HOUR) == DueCount(since=START - 2 * DAY, queued=1)
    assert timeline.reminders == [("channel:chat", THE_THIRD, START, DAY)]


def test_of_several_reminders_missed_the_last_is_enough(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", DAY, HOUR),), mail=mail_settings(DAY, HOUR)))
    timeline.subscribe("bo")
    timeline.subscribe("cy", reminders=",1440,")
    timeline.tick(START - 2 * DAY)
    timeline.restart()
    timeline.tick(START - MINUTE)
    assert sorted(timeline.reminders) == [
        ("channel:chat", THE_THIRD, START, HOUR),
        ("mail:bo", THE_THIRD, START, HOUR),
        ("mail:cy", THE_THIRD, START, DAY),
    ]


def test_a_sender_that_was_down_sends_none_of_what_has_begun_and_says_so(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", DAY),), mail=mail_settings(HOUR)))
    timeline.subscribe("bo")
    timeline.tick(START - 2 * DAY)
    timeline.restart()
    assert timeline.tick(START) == DueCount(since=START - 2 * DAY, too_late=2)
    assert timeline.sent == []
    dropped = timeline.rows(DeliveryState.DROPPED)
    assert [(row.delivery.receiver, row.delivery.lead, row.problem) for row in dropped] == [
        ("channel:chat", DAY, TOO_LATE),
        ("mail:bo", HOUR, TOO_LATE),
    ]


def test_after_a_long_downtime_no_more_than_a_month_is_looked_through(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", HOUR),)))
    timeline.tick(utc(2025, 1, 1))
    timeline.restart()
    counted = timeline.tick(utc(2026, 12, 1))
    assert counted == DueCount(since=utc(2026, 10, 31), too_late=4)
    assert [row.delivery.subject for row in timeline.rows()] == [
        "thursday/2026-11-05",
        "thursday/2026-11-12",
        "thursday/2026-11-19",
        "thursday/2026-11-26",
    ]


@pytest.mark.parametrize(
    ("zone", "start", "starts"),
    [
        pytest.param(TORONTO, time(2), utc(2026, 3, 8, 7), id="02:00 is skipped in Toronto: it begins at 03:00 EDT"),
        pytest.param(TORONTO, time(1), utc(2026, 11, 1, 5), id="01:00 comes twice in Toronto: the first counts"),
        pytest.param(BERLIN, time(2), utc(2026, 3, 29, 1), id="02:00 is skipped in Berlin: it begins at 03:00 CEST"),
        pytest.param(BERLIN, time(2), utc(2026, 10, 25, 0), id="02:00 comes twice in Berlin: the first counts"),
    ],
)
def test_leads_are_exact_when_clocks_change(
    sqlite_timeline: MakeTimeline, zone: ZoneInfo, start: time, starts: datetime
) -> None:
    window = a_window(id="sunday", recurrence=weekly(6), zone=zone, start=start, end=time(6))
    timeline = sqlite_timeline(a_schedule(window, channels=(a_channel("chat", DAY),)))
    timeline.tick(starts - 2 * DAY)
    timeline.tick(starts - DAY - timedelta(seconds=1))
    assert timeline.reminders == []
    timeline.tick(starts - DAY)
    assert [(each.starts, each.lead) for each in timeline.sent] == [(starts, DAY)]


def test_an_occurrence_that_the_clock_skips_has_no_reminder(sqlite_timeline: MakeTimeline) -> None:
    window = a_window(recurrence=weekly(6), start=time(2), end=time(3))
    timeline = sqlite_timeline(a_schedule(window, channels=(a_channel("chat", HOUR),)))
    timeline.ticks(utc(2026, 3, 7), utc(2026, 3, 9), HOUR)
    assert timeline.sent == []


def test_frozen_and_skipped_occurrences_have_no_reminder(sqlite_timeline: MakeTimeline) -> None:
    """The policy's last seven days of November are frozen, and 3 December is skipped."""
    timeline = sqlite_timeline(a_schedule(THURSDAY, freezes=(MONTH_END,), channels=(a_channel("chat", 8 * HOUR),)))
    skip = Skip(window_id="thursday", day=date(2026, 12, 3), reason="Audit")
    timeline.record_adjustment(skip, at=utc(2026, 11, 1))
    timeline.ticks(utc(2026, 11, 18), utc(2026, 12, 11), 6.5 * HOUR)
    assert [each.subject for each in timeline.sent] == ["thursday/2026-11-19", "thursday/2026-12-10"]


def test_a_moved_occurrence_has_reminders_of_the_new_time_alone(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", DAY),)))
    timeline.tick(utc(2026, 11, 30))
    new = Span(start=utc(2026, 12, 4, 7), end=utc(2026, 12, 4, 9))
    move = Move(window_id="thursday", day=date(2026, 12, 3), to=new, reason="Audit")
    timeline.record_adjustment(move, at=utc(2026, 11, 30, 1))
    timeline.ticks(utc(2026, 11, 30, 2), utc(2026, 12, 4, 6), 5 * HOUR)
    assert timeline.reminders == [("channel:chat", THE_THIRD, new.start, DAY)]


def test_reminders_are_for_the_kinds_and_environments_that_somebody_selects(a_timeline: MakeTimeline) -> None:
    both = a_window(environments=frozenset({"production", "preview"}))
    preview = replace(SUNDAY, environments=frozenset({"preview"}))
    channels = (
        a_channel("every", HOUR),
        a_channel("preview", HOUR, environments=frozenset({"preview"})),
        a_channel("production", HOUR, environments=frozenset({"production"})),
        a_channel("changes", HOUR, kinds=frozenset({Kind.PLANNED, Kind.EMERGENCY})),
        a_channel("deaf", HOUR, events=frozenset({ChannelEvent.ANNOUNCED})),
        a_channel("unreminded"),
    )
    schedule = a_schedule(both, preview, environments=TWO, channels=channels, mail=mail_settings(HOUR, DAY))
    timeline = a_timeline(schedule)
    timeline.subscribe("every")
    timeline.subscribe("preview", environments=",preview,", reminders=",60,")
    timeline.subscribe("production", environments=",production,")
    timeline.subscribe("changes", kinds=",planned,emergency,")
    timeline.subscribe("day", kinds=",maintenance,", reminders=",1440,")
    timeline.subscribe("never", reminders=",")
    timeline.subscribe("unconfirmed", confirmed=False)
    timeline.subscribe("paused", paused=True)
    for now in (START - 2 * DAY, START - DAY, START - HOUR, utc(2026, 12, 5, 7), utc(2026, 12, 6, 6)):
        timeline.tick(now)

    def reminded(subject: str, lead: timedelta) -> list[str]:
        return sorted(each.receiver for each in timeline.sent if (each.subject, each.lead) == (subject, lead))

    assert reminded(THE_THIRD, HOUR) == [
        "channel:every",
        "channel:preview",
        "channel:production",
        "mail:every",
        "mail:preview",
        "mail:production",
    ]
    assert reminded("sunday/2026-12-06", HOUR) == ["channel:every", "channel:preview", "mail:every", "mail:preview"]
    assert reminded(THE_THIRD, DAY) == ["mail:day", "mail:every", "mail:production"]


def test_only_a_channel_that_names_a_private_environment_is_reminded_of_it(a_timeline: MakeTimeline) -> None:
    hidden = a_window(environments=frozenset({"vip"}))
    channels = (a_channel("every", HOUR), a_channel("vip", HOUR, environments=frozenset({"vip", "production"})))
    schedule = a_schedule(hidden, environments=(*TWO, HIDDEN), channels=channels, mail=mail_settings(HOUR))
    timeline = a_timeline(schedule)
    timeline.subscribe("every")
    timeline.subscribe("guess", environments=",vip,")
    timeline.ticks(START - DAY, START, 5 * HOUR)
    timeline.tick(START - MINUTE)
    assert [each.receiver for each in timeline.sent] == ["channel:vip"]
    assert timeline.rows(DeliveryState.DROPPED) == []


def test_of_two_senders_one_queues_each(a_timeline: MakeTimeline) -> None:
    timeline = a_timeline(a_schedule(THURSDAY, SUNDAY, channels=(a_channel("chat", HOUR),), mail=mail_settings(DAY)))
    other = Timeline(database=timeline.database, schedule=timeline.schedule)
    timeline.subscribe("bo")
    now = utc(2026, 12, 1)
    while now < utc(2026, 12, 8):
        for each in (timeline, other):
            each.due.queue(timeline.schedule, now=now)
        now += 5 * HOUR
    assert [(row.delivery.receiver, row.delivery.subject) for row in timeline.rows()] == [
        ("mail:bo", THE_THIRD),
        ("channel:chat", THE_THIRD),
        ("mail:bo", "sunday/2026-12-06"),
        ("channel:chat", "sunday/2026-12-06"),
    ]


def test_two_senders_that_look_at_the_same_moment_queue_each_once(a_timeline: MakeTimeline, database_url: str) -> None:
    """Each in a thread of its own, with connections of its own."""
    channels = tuple(a_channel(f"chat-{number}", *(hours * HOUR for hours in range(1, 11))) for number in range(5))
    schedule = a_schedule(THURSDAY, channels=channels)
    timeline = a_timeline(schedule)
    timeline.tick(START - 12 * HOUR)
    moments = [START - 12 * HOUR + number * HOUR / 5 for number in range(1, 56)]
    barrier = Barrier(2)

    def look() -> int:
        with closing(Database(database_url)) as database:
            due = DueDeliveries(database, new_secret=str)
            queued = 0
            for now in moments:
                barrier.wait(60)
                queued += due.queue(schedule, now=now).queued
            return queued

    with ThreadPoolExecutor(2) as threads:
        counts = [future.result(120) for future in (threads.submit(look), threads.submit(look))]
    rows = timeline.rows()
    reminders = {(row.delivery.receiver, row.delivery.lead) for row in rows}
    assert (len(rows), len(reminders), sum(counts)) == (50, 50, 50)


def test_a_tick_at_which_nothing_is_due_asks_for_the_last_entry_alone(sqlite_timeline: MakeTimeline) -> None:
    timeline = sqlite_timeline(a_schedule(THURSDAY, channels=(a_channel("chat", HOUR),)))
    timeline.tick(utc(2026, 12, 1))
    before = timeline.database.file.read_bytes() if timeline.database.file is not None else b""
    for seconds in range(1, 60):
        assert timeline.due.queue(timeline.schedule, now=utc(2026, 12, 1) + timedelta(seconds=seconds)) == DueCount()
    assert timeline.database.file is not None
    assert timeline.database.file.read_bytes() == before
