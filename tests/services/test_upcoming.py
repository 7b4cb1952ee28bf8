"""Upcoming items, in order, for one environment or all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.changes import State, Step
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.situation import Situation
from icsfeed.services.upcoming import upcoming
from tests.changes import a_change, after_step, record_of
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, TORONTO, utc

TWO = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), THURSDAY),
    freezes=(MONTH_END,),
)


def test_windows_and_freezes_in_order() -> None:
    items = upcoming(Situation(schedule=TWO, now=NOW), NOW, timedelta(days=11))
    assert [(entry.id, entry.span.start) for entry in items] == [
        ("month-end", utc(2026, 11, 24, 5)),
        ("thursday", utc(2026, 12, 3, 7)),
    ]


def test_items_in_progress_are_listed() -> None:
    items = upcoming(
        Situation(schedule=TWO, now=utc(2026, 11, 22, 10, 59, 59)), utc(2026, 11, 22, 10, 59, 59), timedelta(days=1)
    )
    assert [entry.id for entry in items] == ["sunday"]
    assert upcoming(Situation(schedule=TWO, now=utc(2026, 11, 22, 11)), utc(2026, 11, 22, 11), timedelta(days=1)) == ()


def test_an_environment_has_its_own_windows_and_every_freeze() -> None:
    items = upcoming(Situation(schedule=TWO, now=NOW), NOW, timedelta(days=14), ("preview",))
    assert [entry.id for entry in items] == ["month-end", "sunday"]


def test_an_unknown_environment_is_refused_with_the_existing_ones() -> None:
    with pytest.raises(NotFoundError) as refusal:
        upcoming(Situation(schedule=TWO, now=NOW), NOW, timedelta(days=14), ("prod",))
    assert str(refusal.value) == 'there is no environment "prod"; this schedule has preview, production'


def test_an_overdue_change_is_listed_until_it_is_completed() -> None:
    late, at_nine = utc(2026, 12, 3, 12), utc(2026, 12, 3, 9)
    begun = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8)))
    over = a_change(Kind.PLANNED, (State.IN_PROGRESS, utc(2026, 12, 3, 8)), (State.COMPLETED, at_nine))
    record = record_of(begun, over, a_change(number=8))
    (entry,) = upcoming(Situation(schedule=TWO, record=record, now=late), late, timedelta(days=1), with_overdue=True)
    assert (entry.id, entry.state, entry.span.end) == ("EC-7", State.IN_PROGRESS, at_nine)
    assert entry.note == "taking longer than planned; It is being exploited"
    assert (
        upcoming(
            Situation(schedule=TWO, record=record, now=late), late, timedelta(days=1), ("preview",), with_overdue=True
        )
        == ()
    )
    assert (
        upcoming(
            Situation(schedule=TWO, record=record, now=late),
            late + timedelta(hours=1),
            timedelta(days=1),
            with_overdue=True,
        )
        == ()
    )
    assert (
        "longer"
        not in upcoming(
            Situation(schedule=TWO, record=record, now=late), utc(2026, 12, 3, 8), timedelta(hours=3), with_overdue=True
        )[0].note
    )


@pytest.mark.parametrize(
    ("completed", "listed"),
    [
        pytest.param((8, 30), {8: True, 9: False}, id="completed early: it was listed until its planned end"),
        pytest.param((10, 30), {8: True, 10: True, 11: False}, id="completed late: it ended with its planned time"),
        pytest.param((6, 0), {6: True, 8: False}, id="completed before its planned start"),
    ],
)
def test_a_change_is_listed_at_its_actual_time(completed: tuple[int, int], listed: dict[int, bool]) -> None:
    change = after_step(a_change(), Step.COMPLETE, utc(2026, 12, 3, *completed))
    situation = Situation(schedule=replace(TWO, windows=()), record=record_of(change), now=utc(2026, 12, 3, 12))
    hours = {hour: upcoming(situation, utc(2026, 12, 3, hour, 1), timedelta(minutes=10)) for hour in listed}
    hours[6] = upcoming(situation, utc(2026, 12, 3, 6), timedelta(minutes=10))
    assert {hour: bool(items) for hour, items in hours.items()} == {6: False, **listed}


def test_json_has_times_in_utc_and_in_local_time() -> None:
    freeze, window = (
        entry.as_json(TORONTO) for entry in upcoming(Situation(schedule=TWO, now=NOW), NOW, timedelta(days=11))
    )
    assert window == {
        "kind": "maintenance",
        "id": "thursday",
        "name": "Scheduled maintenance",
        "start": "2026-12-03T07:00:00Z",
        "end": "2026-12-03T11:00:00Z",
        "local_start": "2026-12-03T02:00:00-05:00",
        "local_end": "2026-12-03T06:00:00-05:00",
        "zone": "America/Toronto",
        "environments": ["production"],
        "impact": "outage",
        "state": None,
        "note": "",
        "window": "thursday",
        "date": "2026-12-03",
    }
    assert freeze == {
        "kind": "freeze",
        "id": MONTH_END.id,
        "name": "Change freeze",
        "start": "2026-11-24T05:00:00Z",
        "end": "2026-12-01T05:00:00Z",
        "local_start": "2026-11-24T00:00:00-05:00",
        "local_end": "2026-12-01T00:00:00-05:00",
        "zone": "America/Toronto",
        "environments": ["preview", "production"],
        "impact": None,
        "state": None,
        "note": "",
        "first": "2026-11-24",
        "last": "2026-11-30",
    }
