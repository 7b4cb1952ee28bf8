"""What an edit of the schedule adds, moves and removes for subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State, Step
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.services.differences import Difference, Differences, Edit, FeedDifference, differences
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import MONTH_END, NOW, POLICY, THURSDAY, TORONTO, a_schedule, a_window, span

SHORT = a_window(effective_from=date(2026, 11, 5), effective_until=date(2026, 11, 12))

BOTH = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
PREVIEW = Feed(slug="preview", name="Preview", environments=frozenset({"preview"}), kinds=frozenset(Kind))
PRODUCTION = replace(PREVIEW, slug="production", environments=frozenset({"production"}))


def edits(old: Schedule, new: Schedule) -> list[tuple[str, str, str]]:
    return [
        (each.change, each.id, each.day.isoformat())
        for each in differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).dates
    ]


def of_environments(edit: Differences) -> list[tuple[str, str, str, list[str]]]:
    return [
        (each.change.value, each.id, each.day.isoformat(), sorted(each.environments or {"all"})) for each in edit.dates
    ]


def test_an_edit_that_changes_no_dates_has_no_differences() -> None:
    assert edits(POLICY, replace(POLICY, windows=(replace(THURSDAY, name="Weekly"), *POLICY.windows[:1]))) == []


def test_a_later_end_adds_dates_and_an_earlier_one_removes_them() -> None:
    longer = replace(SHORT, effective_until=date(2026, 11, 19))
    assert edits(a_schedule(SHORT), a_schedule(longer)) == [("added", "thursday", "2026-11-19")]
    assert edits(a_schedule(longer), a_schedule(SHORT)) == [("removed", "thursday", "2026-11-19")]


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


def test_a_lifted_date_adds_a_window_and_splits_the_freeze() -> None:
    before = a_schedule(replace(THURSDAY, effective_from=date(2026, 11, 20)), freezes=(MONTH_END,))
    after = replace(before, freezes=(replace(MONTH_END, lifted=(date(2026, 11, 26),)),))
    assert edits(before, after) == [
        ("moved", "month-end", "2026-11-24"),
        ("added", "thursday", "2026-11-26"),
        ("added", "month-end", "2026-11-27"),
    ]


def test_dates_outside_the_published_span_do_not_count() -> None:
    """2028 is not published in 2026."""
    until_2028 = replace(THURSDAY, effective_until=date(2028, 3, 1))
    assert edits(a_schedule(until_2028), a_schedule(replace(THURSDAY, effective_until=date(2028, 1, 1)))) == []


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
                "environments": None,
            }
        ],
    }


def test_a_feed_with_another_environment_gains_and_loses_windows() -> None:
    """A feed lost every window, but no date had changed, so nothing was reported."""
    old = a_schedule(SHORT, environments=BOTH, feeds=(PREVIEW, PRODUCTION), freezes=(MONTH_END,))
    new = replace(old, windows=(replace(SHORT, environments=frozenset({"preview"})),))
    days = (date(2026, 11, 5), date(2026, 11, 12))
    removed_feed = FeedDifference(
        slug="production", change=Edit.REMOVED, kind=Kind.MAINTENANCE, id="thursday", days=days
    )
    added_feed = replace(removed_feed, slug="preview", change=Edit.ADDED)
    result = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW))
    assert replace(result, dates=()) == Differences(uid_domain=None, feeds=(added_feed, removed_feed), dates=())
    assert of_environments(result) == [
        ("added", "thursday", "2026-11-05", ["preview"]),
        ("removed", "thursday", "2026-11-05", ["production"]),
        ("added", "thursday", "2026-11-12", ["preview"]),
        ("removed", "thursday", "2026-11-12", ["production"]),
    ]
    assert removed_feed.as_json() == {
        "change": "removed",
        "slug": "production",
        "kind": "maintenance",
        "id": "thursday",
        "days": ["2026-11-05", "2026-11-12"],
    }


def test_a_freeze_of_one_environment_alone_frees_the_other() -> None:
    both = frozenset({"preview", "production"})
    window = a_window(effective_from=date(2026, 11, 19), effective_until=date(2026, 11, 26), environments=both)
    old = a_schedule(window, freezes=(replace(MONTH_END, effective_from=date(2026, 11, 1)),), environments=BOTH)
    old = replace(old, freezes=(replace(old.freezes[0], effective_until=date(2026, 11, 30)),))
    new = replace(old, freezes=(replace(old.freezes[0], environments=frozenset({"production"})),))
    result = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW))
    assert of_environments(result) == [
        ("removed", "month-end", "2026-11-24", ["preview"]),
        ("added", "thursday", "2026-11-26", ["preview"]),
    ]


def test_a_feed_of_other_kinds_loses_freezes_too() -> None:
    old = a_schedule(feeds=(PREVIEW,), freezes=(MONTH_END,), environments=BOTH)
    new = replace(old, feeds=(replace(PREVIEW, kinds=frozenset({Kind.MAINTENANCE})),))
    (lost,) = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).feeds
    assert (lost.change, lost.kind, lost.id, len(lost.days)) == (Edit.REMOVED, Kind.FREEZE, "month-end", 36)


def test_an_added_or_removed_date_is_reported_once_and_not_for_each_feed() -> None:
    old = a_schedule(SHORT, environments=BOTH, feeds=(PRODUCTION,))
    new = replace(old, windows=(replace(SHORT, effective_until=date(2026, 11, 5)),))
    result = differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW))
    assert (len(result.dates), result.feeds) == (1, ())


def test_added_and_removed_feeds() -> None:
    """The first [[feeds]] replaces the automatic feeds."""
    old, new = a_schedule(feeds=(PREVIEW, PRODUCTION)), a_schedule(feeds=(PRODUCTION, replace(PREVIEW, slug="test")))
    assert differences(Situation(schedule=old, now=NOW), Situation(schedule=new, now=NOW)).feeds == (
        FeedDifference(slug="preview", change=Edit.REMOVED),
        FeedDifference(slug="test", change=Edit.ADDED),
    )


def test_another_uid_domain_makes_every_event_new() -> None:
    new = replace(POLICY, calendar=replace(POLICY.calendar, uid_domain="status.example.com"))
    result = differences(Situation(schedule=POLICY, now=NOW), Situation(schedule=new, now=NOW))
    domains = ("maintenance.example.com", "status.example.com")
    assert result == Differences(uid_domain=domains, feeds=(), dates=())
    assert result.as_json()["uid_domain"] == {"before": domains[0], "after": domains[1]}


MOVE = Move(window_id="thursday", day=date(2026, 11, 12), to=span((2026, 11, 11, 17), (2026, 11, 11, 21)), reason="m")
SKIP = Skip(window_id="thursday", day=date(2026, 11, 5), reason="s")
ADJUSTED = Record(adjustments={(each.window_id, each.day): each for each in (MOVE, SKIP)})


def freeze_on(day: date) -> ChangeFreeze:
    return ChangeFreeze(zone=TORONTO, id="x", name="X", pattern=NamedDays(days=DateRange(first=day, last=day)))


@pytest.mark.parametrize("day", [pytest.param(11, id="its new date"), pytest.param(12, id="its original date")])
def test_a_freeze_over_either_date_of_a_moved_occurrence(day: int) -> None:
    """Its removal was not reported, or with its original time instead of the one that subscribers saw."""
    old, new = a_schedule(SHORT), a_schedule(SHORT, freezes=(freeze_on(date(2026, 11, day)),))
    (removal,) = (
        each
        for each in differences(
            Situation(schedule=old, record=ADJUSTED, now=NOW), Situation(schedule=new, record=ADJUSTED, now=NOW)
        ).dates
        if each.kind is Kind.MAINTENANCE
    )
    expected = Difference(kind=Kind.MAINTENANCE, id="thursday", day=MOVE.day, before=MOVE.to, after=None)
    assert removal == expected


def test_an_edit_of_hours_does_not_affect_adjusted_occurrences() -> None:
    """A skipped or moved occurrence does not show the window's new hours."""
    assert differences(
        Situation(schedule=a_schedule(SHORT), record=ADJUSTED, now=NOW),
        Situation(schedule=a_schedule(replace(SHORT, end=time(5))), record=ADJUSTED, now=NOW),
    ) == (Differences(uid_domain=None, feeds=(), dates=()))


