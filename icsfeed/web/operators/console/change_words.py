"""Changes in words for operators: rows of a list, a change's facts, and its history with who did what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import possible_steps
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.services.policy_rows import environments_text
from icsfeed.web.operators.console.layout import Visit
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import phrase_in
from icsfeed.words.terms import IMPACT_NAMES, KIND_NAMES, STATE_NAMES
from icsfeed.words.updates import differences_in_words, update_title

STEP_VERBS: Final = {
    Step.CONFIRM: phrase_in("button", "Confirm"),
    Step.START: phrase_in("button", "Start"),
    Step.UPDATE: phrase_in("button", "Update or move"),
    Step.COMPLETE: phrase_in("button", "Complete"),
    Step.CANCEL: phrase_in("button", "Cancel the change"),
    Step.UNDO: phrase_in("button", "Undo the latest step"),
    Step.REDACT: phrase_in("button", "Withdraw all texts"),
}
_ONE_MINUTE: Final = timedelta(minutes=1)
_NEXT_STEPS: Final = (Step.CONFIRM, Step.START, Step.COMPLETE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """A change in a list; ``next_steps`` take it further, with what the buttons say.

    ``lateness`` says that its time has passed without a step.
    """

    change: Change
    kind: Kind
    kind_name: str
    state: State
    state_name: str
    summary: str
    when: str
    environments: str
    impact: str
    lateness: str
    is_editable: bool
    can_be_extended: bool
    next_steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateRow:
    """An update in a change's history; ``has_message`` means that its message can be withdrawn."""

    number: int
    at: str
    by: str
    title: str
    differences: tuple[str, ...]
    messages: tuple[str, ...]
    has_message: bool


def change_row(change: Change, visit: Visit) -> ChangeRow:
    say, is_editable = visit.say, change.is_recorded
    steps = [each for each in _NEXT_STEPS if each in possible_steps(change.state)] if is_editable else []
    if change.state is State.CONFIRMED and change.shown_span.start > visit.now:
        steps = [Step.START]
    return ChangeRow(
        change=change,
        kind=change.kind,
        kind_name=say(KIND_NAMES[change.kind]),
        state=change.state,
        state_name=say(STATE_NAMES[change.state]),
        summary=change.plan.summary,
        when=str(visit.dates.span(change.shown_span)),
        environments=environments_text(visit.situation.schedule, change.plan.environments),
        impact=sentence(say(IMPACT_NAMES[change.plan.impact])),
        lateness=_lateness(change, visit),
        is_editable=is_editable,
        can_be_extended=is_editable and can_be_extended(change, visit),
        next_steps=tuple((each.value, say(STEP_VERBS[each])) for each in steps),
    )


def can_be_extended(change: Change, visit: Visit) -> bool:
    return Step.UPDATE in possible_steps(change.state) and change.shown_span.end > visit.now


def update_rows(change: Change, visit: Visit) -> tuple[UpdateRow, ...]:
    """The history, the latest update first."""
    return tuple(_update_row(change, each, visit) for each in reversed(change.updates))


def _update_row(change: Change, update: Update, visit: Visit) -> UpdateRow:
    has_message = update.message not in {"", WITHDRAWN_TEXT} and not change.is_withdrawn
    return UpdateRow(
        number=update.number,
        at=visit.dates.moment(update.at),
        by=update.by,
        title=update_title(change, update, visit.language),
        differences=differences(change, update.number, visit),
        messages=tuple(_messages(update)),
        has_message=has_message and change.is_recorded,
    )


def differences(change: Change, number: int, visit: Visit) -> tuple[str, ...]:
    """What the update of that number altered, as the operator reads it."""
    names = visit.situation.schedule.environment_names
    return tuple(differences_in_words(change, number, visit.dates, names))


def _messages(update: Update) -> Iterator[str]:
    if update.message:
        yield update.message
    yield from (each.text for each in update.message_translations if each.text != update.message)


def _lateness(change: Change, visit: Visit) -> str:
    end = change.shown_span.end
    if change.state.is_final:
        return ""
    if change.is_overdue(visit.now):
        return visit.say("It was to end {end}", end=visit.dates.moment(end))
    if change.state is not State.IN_PROGRESS and end <= visit.now:
        return visit.say("Its time has passed")
    if change.state is State.CONFIRMED and change.shown_span.start + _ONE_MINUTE < visit.now:
        return visit.say("It was to start {start}", start=visit.dates.moment(change.shown_span.start))
    return ""
