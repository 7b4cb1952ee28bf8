"""Recorded work that no longer matches the schedule after an edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.subscribers import NOBODY, Action, SubscriberStep
from icsfeed.services.advice import advise
from icsfeed.services.unmatched import unmatched
from tests.changes import PLAN, a_change, record_of
from tests.examples import NOW, POLICY, THURSDAY, TORONTO, a_schedule, a_window, span, utc

WITHOUT_REASON = replace(PLAN, reason="")
"""03:00 to 04:00 on Thursday, 3 December, in Toronto."""

MOVE = Move(window_id="thursday", day=date(2026, 12, 10), to=span((2026, 12, 9, 17), (2026, 12, 9, 21)), reason="m")
SKIP = Skip(window_id="thursday", day=date(2026, 12, 10), reason="s")


def a_freeze(first: date, last: date | None = None) -> ChangeFreeze:
    return ChangeFreeze(
        zone=TORONTO, id="x", name="X", pattern=NamedDays(days=DateRange(first=first, last=last or first))
    )


FROZEN = a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 3)),))


def record_with(*adjustments: Adjustment) -> Record:
    return Record(adjustments={(each.window_id, each.day): each for each in adjustments})


def warnings(schedule: Schedule, record: Record, now: datetime = NOW) -> list[tuple[str, str]]:
    return list(unmatched(Situation(schedule=schedule, record=record, now=now)))


def a_recorded_freeze(*environments: str) -> RecordedFreeze:
    return RecordedFreeze(
        id="CF-1", reason="x", environments=frozenset(environments), started_at=NOW, started_by="ann", uid_part="0"
    )


IN_A_FREEZE = (
    "PC-7",
    'the change lies in the change freeze "X", Thu 2026-12-03, and does not say why it can\'t wait; '
    "give a reason: icsfeed planned update PC-7 --reason …, or lift the freeze for that date, or cancel the change",
)


def test_recorded_work_is_listed_after_the_files_warnings_and_without_a_table() -> None:
    """An edit that froze a planned change without a reason was not reported."""
    advice = advise(Situation(schedule=FROZEN, record=record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON)), now=NOW))
    assert [(each.table, each.name, each.message) for each in advice] == [("", *IN_A_FREEZE)]


@pytest.mark.parametrize(
    ("record", "now"),
    [
        pytest.param(record_of(a_change(Kind.PLANNED)), NOW, id="it has a reason"),
        pytest.param(record_of(a_change(plan=WITHOUT_REASON)), NOW, id="an emergency change may fall in a freeze"),
        pytest.param(
            record_of(a_change(Kind.PLANNED, (State.CANCELLED, NOW), plan=WITHOUT_REASON)), NOW, id="it is cancelled"
        ),
        pytest.param(record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON)), PLAN.span.end, id="its time has passed"),
    ],
)
def test_changes_in_a_freeze_without_a_warning(record: Record, now: datetime) -> None:
    assert warnings(FROZEN, record, now) == []


def test_the_warning_lasts_until_the_end_and_while_the_change_is_in_progress() -> None:
    waiting = record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON))
    late = record_of(a_change(Kind.PLANNED, (State.IN_PROGRESS, PLAN.span.start), plan=WITHOUT_REASON))
    assert warnings(FROZEN, waiting, PLAN.span.end - timedelta(seconds=1)) == [IN_A_FREEZE]
    assert warnings(FROZEN, late, PLAN.span.end) == [IN_A_FREEZE]
    assert warnings(a_schedule(THURSDAY), waiting) == []


def test_a_change_of_an_environment_that_was_removed() -> None:
    """It disappeared from every feed without a warning."""
    record = record_of(
        a_change(number=1, plan=replace(PLAN, environments=frozenset({"preview", "test"}))),
        a_change(Kind.PLANNED, number=1, plan=replace(PLAN, environments=frozenset({"preview", "production"}))),
        a_change(number=2),
        a_change(Kind.EMERGENCY, (State.COMPLETED, NOW), number=3, plan=replace(PLAN, environments=frozenset({"x"}))),
    )
    assert warnings(POLICY, record) == [
        (
            "EC-1",
            "the change touches environments that this schedule lacks (preview, test): no feed shows it; put them "
            "back until the change is over, or name others: icsfeed emergency update EC-1 --environment …",
        ),
        (
            "PC-1",
            "the change touches environments that this schedule lacks (preview): only feeds that have production "
            "show it; put them back until the change is over, or name others: icsfeed planned update PC-1 "
            "--environment …",
        ),
    ]


MOVED = "the occurrence was moved to Wed 2026-12-09 12:00–16:00 EST but is no longer shown, because "


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        pytest.param(a_schedule(THURSDAY), None, id="it happens at its new time"),
        pytest.param(
            a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 8), date(2026, 12, 9)),)),
            'that time lies in the change freeze "X", Tue 2026-12-08 – Wed 2026-12-09; '
            "move it elsewhere, restore it, or lift the freeze for that date",
            id="the new time is frozen",
        ),
        pytest.param(
            a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 10)),)),
            'its own date lies in the change freeze "X", Thu 2026-12-10; '
            "lift the freeze for that date if the occurrence is to happen",
            id="the original date is frozen",
        ),
        pytest.param(
            a_schedule(a_window(id="weekly")),
            'this schedule has no maintenance window "thursday"; if another occurrence replaces it, move that one',
            id="the window has another id",
        ),
        pytest.param(
            a_schedule(a_window(recurrence=weekly(4))),
            "thursday has no occurrence on Thu 2026-12-10; if another occurrence replaces it, move that one",
            id="the window has another weekday",
        ),
    ],
)
def test_a_moved_occurrence_that_can_not_happen_any_more(schedule: Schedule, message: str | None) -> None:
    """It disappeared from all feeds without a warning."""
    expected = [] if message is None else [("thursday 2026-12-10", MOVED + message)]
    assert warnings(schedule, record_with(MOVE)) == expected
    assert warnings(schedule, record_with(MOVE), MOVE.to.end) == []


def test_a_moved_occurrence_that_the_clock_now_skips() -> None:
    window = a_window(recurrence=weekly(6), start=time(2, 15), end=time(2, 45))
    move = Move(window_id="thursday", day=date(2027, 3, 14), to=span((2027, 3, 15, 7), (2027, 3, 15, 8)), reason="m")
    assert warnings(a_schedule(window), record_with(move)) == [
        (
            "thursday 2027-03-14",
            "the occurrence was moved to Mon 2027-03-15 03:00–04:00 EDT but is no longer shown, because "
            "the occurrence does not happen on its own date: the clock goes from 02:00 to 03:00 that day",
        )
    ]


def test_a_skip_without_an_occurrence() -> None:
    """An occurrence with another id or weekday is not the one that was skipped."""
    assert warnings(a_schedule(a_window(id="weekly")), record_with(SKIP)) == [
        (
            "thursday 2026-12-10",
            "the skipped occurrence no longer exists, because "
            'this schedule has no maintenance window "thursday"; if another occurrence replaces it, skip that one',
        )
    ]
    assert warnings(a_schedule(a_window(recurrence=weekly(4))), record_with(SKIP)) == [
        (
            "thursday 2026-12-10",
            "the skipped occurrence no longer exists, because "
            "thursday has no occurrence on Thu 2026-12-10; if another occurrence replaces it, skip that one",
        )
    ]
    in_the_evening, after_midnight = utc(2026, 12, 11, 4, 59), utc(2026, 12, 11, 5)
    assert len(warnings(a_schedule(), record_with(SKIP), in_the_evening)) == 1
    assert warnings(a_schedule(), record_with(SKIP), after_midnight) == []
    assert warnings(a_schedule(THURSDAY), record_with(SKIP)) == []
    assert warnings(a_schedule(THURSDAY, freezes=(a_freeze(SKIP.day),)), record_with(SKIP)) == []


def steps(*actions: tuple[Action, str, str]) -> Iterable[SubscriberStep]:
    return (SubscriberStep(action=action, name=name, at=NOW, feed=feed) for action, name, feed in actions)


def test_a_subscriber_of_a_feed_that_was_removed() -> None:
    """Their address was answered with 404 without a warning."""
    added = steps(
        (Action.ADD, "Acme Inc.", "preview"),
        (Action.ADD, "Other", "all"),
        (Action.ADD, "Gone", "preview"),
        (Action.REVOKE, "Gone", ""),
    )
    record = Record(subscribers=NOBODY.after(added))
    assert warnings(POLICY, record) == [
        (
            "subscriber Acme Inc.",
            'the private feed is "preview", which this schedule does not have: its address answers 404; '
            "put the feed back, or revoke the subscriber and add it again with another",
        )
    ]
    preview = Feed(slug="preview", name="Preview", environments=frozenset({"production"}), kinds=frozenset(Kind))
    assert warnings(replace(POLICY, feeds=(preview,)), record) == []


@pytest.mark.parametrize(
    ("environments", "effect"),
    [
        (("acme", "globex"), "it freezes nothing"),
        (("acme", "globex", "production"), "it freezes only the others"),
    ],
)
def test_a_freeze_of_environments_that_are_gone(environments: tuple[str, ...], effect: str) -> None:
    """A freeze that nobody ended stayed in the record for ever, unnoticed."""
    freeze = a_recorded_freeze(*environments)
    assert warnings(POLICY, Record(freezes={"CF-1": freeze})) == [
        (
            "CF-1",
            f"the freeze names environments that this schedule lacks (acme, globex): {effect}; put them back, or "
            "end it: icsfeed freeze end CF-1",
        )
    ]
    assert warnings(POLICY, Record(freezes={"CF-1": freeze.ended(at=NOW, by="ann")}), utc(2027, 1, 1)) == []
    assert warnings(POLICY, Record(freezes={"CF-1": a_recorded_freeze("production")})) == []
