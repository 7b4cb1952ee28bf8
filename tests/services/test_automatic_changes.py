"""Automatic changes: what the clock makes public, and at which revision, on every machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from icsfeed.domain.changes import CLOCK, State, Step, Update
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.lifecycle import advance, with_clock_steps
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.changes import Workspace
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from tests.changes import a_change
from tests.services.workspace import (
    NIGHT,
    TWO_ENVIRONMENTS,
    TWO_HOURS,
    MemoryRepository,
    a_plan,
    a_workspace,
    advance_change,
    announce_plan,
)

HOUR: Final = timedelta(hours=1)
ANNOUNCED_AT: Final = NIGHT - 6 * HOUR
RENAMED: Final = replace(
    TWO_ENVIRONMENTS,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Live")),
)


def an_announced_one() -> tuple[Workspace, MemoryRepository]:
    workspace, repository = a_workspace()
    announce_plan(workspace, automatic=True, now=ANNOUNCED_AT)
    return workspace, repository


def public(
    repository: MemoryRepository, now: datetime, schedule: Schedule = TWO_ENVIRONMENTS
) -> tuple[State, int, datetime]:
    """State, SEQUENCE and date of the event of EC-1 on a machine that looks for the first time."""
    events = publish_events(Situation(schedule=schedule, record=repository.current, now=now))
    event = events.changes["EC-1"]
    return event.facts.state, event.revision.sequence, event.revision.at


def record_edit(repository: MemoryRepository, now: datetime, schedule: Schedule) -> None:
    record_revisions(publish_events(Situation(schedule=schedule, record=repository.current, now=now)), repository)


def test_each_step_of_the_clock_is_a_revision_though_nobody_records_it() -> None:
    _, repository = an_announced_one()
    assert public(repository, NIGHT - HOUR) == (State.CONFIRMED, 0, ANNOUNCED_AT)
    assert public(repository, NIGHT) == (State.IN_PROGRESS, 1, NIGHT)
    assert public(repository, TWO_HOURS.end) == (State.COMPLETED, 2, TWO_HOURS.end)
    assert public(repository, TWO_HOURS.end + 99 * HOUR) == (State.COMPLETED, 2, TWO_HOURS.end)
    assert repository.current.entry == 1


@pytest.mark.parametrize(
    ("edited_after", "expected"),
    [
        pytest.param(-1, (State.COMPLETED, 3, TWO_HOURS.end), id="before it starts"),
        pytest.param(1, (State.COMPLETED, 3, TWO_HOURS.end), id="while it is in progress"),
        pytest.param(3, (State.COMPLETED, 3, NIGHT + 3 * HOUR), id="after it has completed"),
    ],
)
def test_an_edit_of_the_schedule_is_one_more_revision(edited_after: int, expected: tuple[State, int, datetime]) -> None:
    _, repository = an_announced_one()
    at = NIGHT + edited_after * HOUR
    state, before, _ = public(repository, at)
    record_edit(repository, at, RENAMED)
    assert public(repository, at, RENAMED)[:2] == (state, before + 1)
    assert public(repository, NIGHT + 9 * HOUR, RENAMED)[:2] == expected[:2]


def test_the_clocks_steps_are_recorded_with_the_next_one() -> None:
    workspace, repository = an_announced_one()
    outcome = advance_change(workspace, Step.UPDATE, message="All went well", now=TWO_HOURS.end + HOUR)
    assert outcome.event is not None
    assert outcome.event.revision.sequence == 3
    recorded = repository.current.changes["EC-1"].updates
    assert [(each.by, each.step, each.at) for each in recorded[1:]] == [
        (CLOCK, Step.START, NIGHT),
        (CLOCK, Step.COMPLETE, TWO_HOURS.end),
        ("bob", Step.UPDATE, TWO_HOURS.end + HOUR),
    ]
    ledger = repository.current.ledger["emergency.ec-1@maintenance.example.com"]
    assert [line.revision.sequence for line in ledger] == [0, 1, 2, 3]
    assert public(repository, TWO_HOURS.end + 2 * HOUR) == (State.COMPLETED, 3, TWO_HOURS.end + HOUR)


def test_taking_back_a_step_of_the_clock() -> None:
    workspace, repository = an_announced_one()
    outcome = advance_change(workspace, Step.UNDO, now=NIGHT + HOUR)
    assert (outcome.change.state, outcome.change.is_automatic) == (State.CONFIRMED, False)
    assert "EC-1 no longer starts and completes by the clock" in outcome.warnings
    assert public(repository, TWO_HOURS.end)[:2] == (State.CONFIRMED, 2)


def test_an_automatic_change_that_is_announced_late_is_in_progress_at_once() -> None:
    workspace, repository = a_workspace()
    outcome = announce_plan(workspace, automatic=True, now=NIGHT + HOUR)
    assert (outcome.change.state, repository.current.changes["EC-1"].state) == (State.IN_PROGRESS, State.CONFIRMED)
    assert outcome.event is not None
    assert outcome.event.revision.sequence == 1
    assert public(repository, NIGHT + HOUR) == (State.IN_PROGRESS, 1, NIGHT + HOUR)


def test_a_change_in_the_schedule_file_is_automatic_too() -> None:
    written = replace(a_change(Kind.PLANNED, plan=a_plan()), id="failover")
    update: Update = replace(written.latest, automatic=True, at=ANNOUNCED_AT)
    schedule = replace(TWO_ENVIRONMENTS, changes=(replace(written, updates=(update,)),))
    for now, expected in (
        (NIGHT - HOUR, (State.CONFIRMED, 0)),
        (NIGHT, (State.IN_PROGRESS, 1)),
        (TWO_HOURS.end, (State.COMPLETED, 2)),
    ):
        event = publish_events(Situation(schedule=schedule, now=now)).changes["failover"]
        assert (event.facts.state, event.revision.sequence) == expected


def test_the_clocks_turns_are_known_ahead() -> None:
    _, repository = an_announced_one()
    turns = [
        list(Situation(schedule=TWO_ENVIRONMENTS, record=repository.current, now=now).clock_turns())
        for now in (ANNOUNCED_AT, NIGHT, TWO_HOURS.end)
    ]
    assert turns == [[NIGHT], [NIGHT, TWO_HOURS.end], [NIGHT, TWO_HOURS.end]]


def test_a_step_of_the_clock_that_is_taken_back_in_the_file_is_a_later_revision() -> None:
    """SEQUENCE fell to that of the announcement, whose facts the ledger had."""
    written = replace(a_change(Kind.PLANNED, plan=a_plan()), id="failover")
    first: Update = replace(written.latest, automatic=True, at=ANNOUNCED_AT)
    announced = replace(written, updates=(first,))
    repository = MemoryRepository()
    record_edit(repository, ANNOUNCED_AT, replace(TWO_ENVIRONMENTS, changes=(announced,)))
    undone = advance(
        with_clock_steps(announced, NIGHT + HOUR), Step.UNDO, message="", by="schedule file", at=NIGHT + HOUR
    )
    schedule = replace(TWO_ENVIRONMENTS, changes=(undone,))
    events = publish_events(Situation(schedule=schedule, record=repository.current, now=NIGHT + HOUR))
    event = events.changes["failover"]
    assert (event.facts.state, event.revision.sequence) == (State.CONFIRMED, 2)
    record_edit(repository, NIGHT + HOUR, schedule)
    assert repository.current.ledger[event.uid][-1].revision.sequence == 2
