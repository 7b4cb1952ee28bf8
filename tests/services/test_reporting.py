"""The report on a month. Thursday's window lasts from 02:00 to 06:00 in Toronto, 240 minutes; month ends are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.lifecycle import with_clock_steps
from icsfeed.domain.months import CalendarMonth
from icsfeed.domain.notice import with_promised_notice
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.services.reporting import ExclusionReason, MaintenanceReport, maintenance_report
from tests.changes import PLAN, a_change, after_step
from tests.examples import MONTH_END, SUNDAY, THURSDAY, a_window, span, utc
from tests.services.workspace import TWO_ENVIRONMENTS
from tests.situations import a_situation

POLICY = replace(TWO_ENVIRONMENTS, windows=(THURSDAY,), freezes=(MONTH_END,), window_order=(), freeze_order=())
NO_WINDOWS = replace(POLICY, windows=(), window_order=())
BOTH = frozenset({"preview", "production"})
AFTERWARDS = utc(2027, 2, 1)
OUTAGE = ("production", "outage")
BEGIN = utc(2026, 12, 8, 6)
TWO_HOURS = Span(start=BEGIN, end=utc(2026, 12, 8, 8))
TWO_DAYS = timedelta(days=2)


def report_on(
    month: str = "2026-12",
    *changes: Change,
    schedule: Schedule = NO_WINDOWS,
    adjustments: Iterable[Adjustment] = (),
    freezes: Iterable[RecordedFreeze] = (),
    environments: tuple[str, ...] = (),
    now: datetime = AFTERWARDS,
) -> MaintenanceReport:
    situation = a_situation(schedule, now=now, adjustments=adjustments, changes=changes)
    situation = situation.with_record(replace(situation.record, freezes={each.id: each for each in freezes}))
    return maintenance_report(situation, CalendarMonth.parse(month), environments)


def table(report: MaintenanceReport) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Promised, announced, announced late and used, by environment and impact."""
    return {
        (each.environment, each.impact.value): (each.promised, each.announced, each.announced_late, each.used)
        for each in report.minutes
    }


def planned(change_span: Span = TWO_HOURS, *, number: int = 1, promised: timedelta | None = None) -> Change:
    """A change announced on 23 November, 10:00 UTC."""
    change = a_change(Kind.PLANNED, number=number, plan=replace(PLAN, span=change_span))
    return with_promised_notice(change, promised)


def completed(change: Change, started: datetime | None = None, ended: datetime | None = None) -> Change:
    begun = after_step(change, Step.START, started or change.plan.span.start)
    return after_step(begun, Step.COMPLETE, ended or change.plan.span.end)


@pytest.mark.parametrize(
    ("month", "minutes"),
    [
        pytest.param("2026-12", 4 * 240, id="Thursday 31 is frozen"),
        pytest.param("2026-10", 4 * 240, id="29 is frozen"),
        pytest.param("2028-02", 3 * 240, id="a leap February: 24 is frozen from 23 on"),
    ],
)
def test_windows_outside_freezes_are_promised_announced_and_used(month: str, minutes: int) -> None:
    report = report_on(month, schedule=POLICY, now=utc(2028, 4, 1))
    assert table(report) == {OUTAGE: (minutes, minutes, 0, minutes)}


@pytest.mark.parametrize(
    ("month", "minutes"),
    [
        pytest.param("2026-03", 5 * 240 - 60, id="the clock skips an hour of Sunday 8 March"),
        pytest.param("2026-11", 5 * 240 + 60, id="it repeats an hour of Sunday 1 November"),
        pytest.param("2026-12", 4 * 240, id="no clock change"),
    ],
)
def test_minutes_are_real_ones_when_the_clocks_change(month: str, minutes: int) -> None:
    sundays = replace(SUNDAY, start=time(0), end=time(4))
    report = report_on(month, schedule=replace(NO_WINDOWS, windows=(sundays,), freezes=(), freeze_order=()))
    assert table(report)[OUTAGE][0] == minutes


def test_a_skip_is_promised_and_not_announced() -> None:
    skip = Skip(window_id="thursday", day=date(2026, 12, 10), reason="Holiday")
    assert table(report_on(schedule=POLICY, adjustments=[skip])) == {OUTAGE: (960, 720, 0, 720)}


def test_a_move_is_promised_where_the_policy_has_it_and_announced_where_it_happens() -> None:
    move = Move(
        window_id="thursday",
        day=date(2026, 12, 24),
        to=span((2027, 1, 5, 7), (2027, 1, 5, 10)),
        reason="Holiday",
    )
    assert table(report_on("2026-12", schedule=POLICY, adjustments=[move])) == {OUTAGE: (960, 720, 0, 720)}
    assert table(report_on("2027-01", schedule=POLICY, adjustments=[move])) == {OUTAGE: (720, 900, 0, 900)}