def test_a_new_window_id_leaves_adjustments_behind() -> None:
    result = differences(
        Situation(schedule=a_schedule(SHORT), record=ADJUSTED, now=NOW),
        Situation(schedule=a_schedule(replace(SHORT, id="weekly")), record=ADJUSTED, now=NOW),
    ).dates
    assert [(each.change, each.id, each.day.day, each.before or each.after) for each in result] == [
        (Edit.ADDED, "weekly", 5, span((2026, 11, 5, 7), (2026, 11, 5, 11))),
        (Edit.REMOVED, "thursday", 12, MOVE.to),
        (Edit.ADDED, "weekly", 12, span((2026, 11, 12, 7), (2026, 11, 12, 11))),
    ]


def test_recorded_changes_disappear_and_return_with_their_environment() -> None:
    """They disappeared from every feed, but no date had changed."""
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


def test_a_feed_with_another_environment_gains_recorded_changes() -> None:
    old = a_schedule(environments=BOTH, feeds=(PRODUCTION,))
    new = replace(old, feeds=(replace(PRODUCTION, environments=frozenset({"preview", "production"})),))
    record = record_of(a_change(number=1, plan=replace(PLAN, environments=frozenset({"preview"}))))
    day = (date(2026, 12, 3),)
    come = FeedDifference(slug="production", change=Edit.ADDED, kind=Kind.EMERGENCY, id="EC-1", days=day)
    assert differences(
        Situation(schedule=old, record=record, now=NOW), Situation(schedule=new, record=record, now=NOW)
    ) == Differences(uid_domain=None, feeds=(come,), dates=())


def test_a_change_that_was_completed_early_ends_when_it_ended() -> None:
    """An update in the schedule file that completes a change used to change no date."""
    planned = replace(a_change(Kind.PLANNED), id="failover")
    started = after_step(planned, Step.START, PLAN.span.start)
    before, after = (
        Situation(schedule=replace(POLICY, changes=(change,)), now=NOW)
        for change in (started, after_step(started, Step.COMPLETE, PLAN.span.start + timedelta(minutes=20)))
    )
    assert differences(before, after).dates == (
        Difference(
            kind=Kind.PLANNED,
            id="failover",
            day=date(2026, 12, 3),
            before=PLAN.span,
            after=span((2026, 12, 3, 8), (2026, 12, 3, 8, 20)),
        ),
    )
