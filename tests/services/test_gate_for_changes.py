"""The gate asked with a runway, and about one change: its verdict, why, and its next transition.

2 December 2026 is a Wednesday; the window is on Thursday the 3rd from 07:00Z to 11:00Z, November's freeze from the 24th
through the 30th (05:00Z to 05:00Z).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.situation import Situation
from icsfeed.services.gate import GateAnswer, gate
from tests.changes import PLAN, a_change, record_of
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, span, utc

BOTH = frozenset({"preview", "production"})
SCHEDULE = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), replace(THURSDAY, environments=BOTH)),
    freezes=(MONTH_END,),
)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
INSIDE = 'in the maintenance window "thursday"'
FREEZE = 'the change freeze "month-end" from 2026-11-24 through 2026-11-30'
LATER = replace(PLAN, span=span((2026, 12, 4, 8), (2026, 12, 4, 10)), reason="")
"""Friday from 03:00 to 05:00 in Toronto, outside the windows."""
FROZEN = replace(PLAN, span=span((2026, 11, 30, 20), (2026, 12, 1, 8)))
"""From within the freeze until after it."""


def ask(
    at: datetime,
    *changes: Change,
    environments: tuple[str, ...] = ("production",),
    runway: timedelta = timedelta(),
    change: str | None = None,
    now: datetime = NOW,
) -> GateAnswer:
    situation = Situation(schedule=SCHEDULE, record=record_of(*changes), now=now)
    return gate(situation, environments, at=at, runway=runway, change_id=change)


def ask_for(change: Change, at: datetime, *others: Change, now: datetime = NOW) -> tuple[str, str, datetime | None]:
    return verdict(ask(at, change, *others, environments=(), change=change.id, now=now))


def verdict(answer: GateAnswer) -> tuple[str, str, datetime | None]:
    return answer.verdict.value, answer.why, answer.next_transition


@pytest.mark.parametrize(
    ("at", "runway", "expected"),
    [
        pytest.param(
            utc(2026, 12, 3, 7),
            240 * MINUTE,
            ("OPEN", INSIDE, utc(2026, 12, 3, 7, 0, 1)),
            id="as long as the window: open at its start alone",
        ),
        pytest.param(
            utc(2026, 12, 3, 7),
            241 * MINUTE,
            (
                "CLOSED",
                f"open for only 4 h of the 4 h 1 min needed: {INSIDE[3:]} ends at Thu 2026-12-03 06:00 EST",
                None,
            ),
            id="longer than any window: never open",
        ),
        pytest.param(
            utc(2026, 12, 3, 10, 15),
            45 * MINUTE,
            ("OPEN", INSIDE, utc(2026, 12, 3, 10, 15, 1)),
            id="at the last instant from which it fits",
        ),
        pytest.param(
            utc(2026, 12, 3, 6),
            45 * MINUTE,
            ("CLOSED", "outside the maintenance windows and planned changes of production", utc(2026, 12, 3, 7)),
            id="closed anyway",
        ),
    ],
)
def test_a_window_must_be_long_enough_for_the_runway(
    at: datetime, runway: timedelta, expected: tuple[str, str, datetime | None]
) -> None:
    assert verdict(ask(at, runway=runway)) == expected


def test_an_emergency_change_ends_the_runway() -> None:
    """It starts at 08:00Z; the window goes on after it, from 09:00Z, for two hours."""
    tight = ask(utc(2026, 12, 3, 7, 30), a_change(), runway=45 * MINUTE)
    assert verdict(tight) == (
        "CLOSED",
        "open for only 30 min of the 45 min needed: the emergency change EC-7 begins at Thu 2026-12-03 03:00 EST",
        utc(2026, 12, 3, 9),
    )


def test_a_freeze_ends_the_runway() -> None:
    into_the_freeze = a_change(Kind.PLANNED, plan=replace(PLAN, span=span((2026, 11, 24), (2026, 11, 25))), number=3)
    assert verdict(ask(utc(2026, 11, 24, 4), into_the_freeze, runway=90 * MINUTE)) == (
        "CLOSED",
        f"open for only 1 h of the 1 h 30 min needed: {FREEZE} begins at Tue 2026-11-24 00:00 EST",
        utc(2026, 12, 3, 7),
    )


def test_the_environment_that_closes_first_ends_the_runway() -> None:
    """Both are open in Thursday's window; afterwards a planned change keeps production open."""
    after = a_change(Kind.PLANNED, plan=replace(LATER, span=span((2026, 12, 3, 11), (2026, 12, 3, 13))), number=3)
    at = utc(2026, 12, 3, 10)
    assert verdict(ask(at, after, runway=90 * MINUTE))[0] == "OPEN"
    assert verdict(ask(at, after, environments=("preview", "production"), runway=90 * MINUTE))[:2] == (
        "CLOSED",
        f"open for only 1 h of the 1 h 30 min needed: {INSIDE[3:]} ends at Thu 2026-12-03 06:00 EST",
    )