def test_a_freeze_that_was_started_by_hand_takes_nothing_from_the_promise() -> None:
    freeze = RecordedFreeze(
        id="CF-1",
        reason="An audit",
        environments=BOTH,
        started_at=utc(2026, 12, 10, 8),  # within Thursday's window, which began at 07:00 UTC
        started_by="ann",
        ended_at=utc(2026, 12, 18),
        ended_by="ann",
    )
    assert table(report_on(schedule=POLICY, freezes=[freeze])) == {OUTAGE: (960, 540, 0, 540)}


def test_changes_are_announced_as_planned_and_used_as_they_happened() -> None:
    change = completed(planned(), utc(2026, 12, 8, 5, 50), utc(2026, 12, 8, 8, 25))
    assert table(report_on("2026-12", change)) == {OUTAGE: (0, 120, 0, 155)}


def test_an_extension_is_announced() -> None:
    extended = after_step(planned(), Step.UPDATE, BEGIN, span=Span(start=BEGIN, end=utc(2026, 12, 8, 9)))
    assert table(report_on("2026-12", completed(extended))) == {OUTAGE: (0, 180, 0, 180)}


def test_emergency_changes_count_as_well() -> None:
    change = completed(a_change(plan=replace(PLAN, span=TWO_HOURS, impact=Impact.DEGRADED, environments=BOTH)))
    assert table(report_on("2026-12", change)) == {
        ("preview", "degraded"): (0, 120, 0, 120),
        ("production", "degraded"): (0, 120, 0, 120),
    }


def test_a_change_that_nobody_started_used_nothing() -> None:
    assert table(report_on("2026-12", planned())) == {OUTAGE: (0, 120, 0, 0)}


def test_an_automatic_change_is_started_by_the_clock() -> None:
    change = planned()
    automatic = replace(change, updates=(replace(change.latest, automatic=True),))
    assert table(report_on("2026-12", automatic)) == {OUTAGE: (0, 120, 0, 120)}
    assert with_clock_steps(automatic, AFTERWARDS).state is State.COMPLETED


def test_a_change_that_is_still_in_progress_uses_the_time_until_now() -> None:
    change = after_step(planned(), Step.START, BEGIN)
    assert table(report_on("2026-12", change, now=utc(2026, 12, 8, 7))) == {OUTAGE: (0, 120, 0, 60)}
    assert table(report_on("2026-12", change, now=utc(2026, 12, 8, 11))) == {OUTAGE: (0, 120, 0, 300)}


def test_what_lies_ahead_is_not_used_yet() -> None:
    report = report_on(schedule=POLICY, now=utc(2026, 12, 10, 8))  # one hour into the second window
    assert table(report) == {OUTAGE: (960, 960, 0, 300)}
    assert not report.is_complete
    assert report_on(now=utc(2027, 1, 1, 5)).is_complete
    assert not report_on(now=utc(2027, 1, 1, 4, 59, 59)).is_complete


def test_a_change_over_the_edge_of_the_month_counts_with_its_part() -> None:
    over_midnight = completed(planned(span((2027, 1, 1, 3), (2027, 1, 1, 7)), promised=timedelta(days=60)))
    for month, minutes in (("2026-12", 120), ("2027-01", 120), ("2026-11", None)):
        report = report_on(month, over_midnight)
        expected = {} if minutes is None else {OUTAGE: (0, minutes, minutes, minutes)}
        assert table(report) == expected
        assert [each.minutes for each in report.late] == [each for each in (minutes,) if each is not None]


def test_a_window_over_the_edge_of_the_month_counts_with_its_part() -> None:
    nightly = a_window(
        recurrence=weekly(0),
        start=time(23),
        end=time(1),
    )
    schedule = replace(NO_WINDOWS, windows=(nightly,), freezes=(), freeze_order=())
    # Mondays: 31 August 2026 from 23:00 to 01:00 on 1 September.
    assert table(report_on("2026-08", schedule=schedule)) == {OUTAGE: (540, 540, 0, 540)}
    assert table(report_on("2026-09", schedule=schedule)) == {OUTAGE: (540, 540, 0, 540)}


def test_minutes_that_overlap_count_once_for_each_impact() -> None:
    within = completed(planned(span((2026, 12, 10, 8), (2026, 12, 10, 12)), number=1))
    again = completed(planned(span((2026, 12, 10, 11), (2026, 12, 10, 13)), number=2))
    other = replace(PLAN, span=span((2026, 12, 10, 8), (2026, 12, 10, 9)), impact=Impact.NO_IMPACT)
    slight = completed(a_change(Kind.PLANNED, number=3, plan=other))
    assert table(report_on("2026-12", within, again, slight, schedule=POLICY)) == {
        ("production", "no-impact"): (0, 60, 0, 60),
        OUTAGE: (960, 960 + 120, 0, 960 + 120),
    }


def test_seconds_are_dropped_from_starts_and_ends() -> None:
    change = completed(planned(span((2026, 12, 8, 6, 0, 59), (2026, 12, 8, 6, 2, 1))))
    assert table(report_on("2026-12", change)) == {OUTAGE: (0, 2, 0, 2)}


