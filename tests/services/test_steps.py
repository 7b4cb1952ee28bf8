"""Steps of a change: amendments, conflicts between operators, and what subscribers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import Plan, State, Step
from icsfeed.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from icsfeed.domain.plans import Amendment
from icsfeed.domain.spans import Span
from icsfeed.services.changes import Outcome, StepRequest, take_step
from tests.actors import operator
from tests.examples import TORONTO, span
from tests.services.workspace import (
    NIGHT,
    TWO,
    TWO_HOURS,
    a_plan,
    a_workspace,
    advance_change,
    amend_change,
    announce_plan,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"start": TWO_HOURS.start + HOUR}, (1, 1), id="moving only the start keeps the length"),
        pytest.param({"end": TWO_HOURS.end + HOUR}, (0, 1), id="only the end"),
        pytest.param({"start": TWO_HOURS.start - HOUR, "end": TWO_HOURS.end}, (-1, 0), id="start and end"),
        pytest.param({"duration": 3 * HOUR}, (0, 1), id="only the length"),
        pytest.param({"start": TWO_HOURS.start + HOUR, "duration": HOUR}, (1, 0), id="start and length"),
    ],
)
def test_amending_times(fields: dict[str, Any], expected: tuple[int, int]) -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    result = amend_change(workspace, **fields).change.plan.span
    assert result == Span(start=TWO_HOURS.start + expected[0] * HOUR, end=TWO_HOURS.end + expected[1] * HOUR)


def test_amending_each_other_field_alone() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    plan = a_plan()
    amendments: tuple[dict[str, Any], ...] = (
        {"summary": "Failover"},
        {"environments": frozenset({"preview"})},
        {"reason": ""},
        {"ticket": "https://tickets.example.com/42"},
    )
    for fields in amendments:
        plan = replace(plan, **fields)
        assert amend_change(workspace, **fields).change.plan == plan


def test_the_audit_trail_has_the_operator_and_time_of_each_step() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace, tentative=True)
    advance_change(workspace, Step.CONFIRM, "ec-1")
    assert repository.actions[-1] == ("bob", "change confirm", "EC-1")
    assert repository.current.at == NIGHT


@pytest.mark.parametrize("dry_run", [True, False])
def test_refused_steps_change_nothing(dry_run: bool) -> None:
    workspace, repository = a_workspace()
    with pytest.raises(NotFoundError):
        advance_change(workspace, Step.CONFIRM, dry_run=dry_run)
    announce_plan(workspace)
    record = repository.current
    refused: tuple[tuple[type[Exception], Step, Amendment | None], ...] = (
        (RefusedError, Step.CONFIRM, None),
        (RefusedError, Step.UPDATE, None),
        (BadInputError, Step.UPDATE, Amendment(ticket="42")),
        (NotFoundError, Step.UPDATE, Amendment(environments=frozenset({"prod"}))),
        (BadInputError, Step.UPDATE, Amendment(duration=timedelta(days=367))),
    )
    for error, step, amendment in refused:
        with pytest.raises(error):
            advance_change(workspace, step, amendment=amendment, dry_run=dry_run)
    assert repository.current is record


def test_a_dry_run_shows_the_result_of_a_step() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    preview = advance_change(workspace, Step.START, dry_run=True, message="Off we go")
    assert (preview.change.state, preview.recorded, repository.current.entry) == (State.IN_PROGRESS, False, 1)
    done = advance_change(workspace, Step.START, message="Off we go")
    assert (preview.change, preview.event) == (done.change, done.event)


def test_the_slower_of_two_operators_learns_what_the_faster_changed() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace, tentative=True)
    advance_change(workspace, Step.CONFIRM, by="ann")
    advance_change(
        workspace,
        Step.UPDATE,
        by="bob",
        amendment=Amendment(start=TWO_HOURS.start + HOUR, reason="", environments=frozenset({"preview", "production"})),
        message="An hour later,\nthe vendor is late",
    )
    for dry_run in (True, False):
        with pytest.raises(ConflictError) as refusal:
            advance_change(workspace, Step.CANCEL, expected=1, dry_run=dry_run)
        assert str(refusal.value) == (
            "EC-1 has changed since update 1: update 2 by ann: state: tentative → confirmed; update 3 by bob: "
            "environments: production → preview, production, "
            "time: Tue 2026-12-08 01:00–03:00 EST → Tue 2026-12-08 02:00–04:00 EST, "
            'reason: A disk is failing → nothing, "An hour later, the vendor is late". Nothing was changed now'
        )
    assert repository.current.entry == 3
    assert advance_change(workspace, Step.CANCEL, expected=3).change.state is State.CANCELLED


def test_expecting_an_update_that_does_not_exist_is_a_conflict() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    with pytest.raises(ConflictError) as refusal:
        advance_change(workspace, Step.CANCEL, expected=2)
    assert str(refusal.value) == "EC-1 has no update 2; its latest is 1"


def test_cancelling_twice_is_refused() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.CANCEL, by="ann")
    with pytest.raises(RefusedError) as refusal:
        advance_change(workspace, Step.CANCEL)
    assert str(refusal.value) == "EC-1 is cancelled already; a message can be added"


def test_a_change_of_an_environment_that_the_schedule_lost_can_still_be_moved() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace, a_plan(environments=frozenset({"preview", "production"})))
    fewer = replace(workspace, schedule=replace(workspace.schedule, environments=TWO[1:]))
    moved = amend_change(fewer, end=TWO_HOURS.end + HOUR)
    assert moved.change.plan.environments == {"preview", "production"}
    with pytest.raises(NotFoundError):
        amend_change(
            replace(fewer, schedule=replace(fewer.schedule, environments=TWO[:1])), environments=frozenset("p")
        )


def test_a_cancelled_change_is_shown_until_its_time_has_passed() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    before_its_end = advance_change(workspace, Step.CANCEL, now=TWO_HOURS.end - timedelta(seconds=1)).event
    assert before_its_end is not None
    assert b"STATUS:CANCELLED" in before_its_end.content
    announce_plan(workspace, a_plan(summary="Another"))
    assert advance_change(workspace, Step.CANCEL, "EC-2", now=TWO_HOURS.end).event is None
    assert repository.current.ledger["emergency.ec-2@maintenance.example.com"][-1].digest == ""


def test_a_change_beyond_the_published_span_has_no_event_yet() -> None:
    workspace, _ = a_workspace()
    plan = a_plan(span=span((2028, 1, 1, 3), (2028, 1, 1, 5, 0, 1)))
    assert announce_plan(workspace, plan).event is None
    within: Plan = replace(plan, span=span((2028, 1, 1, 3), (2028, 1, 1, 5)))
    assert announce_plan(workspace, within).event is not None


def test_json() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    outcome = take_step(
        workspace,
        StepRequest(change_id="EC-1", step=Step.UPDATE, amendment=Amendment(duration=3 * HOUR), message="Longer"),
        actor=operator("bob", NIGHT + HOUR),
    )
    record = outcome.as_json(TORONTO)
    event = record.pop("event")
    assert outcome.event is not None
    assert event == outcome.event.content.decode()
    assert record == {
        "id": "EC-1",
        "kind": "emergency",
        "state": "confirmed",
        "summary": "Database failover",
        "environments": ["production"],
        "impact": "outage",
        "start": "2026-12-08T06:00:00Z",
        "end": "2026-12-08T09:00:00Z",
        "local_start": "2026-12-08T01:00:00-05:00",
        "local_end": "2026-12-08T04:00:00-05:00",
        "planned_start": "2026-12-08T06:00:00Z",
        "planned_end": "2026-12-08T09:00:00Z",
        "actual_start": None,
        "actual_end": None,
        "automatic": False,
        "withdrawn": False,
        "reason": "A disk is failing",
        "ticket": "",
        "translations": {},
        "announced_at": "2026-12-08T06:00:00Z",
        "notice_minutes": 0,
        "promised_notice_minutes": None,
        "updates": [
            {
                "number": 1,
                "at": "2026-12-08T06:00:00Z",
                "by": "ann",
                "message": "",
                "translations": {},
                "state": "confirmed",
                "step": "announce",
                "target": None,
                "changed": [],
            },
            {
                "number": 2,
                "at": "2026-12-08T07:00:00Z",
                "by": "bob",
                "message": "Longer",
                "translations": {},
                "state": "confirmed",
                "step": "update",
                "target": None,
                "changed": [{"what": "end", "before": "2026-12-08T08:00:00Z", "after": "2026-12-08T09:00:00Z"}],
            },
        ],
        "recorded": True,
        "warnings": [],
    }


def test_json_has_the_actual_times() -> None:
    """Announced 01:00–03:00, completed an hour late: JSON said 03:00 for ever."""
    workspace, _ = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START, now=NIGHT + timedelta(minutes=10))
    outcome = advance_change(workspace, Step.COMPLETE, now=NIGHT + 3 * HOUR).as_json(TORONTO)
    names = ("start", "end", "planned_start", "planned_end", "actual_start", "actual_end", "local_end")
    assert [outcome[name] for name in names] == [
        "2026-12-08T06:10:00Z",
        "2026-12-08T09:00:00Z",
        "2026-12-08T06:00:00Z",
        "2026-12-08T08:00:00Z",
        "2026-12-08T06:10:00Z",
        "2026-12-08T09:00:00Z",
        "2026-12-08T04:00:00-05:00",
    ]


def test_an_unpublished_change_has_no_event_in_json() -> None:
    outcome: Outcome = announce_plan(a_workspace()[0], a_plan(span=span((2028, 6, 1), (2028, 6, 2))))
    assert (outcome.events, outcome.as_json(TORONTO)["event"]) == ((), None)