def test_a_runway_ends_within_what_is_published() -> None:
    last = utc(2028, 1, 1, 5) - 45 * MINUTE
    assert ask(last, runway=45 * MINUTE).next_transition is None
    with pytest.raises(BadInputError) as refusal:
        ask(last + SECOND, runway=45 * MINUTE)
    assert str(refusal.value) == (
        "a runway of 45 min from 2028-01-01T04:15:01Z on is out of reach: the gate knows 2025-01-01 through 2027-12-31"
    )


CONFIRMED = a_change(Kind.PLANNED, plan=LATER, number=3)
SOON, START, END = utc(2026, 12, 4, 7, 30), utc(2026, 12, 4, 8), utc(2026, 12, 4, 10)
NAME = "the planned change PC-3"
PLANNED_UNTIL = "planned until Fri 2026-12-04 05:00 EST"


@pytest.mark.parametrize(
    ("change", "now", "at", "expected"),
    [
        pytest.param(
            CONFIRMED,
            NOW,
            START - SECOND,
            ("CLOSED", f"{NAME} is not due until Fri 2026-12-04 03:00 EST", START),
            id="a second before its start",
        ),
        pytest.param(CONFIRMED, NOW, START, ("OPEN", f"{NAME} is due", END), id="confirmed, at its start"),
        pytest.param(
            CONFIRMED, NOW, END, ("CLOSED", f"{NAME} is confirmed, {PLANNED_UNTIL}", None), id="at its end, still ahead"
        ),
        pytest.param(
            CONFIRMED,
            END + 125 * MINUTE,
            END + 125 * MINUTE,
            ("CLOSED", f"{NAME} is confirmed, {PLANNED_UNTIL}, 2 h ago", None),
            id="never started",
        ),
        pytest.param(
            a_change(Kind.PLANNED, (State.IN_PROGRESS, SOON), plan=LATER, number=3),
            SOON,
            SOON,
            ("OPEN", f"{NAME} is due", END),
            id="started early: from then on",
        ),
        pytest.param(
            a_change(Kind.PLANNED, (State.IN_PROGRESS, SOON), plan=LATER, number=3),
            SOON,
            SOON - SECOND,
            ("CLOSED", f"{NAME} is not due until Fri 2026-12-04 02:30 EST", SOON),
            id="started early: not before",
        ),
        pytest.param(
            a_change(Kind.PLANNED, (State.IN_PROGRESS, START), plan=LATER, number=3),
            END + 20 * MINUTE,
            END + 20 * MINUTE,
            ("CLOSED", f"{NAME} is in progress, {PLANNED_UNTIL}, 20 min ago", None),
            id="overdue: it has to be given more time",
        ),
        pytest.param(
            a_change(Kind.PLANNED, (State.IN_PROGRESS, START), (State.COMPLETED, START + MINUTE), plan=LATER, number=3),
            START + MINUTE,
            START + MINUTE,
            ("CLOSED", f"{NAME} is completed", None),
            id="completed early",
        ),
        pytest.param(
            a_change(Kind.PLANNED, announced=State.TENTATIVE, plan=LATER, number=3),
            START,
            START,
            ("CLOSED", f"{NAME} is tentative", None),
            id="not confirmed",
        ),
        pytest.param(
            a_change(Kind.PLANNED, (State.CANCELLED, SOON), plan=LATER, number=3),
            START,
            START,
            ("CLOSED", f"{NAME} is cancelled", None),
            id="cancelled",
        ),
    ],
)
def test_a_change_may_run_while_it_is_due(
    change: Change, now: datetime, at: datetime, expected: tuple[str, str, datetime | None]
) -> None:
    assert ask_for(change, at, now=now) == expected


