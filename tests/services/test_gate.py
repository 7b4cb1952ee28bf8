"""The gate: when a planned change may run, why, and until when that holds.

2 December 2026 is a Wednesday; the window is on Thursday the 3rd from 07:00Z to 11:00Z, November's freeze from the 24th
through the 30th (05:00Z to 05:00Z).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.gate import GateAnswer, gate
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, TORONTO, a_schedule, span, utc

THURSDAYS = a_schedule(THURSDAY, freezes=(MONTH_END,))
TWO = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), THURSDAY),
)
OUTSIDE = "outside the maintenance windows and planned changes of production"
INSIDE = 'in the maintenance window "thursday"'
FROZEN = 'in the change freeze "month-end" from 2026-11-24 through 2026-11-30'
SECOND = timedelta(seconds=1)


def gate_at(at: datetime, record: Record = NOTHING, now: datetime = NOW) -> GateAnswer:
    return gate(Situation(schedule=THURSDAYS, record=record, now=now), ["production"], at=at)


def verdict(answer: GateAnswer) -> tuple[str, str, datetime | None]:
    return answer.verdict.value, answer.why, answer.next_transition


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(
            utc(2026, 12, 3, 7) - SECOND, ("CLOSED", OUTSIDE, utc(2026, 12, 3, 7)), id="a second before the window"
        ),
        pytest.param(utc(2026, 12, 3, 7), ("OPEN", INSIDE, utc(2026, 12, 3, 11)), id="at the start of the window"),
        pytest.param(
            utc(2026, 12, 3, 11) - SECOND, ("OPEN", INSIDE, utc(2026, 12, 3, 11)), id="in the last second of the window"
        ),
        pytest.param(utc(2026, 12, 3, 11), ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7)), id="at the end of the window"),
        pytest.param(utc(2026, 11, 24, 5) - SECOND, ("CLOSED", OUTSIDE, utc(2026, 12, 3, 7)), id="before a freeze"),
        pytest.param(
            utc(2026, 11, 24, 5) - timedelta(microseconds=1),
            ("CLOSED", OUTSIDE, utc(2026, 12, 3, 7)),
            id="in the last instant before the freeze",
        ),
        pytest.param(utc(2026, 11, 24, 5), ("CLOSED", FROZEN, utc(2026, 12, 3, 7)), id="at the freeze's start"),
        pytest.param(utc(2026, 11, 26, 8), ("CLOSED", FROZEN, utc(2026, 12, 3, 7)), id="in a frozen window"),
        pytest.param(utc(2026, 12, 1, 5), ("CLOSED", OUTSIDE, utc(2026, 12, 3, 7)), id="at the freeze's end"),
        pytest.param(utc(2026, 3, 5, 7), ("OPEN", INSIDE, utc(2026, 3, 5, 11)), id="in the previous winter"),
        pytest.param(utc(2026, 3, 12, 6), ("OPEN", INSIDE, utc(2026, 3, 12, 10)), id="an hour earlier in summer"),
    ],
)
def test_windows_and_freezes(at: datetime, expected: tuple[str, str, datetime]) -> None:
    assert verdict(gate_at(at)) == expected


def test_the_last_transition_of_the_published_span() -> None:
    """The freeze at the end of 2027 leaves no window after the one on 23 December."""
    assert verdict(gate_at(utc(2027, 12, 23, 10, 59, 59)))[2] == utc(2027, 12, 23, 11)
    assert verdict(gate_at(utc(2027, 12, 23, 11)))[2] is None


def test_a_distant_transition() -> None:
    until_june = a_schedule(replace(THURSDAY, effective_from=date(2027, 6, 3)))
    answer = gate(Situation(schedule=until_june, now=NOW), ["production"], at=NOW)
    assert verdict(answer) == ("CLOSED", OUTSIDE, utc(2027, 6, 3, 6))


def test_adjacent_windows_are_one_stretch_of_any_length() -> None:
    around_the_clock = replace(THURSDAY, recurrence=weekly(*range(7)), end=THURSDAY.start)
    answer = gate(Situation(schedule=a_schedule(around_the_clock), now=NOW), ["production"], at=NOW)
    assert verdict(answer) == ("OPEN", INSIDE, None)


@pytest.mark.parametrize(
    ("adjustment", "rows"),
    [
        pytest.param(
            Skip(window_id="thursday", day=date(2026, 12, 3), reason="Not needed", silent=True),
            [(utc(2026, 12, 3, 7), ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7)))],
            id="skipped, visibly or silently: closed",
        ),
        pytest.param(
            Move(
                window_id="thursday",
                day=date(2026, 12, 3),
                to=span((2026, 12, 4, 1), (2026, 12, 4, 2)),
                reason="Vendor on site",
            ),
            [
                (utc(2026, 12, 3, 7), ("CLOSED", OUTSIDE, utc(2026, 12, 4, 1))),
                (utc(2026, 12, 4, 1), ("OPEN", INSIDE, utc(2026, 12, 4, 2))),
                (utc(2026, 12, 4, 2), ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7))),
            ],
            id="moved: open only at the new time",
        ),
        pytest.param(
            Move(
                window_id="thursday",
                day=date(2026, 12, 3),
                to=span((2026, 11, 30, 20), (2026, 12, 1, 5, 0, 1)),
                reason="Vendor on site",
            ),
            [
                (utc(2026, 12, 1, 5), ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7))),
                (utc(2026, 12, 3, 7), ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7))),
            ],
            id="moved onto a day that was frozen later: closed",
        ),
    ],
)
def test_adjustments(adjustment: Adjustment, rows: list[tuple[datetime, tuple[str, str, datetime]]]) -> None:
    record = Record(entry=1, adjustments={(adjustment.window_id, adjustment.day): adjustment})
    for at, expected in rows:
        assert verdict(gate_at(at, record)) == expected


DURING, BEGUN = utc(2026, 12, 3, 8), utc(2026, 12, 3, 8, 30)
CONFIRMED = a_change()
IN_PROGRESS = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, BEGUN))
EARLY = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 7, 30)))
DONE = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, BEGUN), (State.COMPLETED, utc(2026, 12, 3, 8, 45)))
LATE = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, BEGUN), (State.COMPLETED, utc(2026, 12, 3, 9, 30)))
NEVER_BEGUN = a_change(Kind.EMERGENCY, (State.CANCELLED, BEGUN))
STOPPED = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, BEGUN), (State.CANCELLED, utc(2026, 12, 3, 8, 45)))
TENTATIVE = a_change(announced=State.TENTATIVE)


@pytest.mark.parametrize(
    ("change", "now", "shut"),
    [
        pytest.param(TENTATIVE, DURING, None, id="tentative: not closed yet"),
        pytest.param(CONFIRMED, NOW, (DURING, utc(2026, 12, 3, 9)), id="confirmed: closed during its span"),
        pytest.param(
            CONFIRMED, utc(2026, 12, 3, 10), (DURING, utc(2026, 12, 3, 9)), id="confirmed: open again at its end"
        ),
        pytest.param(IN_PROGRESS, BEGUN, (DURING, utc(2026, 12, 3, 9)), id="in progress: closed until its end"),
        pytest.param(
            EARLY, DURING, (utc(2026, 12, 3, 7, 30), utc(2026, 12, 3, 9)), id="started early: closed from then on"
        ),
        pytest.param(IN_PROGRESS, utc(2026, 12, 3, 9), (DURING, utc(2028, 1, 1, 5)), id="overdue: closed indefinitely"),
        pytest.param(
            DONE, utc(2026, 12, 3, 9), (DURING, utc(2026, 12, 3, 8, 45)), id="completed early: closed until then"
        ),
        pytest.param(
            LATE, utc(2026, 12, 3, 10), (DURING, utc(2026, 12, 3, 9, 30)), id="completed late: closed until then"
        ),
        pytest.param(
            STOPPED,
            utc(2026, 12, 3, 9),
            (DURING, utc(2026, 12, 3, 8, 45)),
            id="cancelled while in progress: closed until then",
        ),
        pytest.param(NEVER_BEGUN, utc(2026, 12, 3, 9), None, id="cancelled before it began: not closed"),
    ],
)
def test_an_emergency_change_closes_the_gate(
    change: Change, now: datetime, shut: tuple[datetime, datetime] | None
) -> None:
    record = record_of(change)
    is_or_was = "was in progress" if change.state.is_final else f"is {change.state}"
    if change is IN_PROGRESS and now == utc(2026, 12, 3, 9):
        is_or_was += ", planned until Thu 2026-12-03 04:00 EST"
    for quarter in range(16):
        at = utc(2026, 12, 3, 7) + quarter * timedelta(minutes=15)
        closed = shut is not None and shut[0] <= at < shut[1]
        answer = gate_at(at, record, now)
        assert (answer.verdict.value, answer.why) == (
            ("CLOSED", f"the emergency change EC-7 {is_or_was}") if closed else ("OPEN", INSIDE)
        ), at
    first = gate_at(utc(2026, 12, 3, 7), record, now).next_transition
    assert first == (shut[0] if shut is not None else utc(2026, 12, 3, 11))


def test_an_overdue_emergency_change_leaves_no_transition() -> None:
    answer = gate_at(utc(2026, 12, 3, 9), record_of(IN_PROGRESS), utc(2026, 12, 3, 9))
    late = "the emergency change EC-7 is in progress, planned until Thu 2026-12-03 04:00 EST"
    assert verdict(answer) == ("CLOSED", late, None)


@pytest.mark.parametrize(
    ("late_by", "ago"),
    [
        pytest.param(timedelta(seconds=-1), "", id="not late yet"),
        pytest.param(timedelta(seconds=59), ", planned until Thu 2026-12-03 04:00 EST", id="late by seconds"),
        pytest.param(
            timedelta(minutes=59, seconds=59), ", planned until Thu 2026-12-03 04:00 EST, 59 min ago", id="minutes"
        ),
        pytest.param(
            timedelta(hours=10, minutes=59), ", planned until Thu 2026-12-03 04:00 EST, 10 h ago", id="whole hours"
        ),
        pytest.param(timedelta(hours=47), ", planned until Thu 2026-12-03 04:00 EST, 47 h ago", id="still in hours"),
        pytest.param(timedelta(hours=71), ", planned until Thu 2026-12-03 04:00 EST, 2 days ago", id="whole days"),
    ],
)
def test_a_forgotten_change_in_progress_says_that_it_is_late(late_by: timedelta, ago: str) -> None:
    """One that nobody completed used to close the gate without a word on how long ago it should have ended."""
    now = utc(2026, 12, 3, 9) + late_by
    assert gate_at(now, record_of(IN_PROGRESS), now).why == f"the emergency change EC-7 is in progress{ago}"


STARTED_LATE = after_step(a_change(), Step.START, utc(2026, 12, 3, 8, 40))
"""Planned from 08:00 to 09:00, it is expected to end at 09:40."""


def test_a_change_that_started_late_is_late_only_after_its_planned_length() -> None:
    """Its event ends then, too. The gate used to call it late from its planned end on."""
    for now, why in (
        (utc(2026, 12, 3, 9, 39), "the emergency change EC-7 is in progress"),
        (utc(2026, 12, 3, 9, 40), "the emergency change EC-7 is in progress, planned until Thu 2026-12-03 04:40 EST"),
    ):
        assert gate_at(now, record_of(STARTED_LATE), now).why == why
    assert gate_at(utc(2026, 12, 3, 9), record_of(STARTED_LATE), utc(2026, 12, 3, 9)).next_transition == utc(
        2026, 12, 3, 9, 40
    )


def test_a_change_completed_without_a_start_was_in_progress_from_its_planned_start_on() -> None:
    """Without a start, the gate took it for one that never ran."""
    done = after_step(a_change(), Step.COMPLETE, utc(2026, 12, 3, 8, 40))
    verdicts = [
        gate_at(at, record_of(done), utc(2026, 12, 3, 10)).verdict.value
        for at in (utc(2026, 12, 3, 7, 59), utc(2026, 12, 3, 8), utc(2026, 12, 3, 8, 39), utc(2026, 12, 3, 8, 40))
    ]
    assert verdicts == ["OPEN", "CLOSED", "CLOSED", "OPEN"]
    on_friday = after_step(a_change(Kind.PLANNED, plan=FRIDAY), Step.COMPLETE, utc(2026, 12, 4, 8, 40))
    verdicts = [
        gate_at(at, record_of(on_friday), utc(2026, 12, 4, 10)).verdict.value
        for at in (utc(2026, 12, 4, 7, 59), utc(2026, 12, 4, 8), utc(2026, 12, 4, 8, 39), utc(2026, 12, 4, 8, 40))
    ]
    assert verdicts == ["CLOSED", "OPEN", "OPEN", "CLOSED"]


def test_an_emergency_change_of_another_environment_closes_nothing() -> None:
    elsewhere = a_change(plan=replace(PLAN, environments=frozenset({"preview"})))
    answer = gate(Situation(schedule=TWO, record=record_of(elsewhere), now=NOW), ["production"], at=DURING)
    assert verdict(answer) == ("OPEN", INSIDE, utc(2026, 12, 3, 11))


def test_all_reasons_are_given() -> None:
    in_the_freeze = a_change(plan=replace(PLAN, span=Span(start=utc(2026, 11, 25), end=utc(2026, 11, 26))))
    answer = gate_at(utc(2026, 11, 25), record_of(in_the_freeze))
    assert verdict(answer) == ("CLOSED", f"{FROZEN}; the emergency change EC-7 is confirmed", utc(2026, 12, 3, 7))


FRIDAY = replace(PLAN, span=span((2026, 12, 4, 8), (2026, 12, 4, 9)))
FRIDAY_BEGUN = utc(2026, 12, 4, 8, 15)


@pytest.mark.parametrize(
    ("steps", "announced", "due"),
    [
        pytest.param(
            (), State.CONFIRMED, (utc(2026, 12, 4, 8), utc(2026, 12, 4, 9)), id="confirmed: open during its span"
        ),
        pytest.param((), State.TENTATIVE, None, id="tentative: not open yet"),
        pytest.param(
            ((State.IN_PROGRESS, utc(2026, 12, 4, 7)),),
            State.CONFIRMED,
            (utc(2026, 12, 4, 8), utc(2026, 12, 4, 9)),
            id="started early: open only from the announced start",
        ),
        pytest.param(
            ((State.IN_PROGRESS, FRIDAY_BEGUN), (State.COMPLETED, utc(2026, 12, 4, 8, 45))),
            State.CONFIRMED,
            (utc(2026, 12, 4, 8), utc(2026, 12, 4, 8, 45)),
            id="completed early: open until then",
        ),
        pytest.param(
            ((State.IN_PROGRESS, FRIDAY_BEGUN), (State.COMPLETED, utc(2026, 12, 4, 9, 30))),
            State.CONFIRMED,
            (utc(2026, 12, 4, 8), utc(2026, 12, 4, 9)),
            id="completed late: open only until the announced end",
        ),
        pytest.param(
            ((State.IN_PROGRESS, utc(2026, 12, 4, 7)), (State.CANCELLED, utc(2026, 12, 4, 7, 30))),
            State.CONFIRMED,
            None,
            id="completed before the announced start",
        ),
        pytest.param(((State.CANCELLED, FRIDAY_BEGUN),), State.CONFIRMED, None, id="cancelled: not open"),
    ],
)
def test_a_planned_change_opens_the_gate(
    steps: tuple[tuple[State, datetime], ...], announced: State, due: tuple[datetime, datetime] | None
) -> None:
    record = record_of(a_change(Kind.PLANNED, *steps, plan=FRIDAY, announced=announced, number=3))
    before = gate_at(utc(2026, 12, 4), record)
    assert verdict(before) == ("CLOSED", OUTSIDE, due[0] if due else utc(2026, 12, 10, 7))
    if due is not None:
        assert verdict(gate_at(due[0], record)) == ("OPEN", "in the planned change PC-3", due[1])
        assert verdict(gate_at(due[1], record)) == ("CLOSED", OUTSIDE, utc(2026, 12, 10, 7))


def test_no_planned_change_opens_the_gate_in_a_freeze() -> None:
    """Not even one with a reason: an operator who makes an exception doesn't ask the gate."""
    plan = replace(PLAN, span=span((2026, 11, 30, 20), (2026, 12, 1, 8)))
    record = record_of(a_change(Kind.PLANNED, plan=plan, number=3))
    assert verdict(gate_at(utc(2026, 11, 30, 20), record)) == ("CLOSED", FROZEN, utc(2026, 12, 1, 5))
    assert verdict(gate_at(utc(2026, 12, 1, 5), record)) == ("OPEN", "in the planned change PC-3", utc(2026, 12, 1, 8))