def test_changes_with_less_notice_than_promised_are_named() -> None:
    late, early = planned(promised=timedelta(days=15), number=1), planned(promised=timedelta(days=14), number=2)
    report = report_on("2026-12", late, early)
    assert table(report) == {OUTAGE: (0, 120, 120, 0)}
    assert [(each.change.id, each.environments, each.minutes) for each in report.late] == [
        ("PC-1", ("production",), 120)
    ]
    assert report.late[0].notice.length == timedelta(days=14, hours=20)
    assert report.late[0].notice.promised == timedelta(days=15)


def test_an_environment_that_was_added_late_is_late_alone() -> None:
    added = after_step(planned(promised=TWO_DAYS), Step.UPDATE, utc(2026, 12, 7), environments=BOTH)
    change = with_promised_notice(added, TWO_DAYS, since=2)
    report = report_on("2026-12", change)
    assert table(report) == {("preview", "outage"): (0, 120, 120, 0), OUTAGE: (0, 120, 0, 0)}
    assert [each.environments for each in report.late] == [("preview",)]


def test_each_time_of_announcement_is_named() -> None:
    long = timedelta(days=30)
    added = after_step(planned(promised=long), Step.UPDATE, utc(2026, 12, 7), environments=BOTH)
    report = report_on("2026-12", with_promised_notice(added, long, since=2))
    assert [(each.environments, each.notice.length) for each in report.late] == [
        (("preview",), timedelta(hours=30)),
        (("production",), timedelta(days=14, hours=20)),
    ]


@pytest.mark.parametrize(
    ("change", "exclusion"),
    [
        pytest.param(after_step(planned(), Step.CANCEL, BEGIN), ExclusionReason.CANCELLED, id="cancelled"),
        pytest.param(after_step(planned(), Step.CANCEL, BEGIN, silent=True), ExclusionReason.WITHDRAWN, id="withdrawn"),
        pytest.param(after_step(planned(), Step.REDACT, BEGIN), ExclusionReason.REDACTED, id="redacted"),
    ],
)
def test_cancelled_and_redacted_changes_are_excluded(change: Change, exclusion: ExclusionReason) -> None:
    report = report_on("2026-12", with_promised_notice(change, timedelta(days=30)))
    assert (report.minutes, report.late) == ((), ())
    assert [(each.change.id, each.exclusion, each.used) for each in report.excluded] == [("PC-1", exclusion, 0)]


def test_an_excluded_change_says_how_long_it_took_nevertheless() -> None:
    begun = after_step(planned(), Step.START, BEGIN)
    cancelled = after_step(begun, Step.CANCEL, utc(2026, 12, 8, 6, 40))
    report = report_on("2026-12", cancelled)
    assert (report.minutes, [each.used for each in report.excluded]) == ((), [40])


def test_an_excluded_change_of_another_month_is_not_named() -> None:
    cancelled = after_step(planned(), Step.CANCEL, BEGIN)
    assert report_on("2027-01", cancelled).excluded == ()


def test_withdrawing_one_message_excludes_nothing() -> None:
    change = after_step(planned(), Step.REDACT, BEGIN, target=1)
    assert table(report_on("2026-12", change)) == {OUTAGE: (0, 120, 0, 0)}


def test_a_cancellation_that_was_taken_back_counts() -> None:
    change = after_step(after_step(planned(), Step.CANCEL, BEGIN), Step.UNDO, BEGIN)
    assert table(report_on("2026-12", change)) == {OUTAGE: (0, 120, 0, 0)}


def test_private_environments_are_reported_only_where_they_are_named() -> None:
    preview = Environment(id="preview", name="Preview", public=False)
    schedule = replace(NO_WINDOWS, environments=(preview, TWO_ENVIRONMENTS.environments[1]), feeds=())
    change = a_change(Kind.PLANNED, plan=replace(PLAN, span=TWO_HOURS, environments=BOTH))
    late = with_promised_notice(change, timedelta(days=30))
    public = report_on("2026-12", late, schedule=schedule)
    assert (public.environments, set(table(public))) == (("production",), {OUTAGE})
    assert [each.environments for each in public.late] == [("production",)]
    named = report_on("2026-12", late, schedule=schedule, environments=("preview",))
    assert (named.environments, set(table(named))) == (("preview",), {("preview", "outage")})
    only_private = replace(
        change, updates=(replace(change.latest, plan=replace(change.plan, environments=frozenset({"preview"}))),)
    )
    cancelled = after_step(only_private, Step.CANCEL, BEGIN)
    assert report_on("2026-12", cancelled, schedule=schedule).excluded == ()


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(
        NotFoundError, match=r'^there is no environment "staging"; this schedule has preview, production$'
    ):
        report_on(environments=("staging",))


def test_a_month_without_maintenance_has_no_rows() -> None:
    report = report_on("2026-12")
    assert (report.minutes, report.late, report.excluded) == ((), (), ())
