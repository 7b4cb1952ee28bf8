"""The lifecycle of changes: allowed steps, and the refusals of all others."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from icsfeed.domain.alterations import Alteration
from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance, what_next
from icsfeed.domain.plans import tidied
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from tests.examples import span, utc

PLAN = Plan(
    summary="Failover",
    environments=frozenset({"production"}),
    impact=Impact.OUTAGE,
    span=span((2026, 12, 8, 6), (2026, 12, 8, 8)),
)
LATER = replace(PLAN, span=span((2026, 12, 8, 7), (2026, 12, 8, 9)))
LONGER = replace(PLAN, span=span((2026, 12, 8, 6), (2026, 12, 8, 9)))
RENAMED = replace(PLAN, summary="Failover, at last")


def a_change(state: State, kind: Kind = Kind.EMERGENCY, number: int = 7) -> Change:
    update = Update(number=1, at=utc(2026, 12, 8, 5), by="ann", message="", state=state, plan=PLAN)
    return Change(kind=kind, id=recorded_id(kind, number), updates=(update,))


def step(change: Change, each: Step, plan: Plan | None = None, message: str = "Now") -> Change:
    return advance(change, each, plan=plan, message=message, by="bob", at=utc(2026, 12, 8, 6))


FORWARD = (Step.CONFIRM, Step.START, Step.UPDATE, Step.COMPLETE, Step.CANCEL)
ALLOWED = {
    (State.TENTATIVE, Step.CONFIRM): State.CONFIRMED,
    (State.TENTATIVE, Step.UPDATE): State.TENTATIVE,
    (State.TENTATIVE, Step.CANCEL): State.CANCELLED,
    (State.CONFIRMED, Step.START): State.IN_PROGRESS,
    (State.CONFIRMED, Step.COMPLETE): State.COMPLETED,
    (State.CONFIRMED, Step.UPDATE): State.CONFIRMED,
    (State.CONFIRMED, Step.CANCEL): State.CANCELLED,
    (State.IN_PROGRESS, Step.COMPLETE): State.COMPLETED,
    (State.IN_PROGRESS, Step.UPDATE): State.IN_PROGRESS,
    (State.IN_PROGRESS, Step.CANCEL): State.CANCELLED,
}
REFUSED = {
    (State.TENTATIVE, Step.START): "EC-7 is tentative; it can't be started, only confirmed, updated or cancelled",
    (State.TENTATIVE, Step.COMPLETE): "EC-7 is tentative; it can't be completed, only confirmed, updated or cancelled",
    (State.CONFIRMED, Step.CONFIRM): "EC-7 is confirmed already; it can be started, completed, updated or cancelled",
    (State.IN_PROGRESS, Step.CONFIRM): "EC-7 is in progress; it can't be confirmed, only completed, updated or "
    "cancelled",
    (State.IN_PROGRESS, Step.START): "EC-7 is in progress already; it can be completed, updated or cancelled",
    (State.COMPLETED, Step.CONFIRM): "EC-7 is completed; it can't be confirmed, only a message can be added",
    (State.COMPLETED, Step.START): "EC-7 is completed; it can't be started, only a message can be added",
    (State.COMPLETED, Step.UPDATE): "EC-7 is completed; it can't be altered, only a message can be added",
    (State.COMPLETED, Step.COMPLETE): "EC-7 is completed already; a message can be added",
    (State.COMPLETED, Step.CANCEL): "EC-7 is completed; it can't be cancelled, only a message can be added",
    (State.CANCELLED, Step.CONFIRM): "EC-7 is cancelled; it can't be confirmed, only a message can be added",
    (State.CANCELLED, Step.START): "EC-7 is cancelled; it can't be started, only a message can be added",
    (State.CANCELLED, Step.UPDATE): "EC-7 is cancelled; it can't be altered, only a message can be added",
    (State.CANCELLED, Step.COMPLETE): "EC-7 is cancelled; it can't be completed, only a message can be added",
    (State.CANCELLED, Step.CANCEL): "EC-7 is cancelled already; a message can be added",
}


@pytest.mark.parametrize(("state", "each"), list(product(State, FORWARD)))
def test_each_step_from_each_state(state: State, each: Step) -> None:
    plan = RENAMED if each is Step.UPDATE else None
    if (state, each) in ALLOWED:
        after = step(a_change(state), each, plan)
        assert (after.state, after.plan) == (ALLOWED[state, each], plan or PLAN)
        assert after.latest == Update(
            number=2, at=utc(2026, 12, 8, 6), by="bob", message="Now", state=after.state, plan=after.plan, step=each
        )
    else:
        with pytest.raises(RefusedError) as refusal:
            step(a_change(state), each, plan)
        assert str(refusal.value) == REFUSED[state, each]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.TENTATIVE, "it can be confirmed, updated or cancelled"),
        (State.CONFIRMED, "it can be started, completed, updated or cancelled"),
        (State.IN_PROGRESS, "it can be completed, updated or cancelled"),
        (State.COMPLETED, "a message can be added"),
        (State.CANCELLED, "a message can be added"),
    ],
)
def test_the_next_steps_in_words(state: State, expected: str) -> None:
    assert what_next(state) == expected


@pytest.mark.parametrize("state", State)
def test_a_message_can_be_added_in_every_state(state: State) -> None:
    after = step(a_change(state), Step.UPDATE, message="What we found")
    assert (after.state, after.plan, after.latest.message) == (state, PLAN, "What we found")
    assert after.alterations(2) == ()


@pytest.mark.parametrize("state", State)
def test_an_empty_update_is_refused(state: State) -> None:
    with pytest.raises(RefusedError) as refusal:
        step(a_change(state), Step.UPDATE, PLAN, message="")
    assert str(refusal.value) == ("this would change nothing of EC-7; say what is to be different, or add a message")


@pytest.mark.parametrize("state", [State.COMPLETED, State.CANCELLED])
def test_a_closed_change_can_not_be_moved(state: State) -> None:
    with pytest.raises(RefusedError) as refusal:
        step(a_change(state), Step.UPDATE, LATER, message="and a message")
    assert str(refusal.value) == f"EC-7 is {state}; it can't be moved, only a message can be added"


def test_only_the_end_of_a_change_in_progress_can_be_moved() -> None:
    assert step(a_change(State.IN_PROGRESS), Step.UPDATE, LONGER).plan == LONGER
    with pytest.raises(RefusedError) as refusal:
        step(a_change(State.IN_PROGRESS), Step.UPDATE, LATER)
    assert str(refusal.value) == "EC-7 is in progress; its start can't be moved, only its end"


def test_a_change_in_progress_gets_no_end_that_is_past() -> None:
    """``--end +30m`` counts from the start: it made a change that was late end even earlier, silently."""
    with pytest.raises(RefusedError) as refusal:
        advance(a_change(State.IN_PROGRESS), Step.UPDATE, plan=LONGER, message="", by="bob", at=utc(2026, 12, 8, 10))
    assert str(refusal.value) == (
        "EC-7 is in progress, so it can't have ended before; give it an end that lies ahead, or complete it"
    )


def test_updates_are_appended() -> None:
    change = step(a_change(State.TENTATIVE), Step.CONFIRM)
    after = step(change, Step.UPDATE, LATER)
    assert after.updates[:2] == change.updates
    assert after.alterations(1) == ()
    assert after.alterations(2) == (Alteration(what="state", before=State.TENTATIVE, after=State.CONFIRMED),)
    assert after.alterations(3) == (Alteration(what="span", before=PLAN.span, after=LATER.span),)


def test_a_change_is_either_emergency_or_planned() -> None:
    assert a_change(State.CONFIRMED, Kind.PLANNED).id == "PC-7"
    with pytest.raises(BadInputError) as refusal:
        replace(a_change(State.CONFIRMED), kind=Kind.FREEZE)
    assert str(refusal.value) == "a change is an emergency or a planned one, not of the kind freeze"


@pytest.mark.parametrize("updates", [(), (2,), (1, 3)])
def test_updates_are_numbered_without_gaps(updates: tuple[int, ...]) -> None:
    (first,) = a_change(State.CONFIRMED).updates
    with pytest.raises(BadInputError) as refusal:
        Change(kind=Kind.EMERGENCY, id="EC-7", updates=tuple(replace(first, number=each) for each in updates))
    assert str(refusal.value) == "the updates of EC-7 are numbered from 1 on without a gap"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"summary": " \n"}, "a change needs a summary: the text that subscribers read"),
        ({"environments": frozenset()}, "a change needs at least one environment that it touches"),
    ],
)
def test_a_plan_needs_a_summary_and_an_environment(overrides: dict[str, object], expected: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        tidied(replace(PLAN, **overrides))  # type: ignore[arg-type]  # any field
    assert str(refusal.value) == expected


@pytest.mark.parametrize(("start", "end"), [(6, 6), (7, 6)])
def test_the_end_of_a_span_is_after_its_start(start: int, end: int) -> None:
    with pytest.raises(BadInputError) as refusal:
        Span(start=utc(2026, 12, 8, start), end=utc(2026, 12, 8, end))
    assert str(refusal.value) == (
        f"a span ends after it starts, not 2026-12-08T0{start}:00:00+00:00 to 2026-12-08T0{end}:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("record", "change_id", "expected"),
    [
        pytest.param(NOTHING, "EC-1", 'there is no change "EC-1"; none has been announced', id="no changes"),
        pytest.param(
            Record(changes={"EC-7": a_change(State.CONFIRMED), "PC-7": a_change(State.CONFIRMED, Kind.PLANNED)}),
            "ec-9",
            'there is no change "ec-9"; write an id such as EC-7, which is the latest',
            id="names the latest change of the same kind",
        ),
        pytest.param(
            Record(changes={"EC-7": a_change(State.CONFIRMED)}),
            "PC-9",
            'there is no change "PC-9"; write an id such as EC-7, which is the latest',
            id="names the latest of the other kind if there is none of the same",
        ),
    ],
)
def test_an_unknown_change_is_refused(record: Record, change_id: str, expected: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        record.change(change_id)
    assert str(refusal.value) == expected


def test_ids_are_looked_up_case_insensitively() -> None:
    change = a_change(State.CONFIRMED)
    assert Record(changes={"EC-7": change}).change("ec-7") is change