def test_a_planned_change_extends_an_adjacent_window() -> None:
    plan = replace(PLAN, span=span((2026, 12, 3, 11), (2026, 12, 3, 12)))
    record = record_of(a_change(Kind.PLANNED, plan=plan, number=3))
    assert verdict(gate_at(utc(2026, 12, 3, 10), record)) == ("OPEN", INSIDE, utc(2026, 12, 3, 12))


def test_a_change_of_several_environments_may_run_while_all_are_open() -> None:
    shared = replace(TWO, windows=(replace(SUNDAY, environments=frozenset({"preview", "production"})), THURSDAY))
    both = ["production", "preview"]
    on_thursday = gate(Situation(schedule=shared, now=NOW), both, at=utc(2026, 12, 3, 7))
    assert verdict(on_thursday) == (
        "CLOSED",
        "outside the maintenance windows and planned changes of preview",
        utc(2026, 12, 6, 7),
    )
    on_sunday = gate(Situation(schedule=shared, now=NOW), both, at=utc(2026, 12, 6, 7))
    assert verdict(on_sunday) == ("OPEN", 'in the maintenance window "sunday"', utc(2026, 12, 6, 11))
    assert on_sunday.environments == ("preview", "production")
    assert gate(Situation(schedule=shared, now=NOW), (), at=utc(2026, 12, 6, 7)) == on_sunday


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(NotFoundError) as refusal:
        gate(Situation(schedule=TWO, now=NOW), ["prod"], at=NOW)
    assert str(refusal.value) == 'there is no environment "prod"; this schedule has preview, production'


