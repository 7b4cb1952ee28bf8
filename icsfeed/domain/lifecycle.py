"""The lifecycle of a change: the one place that decides which step may follow which.

Tentative, confirmed, in progress, completed; or cancelled, at any point before the end.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from icsfeed.domain.changes import Change, Plan, State, Update
from icsfeed.domain.errors import RefusedError


class Step(StrEnum):
    """A step that an operator takes with an announced change."""

    CONFIRM = "confirm"
    START = "start"
    UPDATE = "update"
    COMPLETE = "complete"
    CANCEL = "cancel"


_LEADS_TO: Final = {
    Step.CONFIRM: State.CONFIRMED,
    Step.START: State.IN_PROGRESS,
    Step.COMPLETE: State.COMPLETED,
    Step.CANCEL: State.CANCELLED,
}

_POSSIBLE: Final = {
    State.TENTATIVE: (Step.CONFIRM, Step.UPDATE, Step.CANCEL),
    State.CONFIRMED: (Step.START, Step.UPDATE, Step.CANCEL),
    State.IN_PROGRESS: (Step.COMPLETE, Step.UPDATE, Step.CANCEL),
    State.COMPLETED: (),
    State.CANCELLED: (),
}

_PARTICIPLES: Final = {
    Step.CONFIRM: "confirmed",
    Step.START: "started",
    Step.UPDATE: "updated",
    Step.COMPLETE: "completed",
    Step.CANCEL: "cancelled",
}


_MESSAGE_ALONE: Final = "a message can be added"


def what_next(state: State) -> str:
    """The steps that the state allows, as a sentence: ``it can be started, updated or cancelled``."""
    return f"it can be {_possible(state)}" if _POSSIBLE[state] else _MESSAGE_ALONE


def _possible(state: State) -> str:
    steps = [_PARTICIPLES[each] for each in _POSSIBLE[state]]
    return f"{', '.join(steps[:-1])} or {steps[-1]}" if steps else _MESSAGE_ALONE


def advance(change: Change, step: Step, *, plan: Plan | None = None, message: str, by: str, at: datetime) -> Change:
    """The change after that step; ``plan`` is the new plan, where an update alters it.

    An update that only adds a message is possible in every state: there is often more to say when it is over.

    Raises:
        RefusedError: where the state does not allow it, or nothing would change.
    """
    plan = plan or change.plan
    if step is Step.UPDATE:
        _check_update(change, plan, message)
    elif step not in _POSSIBLE[change.state]:
        raise RefusedError(_refusal(change, step))
    update = Update(
        number=change.latest.number + 1,
        at=at,
        by=by,
        message=message,
        state=_LEADS_TO.get(step, change.state),
        plan=plan,
    )
    return change.with_update(update)


def _check_update(change: Change, plan: Plan, message: str) -> None:
    if plan == change.plan:
        if not message:
            msg = f"this would change nothing of {change.id}; say what is to be different, or add a message"
            raise RefusedError(msg)
        return
    moved = plan.span != change.plan.span
    if change.state.is_final:
        msg = (
            f"{change.id} is {change.state}; it can't be {'moved' if moved else 'altered'}, only a message can be added"
        )
        raise RefusedError(msg)
    if change.state is State.IN_PROGRESS and plan.span.start != change.plan.span.start:
        msg = f"{change.id} is in progress; its start can't be moved, only its end"
        raise RefusedError(msg)


def _refusal(change: Change, step: Step) -> str:
    if _LEADS_TO.get(step) is change.state:
        return f"{change.id} is {change.state} already; {what_next(change.state)}"
    return f"{change.id} is {change.state}; it can't be {_PARTICIPLES[step]}, only {_possible(change.state)}"