def test_an_emergency_change_does_not_close_the_gate_for_itself() -> None:
    at = utc(2026, 12, 3, 8)
    emergency = a_change()
    assert verdict(ask(at, emergency))[0] == "CLOSED"
    assert ask_for(emergency, at) == ("OPEN", "the emergency change EC-7 is due", utc(2026, 12, 3, 9))


def test_another_emergency_change_closes_it() -> None:
    other = a_change(plan=replace(PLAN, span=LATER.span), number=8)
    assert ask_for(CONFIRMED, START, other) == ("CLOSED", "the emergency change EC-8 is confirmed", None)
    before = SOON + MINUTE
    early = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, SOON), plan=other.plan, number=8)
    assert ask_for(CONFIRMED, before, early)[1] == (
        f"{NAME} is not due until Fri 2026-12-04 03:00 EST; the emergency change EC-8 is in progress"
    )
    elsewhere = replace(other.plan, environments=frozenset({"preview"}))
    assert ask_for(CONFIRMED, START, a_change(plan=elsewhere, number=8))[0] == "OPEN"


def test_another_planned_change_or_window_opens_it_for_nobody_else() -> None:
    other = a_change(Kind.PLANNED, plan=replace(PLAN, span=LATER.span), number=4)
    moved = a_change(Kind.PLANNED, plan=replace(LATER, span=span((2026, 12, 5, 8), (2026, 12, 5, 9))), number=3)
    for at in (utc(2026, 12, 3, 8), START):
        assert ask_for(moved, at, other) == (
            "CLOSED",
            f"{NAME} is not due until Sat 2026-12-05 03:00 EST",
            utc(2026, 12, 5, 8),
        )


@pytest.mark.parametrize("kind", [Kind.PLANNED, Kind.EMERGENCY])
def test_in_a_freeze_a_change_needs_a_reason(kind: Kind) -> None:
    at = utc(2026, 11, 30, 20)
    with_reason = a_change(kind, plan=FROZEN, number=3)
    name = "the planned change PC-3" if kind is Kind.PLANNED else "the emergency change EC-3"
    assert ask_for(with_reason, at) == (
        "OPEN",
        f"{name} is due, and states a reason to run in {FREEZE}",
        utc(2026, 12, 1, 8),
    )
    without = a_change(kind, plan=replace(FROZEN, reason=""), number=3)
    assert ask_for(without, at) == (
        "CLOSED",
        f"in {FREEZE}, for which {without.id} states no reason",
        utc(2026, 12, 1, 5),
    )
    assert ask_for(without, utc(2026, 12, 1, 5)) == ("OPEN", f"{name} is due", utc(2026, 12, 1, 8))


def test_a_change_of_both_environments_may_be_asked_about_for_one() -> None:
    shared = a_change(Kind.PLANNED, plan=replace(LATER, environments=BOTH), number=3)
    other = a_change(plan=replace(PLAN, span=LATER.span, environments=frozenset({"preview"})), number=8)
    assert ask(START, shared, environments=(), change="PC-3").environments == ("preview", "production")
    assert ask_for(shared, START, other)[0] == "CLOSED"
    assert verdict(ask(START, shared, other, change="pc-3"))[0] == "OPEN"


def test_a_runway_has_to_fit_into_the_time_of_the_change() -> None:
    half_past_nine = END - 30 * MINUTE
    fits = ask(half_past_nine, CONFIRMED, change="PC-3", runway=30 * MINUTE)
    assert verdict(fits) == ("OPEN", f"{NAME} is due", half_past_nine + SECOND)
    too_long = ask(half_past_nine, CONFIRMED, change="PC-3", runway=31 * MINUTE)
    assert verdict(too_long) == (
        "CLOSED",
        f"open for only 30 min of the 31 min needed: {NAME} ends at Fri 2026-12-04 05:00 EST",
        None,
    )