@pytest.mark.parametrize("at", [utc(2025, 1, 1, 5) - SECOND, utc(2028, 1, 1, 5)])
def test_instants_beyond_the_published_span_are_refused(at: datetime) -> None:
    with pytest.raises(BadInputError) as refusal:
        gate_at(at)
    assert (
        str(refusal.value) == f"{at:%Y-%m-%dT%H:%M:%SZ} is out of reach: the gate knows 2025-01-01 through 2027-12-31"
    )
    assert gate_at(utc(2025, 1, 1, 5)).at == utc(2025, 1, 1, 5)
    assert gate_at(utc(2028, 1, 1, 5) - SECOND).at == utc(2028, 1, 1, 5) - SECOND


def test_json_has_times_in_utc_and_in_local_time() -> None:
    answer = gate_at(datetime(2026, 12, 3, 2, tzinfo=TORONTO))
    assert answer.at.tzinfo is UTC
    assert answer.as_json(TORONTO) == {
        "environments": ["production"],
        "change": None,
        "runway_seconds": None,
        "state": "OPEN",
        "why": INSIDE,
        "at_time": "2026-12-03T07:00:00Z",
        "local_at_time": "2026-12-03T02:00:00-05:00",
        "next_transition_time": "2026-12-03T11:00:00Z",
        "local_next_transition_time": "2026-12-03T06:00:00-05:00",
    }
    last = gate_at(utc(2027, 12, 30)).as_json(TORONTO)
    assert (last["next_transition_time"], last["local_next_transition_time"]) == (None, None)
