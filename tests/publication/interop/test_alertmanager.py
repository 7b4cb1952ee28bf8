"""Alertmanager's time intervals contain the minutes in which the gate is open, and those of freezes and changes."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from icsfeed.domain.situation import Situation
from tests.examples import utc
from tests.publication.interop.alertmanager_rules import contains
from tests.publication.interop.years import (
    MINUTE,
    SECOND,
    a_year,
    assert_open_when_the_gate_is,
    document,
    edges,
    loaded,
    whole,
)
from tests.required import require

SLUGS = [feed.slug for feed in a_year().schedule.feeds]


def intervals(situation: Situation, slug: str = "all") -> dict[str, dict[str, Any]]:
    value = loaded(situation, "alertmanager", slug)
    assert isinstance(value, dict)
    assert value.keys() == {"time_intervals"}
    return {each["name"]: each for each in value["time_intervals"]}


@pytest.mark.parametrize("slug", ["all", "production"])
def test_the_open_interval_is_that_of_the_gate_at_every_edge_of_two_years(slug: str) -> None:
    situation = a_year()
    feed = situation.schedule.feed(slug)
    interval = intervals(situation, slug)[f"{slug}-open"]
    count = assert_open_when_the_gate_is(situation, feed, whole(situation), lambda at: contains(interval, at))
    assert count > 1200


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param(utc(2027, 3, 14, 6, 59), False, id="clocks are put forward at 07:00Z"),
        pytest.param(utc(2027, 3, 14, 7), True, id="the window of that Sunday opens"),
        pytest.param(utc(2027, 3, 14, 9, 59), True, id="and lasts three hours"),
        pytest.param(utc(2027, 3, 14, 10), False, id="instead of four"),
        pytest.param(utc(2026, 12, 11, 22, 59), False, id="before a moved occurrence"),
        pytest.param(utc(2026, 12, 12, 1, 59), True, id="across midnight in UTC"),
        pytest.param(utc(2026, 12, 10, 8), False, id="its old time"),
        pytest.param(utc(2026, 12, 13, 8), False, id="a skipped occurrence"),
        pytest.param(utc(2026, 12, 3, 7, 59), True, id="before an emergency change"),
        pytest.param(utc(2026, 12, 3, 8), False, id="during it"),
        pytest.param(utc(2026, 12, 3, 9), True, id="after it"),
        pytest.param(utc(2026, 12, 5, 22, 15, 30), False, id="a planned change begins ten seconds into a minute"),
        pytest.param(utc(2026, 12, 5, 22, 16), True, id="the first whole minute"),
        pytest.param(utc(2026, 12, 7, 3, 20), False, id="it ends within a minute"),
        pytest.param(utc(2026, 12, 26, 1, 30), False, id="a planned change in a freeze"),
    ],
)
def test_the_nights_on_which_something_differs(at: datetime, *, is_open: bool) -> None:
    assert contains(intervals(a_year())["all-open"], at) is is_open


def test_freezes_and_emergency_changes_have_intervals_of_their_own() -> None:
    situation = a_year()
    named = intervals(situation)
    assert list(named) == ["all-open", "all-emergency", "all-freeze"]
    feed, span = situation.schedule.feed("all"), whole(situation)
    emergencies = [each for each in situation.changes.values() if each.id in {"EC-1", "EC-2"}]
    for edge in edges(situation, feed, span):
        for at in (edge - SECOND, edge, edge + SECOND):
            if at in span:
                assert contains(named["all-freeze"], at) is any(at in each.span for each in situation.freezes(span))
    for change in emergencies:
        begin, end = change.plan.span.start, change.shown_span.end
        assert not contains(named["all-emergency"], begin - MINUTE)
        assert contains(named["all-emergency"], begin)
        assert contains(named["all-emergency"], end - SECOND)
        assert not contains(named["all-emergency"], end + MINUTE)
    assert not contains(named["all-emergency"], utc(2026, 12, 6, 7, 30)), "it is tentative"


@pytest.mark.parametrize(
    ("slug", "names"),
    [
        ("maintenance", ["maintenance-open"]),
        ("planned", ["planned-open"]),
        ("emergency", ["emergency-emergency"]),
        ("freeze", ["freeze-freeze"]),
    ],
)
def test_the_names_depend_on_the_feed_alone(slug: str, names: list[str]) -> None:
    """A route may name them, whether or not anything is announced."""
    situation = a_year()
    assert list(intervals(situation, slug)) == names
    nothing = Situation(schedule=replace(situation.schedule, windows=(), freezes=()), now=situation.now)
    assert {name: each["time_intervals"] for name, each in intervals(nothing, slug).items()} == {names[0]: []}


def test_a_hostile_name_stays_within_its_comment() -> None:
    situation = a_year()
    name = 'x\u2028y: [1]\x85# "z"\r\n- {{a}}\ttime_intervals: 1 \u202e \ufeff'
    calendar = replace(situation.schedule.calendar, name=name)
    hostile = replace(situation, schedule=replace(situation.schedule, calendar=calendar, feeds=()))
    assert intervals(hostile).keys() == {"all-open", "all-emergency", "all-freeze"}
    assert document(hostile, "alertmanager").body.decode().split("\n")[:2] == [
        r'# "x y: [1] # \"z\" - {{a}} time_intervals: 1 \u202e \ufeff" for Prometheus Alertmanager',
        "#",
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_amtool_accepts_a_configuration_that_has_it(slug: str, tmp_path: Path) -> None:
    amtool = shutil.which("amtool")
    require(None if amtool else "amtool is not installed: Debian's prometheus-alertmanager")
    assert amtool is not None
    situation = a_year()
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_bytes(routes(list(intervals(situation, slug))) + document(situation, "alertmanager", slug).body)
    checked = subprocess.run([amtool, "check-config", configuration], capture_output=True, text=True, check=False)
    assert (checked.returncode, "SUCCESS" in checked.stdout) == (0, True), checked.stderr


def routes(names: list[str]) -> bytes:
    """The beginning of a configuration, with a route that names them all."""
    return f"""\
route:
  receiver: default
  routes:
  - receiver: default
    mute_time_intervals: [{", ".join(names)}]
receivers:
- name: default
""".encode()
