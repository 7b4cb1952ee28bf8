"""What an edit adds, moves and removes for subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.freezes import ChangeFreeze, NamedDays
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.services.differences import Difference, Differences, Edit, FeedDifference, differences
from tests.changes import PLAN, a_change, record_of
from tests.examples import MONTH_END, NOW, POLICY, THURSDAY, a_schedule, a_window, span

SHORT = a_window(effective_from=date(2026, 11, 5), effective_until=date(2026, 11, 12))

BOTH = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
PREVIEW = Feed(slug="preview", name="Preview", environments=frozenset({"preview"}), kinds=frozenset(Kind))
PRODUCTION = replace(PREVIEW, slug="production", environments=frozenset({"production"}))


def told(old: Schedule, new: Schedule) -> list[tuple[str, str, str]]:
    return [
        (each.change, each.id, each.day.isoformat())
        for each in differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).dates
    ]


def test_an_edit_that_changes_no_date_has_no_differences() -> None:
    assert told(POLICY, replace(POLICY, windows=(replace(THURSDAY, name="Weekly"), *POLICY.windows[:1]))) == []


def test_a_longer_effect_adds_and_a_shorter_one_removes() -> None:
    longer = replace(SHORT, effective_until=date(2026, 11, 19))
    assert told(a_schedule(SHORT), a_schedule(longer)) == [("added", "thursday", "2026-11-19")]
    assert told(a_schedule(longer), a_schedule(SHORT)) == [("removed", "thursday", "2026-11-19")]


def test_other_hours_move_each_date() -> None:
    assert differences(
        Situation(schedule=a_schedule(SHORT), now=NOW),
        Situation(schedule=a_schedule(replace(SHORT, end=time(5))), now=NOW),
    ).dates[0] == Difference(
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
    longer = a_schedule(replace(SHORT, effective_until=date(2026, 11, 19)), feeds=(PREVIEW,))
    assert differences(
        Situation(schedule=a_schedule(SHORT), now=NOW), Situation(schedule=longer, now=NOW)
    ).as_json() == {
        "uid_domain": None,
        "feeds": [{"change": "added", "slug": "preview"}],
        "dates": [
            {
                "change": "added",
                "kind": "maintenance",
                "id": "thursday",
                "day": "2026-11-19",
                "before": None,
                "after": {"start": "2026-11-19T07:00:00Z", "end": "2026-11-19T11:00:00Z"},
            }
        ],
    }


def test_a_feed_loses_and_gains_what_touches_other_environments() -> None:
    """Every window of a feed's subscribers was gone, and the dates were the same: nothing was told."""
    old = a_schedule(SHORT, environments=BOTH, feeds=(PREVIEW, PRODUCTION), freezes=(MONTH_END,))
    new = replace(old, windows=(replace(SHORT, environments=frozenset({"preview"})),))
    days = (date(2026, 11, 5), date(2026, 11, 12))
    gone = FeedDifference(slug="production", change=Edit.REMOVED, kind=Kind.MAINTENANCE, id="thursday", days=days)
    come = replace(gone, slug="preview", change=Edit.ADDED)
    assert differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)) == Differences(
        uid_domain=None, feeds=(come, gone), dates=()
    )
    assert gone.as_json() == {
        "change": "removed",
        "slug": "production",
        "kind": "maintenance",
        "id": "thursday",
        "days": ["2026-11-05", "2026-11-12"],
    }


def test_a_feed_of_other_kinds_loses_freezes_too() -> None:
    old = a_schedule(feeds=(PREVIEW,), freezes=(MONTH_END,), environments=BOTH)
    new = replace(old, feeds=(replace(PREVIEW, kinds=frozenset({Kind.MAINTENANCE})),))
    (lost,) = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).feeds
    assert (lost.change, lost.kind, lost.id, len(lost.days)) == (Edit.REMOVED, Kind.FREEZE, "month-end", 36)


def test_a_date_that_comes_or_goes_is_told_once_and_of_no_feed() -> None:
    old = a_schedule(SHORT, environments=BOTH, feeds=(PRODUCTION,))
    new = replace(old, windows=(replace(SHORT, effective_until=date(2026, 11, 5)),))
    found = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW))
    assert (len(found.dates), found.feeds) == (1, ())


def test_feeds_that_vanish_and_come() -> None:
    """With the first [[feeds]], the automatic ones are no longer published."""
    old, new = a_schedule(feeds=(PREVIEW, PRODUCTION)), a_schedule(feeds=(PRODUCTION, replace(PREVIEW, slug="test")))
    assert differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).feeds == (
        FeedDifference(slug="preview", change=Edit.REMOVED),
        FeedDifference(slug="test", change=Edit.ADDED),
    )


