"""Taking back: undo, redact, and cancel silently."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest

from icsfeed.domain.changes import Change, Plan, State, Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.lifecycle import advance
from tests.changes import PLAN, a_change
from tests.examples import span, utc

LATER = replace(PLAN, span=span((2026, 12, 3, 10), (2026, 12, 3, 11)))
RENAMED = replace(PLAN, summary="Firewall patch")
NOW = utc(2026, 12, 3, 8)


def take(change: Change, step: Step, *, message: str = "", **how: Any) -> Change:  # noqa: ANN401  (any argument)
    return advance(change, step, message=message, by="bob", at=NOW, **how)


def undo(change: Change) -> Change:
    return take(change, Step.UNDO)


def test_each_step_can_be_taken_back_and_taken_again() -> None:
    tentative = a_change(announced=State.TENTATIVE)
    stages = [tentative]
    for step in (Step.CONFIRM, Step.START, Step.COMPLETE):
        stages.append(take(stages[-1], step))
    for before, after in pairwise(stages):
        back = undo(after)
        assert (back.state, back.plan) == (before.state, before.plan)
        assert back.updates[:-1] == after.updates
        assert (back.latest.step, back.latest.target) == (Step.UNDO, after.latest.number)
        again = take(back, after.latest.step or Step.UPDATE)
        assert (again.state, again.plan) == (after.state, after.plan)


def test_steps_are_taken_back_one_after_another_but_not_the_announcement() -> None:
    change = take(take(take(a_change(), Step.UPDATE, plan=LATER), Step.UPDATE, plan=RENAMED), Step.START)
    change = undo(change)
    assert (change.state, change.plan) == (State.CONFIRMED, RENAMED)
    change = undo(change)
    assert change.plan == LATER
    change = undo(change)
    assert (change.plan, change.latest.target) == (PLAN, 2)
    with pytest.raises(RefusedError) as refusal:
        undo(change)
    assert str(refusal.value) == "EC-7 has no step to take back; to withdraw the announcement, cancel it silently"


def test_a_cancellation_is_taken_back() -> None:
    cancelled = take(take(a_change(), Step.START), Step.CANCEL, message="The vendor can't")
    assert undo(cancelled).state is State.IN_PROGRESS


def test_messages_are_no_steps_and_stay() -> None:
    change = take(take(a_change(), Step.START), Step.UPDATE, message="Half way")
    back = undo(change)
    assert (back.state, back.latest.target) == (State.CONFIRMED, 2)
    assert back.updates[2].message == "Half way"


def test_a_redaction_of_all_texts_leaves_no_word_of_them() -> None:
    plan = replace(PLAN, summary="hunter2 one", reason="hunter2 two", ticket="https://t.example.com/hunter2")
    other = replace(plan, summary="hunter2 three", reason="")
    change = take(take(a_change(plan=plan), Step.UPDATE, plan=other, message="hunter2 four"), Step.START)
    after = take(change, Step.REDACT, message="A password was in it")
    assert "hunter2" not in repr(after)
    assert (after.state, after.plan.span, after.latest.message) == (
        State.IN_PROGRESS,
        PLAN.span,
        "A password was in it",
    )
    assert after.plan == replace(plan, summary="[withdrawn]", reason="", ticket="")
    assert [update.message for update in after.updates] == ["[withdrawn]", "[withdrawn]", "", "A password was in it"]
    assert [update.plan.reason for update in after.updates] == ["[withdrawn]", "", "", ""]


def test_a_redacted_change_can_have_new_texts() -> None:
    after = take(take(a_change(), Step.REDACT), Step.UPDATE, plan=RENAMED, message="Said properly")
    assert (after.plan.summary, after.latest.message) == ("Firewall patch", "Said properly")
    assert undo(after).plan.summary == "[withdrawn]"


def test_taking_a_step_back_brings_no_redacted_text_back() -> None:
    change = take(a_change(plan=replace(PLAN, summary="hunter2")), Step.UPDATE, plan=RENAMED)
    after = undo(take(take(change, Step.START), Step.REDACT))
    assert "hunter2" not in repr(after)
    assert (after.state, after.plan.summary) == (State.CONFIRMED, "[withdrawn]")


def test_a_redaction_is_not_taken_back() -> None:
    with pytest.raises(RefusedError):
        undo(take(a_change(), Step.REDACT))


def test_the_message_of_one_update_is_withdrawn() -> None:
    change = take(take(a_change(), Step.UPDATE, message="hunter2"), Step.UPDATE, message="Sorry")
    after = take(change, Step.REDACT, target=2)
    assert [update.message for update in after.updates] == ["Message 1", "[withdrawn]", "Sorry", ""]
    assert after.plan == PLAN


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (2, "update 2 of EC-7 has no message to withdraw"),
        (3, "EC-7 has no update 3; its latest is 2"),
        (0, "EC-7 has no update 0; its latest is 2"),
    ],
)
def test_a_redaction_names_an_update_with_a_message(target: int, expected: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        take(take(a_change(), Step.START), Step.REDACT, target=target)
    assert str(refusal.value) == expected


def test_nothing_is_withdrawn_twice() -> None:
    after = take(take(a_change(), Step.REDACT, target=1), Step.REDACT)
    for target, expected in (
        (None, "EC-7 has no text left to withdraw"),
        (1, "the message of update 1 of EC-7 is withdrawn already"),
    ):
        with pytest.raises(RefusedError) as refusal:
            take(after, Step.REDACT, target=target)
        assert str(refusal.value) == expected


@pytest.mark.parametrize("state", State)
def test_texts_can_be_redacted_in_every_state(state: State) -> None:
    change = a_change(announced=state)
    assert take(change, Step.REDACT).state is state


def test_a_silent_cancellation_withdraws_the_change_until_it_is_taken_back() -> None:
    withdrawn = take(a_change(), Step.CANCEL, silent=True)
    assert (withdrawn.state, withdrawn.is_withdrawn) == (State.CANCELLED, True)
    assert take(withdrawn, Step.UPDATE, message="Nobody reads this").is_withdrawn
    back = undo(withdrawn)
    assert (back.state, back.is_withdrawn) == (State.CONFIRMED, False)


def test_a_cancelled_change_can_still_be_withdrawn() -> None:
    cancelled = take(a_change(), Step.CANCEL)
    withdrawn = take(cancelled, Step.CANCEL, silent=True)
    assert withdrawn.is_withdrawn
    back = undo(withdrawn)
    assert (back.state, back.is_withdrawn) == (State.CANCELLED, False)
    assert undo(back).state is State.CONFIRMED
    with pytest.raises(RefusedError):
        take(withdrawn, Step.CANCEL, silent=True)


def test_environments_that_a_change_left() -> None:
    moved = take(a_change(), Step.UPDATE, plan=replace(PLAN, environments=frozenset({"preview"})))
    assert moved.left_environments() == {"production"}
    assert undo(moved).left_environments() == {"preview"}
    assert a_change().left_environments() == frozenset()


def test_every_text_of_a_plan_is_redacted() -> None:
    """A field that is added to plans must be thought of here."""
    texts = {field.name for field in fields(Plan) if field.type == "str"}
    assert texts == {"summary", "reason", "ticket"}
