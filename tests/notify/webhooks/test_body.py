"""The body of a webhook, whole; its JSON Schema describes whatever is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Step
from icsfeed.domain.channels import CHANNEL_EVENTS, ChannelEvent
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.notify.webhooks.body import webhook_body
from icsfeed.publication.json_schemas import WEBHOOK_SCHEMA_PATH
from icsfeed.publication.publishing import publish
from tests.examples import utc
from tests.notify.messages.stories import CHANGE, LATER, NOW, PLANNED, after, announcement, delivery, shop, situation

E = ChannelEvent
AT = utc(2026, 11, 25)
MOVED = after(Step.UPDATE, AT, "The part comes <later>.\nSorry!", span=LATER, ticket="https://tickets.example.com/7")


def content(told: Announcement) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(webhook_body(told, shop().in_language(told.language).calendar))
    return body


def test_a_change_is_told_with_all_that_holds_of_it() -> None:
    told = announcement(situation(changes=[MOVED]), delivery("EC-7", E.MOVED, AT))
    body = content(told)
    text = body.pop("text")
    assert text.splitlines()[0] == body["title"]
    assert "It is moved from Thu 2026-12-03 03:00–04:00 EST to Fri 2026-12-04 03:00–05:00 EST." in text.splitlines()
    assert body == {
        "version": 1,
        "type": "moved",
        "timestamp": "2026-12-01T12:00:00Z",
        "language": "en",
        "calendar": {
            "name": "Shop maintenance",
            "timezone": "America/Toronto",
            "url": "https://shop.example.com",
            "environments": {"production": "Production"},
        },
        "title": "Emergency change EC-7: moved – Security patch",
        "data": {
            "uid": "emergency.ec-7@shop.example.com",
            "sequence": 0,
            "kind": "emergency",
            "id": "EC-7",
            "occurrence": None,
            "name": "Security patch",
            "state": "confirmed",
            "environments": ["production"],
            "impact": "outage",
            "reason": "It is being exploited",
            "ticket": "https://tickets.example.com/7",
            "start": "2026-12-04T08:00:00Z",
            "end": "2026-12-04T10:00:00Z",
            "local_start": "2026-12-04T03:00:00-05:00",
            "local_end": "2026-12-04T05:00:00-05:00",
            "planned_start": "2026-12-04T08:00:00Z",
            "planned_end": "2026-12-04T10:00:00Z",
            "moved_from": {
                "start": "2026-12-03T08:00:00Z",
                "end": "2026-12-03T09:00:00Z",
                "local_start": "2026-12-03T03:00:00-05:00",
                "local_end": "2026-12-03T04:00:00-05:00",
            },
            "open_ended": False,
            "no_longer_affects": [],
            "freeze": "",
            "remind_minutes": None,
            "changed": [{"what": "ticket", "before": "", "after": ""}],
            "messages": [{"at": "2026-11-25T00:00:00Z", "message": "The part comes <later>.\nSorry!"}],
            "page": "https://shop.example.com/#ec-7",
        },
    }


def test_it_is_in_the_language_of_the_channel() -> None:
    skipped = situation(adjustments=[SKIP])
    body = content(announcement(skipped, delivery("thursday/2026-12-03", E.SKIPPED), language="fr"))
    assert (body["language"], body["calendar"]["name"]) == ("fr", "Maintenance de la boutique")
    assert body["data"]["name"] == "Maintenance planifiée"
    assert body["title"].startswith("Maintenance planifiée, ")


def test_the_actual_times_stand_beside_the_planned_ones() -> None:
    completed = after(Step.COMPLETE, PLANNED.start + timedelta(minutes=40), change=after(Step.START, PLANNED.start))
    data = content(announcement(situation(changes=[completed]), delivery("EC-7", E.COMPLETED, PLANNED.end)))["data"]
    assert (data["start"], data["end"]) == ("2026-12-03T08:00:00Z", "2026-12-03T08:40:00Z")
    assert (data["planned_start"], data["planned_end"]) == ("2026-12-03T08:00:00Z", "2026-12-03T09:00:00Z")
    assert data["state"] == "completed"


OCCURRENCE = "thursday/2026-12-03"
SKIP = Skip(window_id="thursday", day=date(2026, 12, 3), reason="Not needed")
MOVE = Move(window_id="thursday", day=date(2026, 12, 3), to=LATER, reason="A trade fair")
FREEZE = RecordedFreeze(
    id="CF-2",
    reason="An incident",
    environments=frozenset({"production", "preview"}),
    started_at=utc(2026, 12, 1, 6),
    started_by="ann",
)


def test_an_occurrence_has_its_window_and_its_date() -> None:
    data = content(announcement(situation(adjustments=[MOVE]), delivery(OCCURRENCE, E.MOVED)))["data"]
    assert (data["id"], data["occurrence"], data["kind"]) == ("thursday", "2026-12-03", "maintenance")
    assert (data["start"], data["moved_from"]["start"]) == ("2026-12-04T08:00:00Z", "2026-12-03T07:00:00Z")


def test_an_open_ended_freeze_has_no_end() -> None:
    data = content(announcement(situation(freezes=[FREEZE]), delivery("CF-2", E.FREEZE)))["data"]
    assert (data["kind"], data["id"], data["open_ended"]) == ("freeze", "CF-2", True)
    assert (data["start"], data["end"], data["local_end"], data["planned_end"]) == (
        "2026-12-01T06:00:00Z",
        None,
        None,
        None,
    )


def test_a_reminder_says_how_long_before() -> None:
    about = delivery("EC-7", E.REMINDER, starts=PLANNED.start, lead=timedelta(hours=72))
    assert content(announcement(situation(changes=[CHANGE]), about))["data"]["remind_minutes"] == 4320


def test_of_what_is_withdrawn_there_is_nothing_but_that() -> None:
    withdrawn = after(Step.CANCEL, AT, "A secret", silent=True)
    body = webhook_body(
        announcement(situation(changes=[withdrawn]), delivery("EC-7", E.WITHDRAWN, AT)), shop().calendar
    )
    data = json.loads(body)["data"]
    empty = {key: value for key, value in data.items() if value in (None, "", [], False)}
    assert data == empty | {"kind": "emergency", "id": "EC-7"}
    assert b"Security patch" not in body


def test_a_change_that_has_left_an_environment_says_which() -> None:
    left = after(Step.UPDATE, AT, environments=frozenset({"preview"}))
    told = announcement(
        situation(changes=[left]), delivery("EC-7", E.UPDATED, AT), environments=frozenset({"production"})
    )
    body = content(told)
    assert (body["data"]["environments"], body["data"]["no_longer_affects"]) == ([], ["production"])
    assert body["calendar"]["environments"] == {"production": "Production"}


def announcements() -> Iterator[Announcement]:
    """Something of every kind and event."""
    cancelled = after(Step.CANCEL, AT, "Not needed")
    for event in (E.ANNOUNCED, E.CONFIRMED, E.STARTED, E.COMPLETED):
        step = {E.STARTED: Step.START, E.COMPLETED: Step.COMPLETE}.get(event)
        change = after(step, PLANNED.start) if step else CHANGE
        yield announcement(situation(changes=[change]), delivery("EC-7", event, change.latest.at))
    yield announcement(situation(changes=[MOVED]), delivery("EC-7", E.MOVED, AT))
    yield announcement(situation(changes=[after(Step.UPDATE, AT, "Hm")]), delivery("EC-7", E.UPDATED, AT))
    yield announcement(situation(changes=[cancelled]), delivery("EC-7", E.CANCELLED, AT))
    yield announcement(situation(), delivery("repair", E.WITHDRAWN))
    yield announcement(situation(adjustments=[SKIP]), delivery(OCCURRENCE, E.SKIPPED))
    yield announcement(situation(adjustments=[MOVE]), delivery(OCCURRENCE, E.MOVED))
    yield announcement(situation(freezes=[FREEZE]), delivery("CF-2", E.FREEZE))
    yield announcement(
        situation(), delivery(OCCURRENCE, E.REMINDER, starts=utc(2026, 12, 3, 7), lead=timedelta(hours=1))
    )


def schema() -> dict[str, Any]:
    published = publish(situation(), changed_at=NOW).representations[WEBHOOK_SCHEMA_PATH]
    document: dict[str, Any] = json.loads(published.body)
    return document


def test_the_schema_describes_everything_that_is_told() -> None:
    validator = Draft202012Validator(schema(), format_checker=FormatChecker())
    told = list(announcements())
    assert {each.event for each in told} == set(CHANNEL_EVENTS)
    for each in told:
        for language in ("en", "fr"):
            validator.validate(content(replace(each, language=language)))


def test_every_key_is_in_the_schema_and_required_so_programs_can_rely_on_it() -> None:
    document = schema()
    body = content(next(announcements()))
    assert list(body) == list(document["properties"]) == document["required"]
    data = document["$defs"]["data"]
    assert list(body["data"]) == list(data["properties"]) == data["required"]


def test_keys_are_those_of_the_json_feed_where_they_mean_the_same() -> None:
    feed = json.loads(publish(situation(), changed_at=NOW).representations["/schemas/feed-1.json"].body)
    own = {"occurrence", "freeze", "remind_minutes", "changed", "messages", "page"}
    entry = feed["$defs"]["entry"]["properties"].keys() | feed["$defs"]["span"]["properties"].keys()
    assert set(schema()["$defs"]["data"]["properties"]) - own <= entry
