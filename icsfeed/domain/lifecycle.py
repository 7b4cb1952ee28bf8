"""The lifecycle of a change: the one place that decides which step may follow which.

Tentative, confirmed, in progress, completed; or cancelled, at any point before the end. Each step can be taken back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from icsfeed.domain.changes import CLOCK, Change, Plan, State, Step, Update
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.redaction import WITHDRAWN_TEXT, redacted, withdrawn_plan
from icsfeed.domain.translated_texts import Translations

_LEADS_TO: Final = {
    Step.CONFIRM: State.CONFIRMED,
    Step.START: State.IN_PROGRESS,
    Step.COMPLETE: State.COMPLETED,
    Step.CANCEL: State.CANCELLED,
}

_POSSIBLE: Final = {
    State.TENTATIVE: (Step.CONFIRM, Step.UPDATE, Step.CANCEL),
    State.CONFIRMED: (Step.START, Step.COMPLETE, Step.UPDATE, Step.CANCEL),
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
    """The steps that the state allows, as a sentence: ``it can be completed, updated or cancelled``."""
    return f"it can be {_possible(state)}" if _POSSIBLE[state] else _MESSAGE_ALONE


def possible_steps(state: State) -> tuple[Step, ...]:
    """The steps that the state allows; undo and redactions depend on more than the state."""
    return _POSSIBLE[state]


def _possible(state: State) -> str:
    steps = [_PARTICIPLES[each] for each in _POSSIBLE[state]]
    return f"{', '.join(steps[:-1])} or {steps[-1]}" if steps else _MESSAGE_ALONE


def advance(
    change: Change,
    step: Step,
    *,
    plan: Plan | None = None,
    message: str,
    by: str,
    at: datetime,
    message_translations: Translations = (),
    target: int | None = None,
    silent: bool = False,
    sets_end: bool = False,
) -> Change:
    """The change after that step; ``plan`` is the new plan, where an update alters it.

    With ``sets_end``, its end also holds for a change that started late, and no longer the planned length.
    An update that only adds a message is possible in every state: there is often more to say when it is over. To
    complete a confirmed change means to start and complete it. ``target`` is the number of the update whose message a
    redaction withdraws; without it, all texts are withdrawn. A ``silent`` cancellation withdraws the whole change, also
    one that is cancelled already.

    Raises:
        RefusedError: where the state does not allow it, or nothing would change.
    """
    before = change.latest
    update = replace(
        before,
        number=before.number + 1,
        at=at,
        by=by,
        message=message,
        message_translations=message_translations,
        plan=plan or before.plan,
        state=_LEADS_TO.get(step, before.state),
        step=step,
        target=target,
        withdrawn=before.withdrawn or silent,
        promised_notice=None,
    )
    if step is Step.UNDO:
        return _with_undo(change, update)
    if step is Step.REDACT:
        return _with_redaction(change, update)
    if step is Step.UPDATE:
        if sets_end or update.plan.span != before.plan.span:
            update = replace(update, expected_end=None)
        _check_update(change, update)
    elif step not in _POSSIBLE[change.state] and not _withdraws_cancelled(change, update):
        raise RefusedError(_refusal(change, step))
    after = change.with_update(update)
    return _keeping_its_length(after) if step is Step.START else after


def _keeping_its_length(change: Change) -> Change:
    """The change that has just started; one that starts late is to take as long as planned."""
    planned, start = change.plan.span, change.actual_start
    if start is None or start <= planned.start:
        return change
    return replace(change, updates=(*change.updates[:-1], replace(change.latest, expected_end=start + planned.length)))


def with_clock_steps(change: Change, now: datetime) -> Change:
    """The change with the steps that are due at ``now`` (aware) if it is automatic, and that nobody has taken."""
    while (due := next_clock_step(change)) is not None and due[1] <= now:
        step, at = due
        after = advance(change, step, message="", by=CLOCK, at=at)
        change = replace(after, unrecorded=change.unrecorded + 1)
    return change


def next_clock_step(change: Change) -> tuple[Step, datetime] | None:
    """The next step of the clock and when it is due (UTC): a start or a completion, never before the latest update."""
    if not change.is_automatic:
        return None
    if change.state is State.CONFIRMED:
        return Step.START, max(change.plan.span.start, change.latest.at)
    if change.state is State.IN_PROGRESS:
        return Step.COMPLETE, max(change.shown_span.end, change.latest.at)
    return None


def _with_undo(change: Change, update: Update) -> Change:
    """Takes back the latest step that stands; messages stay, and so do redactions."""
    undone = next((each for each in reversed(change.standing) if _can_be_undone(change, each)), None)
    if undone is None:
        msg = f"{change.id} has no step to take back; to withdraw the announcement, cancel it silently"
        raise RefusedError(msg)
    before = change.updates[undone.number - 2]
    after = change.with_update(
        replace(
            update,
            state=before.state,
            plan=before.plan,
            withdrawn=before.withdrawn,
            expected_end=before.expected_end,
            target=undone.number,
        )
    )
    due = next_clock_step(after)
    if due is not None and due[1] <= update.at:  # the clock would take the same step again at once
        after = replace(after, updates=(*after.updates[:-1], replace(after.latest, automatic=False)))
    return after


def _can_be_undone(change: Change, update: Update) -> bool:
    return update.number > 1 and update.alters(change.updates[update.number - 2])


def _with_redaction(change: Change, update: Update) -> Change:
    if update.target is None:
        if all(redacted(each, None) == each for each in change.updates):
            msg = f"{change.id} has no text left to withdraw"
            raise RefusedError(msg)
        return change.with_update(replace(update, plan=withdrawn_plan(update.plan)))
    if not 1 <= update.target <= change.latest.number:
        msg = f"{change.id} has no update {update.target}; its latest is {change.latest.number}"
        raise RefusedError(msg)
    message = change.updates[update.target - 1].message
    if message == WITHDRAWN_TEXT:
        msg = f"the message of update {update.target} of {change.id} is withdrawn already"
        raise RefusedError(msg)
    if not message:
        msg = f"update {update.target} of {change.id} has no message to withdraw"
        raise RefusedError(msg)
    return change.with_update(update)


def _withdraws_cancelled(change: Change, update: Update) -> bool:
    return change.state is State.CANCELLED and update.withdrawn and not change.is_withdrawn


def _check_update(change: Change, update: Update) -> None:
    before, plan = change.latest, update.plan
    if not update.alters(before):
        if not update.message:
            msg = f"this would change nothing of {change.id}; say what is to be different, or add a message"
            raise RefusedError(msg)
        return
    moved = (plan.span, update.expected_end) != (before.plan.span, before.expected_end)
    if change.state.is_final:
        msg = (
            f"{change.id} is {change.state}; it can't be {'moved' if moved else 'altered'}, only a message can be added"
        )
        raise RefusedError(msg)
    if change.state is State.IN_PROGRESS and moved and plan.span.end < update.at:
        msg = (
            f"{change.id} is in progress, so it can't have ended before; give it an end that lies ahead, or complete it"
        )
        raise RefusedError(msg)
    if change.state is State.IN_PROGRESS and plan.span.start != change.plan.span.start:
        msg = f"{change.id} is in progress; its start can't be moved, only its end"
        raise RefusedError(msg)


def _refusal(change: Change, step: Step) -> str:
    if _LEADS_TO.get(step) is change.state:
        return f"{change.id} is {change.state} already; {what_next(change.state)}"
    return f"{change.id} is {change.state}; it can't be {_PARTICIPLES[step]}, only {_possible(change.state)}"
