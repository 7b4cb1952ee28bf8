"""Notice: which updates announce a change, and how long before its start they did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.feeds import Kind
from icsfeed.domain.notice import announces, notice_of, shortest_notice, with_promised_notice
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from tests.changes import ANNOUNCED, PLAN, a_change, after_step
from tests.examples import utc

START = PLAN.span.start  # 3 December, 08:00 UTC
LATER = utc(2026, 12, 1, 8)
TWO_DAYS = timedelta(days=2)


def planned(announced: State = State.CONFIRMED) -> Change:
    """A change announced on 23 November, 10:00 UTC: 9 days and 22 hours ahead."""
    return a_change(Kind.PLANNED, announced=announced)


def moved(change: Change, start: datetime, at: datetime = LATER) -> Change:
    return after_step(change, Step.UPDATE, at, span=Span(start=start, end=start + change.plan.span.length))


def test_the_announcement_counts() -> None:
    assert notice_of(planned(), "production").length == START - ANNOUNCED == timedelta(days=9, hours=22)


def test_a_tentative_announcement_counts_for_customers_know_the_time_from_it() -> None:
    confirmed = after_step(planned(State.TENTATIVE), Step.CONFIRM, LATER)
    assert notice_of(confirmed, "production").announced_at == ANNOUNCED
    assert not announces(confirmed, 2)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(utc(2026, 12, 3, 7), id="earlier"),
        pytest.param(utc(2026, 12, 3, 9), id="later"),
        pytest.param(utc(2026, 12, 3, 8, 0, 1), id="by a second"),
    ],
)
def test_another_start_announces_the_change_anew(start: datetime) -> None:
    change = moved(planned(), start)
    assert announces(change, 2)
    assert notice_of(change, "production").announced_at == LATER
    assert notice_of(change, "production").length == start - LATER


def test_moving_it_back_counts_from_then_on() -> None:
    back = moved(moved(planned(), utc(2026, 12, 10)), START, at=utc(2026, 12, 3, 7))
    assert notice_of(back, "production").length == timedelta(hours=1)


def test_so_does_taking_back_a_move() -> None:
    undone = after_step(moved(planned(), utc(2026, 12, 10)), Step.UNDO, utc(2026, 12, 3, 7))
    assert undone.plan.span.start == START
    assert notice_of(undone, "production").length == timedelta(hours=1)


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param({"span": Span(start=START, end=utc(2026, 12, 3, 12))}, id="an extension"),
        pytest.param({"span": Span(start=START, end=utc(2026, 12, 3, 8, 30))}, id="an earlier end"),
        pytest.param({"impact": Impact.NO_IMPACT}, id="another impact"),
        pytest.param({"summary": "Another patch"}, id="another summary"),
    ],
)
def test_nothing_else_is_an_announcement(altered: dict[str, Any]) -> None:
    change = after_step(planned(), Step.UPDATE, LATER, **altered)
    assert not announces(change, 2)
    assert notice_of(change, "production").announced_at == ANNOUNCED


@pytest.mark.parametrize("step", [Step.START, Step.COMPLETE, Step.CANCEL])
def test_the_lifecycle_announces_nothing(step: Step) -> None:
    change = after_step(planned(), step, START)
    assert not announces(change, 2)
    assert notice_of(change, "production").announced_at == ANNOUNCED


def test_customers_of_an_added_environment_hear_of_it_then() -> None:
    change = after_step(planned(), Step.UPDATE, LATER, environments=frozenset({"preview", "production"}))
    assert announces(change, 2)
    assert notice_of(change, "production").announced_at == ANNOUNCED
    assert notice_of(change, "preview").announced_at == LATER
    assert shortest_notice(change) == notice_of(change, "preview")


def test_an_environment_that_came_back_counts_from_its_return() -> None:
    both = frozenset({"preview", "production"})
    joined = after_step(planned(), Step.UPDATE, LATER, environments=both)
    left = after_step(joined, Step.UPDATE, LATER, environments=frozenset({"preview"}))
    back = after_step(left, Step.UPDATE, utc(2026, 12, 2), environments=both)
    assert notice_of(back, "production").announced_at == utc(2026, 12, 2)
    assert notice_of(back, "preview").announced_at == LATER


def test_a_cancellation_that_was_taken_back_announces_it_anew() -> None:
    undone = after_step(after_step(planned(), Step.CANCEL, LATER), Step.UNDO, utc(2026, 12, 3, 7))
    assert notice_of(undone, "production").length == timedelta(hours=1)


def test_but_not_while_it_is_in_progress() -> None:
    started = after_step(planned(), Step.START, START)
    undone = after_step(after_step(started, Step.CANCEL, utc(2026, 12, 3, 8, 10)), Step.UNDO, utc(2026, 12, 3, 8, 12))
    assert undone.is_in_progress
    assert notice_of(undone, "production").announced_at == ANNOUNCED


def with_announcement_at(at: datetime) -> Change:
    update = Update(number=1, at=at, by="ann", message="", state=State.CONFIRMED, plan=PLAN, promised_notice=TWO_DAYS)
    return Change(kind=Kind.PLANNED, id="PC-1", updates=(update,))


@pytest.mark.parametrize(
    ("at", "is_short"),
    [
        pytest.param(utc(2026, 12, 1, 7, 59, 59), False, id="a second more"),
        pytest.param(utc(2026, 12, 1, 8), False, id="as promised"),
        pytest.param(utc(2026, 12, 1, 8, 0, 59), False, id="within the minute"),
        pytest.param(utc(2026, 12, 1, 8, 1), True, id="a minute too late"),
        pytest.param(utc(2026, 12, 3, 9), True, id="after it had begun"),
    ],
)
def test_notice_counts_to_the_minute(at: datetime, is_short: bool) -> None:
    assert notice_of(with_announcement_at(at), "production").is_short is is_short


def test_notice_is_negative_after_the_start() -> None:
    assert notice_of(with_announcement_at(utc(2026, 12, 3, 8, 20, 30)), "production").length == -timedelta(minutes=20)


def test_where_nothing_was_promised_no_notice_is_short() -> None:
    change = a_change(Kind.PLANNED, plan=PLAN)
    assert notice_of(change, "production").promised is None
    assert not notice_of(change, "production").is_short


def test_each_announcement_keeps_the_promise_of_its_time() -> None:
    first = with_promised_notice(planned(), timedelta(days=3))
    later = with_promised_notice(moved(first, utc(2026, 12, 4)), TWO_DAYS, since=2)
    said = after_step(later, Step.UPDATE, LATER, message="The vendor is ready")
    assert [each.promised_notice for each in said.updates] == [timedelta(days=3), TWO_DAYS, None]
    assert notice_of(said, "production").promised == TWO_DAYS


def test_a_promise_reaches_all_announcements_of_a_history() -> None:
    history = after_step(moved(planned(), utc(2026, 12, 4)), Step.UPDATE, LATER, message="The vendor is ready")
    promised = with_promised_notice(history, TWO_DAYS)
    assert [each.promised_notice for each in promised.updates] == [TWO_DAYS, TWO_DAYS, None]
    assert with_promised_notice(history, None) is history
