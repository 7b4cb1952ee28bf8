"""The facts of reminders: what is under way, what comes, what was completed, and the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State, Step
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.services.reminders import ReminderFacts, reminder_facts
from tests.changes import a_change, after_step
from tests.examples import NOW, POLICY, SUNDAY, THURSDAY, a_schedule, a_window, span, utc
from tests.situations import a_situation

QUIET = a_schedule()
TWO = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), THURSDAY),
)


def ids_of(facts: ReminderFacts) -> dict[str, list[str]]:
    parts = {"under_way": facts.under_way, "coming": facts.coming, "finished": facts.finished, "freezes": facts.freezes}
    return {name: [item.id for item in items] for name, items in parts.items() if items}


def test_days_are_local_dates_of_which_today_is_the_first() -> None:
    """23:59 in Toronto is the next day in UTC; what starts late on the last day is covered, the next day is not."""
    late = utc(2026, 12, 3, 4, 59)
    facts = reminder_facts(Situation(schedule=TWO, now=late), days=4)
    assert facts.days == DateRange(first=date(2026, 12, 2), last=date(2026, 12, 6))
    assert ids_of(facts) == {"coming": ["thursday", "sunday"]}
    assert ids_of(reminder_facts(Situation(schedule=TWO, now=late), days=3)) == {"coming": ["thursday"]}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(utc(2026, 12, 3, 6, 59, 59), {"coming": ["thursday"]}, id="a second before it starts"),
        pytest.param(utc(2026, 12, 3, 7), {"under_way": ["thursday"]}, id="as it starts"),
        pytest.param(utc(2026, 12, 3, 10, 59, 59), {"under_way": ["thursday"]}, id="a second before it ends"),
        pytest.param(utc(2026, 12, 3, 11), {}, id="as it ends"),
    ],
)
def test_maintenance_is_under_way_from_its_start_to_its_end(now: datetime, expected: dict[str, list[str]]) -> None:
    assert ids_of(reminder_facts(Situation(schedule=TWO, now=now), days=1)) == expected


def test_what_is_under_way_has_emergencies_first_and_maintenance_last() -> None:
    """An emergency that should have ended hours ago is in progress until somebody says otherwise."""
    now = utc(2026, 12, 3, 10)
    emergency, planned = (
        a_change(kind, (State.IN_PROGRESS, utc(2026, 12, 3, 8))) for kind in (Kind.EMERGENCY, Kind.PLANNED)
    )
    facts = reminder_facts(a_situation(TWO, now=now, changes=(planned, emergency)), days=1)
    assert ids_of(facts) == {"under_way": ["EC-7", "PC-7", "thursday"]}


def test_a_change_that_nobody_has_started_is_coming_until_the_end_of_the_day() -> None:
    """Its planned time, 08:00–09:00, is no news that it took place; pages show it until midnight, too."""

    def ids_at(now: datetime, **how: Any) -> dict[str, list[str]]:  # noqa: ANN401
        return ids_of(reminder_facts(a_situation(QUIET, now=now, changes=(a_change(**how),)), days=1))

    times = (utc(2026, 12, 3, 8, 59), utc(2026, 12, 3, 9), utc(2026, 12, 4, 4, 59, 59), utc(2026, 12, 4, 5))
    assert [ids_at(now) for now in times] == [*[{"coming": ["EC-7"]}] * 3, {}]
    assert ids_at(utc(2026, 12, 3, 9), kind=Kind.PLANNED, announced=State.TENTATIVE) == {"coming": ["PC-7"]}


def test_a_change_that_nobody_has_started_counts_for_its_environments_and_kind_alone() -> None:
    situation = a_situation(TWO, now=utc(2026, 12, 3, 9, 30), changes=(a_change(),))
    assert ids_of(reminder_facts(situation, environments=frozenset({"preview"}), days=1)) == {}
    assert "EC-7" not in str(ids_of(reminder_facts(situation, kinds=frozenset({Kind.MAINTENANCE}), days=1)))
    assert "EC-7" in str(ids_of(reminder_facts(situation, environments=frozenset({"production"}), days=1)))


def test_a_completed_change_is_among_the_finished_ones_until_the_end_of_the_day() -> None:
    change = after_step(a_change(), Step.COMPLETE, utc(2026, 12, 3, 8, 30))
    until_midnight, after = utc(2026, 12, 4, 4, 59, 59), utc(2026, 12, 4, 5)
    facts = [reminder_facts(a_situation(QUIET, now=now, changes=(change,))) for now in (until_midnight, after)]
    assert [ids_of(each) for each in facts] == [{"finished": ["EC-7"]}, {}]


def test_a_cancelled_change_is_coming_as_long_as_readers_expect_it() -> None:
    """Afterwards it is among the finished ones, for the rest of the day on which it was cancelled."""
    change = after_step(a_change(), Step.CANCEL, utc(2026, 12, 3, 7, 30))
    facts = [
        reminder_facts(a_situation(QUIET, now=now, changes=(change,)))
        for now in (utc(2026, 12, 3, 8, 59), utc(2026, 12, 3, 9))
    ]
    assert [ids_of(each) for each in facts] == [{"coming": ["EC-7"]}, {"finished": ["EC-7"]}]


def test_a_withdrawn_change_is_nowhere() -> None:
    change = after_step(a_change(), Step.CANCEL, utc(2026, 12, 3, 7, 30), silent=True)
    assert ids_of(reminder_facts(a_situation(QUIET, now=utc(2026, 12, 3, 8), changes=(change,)))) == {}


def test_skipped_and_moved_maintenance() -> None:
    """A skipped occurrence is coming where readers see that, and a moved one at its new time alone."""
    now = utc(2026, 12, 1, 12)
    adjustments = (
        Skip(window_id="thursday", day=date(2026, 12, 3), reason="Audit"),
        Skip(window_id="thursday", day=date(2026, 12, 10), reason="Audit", silent=True),
        Move(window_id="sunday", day=date(2026, 12, 6), to=span((2026, 12, 8, 7), (2026, 12, 8, 11)), reason="Fair"),
    )
    facts = reminder_facts(a_situation(TWO, now=now, adjustments=adjustments), days=10)
    assert [(item.occurrence, item.state, item.span.start) for item in facts.coming] == [
        (date(2026, 12, 3), State.CANCELLED, utc(2026, 12, 3, 7)),
        (date(2026, 12, 6), None, utc(2026, 12, 8, 7)),
    ]


def test_freezes_that_hold_and_those_to_come() -> None:
    freeze = RecordedFreeze(
        id="CF-1",
        reason="Storm",
        environments=frozenset({"preview"}),
        started_at=utc(2026, 11, 23, 10),
        started_by="ann@example.com",
    )
    situation = replace(a_situation(TWO), record=Record(freezes={"CF-1": freeze}))
    facts = reminder_facts(situation, days=1)
    assert ids_of(facts) == {"coming": ["month-end"], "freezes": ["CF-1"]}
    assert [item.is_open_ended for item in (*facts.freezes, *facts.coming)] == [True, False]
    production = reminder_facts(situation, environments=frozenset({"production"}), days=1)
    assert ids_of(production) == {"coming": ["month-end"]}


def test_the_next_work_is_named_where_nothing_lies_within_the_days() -> None:
    """The freeze does not count: it is nothing that customers wait for."""
    facts = reminder_facts(Situation(schedule=TWO, now=NOW), days=6)
    assert ids_of(facts) == {"coming": ["month-end"]}
    assert facts.next is not None
    assert (facts.next.id, facts.next.span.start) == ("thursday", utc(2026, 12, 3, 7))
    assert reminder_facts(Situation(schedule=TWO, now=NOW), days=10).next is None


def test_the_next_work_may_lie_a_year_ahead_and_no_further_than_feeds_reach() -> None:
    def next_of(first: date) -> date | None:
        schedule = a_schedule(a_window(recurrence=weekly(3), effective_from=first))
        following = reminder_facts(Situation(schedule=schedule, now=NOW)).next
        return following.occurrence if following is not None else None

    assert [next_of(date(2027, 12, 30)), next_of(date(2027, 12, 31))] == [date(2027, 12, 30), None]


def test_cancelled_work_leaves_the_days_empty() -> None:
    cancelled = after_step(a_change(), Step.CANCEL, utc(2026, 11, 23, 11))
    facts = reminder_facts(a_situation(a_schedule(THURSDAY), now=utc(2026, 12, 3, 11), changes=(cancelled,)), days=1)
    assert facts.next is not None
    assert facts.next.occurrence == date(2026, 12, 10)


def test_the_policy_leaves_out_what_has_ended_or_does_not_concern_the_environment() -> None:
    schedule = replace(
        TWO, windows=(*TWO.windows, a_window(id="old", effective_until=date(2026, 11, 22))), window_order=()
    )
    facts = reminder_facts(Situation(schedule=schedule, now=NOW), environments=frozenset({"preview"}))
    assert [(row.days, row.length, row.weekly_length) for row in facts.windows] == [("Every Sunday", "4 hours", "")]
    assert [row.days for row in facts.freeze_rules] == ["The last 7 days of every month"]


def test_a_week_with_several_occurrences_has_a_total() -> None:
    schedule = a_schedule(
        a_window(recurrence=weekly(3, 6)), a_window(id="odd", recurrence=replace(weekly(3, 6), interval=2))
    )
    facts = reminder_facts(Situation(schedule=schedule, now=NOW))
    assert [(row.length, row.weekly_length) for row in facts.windows] == [("4 hours", "8 hours"), ("4 hours", "")]


def test_only_the_selected_kinds_count() -> None:
    situation = a_situation(TWO, now=utc(2026, 12, 3, 8), changes=(a_change(),))
    facts = reminder_facts(situation, kinds=frozenset({Kind.EMERGENCY}))
    assert (ids_of(facts), facts.windows, facts.freeze_rules) == ({"coming": ["EC-7"]}, (), ())


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(NotFoundError) as refusal:
        reminder_facts(Situation(schedule=TWO, now=NOW), environments=frozenset({"prod"}))
    assert str(refusal.value) == 'there is no environment "prod"; this schedule has preview, production'
