"""A situation in which every part of a reminder has something to say, to check templates with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final

from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NOTHING
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact

_HOUR: Final = timedelta(hours=1)
_STEPS: Final = {
    State.TENTATIVE: None,
    State.CONFIRMED: None,
    State.IN_PROGRESS: Step.START,
    State.COMPLETED: Step.COMPLETE,
    State.CANCELLED: Step.CANCEL,
}
_SAMPLES: Final = (
    (Kind.EMERGENCY, State.IN_PROGRESS, -2),
    (Kind.PLANNED, State.IN_PROGRESS, 0),
    (Kind.EMERGENCY, State.TENTATIVE, 3),
    (Kind.PLANNED, State.CONFIRMED, 60),
    (Kind.EMERGENCY, State.CANCELLED, 30),
    (Kind.EMERGENCY, State.COMPLETED, -1),
)
"""The kind and state of each change, and in how many hours it starts; each is to last an hour."""


def busy_situation(situation: Situation) -> Situation:
    """The schedule of that situation at a time when one of its windows is open, if it has any, and changes of its own.

    There are changes in each state, one of them overdue, and a freeze without an end.
    """
    schedule = situation.schedule
    occurrence = next((each for each, _ in situation.happening(situation.published_span)), None)
    now = occurrence.start if occurrence is not None else situation.now
    now = now.astimezone(UTC).replace(second=0, microsecond=0)
    environments = schedule.public_environments
    if not environments:
        return situation
    changes = {}
    for number, (kind, state, hours) in enumerate(_SAMPLES, start=1):
        start = now + hours * _HOUR
        plan = Plan(
            summary="Security patch",
            environments=frozenset({min(environments)}),
            impact=Impact.OUTAGE,
            span=Span(start=start, end=start + _HOUR),
            reason="It closes a gap",
        )
        announced = Update(
            number=1, at=now - 3 * _HOUR, by="", message="We will be brief", state=State.CONFIRMED, plan=plan
        )
        later = replace(announced, number=2, at=max(min(start, now), now - 2 * _HOUR), state=state, step=_STEPS[state])
        updates = (announced, later) if _STEPS[state] is not None else (replace(announced, state=state),)
        change = Change(kind=kind, id=recorded_id(kind, number), updates=updates)
        changes[change.id] = change
    freeze = RecordedFreeze(
        id=recorded_id(Kind.FREEZE, 1),
        reason="A storm",
        environments=environments,
        started_at=now,
        started_by="",
    )
    record = replace(NOTHING, changes=changes, freezes={freeze.id: freeze})
    return Situation(schedule=_without_changes(schedule), record=record, now=now)


def _without_changes(schedule: Schedule) -> Schedule:
    return replace(schedule, changes=())
