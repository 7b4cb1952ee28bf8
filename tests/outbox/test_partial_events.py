"""Channels that select some events alone are not left with what does not hold any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.plans import Amendment
from icsfeed.domain.spans import Span
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.notify.reminders.timeline import HOUR, Timeline
from tests.outbox.office import SCHEDULE, a_channel
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

SPAN = Span(start=NIGHT + 48 * HOUR, end=NIGHT + 50 * HOUR)
MINUTE = timedelta(minutes=1)
STEPS = (
    ChannelEvent.ANNOUNCED,
    ChannelEvent.STARTED,
    ChannelEvent.COMPLETED,
    ChannelEvent.CANCELLED,
    ChannelEvent.WITHDRAWN,
    ChannelEvent.SKIPPED,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        database.upgrade()
        yield database


def a_timeline(database: Database, *events: ChannelEvent) -> Timeline:
    channel = a_channel("ops", *events, environments=["production"])
    return Timeline(database=database, schedule=replace(SCHEDULE, channels=(channel,), mail=None))


def words(timeline: Timeline) -> list[str]:
    return [event for _, _, event in timeline.words]


@pytest.mark.parametrize("step", [Step.START, Step.COMPLETE, Step.CANCEL])
@pytest.mark.parametrize("hears", [True, False])
def test_a_step_that_is_taken_back(database: Database, step: Step, hears: bool) -> None:
    timeline = a_timeline(database, *(STEPS if hears else (ChannelEvent.ANNOUNCED,)))
    change = announce_plan(timeline.workspace, a_plan(span=SPAN), now=NIGHT).change.id
    timeline.tick(NIGHT)
    for minute, taken in enumerate((step, Step.UNDO), start=1):
        advance_change(timeline.workspace, taken, change, now=NIGHT + minute * MINUTE)
        timeline.tick(NIGHT + minute * MINUTE)
    assert words(timeline)[1:] == ([words(timeline)[1], "updated"] if hears else [])


def test_a_withdrawal_that_is_taken_back(database: Database) -> None:
    timeline = a_timeline(database, ChannelEvent.UPDATED, ChannelEvent.WITHDRAWN)
    change = announce_plan(timeline.workspace, a_plan(span=SPAN), now=NIGHT).change.id
    advance_change(timeline.workspace, Step.UPDATE, change, now=NIGHT + MINUTE, message="Soon")
    timeline.tick(NIGHT + MINUTE)
    advance_change(timeline.workspace, Step.CANCEL, change, now=NIGHT + 2 * MINUTE, silent=True)
    timeline.tick(NIGHT + 2 * MINUTE)
    advance_change(timeline.workspace, Step.UNDO, change, now=NIGHT + 3 * MINUTE)
    timeline.tick(NIGHT + 3 * MINUTE)
    assert words(timeline)[-2:] == ["withdrawn", "announced"]


def test_an_environment_that_a_change_leaves_and_comes_back_to(database: Database) -> None:
    timeline = a_timeline(database, *STEPS)
    change = announce_plan(timeline.workspace, a_plan(span=SPAN), now=NIGHT).change.id
    timeline.tick(NIGHT)
    for minute, environment in enumerate(("preview", "production"), start=1):
        amendment = Amendment(environments=frozenset({environment}))
        advance_change(timeline.workspace, Step.UPDATE, change, now=NIGHT + minute * MINUTE, amendment=amendment)
        timeline.tick(NIGHT + minute * MINUTE)
    assert words(timeline) == ["announced", "cancelled", "updated"]


def test_an_occurrence_that_was_skipped_and_is_restored(database: Database) -> None:
    timeline = a_timeline(database, *STEPS)
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for skip in (True, False):
        request = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 3), reason="It is busy", skip=skip)
        adjust(timeline.workspace, request, actor=operator("ann", now))
        timeline.tick(now)
        now += HOUR
    assert words(timeline) == ["skipped", "updated"]