def taking(change: Change, *steps: tuple[Step, datetime], silent: bool = False) -> Change:
    for step, at in steps:
        change = advance(change, step, message="", by="ann", at=at, silent=silent)
    return change


def test_a_change_that_started_late_keeps_its_length() -> None:
    late = taking(CONFIRMED, (Step.START, START + 20 * MINUTE))
    assert ask_for(late, END, now=END) == ("OPEN", f"{NAME} is due", END + 20 * MINUTE)
    now = END + 25 * MINUTE
    planned_until = "planned until Fri 2026-12-04 05:20 EST"
    assert ask_for(late, now, now=now) == ("CLOSED", f"{NAME} is in progress, {planned_until}, 5 min ago", None)


def test_steps_that_were_taken_back_count_no_more() -> None:
    """A start on the wrong number used to close the gate until the change was cancelled."""
    wrong = taking(a_change(plan=LATER), (Step.START, SOON), (Step.UNDO, SOON + MINUTE))
    assert ask(SOON + MINUTE, wrong, now=SOON + MINUTE).why.startswith("outside the maintenance windows")
    assert ask_for(wrong, SOON + MINUTE)[1] == "the emergency change EC-7 is not due until Fri 2026-12-04 03:00 EST"
    cancelled = taking(CONFIRMED, (Step.CANCEL, SOON), (Step.UNDO, SOON + MINUTE))
    assert ask_for(cancelled, START) == ("OPEN", f"{NAME} is due", END)


def test_an_automatic_change_completes_by_the_clock() -> None:
    """Nobody has to complete it, so it is never late."""
    first = a_change(plan=LATER)
    automatic = replace(first, updates=(replace(first.latest, automatic=True),))
    assert ask(START, automatic, now=START).why == "the emergency change EC-7 is in progress"
    assert ask_for(automatic, END, now=END + 600 * MINUTE) == ("CLOSED", "the emergency change EC-7 is completed", None)
    assert ask(END, automatic, now=END + 600 * MINUTE).why.startswith("outside the maintenance windows")


def test_a_withdrawn_change_is_as_if_it_had_never_been() -> None:
    """Nothing that is public mentions it: not the error either, which names the latest change."""
    withdrawn = taking(a_change(Kind.PLANNED, plan=LATER, number=4), (Step.CANCEL, SOON), silent=True)
    with pytest.raises(NotFoundError) as missing:
        ask(START, CONFIRMED, withdrawn, change="PC-4")
    assert str(missing.value) == 'there is no change "PC-4"; write an id such as PC-3, which is the latest'
    with pytest.raises(NotFoundError) as none:
        ask(START, withdrawn, change="PC-4")
    assert str(none.value) == 'there is no change "PC-4"; none has been announced'


def test_a_reason_that_was_withdrawn_is_a_reason() -> None:
    redacted = taking(a_change(Kind.PLANNED, plan=FROZEN, number=3), (Step.REDACT, NOW))
    assert ask_for(redacted, utc(2026, 11, 30, 20))[:2] == (
        "OPEN",
        f"{NAME} is due, and states a reason to run in {FREEZE}",
    )


def test_changes_that_there_are_not_and_changes_of_other_environments_are_refused() -> None:
    with pytest.raises(NotFoundError) as missing:
        ask(START, CONFIRMED, change="PC-4")
    assert str(missing.value) == 'there is no change "PC-4"; write an id such as PC-3, which is the latest'
    with pytest.raises(BadInputError) as foreign:
        ask(START, CONFIRMED, environments=("production", "preview"), change="PC-3")
    assert str(foreign.value) == 'PC-3 does not touch "preview"; it touches production'
    gone = a_change(Kind.PLANNED, plan=replace(LATER, environments=frozenset({"staging"})), number=3)
    with pytest.raises(BadInputError) as removed:
        ask(START, gone, environments=(), change="PC-3")
    assert str(removed.value) == "PC-3 touches no environment of this schedule"
