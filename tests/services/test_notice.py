"""Notice periods: warnings, and what is recorded. An hour before the night of 8 December in Toronto is 05:00 UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.channels import NoticePeriods
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import Amendment
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.services.change_json import change_as_json
from icsfeed.services.changes import Outcome, Workspace
from tests.examples import TORONTO, span, utc
from tests.services.workspace import (
    TWO_ENVIRONMENTS,
    MemoryRepository,
    a_plan,
    a_workspace,
    advance_change,
    announce_plan,
)

THREE_DAYS, HALF_AN_HOUR = timedelta(days=3), timedelta(minutes=30)
PROMISED = replace(TWO_ENVIRONMENTS, notice=NoticePeriods(planned=THREE_DAYS, emergency=HALF_AN_HOUR))
NOON = utc(2026, 12, 8, 17)
TOO_LATE = "PC-1 gives customers only 13 h of notice; they were promised 3 d (notice.planned)"
IN_TIME = span((2026, 12, 12, 6), (2026, 12, 12, 8))
TOMORROW = span((2026, 12, 9, 6), (2026, 12, 9, 8))


def planned(change_span: Span = TOMORROW, schedule: Schedule = PROMISED) -> tuple[Workspace, MemoryRepository]:
    """A workspace in which a change was planned, announced at noon on 8 December."""
    workspace, repository = a_workspace(schedule)
    announce_plan(workspace, a_plan(span=change_span), kind=Kind.PLANNED, now=NOON)
    return workspace, repository


def amend(workspace: Workspace, *, now: datetime = NOON, **fields: Any) -> Outcome:  # noqa: ANN401  (any field)
    return advance_change(workspace, Step.UPDATE, "PC-1", amendment=Amendment(**fields), now=now)


@pytest.mark.parametrize("dry_run", [True, False])
def test_announcing_with_less_notice_than_promised_warns(dry_run: bool) -> None:
    workspace, _ = a_workspace(PROMISED)
    plan = a_plan(span=TOMORROW)
    assert announce_plan(workspace, plan, kind=Kind.PLANNED, now=NOON, dry_run=dry_run).warnings == (TOO_LATE,)


@pytest.mark.parametrize(
    ("kind", "start", "expected"),
    [
        pytest.param(Kind.PLANNED, utc(2026, 12, 11, 17), [], id="exactly as promised"),
        pytest.param(
            Kind.PLANNED,
            utc(2026, 12, 11, 16, 59),
            ["PC-1 gives customers only 2 d 23 h 59 min of notice; they were promised 3 d (notice.planned)"],
            id="a minute less",
        ),
        pytest.param(Kind.EMERGENCY, utc(2026, 12, 8, 17, 30), [], id="an emergency has a promise of its own"),
        pytest.param(
            Kind.EMERGENCY,
            utc(2026, 12, 8, 17, 29),
            ["EC-1 gives customers only 29 min of notice; they were promised 30 min (notice.emergency)"],
            id="an emergency a minute less",
        ),
        pytest.param(
            Kind.EMERGENCY,
            NOON,
            ["EC-1 gives customers no notice; they were promised 30 min (notice.emergency)"],
            id="an emergency that begins now",
        ),
    ],
)
def test_the_promise_of_each_kind(kind: Kind, start: datetime, expected: list[str]) -> None:
    workspace, _ = a_workspace(PROMISED)
    plan = a_plan(span=Span(start=start, end=start + timedelta(hours=1)))
    assert list(announce_plan(workspace, plan, kind=kind, now=NOON).warnings) == expected


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param(None, id="no table"),
        pytest.param(NoticePeriods(emergency=HALF_AN_HOUR), id="nothing for planned changes"),
        pytest.param(NoticePeriods(planned=timedelta()), id="no notice is promised"),
    ],
)
def test_without_a_promise_nothing_warns(notice: NoticePeriods | None) -> None:
    workspace, _ = a_workspace(replace(TWO_ENVIRONMENTS, notice=notice))
    assert announce_plan(workspace, a_plan(span=TOMORROW), kind=Kind.PLANNED, now=NOON).warnings == ()


def test_a_start_in_the_past_has_its_own_warning_where_no_notice_is_promised() -> None:
    workspace, _ = a_workspace(replace(TWO_ENVIRONMENTS, notice=NoticePeriods(emergency=timedelta())))
    plan = a_plan(span=span((2026, 12, 8, 16), (2026, 12, 8, 18)))
    assert announce_plan(workspace, plan, now=NOON).warnings == (
        "EC-1 starts in the past: Tue 2026-12-08 11:00–13:00 EST",
    )


def test_a_move_announces_it_anew() -> None:
    workspace, _ = planned(IN_TIME)
    moved = amend(workspace, start=TOMORROW.start)
    assert moved.warnings == (TOO_LATE,)
    later = amend(workspace, start=utc(2026, 12, 9, 7), now=NOON)
    assert later.warnings == ("PC-1 gives customers only 14 h of notice; they were promised 3 d (notice.planned)",)


def test_an_environment_that_is_added_late_warns() -> None:
    workspace, _ = planned(IN_TIME)
    added = amend(workspace, environments=frozenset({"preview", "production"}), now=utc(2026, 12, 11, 6))
    assert added.warnings == ("PC-1 gives customers only 1 d of notice; they were promised 3 d (notice.planned)",)


def test_whatever_announces_nothing_does_not_repeat_the_warning() -> None:
    workspace, _ = planned()
    assert amend(workspace, end=utc(2026, 12, 9, 9), now=NOON).warnings == ()
    assert advance_change(workspace, Step.UPDATE, "PC-1", message="The vendor is ready", now=NOON).warnings == ()
    assert advance_change(workspace, Step.START, "PC-1", now=TOMORROW.start).warnings == ()
    assert advance_change(workspace, Step.COMPLETE, "PC-1", now=TOMORROW.end).warnings == ()


def test_the_promise_is_recorded_with_each_announcement() -> None:
    workspace, repository = planned(IN_TIME)
    shorter = replace(workspace, schedule=replace(PROMISED, notice=NoticePeriods(planned=timedelta(days=1))))
    amend(shorter, start=utc(2026, 12, 13, 6), now=NOON)
    amend(shorter, end=utc(2026, 12, 13, 9), now=NOON)
    advance_change(workspace, Step.UNDO, "PC-1", now=NOON)
    advance_change(workspace, Step.UNDO, "PC-1", now=NOON)
    updates = repository.record().changes["PC-1"].updates
    assert [update.promised_notice for update in updates] == [THREE_DAYS, timedelta(days=1), None, None, THREE_DAYS]


def test_an_edit_of_the_schedule_changes_no_recorded_promise() -> None:
    workspace, repository = planned(schedule=TWO_ENVIRONMENTS)
    late = replace(workspace, schedule=PROMISED)
    advance_change(late, Step.UPDATE, "PC-1", message="The vendor is ready", now=NOON)
    assert [update.promised_notice for update in repository.record().changes["PC-1"].updates] == [None, None]


def test_json_of_a_change_states_both() -> None:
    _, repository = planned()
    values = change_as_json(repository.record().changes["PC-1"], TORONTO)
    assert values["notice_minutes"] == 13 * 60
    assert values["promised_notice_minutes"] == 3 * 24 * 60


def test_json_states_no_promise_where_none_was_given() -> None:
    _, repository = planned(schedule=TWO_ENVIRONMENTS)
    values = change_as_json(repository.record().changes["PC-1"], TORONTO)
    assert values["notice_minutes"] == 13 * 60
    assert values["promised_notice_minutes"] is None
