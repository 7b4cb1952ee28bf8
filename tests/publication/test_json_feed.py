"""Feeds as JSON: valid against the schema, with the same occurrences as the calendar."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, a_window, span, utc
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.readers import rie

TWO = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), THURSDAY),
    feeds=(
        Feed(slug="preview", name="Preview", environments=frozenset({"preview"}), kinds=frozenset(Kind)),
        Feed(
            slug="changes",
            name="Changes",
            environments=frozenset({"production"}),
            kinds=frozenset({Kind.EMERGENCY, Kind.PLANNED}),
        ),
    ),
)
ADJUSTED: dict[tuple[str, date], Adjustment] = {
    ("thursday", date(2026, 12, 3)): Move(
        window_id="thursday",
        day=date(2026, 12, 3),
        to=span((2026, 12, 4, 7), (2026, 12, 4, 8, 30)),
        reason="Vendor on site",
    ),
    ("thursday", date(2026, 12, 10)): Skip(window_id="thursday", day=date(2026, 12, 10), reason="Not needed"),
    ("thursday", date(2026, 12, 17)): Skip(
        window_id="thursday", day=date(2026, 12, 17), reason="Not needed", silent=True
    ),
}


def json_feed(schedule: Schedule, slug: str, *, record: Record, now: datetime = NOW) -> dict[str, Any]:
    """A feed, validated against the schema that is published with it."""
    representations = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now).representations
    schema = json.loads(representations["/schemas/feed-1.json"].body)
    content: dict[str, Any] = json.loads(representations[f"/feeds/{slug}.json"].body)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(content)
    entry = schema["$defs"]["entry"]
    keys = {*entry["properties"], *schema["$defs"]["span"]["properties"]}
    assert all(set(each) == keys for each in content["entries"])
    return content


def entry_of(content: dict[str, Any], uid: str) -> dict[str, Any]:
    (entry,) = [each for each in content["entries"] if each["uid"] == f"{uid}@maintenance.example.com"]
    return dict(entry)


NOTHING_MORE = {
    "sequence": 0,
    "updated": "2025-01-01T05:00:00Z",
    "state": "confirmed",
    "impact": None,
    "reason": "",
    "ticket": None,
    "actual_start": None,
    "actual_end": None,
    "automatic": False,
    "original_start": None,
    "moved_from": None,
    "first": None,
    "last": None,
    "open_ended": False,
    "no_longer_affects": [],
    "updates": [],
}


def test_everything_but_the_entries() -> None:
    content = json_feed(TWO, "changes", record=NOTHING)
    assert content == {
        "version": 1,
        "calendar": {
            "name": "Seed-to-Sale maintenance",
            "timezone": "America/Toronto",
            "environments": {"preview": "Preview", "production": "Production"},
        },
        "feed": {
            "slug": "changes",
            "name": "Changes",
            "description": "",
            "environments": ["production"],
            "kinds": ["emergency", "planned"],
        },
        "published": {
            "start": "2025-01-01T05:00:00Z",
            "end": "2028-01-01T05:00:00Z",
            "local_start": "2025-01-01T00:00:00-05:00",
            "local_end": "2028-01-01T00:00:00-05:00",
        },
        "entries": [],
    }


def test_a_window_as_scheduled() -> None:
    content = json_feed(TWO, "all", record=NOTHING)
    assert entry_of(content, "maintenance.thursday.20261203T020000") == {
        **NOTHING_MORE,
        "uid": "maintenance.thursday.20261203T020000@maintenance.example.com",
        "kind": "maintenance",
        "id": "thursday",
        "name": "Scheduled maintenance",
        "start": "2026-12-03T07:00:00Z",
        "end": "2026-12-03T11:00:00Z",
        "planned_start": "2026-12-03T07:00:00Z",
        "planned_end": "2026-12-03T11:00:00Z",
        "local_start": "2026-12-03T02:00:00-05:00",
        "local_end": "2026-12-03T06:00:00-05:00",
        "environments": ["production"],
        "impact": "outage",
        "original_start": "2026-12-03T02:00:00",
    }


def test_skipped_and_moved_occurrences() -> None:
    content = json_feed(TWO, "all", record=Record(entry=1, adjustments=ADJUSTED))
    moved = entry_of(content, "maintenance.thursday.20261203T020000")
    assert {key: moved[key] for key in ("state", "start", "end", "reason", "original_start", "moved_from")} == {
        "state": "confirmed",
        "start": "2026-12-04T07:00:00Z",
        "end": "2026-12-04T08:30:00Z",
        "reason": "Vendor on site",
        "original_start": "2026-12-03T02:00:00",
        "moved_from": {
            "start": "2026-12-03T07:00:00Z",
            "end": "2026-12-03T11:00:00Z",
            "local_start": "2026-12-03T02:00:00-05:00",
            "local_end": "2026-12-03T06:00:00-05:00",
        },
    }
    skipped = entry_of(content, "maintenance.thursday.20261210T020000")
    assert (skipped["state"], skipped["reason"], skipped["start"]) == (
        "cancelled",
        "Not needed",
        "2026-12-10T07:00:00Z",
    )
    silent = "maintenance.thursday.20261217T020000@maintenance.example.com"
    assert silent not in {each["uid"] for each in content["entries"]}
    assert silent in {each["uid"] for each in json_feed(TWO, "all", record=NOTHING)["entries"]}


def test_a_freeze_covers_whole_days_in_every_environment() -> None:
    content = json_feed(TWO, "preview", record=NOTHING)
    assert entry_of(content, "freeze.month-end.20261124") == {
        **NOTHING_MORE,
        "uid": "freeze.month-end.20261124@maintenance.example.com",
        "kind": "freeze",
        "id": "month-end",
        "name": "Change freeze",
        "start": "2026-11-24T05:00:00Z",
        "end": "2026-12-01T05:00:00Z",
        "planned_start": "2026-11-24T05:00:00Z",
        "planned_end": "2026-12-01T05:00:00Z",
        "local_start": "2026-11-24T00:00:00-05:00",
        "local_end": "2026-12-01T00:00:00-05:00",
        "environments": ["preview", "production"],
        "first": "2026-11-24",
        "last": "2026-11-30",
    }


def test_a_change_has_its_steps_but_not_the_operators() -> None:
    change = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8)))
    content = json_feed(TWO, "changes", record=record_of(change))
    (entry,) = content["entries"]
    assert entry == {
        **NOTHING_MORE,
        "uid": "emergency.ec-7@maintenance.example.com",
        "updated": "2026-11-23T10:00:00Z",
        "kind": "emergency",
        "id": "EC-7",
        "name": "Security patch",
        "state": "in progress",
        "start": "2026-12-03T08:00:00Z",
        "end": "2026-12-03T09:00:00Z",
        "planned_start": "2026-12-03T08:00:00Z",
        "planned_end": "2026-12-03T09:00:00Z",
        "local_start": "2026-12-03T03:00:00-05:00",
        "local_end": "2026-12-03T04:00:00-05:00",
        "environments": ["production"],
        "impact": "outage",
        "reason": "It is being exploited",
        "updates": [
            {"number": 1, "at": "2026-11-23T10:00:00Z", "state": "confirmed", "message": "Message 1", "changed": []},
            {
                "number": 2,
                "at": "2026-12-03T08:00:00Z",
                "state": "in progress",
                "message": "Message 2",
                "changed": [{"what": "state", "before": "confirmed", "after": "in progress"}],
            },
        ],
    }
    assert change.updates[0].by == "ann@example.com"
    assert "ann@example.com" not in json.dumps(content)


TIMES = ("start", "end", "local_start", "local_end", "planned_start", "planned_end", "actual_start", "actual_end")


@pytest.mark.parametrize(
    ("change", "times"),
    [
        pytest.param(
            after_step(a_change(), Step.START, utc(2026, 12, 3, 8, 20)),
            ("08:20", "09:20", "03:20", "04:20", "08:00", "09:00", "08:20", None),
            id="started late",
        ),
        pytest.param(
            after_step(after_step(a_change(), Step.START, utc(2026, 12, 3, 8)), Step.COMPLETE, utc(2026, 12, 3, 8, 30)),
            ("08:00", "08:30", "03:00", "03:30", "08:00", "09:00", "08:00", "08:30"),
            id="completed early: it used to stay in the future",
        ),
        pytest.param(
            after_step(a_change(), Step.COMPLETE, utc(2026, 12, 3, 10)),
            ("08:00", "10:00", "03:00", "05:00", "08:00", "09:00", "08:00", "10:00"),
            id="completed late and without a start",
        ),
    ],
)
def test_start_and_end_are_what_the_event_shows(change: Change, times: tuple[str | None, ...]) -> None:
    (entry,) = json_feed(TWO, "changes", record=record_of(change))["entries"]
    assert tuple(entry[key] and entry[key][11:16] for key in TIMES) == times


def test_of_texts_it_says_only_that_they_changed() -> None:
    """A corrected summary, reason or ticket used to stay in every later JSON."""
    change = after_step(
        a_change(), Step.UPDATE, utc(2026, 11, 23, 11), summary="A", reason="B", ticket="https://a.example.com"
    )
    (entry,) = json_feed(TWO, "changes", record=record_of(change))["entries"]
    assert entry["updates"][1]["changed"] == [
        {"what": what, "before": "", "after": ""} for what in ("summary", "reason", "ticket")
    ]
    assert "being exploited" not in json.dumps(entry)


def test_a_change_that_the_clock_starts_is_automatic() -> None:
    first = a_change().latest
    change = Change(kind=Kind.EMERGENCY, id="EC-7", updates=(replace(first, automatic=True),))
    (entry,) = json_feed(TWO, "changes", record=record_of(change))["entries"]
    assert (entry["automatic"], entry["state"]) == (True, "confirmed")


def test_a_cancelled_change_is_listed_until_its_time_has_passed() -> None:
    record = record_of(a_change(Kind.PLANNED, (State.CANCELLED, utc(2026, 11, 23, 11)), number=2))
    before, after = (
        json_feed(TWO, "changes", record=record, now=now)["entries"]
        for now in (utc(2026, 12, 3, 8, 59, 59), utc(2026, 12, 3, 9))
    )
    assert [(each["id"], each["state"]) for each in before] == [("PC-2", "cancelled")]
    assert after == []


def test_a_feed_has_the_entries_that_it_selects() -> None:
    elsewhere = a_change(number=8, plan=replace(PLAN, environments=frozenset({"preview"})))
    record = record_of(a_change(), elsewhere)
    entries_by_slug = {slug: json_feed(TWO, slug, record=record)["entries"] for slug in ("all", "preview", "changes")}
    assert {slug: {each["id"] for each in entries} for slug, entries in entries_by_slug.items()} == {
        "all": {"sunday", "thursday", "month-end", "EC-7", "EC-8"},
        "preview": {"sunday", "month-end", "EC-8"},
        "changes": {"EC-7"},
    }


def test_entries_are_in_order_and_match_the_expanded_calendar() -> None:
    record = Record(entry=1, adjustments=ADJUSTED, changes=record_of(a_change()).changes)
    content = json_feed(TWO, "all", record=record)
    assert content["entries"] == sorted(content["entries"], key=lambda each: (each["start"], each["uid"]))
    expanded = publish(Situation(schedule=TWO, record=record, now=NOW), changed_at=NOW).representations[
        "/feeds/all.expanded.ics"
    ]
    uids = [line.removeprefix("UID:") for line in expanded.body.decode().split("\r\n") if line.startswith("UID:")]
    assert [each["uid"] for each in content["entries"]] == uids


def test_a_window_skipped_by_the_clock_has_no_entry() -> None:
    """On 8 March 2026 Toronto's clock goes from 02:00 to 03:00."""
    in_the_gap = a_window(recurrence=weekly(6), start=time(2), end=time(3))
    content = json_feed(replace(POLICY, windows=(in_the_gap,), freezes=()), "all", record=NOTHING)
    starts = {each["original_start"] for each in content["entries"]}
    assert {"2026-03-01T02:00:00", "2026-03-08T02:00:00", "2026-03-15T02:00:00"} & starts == {
        "2026-03-01T02:00:00",
        "2026-03-15T02:00:00",
    }


