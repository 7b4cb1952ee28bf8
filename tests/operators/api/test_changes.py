"""Changes over the API: announced, shown, listed, taken step by step."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of, new_client, on_both_databases, problem_of

STEPS: list[tuple[str, dict[str, object], str]] = [
    ("confirm", {}, "confirmed"),
    ("update", {"summary": "Failover of the database", "start": "2026-12-08T02:00:00-05:00"}, "confirmed"),
    ("extend", {"length": "30m"}, "confirmed"),
    ("start", {"message": "We have begun"}, "in progress"),
    ("undo", {}, "confirmed"),
    ("start", {}, "in progress"),
    ("complete", {"message": "Done"}, "completed"),
    ("redact", {"update": 8}, "completed"),
    ("cancel", {"silent": True}, "cancelled"),
]


@on_both_databases
def test_the_lifecycle(api: ApiClient, database: Database) -> None:
    announced = api.post("/changes", {**ANNOUNCEMENT, "tentative": True})
    assert (announced.status_code, announced.headers["Location"], announced.headers["ETag"]) == (
        201,
        "/api/v1/changes/EC-1",
        '"EC-1.1"',
    )
    for number, (step, fields, state) in enumerate(STEPS[:-1], start=2):
        answer = api.post(f"/changes/EC-1/{step}", fields)
        assert (answer.status_code, json_of(answer)["state"], json_of(answer)["recorded"]) == (200, state, True)
        assert answer.headers["ETag"] == f'"EC-1.{number}"'
    shown = json_of(api.get("/changes/ec-1"))
    assert [(update["step"], update["by"]) for update in shown["updates"]] == [
        ("announce", "chat bot"),
        *((("update" if step == "extend" else step), "chat bot") for step, _, _ in STEPS[:-1]),
    ]
    (entry, *_) = database.entries(subject="EC-1")
    assert (entry.by, entry.kind, entry.action, entry.address) == (
        "chat bot",
        "token",
        "emergency announce",
        "127.0.0.1",
    )


def test_a_silent_cancellation(api: ApiClient) -> None:
    api.post("/changes", ANNOUNCEMENT)
    answer = json_of(api.post("/changes/EC-1/cancel", {"silent": True}))
    assert (answer["state"], answer["withdrawn"], answer["event"]) == ("cancelled", True, None)


def test_a_dry_run_shows_what_would_be_public_and_records_nothing(api: ApiClient, database: Database) -> None:
    before = database.entry()
    answer = api.post("/changes?dry_run=true", {**ANNOUNCEMENT, "end": "2026-12-08T11:00:00-05:00"})
    outcome = json_of(answer)
    assert (answer.status_code, outcome["recorded"], "ETag" in answer.headers) == (200, False, False)
    assert "SUMMARY:Emergency change: Database failover" in outcome["event"]
    assert outcome["preview"] == {
        "text": "Emergency change EC-1: announced – Database failover\n"
        "It is planned for Tue 2026-12-08 01:00–11:00 EST.\n"
        "UTC: Tue 2026-12-08 06:00–16:00 · Environments: Production · Impact: outage\n"
        "Reason: A disk is failing",
        "public": True,
        "feeds": ["all", "emergency", "production"],
        "channels": None,
        "mails": None,
    }
    assert database.entry() == before
    api.post("/changes", ANNOUNCEMENT)
    step = json_of(api.post("/changes/EC-1/cancel?dry_run=true", {"message": "False alarm"}))
    assert (step["state"], step["recorded"], len(step["updates"])) == ("cancelled", False, 2)
    assert json_of(api.get("/changes/EC-1"))["state"] == "confirmed"


@pytest.mark.parametrize(
    "tag", ['"EC-1.1"', '"ec-1.1"', '"EC-2.5", "EC-1.1"', "*", 'W/"EC-1.7", "EC-1.1"'], ids=lambda tag: tag
)
def test_a_step_with_the_present_version(api: ApiClient, tag: str) -> None:
    api.post("/changes", ANNOUNCEMENT)
    assert api.post("/changes/EC-1/start", headers={"If-Match": tag}).headers["ETag"] == '"EC-1.2"'


@pytest.mark.parametrize("tag", ['"EC-1.1"', 'W/"EC-1.2"', '"EC-2.2"', '"anything"'], ids=lambda tag: tag)
def test_a_step_with_another_version_says_what_the_others_changed(api: ApiClient, tag: str) -> None:
    api.post("/changes", ANNOUNCEMENT)
    api.post("/changes/EC-1/update", {"impact": "degraded", "message": "Not that bad"})
    response = api.post("/changes/EC-1/cancel", headers={"If-Match": tag})
    problem = problem_of(response)
    assert (response.status_code, response.headers["ETag"]) == (412, '"EC-1.2"')
    assert (
        'update 2 by chat bot: impact: outage → degraded, "Not that bad". Nothing was changed now' in problem["detail"]
    )
    assert problem["current"] == json_of(api.get("/changes/EC-1"))


@on_both_databases
def test_a_step_that_expects_another_update_is_a_conflict(api: ApiClient) -> None:
    api.post("/changes", ANNOUNCEMENT)
    response = api.post("/changes/EC-1/cancel", {"expect": 2})
    assert (response.status_code, problem_of(response)["detail"]) == (409, "EC-1 has no update 2; its latest is 1")
    assert problem_of(response)["current"]["state"] == "confirmed"


def test_a_step_that_expects_two_versions(api: ApiClient) -> None:
    api.post("/changes", ANNOUNCEMENT)
    response = api.post("/changes/EC-1/cancel", {"expect": 2}, headers={"If-Match": '"EC-1.1"'})
    assert problem_of(response)["errors"] == [
        {"field": "expect", "detail": '"expect" is 2, and If-Match names another version', "remedy": "give one of them"}
    ]


@pytest.mark.parametrize("tag", ["EC-1.1", '"EC-1.1', "3", '"a" b'], ids=lambda tag: tag)
def test_a_malformed_tag(api: ApiClient, tag: str) -> None:
    api.post("/changes", ANNOUNCEMENT)
    response = api.post("/changes/EC-1/cancel", headers={"If-Match": tag})
    assert (response.status_code, "is not an entity tag" in problem_of(response)["detail"]) == (400, True)


def announce_many(api: ApiClient, count: int) -> None:
    for number in range(1, count + 1):
        kind = "planned" if number % 2 else "emergency"
        fields = {**ANNOUNCEMENT, "kind": kind, "summary": f"Change {number}"}
        assert api.post("/changes", fields).status_code == 201
        if not number % 3:
            api.clock.advance(minutes=1)


def test_pages_have_every_change_once_though_others_come_meanwhile(api: ApiClient) -> None:
    announce_many(api, 7)
    whole = [change["id"] for change in json_of(api.get("/changes"))["items"]]
    assert len(whole) == 7
    listed: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = json_of(api.get(f"/changes?limit=2&next={cursor}" if cursor else "/changes?limit=2"))
        listed += [change["id"] for change in page["items"]]
        cursor = page["next"]
        api.clock.advance(minutes=1)
        api.post("/changes", {**ANNOUNCEMENT, "summary": f"In between {len(listed)}"})
    assert listed == whole


def test_lists_are_filtered(api: ApiClient) -> None:
    announce_many(api, 3)
    api.post("/changes/EC-1/cancel")

    def listed(query: str) -> list[str]:
        return sorted(change["id"] for change in json_of(api.get(f"/changes?{query}"))["items"])

    assert listed("") == ["PC-1", "PC-2"]
    assert listed("all=true") == ["EC-1", "PC-1", "PC-2"]
    assert listed("kind=emergency") == []
    assert listed("kind=emergency&all=true") == ["EC-1"]
    assert listed("environment=preview") == []
    assert listed("environment=preview&environment=production") == ["PC-1", "PC-2"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "ICAgIA", "!"])
def test_a_cursor_that_is_none(api: ApiClient, cursor: str) -> None:
    api.post("/changes", ANNOUNCEMENT)
    response = api.get(f"/changes?next={cursor}")
    assert (response.status_code, problem_of(response)["detail"]) == (
        400,
        f'"{cursor}" is not the value of "next" in an answer; take it from there, or leave it out',
    )


@pytest.mark.parametrize("path", ["/changes/EC-1", "/changes/7", "/changes/%F0%9F%94%A5", "/changes/DR-1"])
def test_a_change_that_there_is_not(api: ApiClient, path: str) -> None:
    assert api.get(path).status_code == 404
    assert api.post(f"{path}/start", {}).status_code == 404


@on_both_databases
def test_of_steps_at_once_at_two_servers_one_is_taken(schedule: Path, database: Database, database_url: str) -> None:
    """The slower operator hears what the other did, though both have seen the same version."""
    with closing(Database(database_url)) as other_database:
        first, other = new_client(schedule, database), new_client(schedule, other_database, name="second bot")
        first.post("/changes", ANNOUNCEMENT)
        barrier, answers = threading.Barrier(4), []

        def cancel(client: ApiClient, number: int) -> None:
            barrier.wait()
            message = {"message": f"Number {number}"}
            answers.append(client.post("/changes/EC-1/update", message, headers={"If-Match": '"EC-1.1"'}))

        threads = [
            threading.Thread(target=cancel, args=(client, number)) for number, client in enumerate(2 * [first, other])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
        updates = json_of(first.get("/changes/EC-1"))["updates"]
        assert len(updates) == 2
        for answer in answers:
            if answer.status_code == 412:
                assert f'"{updates[1]["message"]}"' in problem_of(answer)["detail"]
