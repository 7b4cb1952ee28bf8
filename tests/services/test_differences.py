"""What an edit adds, moves and removes for subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.services.differences import Difference, differences
from tests.examples import MONTH_END, NOW, POLICY, THURSDAY, a_schedule, a_window, span

SHORT = a_window(effective_from=date(2026, 11, 5), effective_until=date(2026, 11, 12))


def told(old: Schedule, new: Schedule) -> list[tuple[str, str, str]]:
    return [(each.change, each.id, each.day.isoformat()) for each in differences(old, new, now=NOW)]


def test_an_edit_that_changes_no_date_has_no_differences() -> None:
    assert told(POLICY, replace(POLICY, windows=(replace(THURSDAY, name="Weekly"), *POLICY.windows[:1]))) == []


def test_a_longer_effect_adds_and_a_shorter_one_removes() -> None:
    longer = replace(SHORT, effective_until=date(2026, 11, 19))
    assert told(a_schedule(SHORT), a_schedule(longer)) == [("added", "thursday", "2026-11-19")]
    assert told(a_schedule(longer), a_schedule(SHORT)) == [("removed", "thursday", "2026-11-19")]


def test_other_hours_move_each_date() -> None:
    assert differences(a_schedule(SHORT), a_schedule(replace(SHORT, end=time(5))), now=NOW)[0] == Difference(
        kind=Kind.MAINTENANCE,
        id="thursday",
        day=date(2026, 11, 5),
        before=span((2026, 11, 5, 7), (2026, 11, 5, 11)),
        after=span((2026, 11, 5, 7), (2026, 11, 5, 10)),
    )


def test_a_lifted_date_gives_a_window_back_and_parts_the_freeze() -> None:
    before = a_schedule(replace(THURSDAY, effective_from=date(2026, 11, 20)), freezes=(MONTH_END,))
    after = replace(before, freezes=(replace(MONTH_END, lifted=(date(2026, 11, 26),)),))
    assert told(before, after) == [
        ("moved", "month-end", "2026-11-24"),
        ("added", "thursday", "2026-11-26"),
        ("added", "month-end", "2026-11-27"),
    ]


def test_dates_outside_the_published_span_do_not_count() -> None:
    """2028 is not published in 2026."""
    until_2028 = replace(THURSDAY, effective_until=date(2028, 3, 1))
    assert told(a_schedule(until_2028), a_schedule(replace(THURSDAY, effective_until=date(2028, 1, 1)))) == []


def test_records() -> None:
    (added,) = differences(a_schedule(SHORT), a_schedule(replace(SHORT, effective_until=date(2026, 11, 19))), now=NOW)
    assert added.record() == {
        "change": "added",
        "kind": "maintenance",
        "id": "thursday",
        "day": "2026-11-19",
        "before": None,
        "after": {"start": "2026-11-19T07:00:00Z", "end": "2026-11-19T11:00:00Z"},
    }