@settings(max_examples=10)
@given(data=st.data(), schedule=schedules(), now=NOWS)
def test_an_outside_reader_of_the_recurring_calendar_sees_the_same(
    data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    """product.md: "What the public sees is a mapping from path to representation": they all agree."""
    adjusted = data.draw(adjustments(schedule, now.year))
    record = Record(entry=1, adjustments={(each.window_id, each.day): each for each in adjusted})
    content = json_feed(schedule, "all", record=record, now=now)
    whole_days = {freeze.id for freeze in schedule.freezes if not freeze.has_hours}
    json_entries = Counter(
        (each["first"], each["last"], False)
        if each["kind"] == "freeze" and each["id"] in whole_days
        else (each["start"], each["end"], each["state"] == "cancelled")
        for each in content["entries"]
    )
    feed = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now).representations[
        "/feeds/all.ics"
    ]
    assume(not feed.left_out)  # the JSON feed has no limit
    years = timedelta(days=4 * 366)
    calendar_events: Counter[tuple[str, str, bool]] = Counter()
    for instance in rie.read(feed.body, now - years, now + years):
        if isinstance(instance.start, datetime) and isinstance(instance.end, datetime):
            start, end = (f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for each in (instance.start, instance.end))
            calendar_events[start, end, instance.status == "CANCELLED"] += 1
        else:
            calendar_events[str(instance.start), str(instance.end - timedelta(days=1)), False] += 1
    assert (json_entries - calendar_events, calendar_events - json_entries) == (Counter(), Counter())


@pytest.mark.parametrize("name", ["Maintenance \N{SNOWMAN} <b>", 'with \u2028 and \\ and "'])
def test_any_name_gives_valid_json(name: str) -> None:
    schedule = replace(POLICY, windows=(a_window(name=name),), freezes=(MONTH_END,))
    content = json_feed(schedule, "all", record=NOTHING)
    assert entry_of(content, "maintenance.thursday.20261203T020000")["name"] == name
