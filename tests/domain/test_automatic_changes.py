"""Automatic changes: the clock takes the steps that nobody takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from icsfeed.domain.changes import CLOCK, Change, State, Step
from icsfeed.domain.lifecycle import advance, next_clock_step, with_clock_steps
from icsfeed.domain.spans import Span
from tests.changes import PLAN, a_change
from tests.examples import utc


def at(hour: int, minute: int = 0) -> datetime:
    return utc(2026, 12, 8, hour).replace(minute=minute)


def automatic(announced: State = State.CONFIRMED) -> Change:
    change = a_change(plan=replace(PLAN, span=Span(start=at(6), end=at(10))), announced=announced)
    return replace(change, updates=(replace(change.latest, automatic=True),))


def take(change: Change, step: Step, when: datetime) -> Change:
    return advance(with_clock_steps(change, when), step, message="", by="ann", at=when)


@pytest.mark.parametrize(
    ("now", "state", "steps"),
    [
        (at(5, 59), State.CONFIRMED, []),
        (at(6), State.IN_PROGRESS, [(Step.START, at(6))]),
        (at(9, 59), State.IN_PROGRESS, [(Step.START, at(6))]),
        (at(10), State.COMPLETED, [(Step.START, at(6)), (Step.COMPLETE, at(10))]),
        (at(23), State.COMPLETED, [(Step.START, at(6)), (Step.COMPLETE, at(10))]),
    ],
)
def test_it_starts_and_completes_at_the_planned_times(
    now: datetime, state: State, steps: list[tuple[Step, datetime]]
) -> None:
    change = with_clock_steps(automatic(), now)
    taken = change.updates[1:]
    assert (change.state, [(each.step, each.at) for each in taken]) == (state, steps)
    assert ({each.by for each in taken}, change.unrecorded) == ({CLOCK} if taken else set(), len(taken))
    assert change.shown_span == change.plan.span


def test_others_wait_for_somebody() -> None:
    assert with_clock_steps(a_change(), utc(2027, 1, 1)) == a_change()
    tentative = automatic(State.TENTATIVE)
    assert with_clock_steps(tentative, at(23)) == tentative


def test_the_clock_takes_only_the_steps_that_nobody_took() -> None:
    started = take(automatic(), Step.START, at(5))
    assert with_clock_steps(started, at(9)) == started
    done = with_clock_steps(started, at(11))
    assert (done.state, done.actual_start, done.actual_end) == (State.COMPLETED, at(5), at(10))
    completed = take(automatic(), Step.COMPLETE, at(8))
    assert [each.by for each in completed.updates[1:]] == [CLOCK, "ann"]
    assert with_clock_steps(completed, at(23)) == completed
    cancelled = take(automatic(), Step.CANCEL, at(5))
    assert with_clock_steps(cancelled, at(23)) == cancelled


def test_it_completes_at_its_new_end() -> None:
    running = with_clock_steps(automatic(), at(7))
    longer = replace(running.plan, span=Span(start=at(6), end=at(12)))
    extended = advance(running, Step.UPDATE, plan=longer, message="", by="ann", at=at(7))
    assert with_clock_steps(extended, at(11)).state is State.IN_PROGRESS
    assert with_clock_steps(extended, at(12)).actual_end == at(12)


@pytest.mark.parametrize(("now", "before"), [(at(7), State.CONFIRMED), (at(11), State.IN_PROGRESS)])
def test_taking_back_a_step_of_the_clock_ends_it(now: datetime, before: State) -> None:
    change = take(automatic(), Step.UNDO, now)
    assert (change.state, change.is_automatic) == (before, False)
    assert with_clock_steps(change, at(23)) == change


def test_taking_back_a_step_that_is_not_due_yet_leaves_it_automatic() -> None:
    started_early = take(automatic(), Step.START, at(5))
    change = take(started_early, Step.UNDO, at(5, 1))
    assert (change.state, change.is_automatic) == (State.CONFIRMED, True)
    assert with_clock_steps(change, at(6)).state is State.IN_PROGRESS
    completed_early = take(automatic(), Step.COMPLETE, at(8))
    change = take(completed_early, Step.UNDO, at(8, 1))
    assert (change.state, change.is_automatic) == (State.IN_PROGRESS, True)
    assert with_clock_steps(change, at(10)).actual_end == at(10)


def test_the_clock_never_goes_back_behind_the_latest_update() -> None:
    late = automatic()
    late = replace(late, updates=(replace(late.latest, at=at(7)),))
    assert next_clock_step(late) == (Step.START, at(7))
    assert [each.at for each in with_clock_steps(late, at(23)).updates] == [at(7), at(7), at(11)]
