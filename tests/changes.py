"""Changes for tests, taken step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.record import Record
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from tests.examples import utc

PLAN: Final = Plan(
    summary="Security patch",
    environments=frozenset({"production"}),
    impact=Impact.OUTAGE,
    span=Span(start=utc(2026, 12, 3, 8), end=utc(2026, 12, 3, 9)),
    reason="It is being exploited",
)
ANNOUNCED: Final = utc(2026, 11, 23, 10)


def a_change(
    kind: Kind = Kind.EMERGENCY,
    *steps: tuple[State, datetime],
    number: int = 7,
    plan: Plan = PLAN,
    announced: State = State.CONFIRMED,
) -> Change:
    """A change that was announced, and then reached each of those states at the given instant."""
    updates = [
        Update(number=place, at=at, by="ann@example.com", message=f"Message {place}", state=state, plan=plan)
        for place, (state, at) in enumerate(((announced, ANNOUNCED), *steps), start=1)
    ]
    return Change(kind=kind, id=recorded_id(kind, number), updates=tuple(updates))


def after_step(change: Change, step: Step, at: datetime, message: str = "", **how: Any) -> Change:  # noqa: ANN401
    """The change after a step that ann takes; ``how`` are other arguments, or fields of a new plan."""
    known = {key: how.pop(key) for key in ("target", "silent") if key in how}
    plan = replace(change.plan, **how) if how else None
    return advance(change, step, plan=plan, message=message, by="ann@example.com", at=at, **known)


def record_of(*changes: Change, entry: int = 1) -> Record:
    """A record of only those changes."""
    return Record(entry=entry, at=ANNOUNCED, changes={change.id: change for change in changes})
