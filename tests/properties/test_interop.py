"""Formats of other systems, evaluated by their own rules, are open when a slow reading of the facts says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import yaml
from hypothesis import given, settings

from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.interop.formats import interop_document
from tests.properties.brute_force import MINUTE, SECOND
from tests.properties.schedules import ENVIRONMENTS
from tests.properties.test_gate import WEEKS, Oracle, situations
from tests.publication.interop.alertmanager_rules import contains
from tests.publication.interop.argocd_rules import can_sync
from tests.publication.interop.gke_rules import Policy

INSTANT = timedelta(milliseconds=500)
"""Changes begin and end at whole seconds."""


def assert_equal(
    truth: tuple[Schedule, Record, datetime], is_open: Callable[[datetime], bool], *, from_now: bool = False
) -> None:
    """A format of whole minutes is open in those in which the gate is open throughout, for all environments.

    At the very instant at which a window of Argo CD opens, it is not yet active.
    """
    schedule, record, now = truth
    oracle = Oracle(schedule, record, now, now - WEEKS, now + WEEKS)
    edges = oracle.edges()
    for edge in sorted(edges):
        if not (now if from_now else now - WEEKS) <= edge < now + WEEKS:
            continue
        for at in (edge - MINUTE + INSTANT, edge + INSTANT, edge + MINUTE + INSTANT):
            minute = at.replace(second=0, microsecond=0)
            looked_at = {at, minute, *(each for each in edges if minute <= each < minute + MINUTE)}
            expected = all(oracle.is_open(environment, each) for environment in ENVIRONMENTS for each in looked_at)
            assert is_open(at) is expected, at


@settings(max_examples=25)
@given(truth=situations())
def test_alertmanagers_intervals_are_open_when_the_gate_is(truth: tuple[Schedule, Record, datetime]) -> None:
    schedule, record, now = truth
    situation = Situation(schedule=schedule, record=record, now=now)
    value = yaml.safe_load(interop_document(situation, "alertmanager", "all").body)
    interval = next(each for each in value["time_intervals"] if each["name"] == "all-open")
    assert_equal(truth, lambda at: contains(interval, at))


@settings(max_examples=25)
@given(truth=situations())
def test_argo_cds_windows_allow_a_sync_when_the_gate_is_open(truth: tuple[Schedule, Record, datetime]) -> None:
    schedule, record, now = truth
    value = yaml.safe_load(interop_document(Situation(schedule=schedule, record=record, now=now), "argocd", "all").body)
    windows = value["spec"]["syncWindows"]
    assert_equal(truth, lambda at: can_sync(windows, at), from_now=True)


@settings(max_examples=60)
@given(truth=situations())
def test_gke_maintains_nothing_while_the_gate_is_closed(truth: tuple[Schedule, Record, datetime]) -> None:
    """Until clocks change, a time comes for which a cluster has no exclusion left, or what has no end goes on."""
    schedule, record, now = truth
    document = interop_document(Situation(schedule=schedule, record=record, now=now), "gke", "all")
    value = yaml.safe_load(document.body)
    assert document.is_refused is (value is None)
    if value is None:
        return
    cluster = Policy(value)
    assert cluster.least_hours(now.replace(minute=0, second=0, microsecond=0), 40) >= 48
    right_until = re.search(r"^# Right until (\S+),", document.body.decode(), re.MULTILINE)
    assert right_until
    end = min(now + WEEKS, datetime.fromisoformat(right_until[1]))
    if len(cluster.exclusions) == 3 or any("open-ended" in each for each in document.warnings):
        end = min(end, *(finish for _, finish in cluster.exclusions.values()))
    oracle = Oracle(schedule, record, now, now - WEEKS, now + WEEKS)
    for edge in sorted(edge for edge in oracle.edges() if now <= edge < end):
        for at in (edge - SECOND, edge, edge + SECOND, edge + MINUTE):
            if now <= at < end and cluster.may_run(at):
                assert all(oracle.is_open(environment, at) for environment in ENVIRONMENTS), at
