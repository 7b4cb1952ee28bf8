"""Warnings for operators. Spans are half-open; Toronto is five hours behind UTC in December."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import Amendment
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.services.changes import Workspace
from tests.examples import PEAK_HOURS, span, utc
from tests.services.workspace import (
    NIGHT,
    TWO_ENVIRONMENTS,
    a_plan,
    a_workspace,
    advance_change,
    amend_change,
    announce_plan,
)

BUSY = replace(TWO_ENVIRONMENTS, peak_hours=PEAK_HOURS)
PEAK = "EC-1 falls in customers' peak hours: Tue 2026-12-08 08:00–20:00 EST"
WINDOW = 'EC-1 overlaps the maintenance window "thursday": Thu 2026-12-10 02:00–06:00 EST'
FREEZE = 'EC-1 lies in the change freeze "Change freeze", Fri 2026-12-25 – Thu 2026-12-31'
FREEZE_2027 = 'EC-1 lies in the change freeze "Change freeze", Sat 2027-12-25 – Fri 2027-12-31'
LONG = "EC-1 lasts 1 d 1 s; check its start and end"
BEYOND = "EC-1 ends beyond the published span; subscribers will see it when that year comes near"
NO_REASON = "EC-1 does not say why it can't wait for a maintenance window; give a reason"


def a_busy_workspace() -> Workspace:
    return a_workspace(BUSY)[0]


def warnings_for(change_span: Span, **overrides: Any) -> Sequence[str]:  # noqa: ANN401  (any field)
    return announce_plan(a_busy_workspace(), a_plan(span=change_span, **overrides)).warnings


@pytest.mark.parametrize(
    ("change_span", "expected"),
    [
        pytest.param(span((2026, 12, 8, 6), (2026, 12, 8, 8)), [], id="a quiet night"),
        pytest.param(span((2026, 12, 8, 12), (2026, 12, 8, 13)), [], id="until the peak"),
        pytest.param(span((2026, 12, 8, 12), (2026, 12, 8, 13, 0, 1)), [PEAK], id="until a second into the peak"),
        pytest.param(span((2026, 12, 9, 0, 59, 59), (2026, 12, 9, 2)), [PEAK], id="from the last second of the peak"),
        pytest.param(span((2026, 12, 9, 1), (2026, 12, 9, 2)), [], id="from the end of the peak"),
        pytest.param(span((2026, 12, 10, 5), (2026, 12, 10, 7)), [], id="until the window"),
        pytest.param(span((2026, 12, 10, 5), (2026, 12, 10, 7, 0, 1)), [WINDOW], id="until a second into the window"),
        pytest.param(span((2026, 12, 10, 7), (2026, 12, 10, 11)), [], id="all of the window"),
        pytest.param(span((2026, 12, 10, 7), (2026, 12, 10, 11, 0, 1)), [WINDOW], id="a second more than the window"),
        pytest.param(span((2026, 12, 10, 11), (2026, 12, 10, 12)), [], id="from the end of the window"),
        pytest.param(span((2026, 12, 25, 3), (2026, 12, 25, 5)), [], id="until the freeze"),
        pytest.param(span((2026, 12, 25, 3), (2026, 12, 25, 5, 0, 1)), [FREEZE], id="until a second into the freeze"),
        pytest.param(span((2027, 1, 1, 5), (2027, 1, 1, 6)), [], id="from the end of the freeze"),
        pytest.param(span((2026, 12, 12, 1), (2026, 12, 13, 1)), [], id="a whole day on a weekend"),
        pytest.param(span((2026, 12, 12, 1), (2026, 12, 13, 1, 0, 1)), [LONG], id="a second longer than a day"),
        pytest.param(span((2028, 1, 1, 3), (2028, 1, 1, 5)), [FREEZE_2027], id="until the published span ends"),
        pytest.param(span((2028, 1, 1, 5), (2028, 1, 1, 6)), [BEYOND], id="beyond the published span"),
        pytest.param(
            span((2026, 12, 8, 4), (2026, 12, 8, 6)),
            ["EC-1 is over already: it ended Tue 2026-12-08 01:00 EST"],
            id="ends now",
        ),
        pytest.param(
            span((2026, 12, 8, 5, 58, 59), (2026, 12, 8, 6, 0, 1)),
            ["EC-1 starts in the past: Tue 2026-12-08 00:58–01:00 EST"],
            id="started more than a minute ago",
        ),
        pytest.param(span((2026, 12, 8, 5, 59), (2026, 12, 8, 7)), [], id="started within the last minute"),
    ],
)
def test_warnings_about_times(change_span: Span, expected: list[str]) -> None:
    assert warnings_for(change_span) == tuple(expected)


@pytest.mark.parametrize(
    ("impact", "expected"),
    [(Impact.OUTAGE, (PEAK,)), (Impact.DEGRADED, (PEAK,)), (Impact.REDUCED_REDUNDANCY, ()), (Impact.NO_IMPACT, ())],
)
def test_only_noticeable_changes_are_warned_of_peak_hours(impact: Impact, expected: tuple[str, ...]) -> None:
    assert warnings_for(span((2026, 12, 8, 13), (2026, 12, 8, 14)), impact=impact) == expected


def test_without_peak_hours_there_is_no_warning() -> None:
    workspace, _ = a_workspace()
    assert announce_plan(workspace, a_plan(span=span((2026, 12, 8, 13), (2026, 12, 8, 14)))).warnings == ()


def test_an_emergency_needs_a_reason_and_a_planned_change_does_not() -> None:
    workspace = a_busy_workspace()
    assert announce_plan(workspace, a_plan(reason="")).warnings == (NO_REASON,)
    assert announce_plan(a_busy_workspace(), a_plan(reason=""), kind=Kind.PLANNED).warnings == ()


def test_windows_and_changes_of_other_environments_do_not_matter() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace)
    elsewhere = frozenset({"preview"})
    assert announce_plan(workspace, a_plan(summary="Elsewhere", environments=elsewhere)).warnings == ()
    assert warnings_for(span((2026, 12, 10, 7), (2026, 12, 10, 8)), environments=elsewhere) == ()


def test_only_open_changes_overlap_and_adjacent_ones_do_not() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace)
    after = span((2026, 12, 8, 8), (2026, 12, 8, 9))
    assert announce_plan(workspace, a_plan(summary="After", span=after)).warnings == ()
    overlap = ("PC-1 overlaps EC-1 (Database failover): Tue 2026-12-08 01:00–03:00 EST",)
    earlier = span((2026, 12, 8, 7, 59, 59), (2026, 12, 8, 8))
    assert (
        announce_plan(workspace, a_plan(summary="In its last second", span=earlier), kind=Kind.PLANNED).warnings
        == overlap
    )
    advance_change(workspace, Step.CANCEL)
    advance_change(workspace, Step.CANCEL, "PC-1")
    assert announce_plan(workspace, a_plan(summary="Now free", span=earlier)).warnings == ()


def test_a_moved_window_counts_at_its_new_time_and_a_skipped_one_not_at_all() -> None:
    workspace, repository = a_workspace()
    to = span((2026, 12, 8, 7), (2026, 12, 8, 11))
    move = Move(window_id="thursday", day=utc(2026, 12, 10).date(), to=to, reason="r")
    repository.current = replace(repository.current, adjustments={("thursday", move.day): move})
    assert announce_plan(workspace).warnings == (
        'EC-1 overlaps the maintenance window "thursday": Tue 2026-12-08 02:00–06:00 EST',
    )
    skip = Skip(window_id="thursday", day=move.day, reason="r")
    repository.current = replace(repository.current, adjustments={("thursday", move.day): skip})
    assert announce_plan(workspace, a_plan(span=span((2026, 12, 10, 7), (2026, 12, 10, 8)))).warnings == ()


def test_many_overlaps_are_counted() -> None:
    workspace = a_busy_workspace()
    for number in range(5):
        announce_plan(workspace, a_plan(summary=f"Number {number}"))
    *_, fourth, fifth = announce_plan(workspace, a_plan(summary="The sixth")).warnings
    assert (fourth, fifth) == (
        "EC-6 overlaps EC-3 (Number 2): Tue 2026-12-08 01:00–03:00 EST",
        "EC-6 overlaps 2 more changes",
    )
    month = announce_plan(a_busy_workspace(), a_plan(span=span((2026, 12, 1, 6), (2026, 12, 24, 6)))).warnings
    assert [each for each in month if "overlaps" in each] == [
        'EC-1 overlaps the maintenance window "thursday": Thu 2026-12-03 02:00–06:00 EST',
        'EC-1 overlaps the maintenance window "sunday": Sun 2026-12-06 02:00–06:00 EST',
        'EC-1 overlaps the maintenance window "thursday": Thu 2026-12-10 02:00–06:00 EST',
        "EC-1 overlaps 3 more maintenance windows",
    ]


def test_warnings_are_not_repeated() -> None:
    workspace = a_busy_workspace()
    plan = a_plan(span=span((2026, 12, 10, 6), (2026, 12, 10, 14)), reason="")
    peak = "EC-1 falls in customers' peak hours: Thu 2026-12-10 08:00–20:00 EST"
    assert announce_plan(workspace, plan, tentative=True).warnings == (NO_REASON, peak, WINDOW)
    assert advance_change(workspace, Step.CONFIRM).warnings == ()
    assert amend_change(workspace, summary="Another name").warnings == ()
    assert advance_change(workspace, Step.UPDATE, message="Nothing new").warnings == ()
    assert amend_change(workspace, impact=Impact.DEGRADED).warnings == (peak,)
    assert amend_change(workspace, environments=frozenset({"preview", "production"})).warnings == (WINDOW,)
    assert amend_change(workspace, end=utc(2026, 12, 10, 13)).warnings == (WINDOW,)
    assert amend_change(workspace, reason="It burns").warnings == ()
    assert amend_change(workspace, reason="").warnings == (NO_REASON,)
    assert advance_change(workspace, Step.CANCEL).warnings == ()


def test_extending_a_change_in_progress_is_not_a_start_in_the_past() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START)
    half_past = NIGHT + timedelta(minutes=30)
    assert advance_change(workspace, Step.UPDATE, message="Going on", now=half_past).warnings == ()
    longer = Amendment(duration=timedelta(hours=3))
    assert advance_change(workspace, Step.UPDATE, amendment=longer, now=half_past).warnings == ()
    shorter = Amendment(end=half_past)
    assert advance_change(workspace, Step.UPDATE, amendment=shorter, now=half_past).warnings == (
        "EC-1 is still in progress: it was to end Tue 2026-12-08 01:30 EST",
    )
    assert advance_change(workspace, Step.COMPLETE, now=half_past).warnings == ()


def test_confirming_a_change_after_its_end_gives_a_warning() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace, tentative=True)
    assert advance_change(workspace, Step.CONFIRM, now=utc(2026, 12, 8, 8)).warnings == (
        "EC-1 is over already: it ended Tue 2026-12-08 03:00 EST",
    )


def test_starting_a_change_before_its_time_gives_a_warning() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace, now=NIGHT - timedelta(hours=1))
    assert advance_change(workspace, Step.START, now=NIGHT - timedelta(seconds=61)).warnings == (
        "EC-1 starts 1 min before its announced time, Tue 2026-12-08 01:00–03:00 EST",
    )


def test_a_step_that_is_dated_before_another_one_is_warned_of() -> None:
    workspace = a_busy_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START, now=NIGHT + timedelta(hours=1))
    assert advance_change(workspace, Step.COMPLETE, now=NIGHT + timedelta(minutes=30)).warnings == (
        "EC-1 has an update of Tue 2026-12-08 02:00 EST, later than this step; check the clock, or --now",
    )
