"""Actual times: what a change shows that starts or completes at another time than planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.changes import Change, Plan, State, Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.plans import Amendment
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import zone
from tests.changes import PLAN, a_change
from tests.examples import utc

SIX_TO_TEN = Span(start=utc(2026, 12, 8, 6), end=utc(2026, 12, 8, 10))
CONFIRMED = a_change(plan=replace(PLAN, span=SIX_TO_TEN))
TENTATIVE = a_change(plan=replace(PLAN, span=SIX_TO_TEN), announced=State.TENTATIVE)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return utc(2026, 12, 8, hour).replace(minute=minute, second=second)


def take(change: Change, step: Step, when: datetime, *, plan: Plan | None = None, silent: bool = False) -> Change:
    return advance(change, step, plan=plan, message="", by="ann", at=when, silent=silent)


def after(*steps: tuple[Step, datetime]) -> Change:
    change = CONFIRMED
    for step, when in steps:
        change = take(change, step, when)
    return change


def shown(start: datetime, end: datetime) -> Span:
    return Span(start=start, end=end)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([], shown(at(6), at(10)), id="as planned before it starts"),
        pytest.param([(Step.START, at(6, 0, 40))], shown(at(6), at(10)), id="started within the planned minute"),
        pytest.param([(Step.START, at(6, 30))], shown(at(6, 30), at(10, 30)), id="started late: its planned length"),
        pytest.param([(Step.START, at(5, 30))], shown(at(5, 30), at(10)), id="started early: its planned end"),
        pytest.param([(Step.START, at(11))], shown(at(11), at(15)), id="started after its planned end"),
        pytest.param(
            [(Step.START, at(6)), (Step.COMPLETE, at(6, 30))],
            shown(at(6), at(6, 30)),
            id="completed early: it stayed until ten, in the future",
        ),
        pytest.param(
            [(Step.START, at(6)), (Step.COMPLETE, at(12))],
            shown(at(6), at(12)),
            id="completed two hours late: it ended at the planned time",
        ),
        pytest.param(
            [(Step.START, at(6)), (Step.COMPLETE, at(10, 0, 59))],
            shown(at(6), at(10)),
            id="completed within the planned minute",
        ),
        pytest.param(
            [(Step.START, at(6, 20, 5)), (Step.COMPLETE, at(6, 20, 50))],
            shown(at(6, 20), at(6, 21)),
            id="a minute at least",
        ),
        pytest.param([(Step.COMPLETE, at(8))], shown(at(6), at(8)), id="completed without a start: the planned one"),
        pytest.param([(Step.COMPLETE, at(5))], shown(at(5), at(5, 1)), id="completed before its planned start"),
        pytest.param([(Step.CANCEL, at(5))], shown(at(6), at(10)), id="cancelled before it started: as planned"),
        pytest.param(
            [(Step.START, at(6)), (Step.CANCEL, at(7))], shown(at(6), at(7)), id="cancelled in progress: until then"
        ),
        pytest.param([(Step.START, at(5)), (Step.UNDO, at(5, 5))], shown(at(6), at(10)), id="a start taken back"),
        pytest.param(
            [(Step.START, at(5)), (Step.UNDO, at(5, 5)), (Step.START, at(6, 10))],
            shown(at(6, 10), at(10, 10)),
            id="a start taken back and taken again",
        ),
        pytest.param(
            [(Step.START, at(6)), (Step.COMPLETE, at(7)), (Step.UNDO, at(7, 5))],
            shown(at(6), at(10)),
            id="a completion taken back: reopened",
        ),
        pytest.param(
            [(Step.START, at(6)), (Step.COMPLETE, at(7)), (Step.UNDO, at(7, 5)), (Step.COMPLETE, at(9))],
            shown(at(6), at(9)),
            id="reopened and completed",
        ),
        pytest.param(
            [(Step.COMPLETE, at(8)), (Step.UNDO, at(8, 1))], shown(at(6), at(10)), id="both taken back at once"
        ),
    ],
)
def test_the_span_shown(steps: list[tuple[Step, datetime]], expected: Span) -> None:
    change = after(*steps)
    assert change.shown_span == expected
    assert change.plan.span == SIX_TO_TEN


def test_actual_times_are_those_that_the_steps_were_taken_at() -> None:
    assert (CONFIRMED.actual_start, CONFIRMED.actual_end) == (None, None)
    started = after((Step.START, at(6, 20)))
    assert (started.actual_start, started.actual_end) == (at(6, 20), None)
    completed = take(started, Step.COMPLETE, at(9, 40))
    assert (completed.actual_start, completed.actual_end) == (at(6, 20), at(9, 40))
    cancelled = after((Step.CANCEL, at(5)))
    assert (cancelled.actual_start, cancelled.actual_end) == (None, None)


def test_messages_after_a_step_that_was_taken_back_do_not_count_as_the_step() -> None:
    started = after((Step.START, at(5)))
    told = advance(started, Step.UPDATE, message="We have begun", by="ann", at=at(5, 1))
    undone = take(told, Step.UNDO, at(5, 2))
    assert (undone.state, undone.actual_start, undone.shown_span) == (State.CONFIRMED, None, SIX_TO_TEN)
    assert take(undone, Step.START, at(6, 30)).actual_start == at(6, 30)


def test_changes_that_an_earlier_release_completed_show_their_planned_time() -> None:
    """Opening an old database moves no event: only the steps taken from then on have actual times."""
    begun = a_change(plan=CONFIRMED.plan).with_update(
        replace(CONFIRMED.latest, number=2, at=at(5), state=State.IN_PROGRESS)
    )
    completed = begun.with_update(replace(begun.latest, number=3, at=at(7), state=State.COMPLETED))
    assert (completed.actual_start, completed.actual_end, completed.shown_span) == (None, None, SIX_TO_TEN)
    finished = take(begun, Step.COMPLETE, at(9))
    assert (finished.actual_start, finished.actual_end) == (None, at(9))
    assert finished.shown_span == shown(at(6), at(9))


TORONTO = zone("America/Toronto")


def extended(change: Change, length: timedelta, now: datetime) -> Change:
    plan = Amendment(extension=length).of(change, TORONTO, now=now)
    return take(change, Step.UPDATE, now, plan=plan)


HOUR = timedelta(hours=1)


def test_an_extension_is_added_to_the_end_that_customers_see() -> None:
    assert extended(CONFIRMED, HOUR, at(5)).shown_span == shown(at(6), at(11))
    late = after((Step.START, at(6, 30)))
    once = extended(late, HOUR, at(8))
    assert (once.shown_span, once.plan.span) == (shown(at(6, 30), at(11, 30)), shown(at(6), at(11, 30)))
    twice = extended(once, HOUR, at(9))
    assert twice.shown_span == shown(at(6, 30), at(12, 30))
    back = take(take(twice, Step.UNDO, at(9, 1)), Step.UNDO, at(9, 2))
    assert back.shown_span == late.shown_span


def test_a_change_whose_end_is_past_can_not_be_extended() -> None:
    late = after((Step.START, at(6, 30)))
    assert extended(late, HOUR, at(10, 29)).plan.span.end == at(11, 30)
    with pytest.raises(RefusedError) as refusal:
        extended(late, HOUR, at(10, 30))
    assert str(refusal.value) == (
        "EC-7 can't be extended: its end, Tue 2026-12-08 05:30 EST, is past; update it with a new end, as a time of day"
    )


def test_a_new_end_is_the_end_however_late_the_change_started() -> None:
    late = after((Step.START, at(6, 30)))
    plan = Amendment(end=at(9)).of(late, TORONTO, now=at(7))
    assert take(late, Step.UPDATE, at(7), plan=plan).shown_span == shown(at(6, 30), at(9))
    plan = Amendment(duration=HOUR).of(late, TORONTO, now=at(7))
    assert take(late, Step.UPDATE, at(7), plan=plan).shown_span == shown(at(6, 30), at(7, 30))


def test_a_change_is_overdue_once_the_end_that_customers_see_is_past() -> None:
    late = after((Step.START, at(6, 30)))
    assert [late.is_overdue(at(10)), late.is_overdue(at(10, 30))] == [False, True]
    assert not take(late, Step.COMPLETE, at(11)).is_overdue(at(12))
    assert not CONFIRMED.is_overdue(at(11))


def test_the_planned_end_given_again_is_the_end_of_a_change_that_started_late() -> None:
    """It was refused as no change, and then made a change that was to end earlier end later."""
    late = after((Step.START, at(6, 30)))
    earlier = advance(late, Step.UPDATE, plan=late.plan, message="", by="ann", at=at(7), sets_end=True)
    assert earlier.shown_span == shown(at(6, 30), at(10))
    shorter = Amendment(end=at(9)).of(earlier, TORONTO, now=at(8))
    back = Amendment(end=at(10)).of(earlier, TORONTO, now=at(8))
    change = take(take(earlier, Step.UPDATE, at(8), plan=shorter), Step.UPDATE, at(8), plan=back)
    assert change.shown_span == shown(at(6, 30), at(10))
    assert take(take(take(change, Step.UNDO, at(9)), Step.UNDO, at(9)), Step.UNDO, at(9)).shown_span == late.shown_span
