"""What was recorded and is not provided for any more, because the schedule was edited since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import ChangeFreeze, NamedDays
from icsfeed.domain.record import Record
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.subscribers import NOBODY, Action, SubscriberStep
from icsfeed.services.advice import advise
from icsfeed.services.unmatched import unmatched
from tests.changes import PLAN, a_change, record_of
from tests.examples import NOW, POLICY, THURSDAY, a_schedule, a_window, span, utc

WITHOUT_REASON = replace(PLAN, reason="")
"""03:00 to 04:00 on Thursday, 3 December, in Toronto."""

MOVE = Move(window_id="thursday", day=date(2026, 12, 10), to=span((2026, 12, 9, 17), (2026, 12, 9, 21)), reason="m")
SKIP = Skip(window_id="thursday", day=date(2026, 12, 10), reason="s")


def a_freeze(first: date, last: date | None = None) -> ChangeFreeze:
    return ChangeFreeze(id="x", name="X", pattern=NamedDays(days=DateRange(first=first, last=last or first)))


FROZEN = a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 3)),))


def adjusted(*adjustments: Adjustment) -> Record:
    return Record(adjustments={(each.window_id, each.day): each for each in adjustments})


def told(schedule: Schedule, record: Record, now: datetime = NOW) -> list[tuple[str, str]]:
    return list(unmatched(Situation(schedule=schedule, record=record, now=now)))


IN_A_FREEZE = (
    "PC-7",
    'the change lies in the change freeze "X", Thu 2026-12-03, and does not say why it can\'t wait; '
    "give a reason: icsfeed planned update PC-7 --reason …, or lift the freeze for that date, or cancel the change",
)


def test_what_is_recorded_is_told_after_what_stands_in_the_file_and_of_no_table() -> None:
    """An edit that froze a planned change, which gives no reason, was reported by nobody."""
    found = advise(Situation(schedule=FROZEN, record=record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON)), now=NOW))
    assert [(each.table, each.name, each.message) for each in found] == [("", *IN_A_FREEZE)]


@pytest.mark.parametrize(
    ("record", "now"),
    [
        pytest.param(record_of(a_change(Kind.PLANNED)), NOW, id="it says why"),
        pytest.param(record_of(a_change(plan=WITHOUT_REASON)), NOW, id="an emergency change may fall in a freeze"),
        pytest.param(
            record_of(a_change(Kind.PLANNED, (State.CANCELLED, NOW), plan=WITHOUT_REASON)), NOW, id="it was cancelled"
        ),
        pytest.param(record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON)), PLAN.span.end, id="its time has passed"),
    ],
)
def test_a_change_in_a_freeze_that_nobody_is_warned_of(record: Record, now: datetime) -> None:
    assert told(FROZEN, record, now) == []


def test_a_change_is_not_over_until_its_end_nor_while_it_is_in_progress() -> None:
    waiting = record_of(a_change(Kind.PLANNED, plan=WITHOUT_REASON))
    late = record_of(a_change(Kind.PLANNED, (State.IN_PROGRESS, PLAN.span.start), plan=WITHOUT_REASON))
    assert told(FROZEN, waiting, PLAN.span.end - timedelta(seconds=1)) == [IN_A_FREEZE]
    assert told(FROZEN, late, PLAN.span.end) == [IN_A_FREEZE]
    assert told(a_schedule(THURSDAY), waiting) == []


def test_a_change_of_an_environment_that_was_removed() -> None:
    """It was gone from every feed without a word."""
    record = record_of(
        a_change(number=1, plan=replace(PLAN, environments=frozenset({"preview", "test"}))),
        a_change(Kind.PLANNED, number=1, plan=replace(PLAN, environments=frozenset({"preview", "production"}))),
        a_change(number=2),
        a_change(Kind.EMERGENCY, (State.COMPLETED, NOW), number=3, plan=replace(PLAN, environments=frozenset({"x"}))),
    )
    assert told(POLICY, record) == [
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


MOVED = "the occurrence was moved to Wed 2026-12-09 12:00–16:00 EST but is shown nowhere: "


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        pytest.param(a_schedule(THURSDAY), None, id="it happens there"),
        pytest.param(
            a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 8), date(2026, 12, 9)),)),
            'that time lies in the change freeze "X", Tue 2026-12-08 – Wed 2026-12-09; '
            "move it elsewhere, restore it, or lift the freeze for that date",
            id="the target is frozen",
        ),
        pytest.param(
            a_schedule(THURSDAY, freezes=(a_freeze(date(2026, 12, 10)),)),
            'its own date lies in the change freeze "X", Thu 2026-12-10; '
            "lift the freeze for that date if the occurrence is to happen",
            id="the date of the policy is frozen",
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
def test_an_occurrence_that_was_moved_where_it_can_not_be_any_more(schedule: Schedule, message: str | None) -> None:
    """It vanished from all feeds, and nobody was told."""
    expected = [] if message is None else [("thursday 2026-12-10", MOVED + message)]
    assert told(schedule, adjusted(MOVE)) == expected
    assert told(schedule, adjusted(MOVE), MOVE.to.end) == []


def test_a_move_of_an_occurrence_that_the_clock_skips_now() -> None:
    window = a_window(recurrence=weekly(6), start=time(2, 15), end=time(2, 45))
    move = Move(window_id="thursday", day=date(2027, 3, 14), to=span((2027, 3, 15, 7), (2027, 3, 15, 8)), reason="m")
    assert told(a_schedule(window), adjusted(move)) == [
        (
            "thursday 2027-03-14",
            "the occurrence was moved to Mon 2027-03-15 03:00–04:00 EDT but is shown nowhere: "
            "the occurrence does not happen on its own date: the clock goes from 02:00 to 03:00 that day",
        )
    ]


def test_a_skip_that_skips_nothing_any_more() -> None:
    """What happens under another id, or on another weekday, is not what was skipped."""
    assert told(a_schedule(a_window(id="weekly")), adjusted(SKIP)) == [
        (
            "thursday 2026-12-10",
            "the skipped occurrence no longer exists: "
            'this schedule has no maintenance window "thursday"; if another occurrence replaces it, skip that one',
        )
    ]
    assert told(a_schedule(a_window(recurrence=weekly(4))), adjusted(SKIP)) == [
        (
            "thursday 2026-12-10",
            "the skipped occurrence no longer exists: "
            "thursday has no occurrence on Thu 2026-12-10; if another occurrence replaces it, skip that one",
        )
    ]
    in_the_evening, after_midnight = utc(2026, 12, 11, 4, 59), utc(2026, 12, 11, 5)
    assert len(told(a_schedule(), adjusted(SKIP), in_the_evening)) == 1
    assert told(a_schedule(), adjusted(SKIP), after_midnight) == []
    assert told(a_schedule(THURSDAY), adjusted(SKIP)) == []
    assert told(a_schedule(THURSDAY, freezes=(a_freeze(SKIP.day),)), adjusted(SKIP)) == []


def steps(*taken: tuple[Action, str, str]) -> Iterable[SubscriberStep]:
    return (SubscriberStep(action=action, name=name, at=NOW, feed=feed) for action, name, feed in taken)


def test_a_subscriber_of_a_feed_that_was_removed() -> None:
    """Their address was answered by 404, and nobody was told."""
    added = steps(
        (Action.ADD, "Acme Inc.", "preview"),
        (Action.ADD, "Other", "all"),
        (Action.ADD, "Gone", "preview"),
        (Action.REVOKE, "Gone", ""),
    )
    record = Record(subscribers=NOBODY.after(added))
    assert told(POLICY, record) == [
        (
            "subscriber Acme Inc.",
            'the private feed is "preview", which this schedule does not have: its address answers 404; '
            "put the feed back, or revoke the subscriber and add it again with another",
        )
    ]
    preview = Feed(slug="preview", name="Preview", environments=frozenset({"production"}), kinds=frozenset(Kind))
    assert told(replace(POLICY, feeds=(preview,)), record) == []
