"""What Statuspage's documents say is what the feed says, whatever the policy and the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.schedule import Schedule
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.publication.statuspage.identifiers import maintenance_id
from tests.properties.due_changes import lapse_after
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.properties.test_gate import changes
from tests.situations import a_situation

SCHEDULED, ACTIVE, COMPLETED = "scheduled", "in_progress", "completed"


def listed(public: Mapping[str, Representation], name: str) -> list[dict[str, Any]]:
    maintenances: list[dict[str, Any]] = json.loads(public[f"/api/v2/{name}.json"].body)["scheduled_maintenances"]
    return maintenances


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), schedule=schedules(), now=NOWS, is_live=st.booleans())
def test_maintenances_are_those_of_the_feed(
    data: st.DataObject,
    schedule: Schedule,
    now: datetime,
    is_live: bool,
) -> None:
    adjusted = data.draw(adjustments(schedule, now.year))
    recorded = [data.draw(changes(number, now)) for number in (1, 2)]
    situation = a_situation(schedule, now=now, adjustments=adjusted, changes=recorded)
    public = publish(situation, changed_at=now, base_url="https://example.com", is_live=is_live).representations
    entries = {
        maintenance_id(each["uid"]): each
        for each in json.loads(public["/feeds/all.json"].body)["entries"]
        if each["kind"] != "freeze" and not each["no_longer_affects"]
    }
    every, upcoming, ahead = (
        listed(public, name) for name in ("scheduled-maintenances", "scheduled-maintenances/upcoming", "summary")
    )
    active = listed(public, "scheduled-maintenances/active") if is_live else []
    for each in (*every, *ahead):
        entry = entries[each["id"]]
        assert [instant(each[key]) for key in ("scheduled_for", "scheduled_until", "started_at")] == [
            instant(entry[key]) for key in ("start", "end", "start")
        ]
        assert (
            each["status"]
            == each["incident_updates"][0]["status"]
            == status_of(entry, now, situation.zone, is_live=is_live)
        )
        if each["resolved_at"] is not None:
            known = {entry["end"], entry["updated"], *(update["at"] for update in entry["updates"])}
            lapse = {lapse_of(entry, situation.zone)} if entry["kind"] != "maintenance" else set()
            assert instant(each["resolved_at"]) in {*map(instant, known), *lapse}
        assert (each["resolved_at"] is not None) is (each["status"] == COMPLETED)
        moments = [instant(update["created_at"]) for update in each["incident_updates"]]
        assert len(moments) == len({update["id"] for update in each["incident_updates"]})
        assert [component["name"] for component in each["components"]] == [
            name for key, name in schedule.environment_names.items() if key in entry["environments"]
        ]
    within = now.astimezone(UTC) + timedelta(days=30)
    due = {
        key
        for key, entry in entries.items()
        if status_of(entry, now, situation.zone, is_live=is_live) != COMPLETED and instant(entry["start"]) < within
    }
    assert due <= {each["id"] for each in ahead}
    assert {each["id"] for each in ahead} == {each["id"] for each in (*upcoming, *active)} | {
        each["id"] for each in ahead if each["status"] == ACTIVE
    }
    starts = [[each["scheduled_for"] for each in some] for some in (every, upcoming, active, ahead)]
    assert starts == [sorted(starts[0], reverse=True), *map(sorted, starts[1:])]
    assert len(every) == len({each["id"] for each in every}) <= 50


def lapse_of(entry: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    return lapse_after(instant(entry["planned_end"]), zone)


def status_of(entry: Mapping[str, Any], now: datetime, zone: ZoneInfo, *, is_live: bool) -> str:
    """The status by the rules that the manual gives."""
    start, end = instant(entry["start"]), instant(entry["end"])
    if entry["state"] in {"cancelled", "completed"}:
        return COMPLETED
    if entry["kind"] == "maintenance":
        if end <= now:
            return COMPLETED
        return ACTIVE if start <= now and is_live else SCHEDULED
    if entry["state"] == "in progress":
        return ACTIVE
    return COMPLETED if lapse_of(entry, zone) <= now else SCHEDULED
