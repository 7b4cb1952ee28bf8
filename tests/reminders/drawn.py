"""Strategies for situations in which much happens near the instant: changes in every state, skips, moves, freezes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone
from tests.properties.freezes import recorded_freezes
from tests.properties.schedules import ENVIRONMENTS, NOWS, schedules

_MINUTE: Final = timedelta(minutes=1)
_HISTORIES: Final[tuple[tuple[Step, ...], ...]] = (
    (),
    (),
    (Step.START,),
    (Step.START, Step.COMPLETE),
    (Step.COMPLETE,),
    (Step.CANCEL,),
    (Step.START, Step.CANCEL),
)
_MINUTES_AHEAD: Final = st.one_of(
    st.integers(-3 * 24 * 60, 0), st.integers(-90, 90), st.integers(0, 36 * 60), st.integers(0, 30 * 24 * 60)
)
"""How far from now something starts: over, about now, today or tomorrow, within a month."""


def near(now: datetime) -> st.SearchStrategy[datetime]:
    """Whole minutes around that instant."""
    return _MINUTES_AHEAD.map(lambda minutes: now.replace(second=0, microsecond=0) + minutes * _MINUTE)


@st.composite
def changes(draw: st.DrawFn, now: datetime, number: int) -> Change:
    """An emergency or planned change, announced, and perhaps started, completed or cancelled by ``now``."""
    kind = draw(st.sampled_from((Kind.EMERGENCY, Kind.PLANNED)))
    start = draw(near(now))
    length = draw(st.sampled_from((1, 30, 60, 90, 8 * 60, 3 * 24 * 60))) * _MINUTE
    plan = Plan(
        summary=f"Work {number}",
        environments=frozenset(draw(st.sets(st.sampled_from(ENVIRONMENTS), min_size=1))),
        impact=draw(st.sampled_from(Impact)),
        span=Span(start=start, end=start + length),
        reason=draw(st.sampled_from(("", "A disk is failing"))),
    )
    at = min(now, start) - draw(st.integers(0, 3 * 24 * 60)) * _MINUTE
    first = Update(
        number=1,
        at=at,
        by="ann@example.com",
        message="",
        state=draw(st.sampled_from((State.CONFIRMED, State.CONFIRMED, State.TENTATIVE))),
        plan=plan,
        automatic=draw(st.booleans()) and draw(st.booleans()),
    )
    change = Change(kind=kind, id=recorded_id(kind, number), updates=(first,), uid_part=f"{number:010x}")
    history = draw(st.sampled_from(_HISTORIES))
    if history and change.state is State.TENTATIVE and history != (Step.CANCEL,):
        history = (Step.CONFIRM, *history)
    for step in history if not first.automatic else ():
        at += draw(st.floats(0, 1)) * (now - at)
        change = advance(change, step, message="", by="ann@example.com", at=at.replace(microsecond=0))
        at = change.latest.at
    return change


@st.composite
def adjustments(draw: st.DrawFn, schedule: Schedule, now: datetime) -> tuple[Adjustment, ...]:
    """Some occurrences within weeks of now, skipped or moved to times within a month of it."""
    adjusted: list[Adjustment] = []
    for window in schedule.windows:
        days = list(window.dates((now - timedelta(days=10)).date(), (now + timedelta(days=30)).date()))
        chosen = draw(st.lists(st.sampled_from(days), max_size=2, unique=True)) if days else []
        adjusted += [draw(_adjustment(window.id, day, now)) for day in chosen]
    return tuple(adjusted)


@st.composite
def _adjustment(draw: st.DrawFn, window_id: str, day: date, now: datetime) -> Adjustment:
    if draw(st.booleans()):
        return Skip(window_id=window_id, day=day, reason="Not needed", silent=draw(st.booleans()))
    start = draw(near(now))
    length = draw(st.sampled_from((30, 4 * 60, 30 * 60))) * _MINUTE
    return Move(window_id=window_id, day=day, to=Span(start=start, end=start + length), reason="Vendor on site")


@st.composite
def situations(draw: st.DrawFn, homes: Sequence[str] = ()) -> Situation:
    """Any policy with anything recorded, near ``now``; its calendar is in one of the zones ``homes``, or in any."""
    now = draw(NOWS)
    schedule = draw(schedules(home=zone(draw(st.sampled_from(homes))) if homes else None))
    count = draw(st.integers(0, 3))
    own = [draw(changes(now, number)) for number in range(1, count + 1)]
    adjusted = draw(adjustments(schedule, now))
    frozen = draw(recorded_freezes(now, ENVIRONMENTS))
    instants = [update.at for change in own for update in change.updates]
    ends = [each.ended_at for each in frozen if each.ended_at is not None]
    at = max((*instants, *(each.started_at for each in frozen), *ends), default=now - timedelta(days=40))
    record = Record(
        entry=1,
        at=at,
        changed_at=at,
        changes={each.id: each for each in own},
        adjustments={(each.window_id, each.day): each for each in adjusted},
        freezes={each.id: each for each in frozen},
    )
    return Situation(schedule=_with_url(schedule), record=record, now=now)


def _with_url(schedule: Schedule) -> Schedule:
    return replace(schedule, calendar=replace(schedule.calendar, url="https://maintenance.example.com"))
