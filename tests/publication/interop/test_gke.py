"""GKE's maintenance policy: printed for a policy that fits, refused with the reason for one that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import yaml

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from tests.changes import PLAN, a_change
from tests.examples import MONTH_END, NOW, SUNDAY, THURSDAY, a_schedule, a_window, span, utc
from tests.publication.interop.gke_rules import Policy
from tests.publication.interop.years import MINUTE, SECOND, a_year, document, edges, gate_is_open
from tests.situations import a_situation

NIGHTLY = a_window(recurrence=weekly(*range(7)))
FITTING = a_schedule(NIGHTLY, freezes=(MONTH_END,))
SPRING = utc(2027, 3, 14, 7)
"""When clocks in Toronto are put forward."""


def policy(situation: Situation) -> Policy:
    printed = document(situation, "gke")
    assert not printed.is_refused, printed.warnings
    return Policy(yaml.safe_load(printed.body))


def assert_equals_the_gate(situation: Situation, within: Span) -> None:
    feed = situation.schedule.feed("all")
    cluster = policy(situation)
    instants = [
        edge + step for edge in edges(situation, feed, within) for step in (-MINUTE, -SECOND, 0 * SECOND, MINUTE)
    ]
    assert len(instants) > 100
    for at in instants:
        assert cluster.may_run(at) is gate_is_open(situation, feed, at), at


def test_the_examples_policy_is_refused_with_the_hours_that_it_leaves() -> None:
    refused = document(Situation(schedule=a_year().schedule, now=NOW), "gke")
    reason = (
        "GKE demands 48 hours of maintenance within any 32 days, in stretches of 4 hours at least. The weekly windows, "
        "without the times in which nothing may run, leave as few as 24 hours. Longer or more frequent windows are "
        "needed, or shorter freezes."
    )
    assert (refused.is_refused, refused.warnings) == (True, (reason,))
    assert yaml.safe_load(refused.body) is None
    assert reason in " ".join(refused.body.decode().replace("\n# ", " ").split())


def test_nightly_windows_fit_and_equal_the_gate_until_a_fourth_freeze() -> None:
    situation = a_situation(FITTING)
    cluster = policy(situation)
    assert list(cluster.exclusions) == ["month-end-2026-11-24", "month-end-2026-12-25", "month-end-2027-01-25"]
    assert_equals_the_gate(situation, Span(start=utc(2026, 11, 23, 5), end=utc(2027, 2, 22, 5)))
    assert cluster.least_hours(utc(2026, 11, 23, 5), 60) >= 48
    assert document(situation, "gke").warnings == (
        "A cluster has 3 exclusions of all upgrades at most. Left out: 1 later time in which nothing may run, first "
        "from 2027-02-22T05:00:00Z to 2027-03-01T05:00:00Z; each follows once an earlier one is over.",
    )


def test_the_times_of_a_window_are_those_in_utc_until_clocks_change() -> None:
    winter, spring, summer = (
        yaml.safe_load(document(a_situation(FITTING, now=now), "gke").body)["maintenancePolicy"]["window"][
            "recurringWindow"
        ]
        for now in (SPRING - timedelta(days=1), SPRING - timedelta(hours=1), SPRING + timedelta(days=3))
    )
    assert winter["window"] == {"startTime": "2027-01-01T07:00:00Z", "endTime": "2027-01-01T11:00:00Z"}
    assert (
        spring["window"] == summer["window"] == {"startTime": "2027-01-01T06:00:00Z", "endTime": "2027-01-01T10:00:00Z"}
    )
    body = document(a_situation(FITTING), "gke").body.decode()
    assert "\n# Right until 2027-03-14T07:00:00Z, since GKE repeats times in UTC for ever" in body


def test_on_the_day_on_which_clocks_change_the_lost_hour_is_excluded() -> None:
    situation = a_situation(FITTING, now=SPRING - timedelta(hours=1))
    assert policy(situation).exclusions["closed-2027-03-14-0600"] == (utc(2027, 3, 14, 6), utc(2027, 3, 14, 7))
    assert_equals_the_gate(situation, Span(start=utc(2027, 3, 14, 5), end=utc(2027, 4, 12)))


def test_weekdays_are_those_in_utc() -> None:
    """Saturday 22:00 in Toronto is Sunday 03:00 in UTC."""
    weekend = a_window(recurrence=weekly(4, 5), start=time(22), end=time(12))
    situation = a_situation(a_schedule(weekend))
    window = yaml.safe_load(document(situation, "gke").body)["maintenancePolicy"]["window"]
    assert window["recurringWindow"] == {
        "window": {"startTime": "2026-01-03T03:00:00Z", "endTime": "2026-01-03T17:00:00Z"},
        "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU",
    }
    lost_hour = (utc(2027, 3, 14, 16), utc(2027, 3, 14, 17))
    assert policy(situation).exclusions == {"closed-2027-03-14-1600": lost_hour}


def test_skipped_and_moved_occurrences_and_emergency_changes_are_excluded() -> None:
    change = a_change(Kind.EMERGENCY, plan=replace(PLAN, span=span((2026, 12, 3, 8), (2026, 12, 3, 9))))
    moved = span((2026, 12, 14, 20), (2026, 12, 15, 0))
    adjustments = (
        Skip(window_id="thursday", day=date(2026, 12, 9), reason="Not needed"),
        Skip(window_id="thursday", day=date(2026, 12, 10), reason="Not needed"),
        Move(window_id="thursday", day=date(2026, 12, 14), to=moved, reason="Moved"),
    )
    situation = a_situation(a_schedule(NIGHTLY), adjustments=adjustments, changes=[change])
    cluster = policy(situation)
    assert cluster.exclusions == {
        "closed-2026-12-03-0800": (utc(2026, 12, 3, 8), utc(2026, 12, 3, 9)),
        "closed-2026-12-09-0700": (utc(2026, 12, 9, 7), utc(2026, 12, 10, 11)),
        "closed-2026-12-14-0700": (utc(2026, 12, 14, 7), utc(2026, 12, 14, 11)),
    }
    assert document(situation, "gke").warnings == (
        "A cluster has one recurring window. Left out: 1 more time at which planned changes may run, first from "
        "2026-12-14T20:00:00Z to 2026-12-15T00:00:00Z.",
    )


def test_a_policy_whose_windows_end_is_right_until_then() -> None:
    ending = a_schedule(replace(NIGHTLY, effective_until=date(2027, 1, 31)))
    printed = document(a_situation(ending), "gke")
    assert policy(a_situation(ending)).exclusions == {}
    assert "\n# Right until 2027-02-01T07:00:00Z, " in printed.body.decode()


@pytest.mark.parametrize("is_internal", [False, True])
def test_of_an_internal_freeze_only_the_effect_shows(*, is_internal: bool) -> None:
    freeze = RecordedFreeze(
        id="CF-1",
        reason="A secret",
        environments=frozenset({"production"}),
        started_at=utc(2026, 11, 23, 10, 17),
        started_by="ann@example.com",
        is_internal=is_internal,
    )
    record = Record(entry=1, freezes={freeze.id: freeze})
    situation = Situation(schedule=a_schedule(NIGHTLY), record=record, now=NOW)
    end = utc(2026, 11, 30, 5)
    assert policy(situation).exclusions == (
        {"closed-2026-11-23-1017": (utc(2026, 11, 23, 10, 17), end)}
        if is_internal
        else {"cf-1-2026-11-23": (utc(2026, 11, 23, 10, 17), end)}
    )
    intervals = yaml.safe_load(document(situation, "alertmanager").body)["time_intervals"]
    assert intervals[2]["name"] == "all-freeze"
    assert (intervals[2]["time_intervals"] == []) is is_internal
    windows = yaml.safe_load(document(situation, "argocd").body)["spec"]["syncWindows"]
    assert {each["kind"] for each in windows} == ({"allow"} if is_internal else {"allow", "deny"})


def test_an_emergency_change_without_an_end_is_excluded_for_a_week_each_day() -> None:
    plan = replace(PLAN, span=span((2026, 11, 23, 8), (2026, 11, 23, 9)))
    change = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 11, 23, 8)), plan=plan)
    situation = a_situation(a_schedule(NIGHTLY), changes=[change])
    assert policy(situation).exclusions == {"closed-2026-11-23-0800": (utc(2026, 11, 23, 8), utc(2026, 11, 30, 5))}
    assert document(situation, "gke").warnings == (
        "An exclusion needs an end. closed-2026-11-23-0800 is open-ended; here it ends at 2026-11-30T05:00:00Z, and "
        "later with every day that passes.",
    )


@pytest.mark.parametrize(
    ("schedule", "slug", "reason"),
    [
        pytest.param(
            a_year().schedule,
            "freeze",
            "It selects no maintenance windows, and GKE needs one.",
            id="a feed without windows",
        ),
        pytest.param(
            a_schedule(a_window(recurrence=weekly(0), effective_from=date(2028, 1, 1))),
            "all",
            "GKE needs one recurring window, and no time of its maintenance windows recurs every week.",
            id="windows that begin in two years",
        ),
        pytest.param(
            a_schedule(a_window(recurrence=weekly(*range(7)), end=time(5))),
            "all",
            "GKE counts maintenance in stretches of 4 hours at least, and the weekly windows last 3 h.",
            id="windows that are too short",
        ),
    ],
)
def test_what_gke_can_not_have(schedule: Schedule, slug: str, reason: str) -> None:
    refused = document(a_situation(schedule), "gke", slug)
    assert (refused.is_refused, refused.warnings) == (True, (reason,))
    assert yaml.safe_load(refused.body) is None


def test_of_several_weekly_times_the_one_with_the_most_hours_is_kept() -> None:
    saturday = a_window(id="saturday", recurrence=weekly(5), start=time(10), end=time(16))
    printed = document(a_situation(a_schedule(NIGHTLY, saturday)), "gke")
    window = yaml.safe_load(printed.body)["maintenancePolicy"]["window"]["recurringWindow"]
    assert window["recurrence"] == "FREQ=DAILY"
    assert printed.warnings == (
        "A cluster has one recurring window. Left out: 16 more times at which planned changes may run, first from "
        "2026-11-28T15:00:00Z to 2026-11-28T21:00:00Z.",
    )


def test_the_bytes_stay_from_day_to_day_while_nothing_passes() -> None:
    bodies = {document(a_situation(FITTING, now=utc(2026, 12, day, 5)), "gke").body for day in range(1, 26)}
    assert len(bodies) == 1
    refused = {
        document(a_situation(a_schedule(THURSDAY, SUNDAY), now=utc(2026, 12, day)), "gke").body for day in range(1, 26)
    }
    assert len(refused) == 1