def test_another_uid_domain_makes_every_event_a_new_one() -> None:
    new = replace(POLICY, calendar=replace(POLICY.calendar, uid_domain="status.example.com"))
    found = differences(Situation(schedule=POLICY, now=NOW), Situation(schedule=new, now=NOW))
    domains = ("maintenance.example.com", "status.example.com")
    assert found == Differences(uid_domain=domains, feeds=(), dates=())
    assert found.as_json()["uid_domain"] == {"before": domains[0], "after": domains[1]}


MOVE = Move(window_id="thursday", day=date(2026, 11, 12), to=span((2026, 11, 11, 17), (2026, 11, 11, 21)), reason="m")
SKIP = Skip(window_id="thursday", day=date(2026, 11, 5), reason="s")
ADJUSTED = Record(adjustments={(each.window_id, each.day): each for each in (MOVE, SKIP)})


def frozen(day: date) -> ChangeFreeze:
    return ChangeFreeze(id="x", name="X", pattern=NamedDays(days=DateRange(first=day, last=day)))


@pytest.mark.parametrize("day", [pytest.param(11, id="where it was moved to"), pytest.param(12, id="its own")])
def test_a_freeze_over_a_day_of_an_occurrence_that_was_moved(day: int) -> None:
    """It vanished from where subscribers saw it, and was not told, or as of where it was before."""
    old, new = a_schedule(SHORT), a_schedule(SHORT, freezes=(frozen(date(2026, 11, day)),))
    (gone,) = (
        each
        for each in differences(
            Situation(schedule=old, record=ADJUSTED, now=NOW), Situation(schedule=new, record=ADJUSTED, now=NOW)
        ).dates
        if each.kind is Kind.MAINTENANCE
    )
    expected = Difference(kind=Kind.MAINTENANCE, id="thursday", day=MOVE.day, before=MOVE.to, after=None)
    assert gone == expected


def test_what_an_edit_does_not_touch_where_operators_adjusted_it() -> None:
    """Other hours are not seen of an occurrence that was skipped, or moved to hours of its own."""
    assert differences(
        Situation(schedule=a_schedule(SHORT), record=ADJUSTED, now=NOW),
        Situation(schedule=a_schedule(replace(SHORT, end=time(5))), record=ADJUSTED, now=NOW),
    ) == (Differences(uid_domain=None, feeds=(), dates=()))


def test_another_id_leaves_adjustments_behind() -> None:
    found = differences(
        Situation(schedule=a_schedule(SHORT), record=ADJUSTED, now=NOW),
        Situation(schedule=a_schedule(replace(SHORT, id="weekly")), record=ADJUSTED, now=NOW),
    ).dates
    assert [(each.change, each.id, each.day.day, each.before or each.after) for each in found] == [
        (Edit.ADDED, "weekly", 5, span((2026, 11, 5, 7), (2026, 11, 5, 11))),
        (Edit.REMOVED, "thursday", 12, MOVE.to),
        (Edit.ADDED, "weekly", 12, span((2026, 11, 12, 7), (2026, 11, 12, 11))),
    ]


def test_recorded_changes_go_and_come_with_their_environment() -> None:
    """They were gone from every feed, and no date had changed."""
    both, one = a_schedule(environments=BOTH), a_schedule()
    of_preview = replace(PLAN, environments=frozenset({"preview"}))
    record = record_of(
        a_change(number=1, plan=of_preview),
        a_change(Kind.PLANNED, number=1, plan=replace(PLAN, environments=frozenset({"preview", "production"}))),
        a_change(Kind.EMERGENCY, (State.CANCELLED, NOW), number=2, plan=of_preview),
    )
    day, during = date(2026, 12, 3), PLAN.span
    removed = Difference(kind=Kind.EMERGENCY, id="EC-1", day=day, before=during, after=None)
    assert differences(
        Situation(schedule=both, record=record, now=NOW), Situation(schedule=one, record=record, now=NOW)
    ).dates == (removed,)
    added = replace(removed, before=None, after=during)
    assert differences(
        Situation(schedule=one, record=record, now=NOW), Situation(schedule=both, record=record, now=NOW)
    ).dates == (added,)


def test_a_feed_gains_recorded_changes_with_an_environment() -> None:
    old = a_schedule(environments=BOTH, feeds=(PRODUCTION,))
    new = replace(old, feeds=(replace(PRODUCTION, environments=frozenset({"preview", "production"})),))
    record = record_of(a_change(number=1, plan=replace(PLAN, environments=frozenset({"preview"}))))
    day = (date(2026, 12, 3),)
    come = FeedDifference(slug="production", change=Edit.ADDED, kind=Kind.EMERGENCY, id="EC-1", days=day)
    assert differences(
        Situation(schedule=old, record=record, now=NOW), Situation(schedule=new, record=record, now=NOW)
    ) == Differences(uid_domain=None, feeds=(come,), dates=())
