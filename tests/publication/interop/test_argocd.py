"""Argo CD's sync windows, evaluated by its own rules, allow a sync exactly when the gate is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from tests.changes import PLAN, a_change
from tests.examples import MONTH_END, NOW, THURSDAY, a_schedule, span, utc
from tests.publication.interop.argocd_rules import can_sync
from tests.publication.interop.years import MINUTE, a_year, assert_open_when_the_gate_is, document, loaded
from tests.situations import a_situation

YEAR = Span(start=utc(2026, 11, 1), end=utc(2027, 11, 1))


def windows(situation: Situation, slug: str = "all") -> list[dict[str, Any]]:
    value = loaded(situation, "argocd", slug)
    assert isinstance(value, dict)
    assert value.keys() == {"spec"}
    assert value["spec"].keys() == {"syncWindows"}
    return list(value["spec"]["syncWindows"])


@pytest.mark.parametrize("slug", ["all", "production"])
def test_a_sync_may_run_when_the_gate_is_open_at_every_edge_of_a_year(slug: str) -> None:
    situation = a_year()
    every = windows(situation, slug)
    feed = situation.schedule.feed(slug)
    assert assert_open_when_the_gate_is(situation, feed, YEAR, lambda at: can_sync(every, at)) > 600


def test_the_schedules_of_a_month_with_the_same_hours_are_one() -> None:
    first = windows(Situation(schedule=a_year().schedule, now=NOW))[0]
    assert first == {
        "kind": "allow",
        "schedule": "0 7 1,5,8,12,15,19,22 11 *",
        "duration": "4h",
        "timeZone": "UTC",
        "applications": ["*"],
    }


def test_deny_windows_hold_against_other_allow_windows() -> None:
    """A project may have windows of its own beside these."""
    always = {"kind": "allow", "schedule": "* * * * *", "duration": "2m", "timeZone": "UTC", "applications": ["*"]}
    every = [*windows(a_year()), always]
    assert can_sync(every, utc(2026, 12, 1, 12))
    assert not can_sync(every, utc(2026, 12, 27, 12)), "a freeze"
    assert not can_sync(every, utc(2026, 12, 3, 8, 30)), "an emergency change"
    assert not can_sync(every, NOW), "one in progress, that began on the day before"


@pytest.mark.parametrize(
    ("slug", "at", "may_run"),
    [
        pytest.param("freeze", utc(2026, 12, 1, 12), True, id="a feed of freezes denies nothing else"),
        pytest.param("freeze", utc(2026, 12, 27, 12), False, id="but denies freezes"),
        pytest.param("emergency", utc(2026, 12, 27, 12), True, id="a feed of emergency changes"),
        pytest.param("emergency", utc(2026, 12, 3, 8, 30), False, id="denies them"),
    ],
)
def test_a_feed_that_selects_nothing_that_opens_only_denies(slug: str, at: datetime, *, may_run: bool) -> None:
    assert can_sync(windows(a_year(), slug), at) is may_run


def test_a_feed_that_never_opens_denies_every_sync() -> None:
    """Where no window allows anything, Argo CD would allow everything."""
    every = windows(a_situation(a_schedule()))
    assert [each["kind"] for each in every] == ["deny"]
    for at in (NOW, NOW.replace(minute=0, second=0), NOW.replace(second=1), NOW.replace(hour=0, second=59)):
        assert not can_sync(every, at)


def test_an_emergency_change_without_an_end_denies_syncs_for_as_long_as_is_known() -> None:
    change = a_change(
        Kind.EMERGENCY,
        (State.IN_PROGRESS, NOW),
        plan=replace(PLAN, span=span((2026, 11, 23, 12), (2026, 11, 23, 13))),
    )
    situation = a_situation(a_schedule(THURSDAY), changes=[change], now=NOW + timedelta(hours=2))
    every = windows(situation)
    assert not can_sync(every, utc(2026, 12, 3, 8))
    assert not can_sync(every, YEAR.end - MINUTE)


@pytest.mark.parametrize("zone_hour", [0, 23])
def test_a_span_across_the_beginning_of_the_year_is_cut_there(zone_hour: int) -> None:
    """Its date would come again at the end."""
    planned = a_change(Kind.PLANNED, plan=replace(PLAN, span=span((2026, 10, 30, zone_hour), (2026, 11, 2, zone_hour))))
    ahead = a_change(
        Kind.PLANNED, number=8, plan=replace(PLAN, span=span((2027, 10, 30, zone_hour), (2027, 11, 2, zone_hour)))
    )
    situation = a_situation(a_schedule(THURSDAY), changes=[planned, ahead])
    every = windows(situation)
    feed = situation.schedule.feed("all")
    assert assert_open_when_the_gate_is(situation, feed, YEAR, lambda at: can_sync(every, at)) > 150


def test_a_leap_day_has_its_windows() -> None:
    situation = a_situation(a_schedule(replace(THURSDAY, recurrence=weekly(*range(7)))), now=utc(2028, 2, 20))
    every = windows(situation)
    assert can_sync(every, utc(2028, 2, 29, 8))
    assert can_sync(every, utc(2029, 1, 31, 8))


def test_what_lies_beyond_a_year_is_left_out_with_a_warning() -> None:
    left_out = (
        "Cron names no year: what lies beyond 2027-11-01T00:00:00Z is left out until it is less than a year ahead."
    )
    argocd = document(a_year(), "argocd")
    assert argocd.warnings == (left_out,)
    assert left_out in " ".join(argocd.body.decode().replace("\n# ", " ").split())
    until_then = a_schedule(replace(THURSDAY, effective_until=date(2027, 10, 30)), freezes=())
    assert document(a_situation(until_then), "argocd").warnings == ()


def test_the_bytes_change_with_the_month_alone() -> None:
    schedule = a_schedule(THURSDAY, freezes=(MONTH_END,))
    november = document(a_situation(schedule, now=utc(2026, 11, 1, 5)), "argocd").body
    assert document(a_situation(schedule, now=utc(2026, 12, 1, 4, 59)), "argocd").body == november
    assert document(a_situation(schedule, now=utc(2026, 12, 1, 5)), "argocd").body != november
