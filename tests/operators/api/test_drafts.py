"""Announcements that need approval, over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.cli.running import IN_FORCE
from tests.operators.access import create
from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of, new_client, problem_of

PLANNED = {**ANNOUNCEMENT, "kind": "planned"}


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(f'{IN_FORCE}\n[operators]\napproval = ["planned"]\n', encoding="utf-8")
    return path


@pytest.fixture
def reviewer(api: ApiClient, database: Database) -> ApiClient:
    """Another operator's client of the same application."""
    return replace(api, token=create(database, "reviewer", now=api.clock.now).text)


def second_self(api: ApiClient, name: str = "second self") -> ApiClient:
    """The client with a token that its operator has created over the API."""
    return replace(api, token=json_of(api.post("/tokens", {"name": name, "scope": "write"}))["token"])


def test_a_planned_change_is_a_draft_until_another_operator_approves_it(api: ApiClient, reviewer: ApiClient) -> None:
    rehearsed = api.post("/changes?dry_run=true", PLANNED)
    assert (rehearsed.status_code, json_of(rehearsed)["recorded"], "preview" in json_of(rehearsed)) == (
        202,
        False,
        True,
    )
    drafted = api.post("/changes", PLANNED)
    assert (drafted.status_code, json_of(drafted)["id"], json_of(drafted)["recorded"]) == (202, "DR-1", True)
    assert json_of(api.get("/changes"))["items"] == []
    assert [each["id"] for each in json_of(api.get("/drafts"))["items"]] == ["DR-1"]
    own = api.post("/drafts/DR-1/approve")
    assert (own.status_code, "another operator has to approve it" in problem_of(own)["detail"]) == (422, True)
    preview = reviewer.post("/drafts/DR-1/approve?dry_run=true")
    assert (preview.status_code, json_of(preview)["preview"]["feeds"]) == (200, ["all", "planned", "production"])
    approved = reviewer.post("/drafts/dr-1/approve", headers={"Idempotency-Key": "1"})
    assert (approved.status_code, approved.headers["Location"]) == (201, "/api/v1/changes/PC-1")
    assert reviewer.post("/drafts/dr-1/approve", headers={"Idempotency-Key": "1"}).json == approved.json
    assert json_of(approved)["updates"][0]["by"] == "chat bot"
    assert reviewer.post("/drafts/DR-1/approve").status_code == 409
    (draft,) = json_of(api.get("/drafts?all=true"))["items"]
    assert (draft["state"], draft["change"], draft["decided_by"]) == ("approved", "PC-1", "reviewer")


def test_a_draft_is_shown_with_what_its_approval_makes_public(api: ApiClient, reviewer: ApiClient) -> None:
    drafted = json_of(api.post("/changes", PLANNED))
    rehearsed = json_of(reviewer.post("/drafts/DR-1/approve?dry_run=true"))
    draft = json_of(reviewer.get("/drafts/dr-1"))
    preview = draft.pop("preview")
    assert draft == {name: value for name, value in drafted.items() if name != "recorded"}
    assert (preview["feeds"], preview["public"]) == (rehearsed["preview"]["feeds"], False)
    assert "Database failover" in preview["text"]
    api.post("/drafts/DR-1/withdraw")
    withdrawn = json_of(reviewer.get("/drafts/DR-1"))
    assert (withdrawn["state"], withdrawn["event"], "preview" in withdrawn) == ("withdrawn", None, False)


def test_a_draft_that_came_too_late_is_shown_with_the_reason(api: ApiClient) -> None:
    api.post("/changes", {**PLANNED, "start": "2026-11-23T14:00:00Z", "end": "2026-11-23T15:00:00Z"})
    api.clock.now += timedelta(hours=3)
    draft = json_of(api.get("/drafts/DR-1"))
    (warning,) = draft["warnings"]
    assert (draft["state"], draft["event"], "preview" in draft) == ("draft", None, False)
    assert warning.startswith("DR-1 can't be announced any more: its start, ")


def test_a_draft_that_does_not_exist(api: ApiClient) -> None:
    assert api.get("/drafts/DR-7").status_code == 404
    assert problem_of(api.get("/drafts/EC-1"))["status"] == 400


def test_nobody_approves_with_a_token_that_the_author_has_created_nor_the_reverse(
    api: ApiClient, reviewer: ApiClient
) -> None:
    other = second_self(api)
    api.post("/changes", PLANNED)
    other.post("/changes", {**PLANNED, "summary": "New storage"})
    remedy = (
        "so both count as one operator; another operator has to approve it, whose token or sign-in does not go back to "
        '"chat bot"; nothing was changed'
    )
    for client, draft, author in ((other, "DR-1", "chat bot"), (api, "DR-2", "second self")):
        for path in (f"/drafts/{draft}/approve?dry_run=true", f"/drafts/{draft}/approve"):
            refusal = client.post(path, headers={"Idempotency-Key": "1"} if "dry" not in path else None)
            assert refusal.status_code == 422
            assert problem_of(refusal)["detail"] == (
                f'{draft} was drafted by "{author}", and the token "second self" was created by "chat bot", {remedy}'
            )
    assert json_of(api.get("/changes"))["items"] == []
    assert [reviewer.post(f"/drafts/{each}/approve").status_code for each in ("DR-1", "DR-2")] == [201, 201]


def test_a_draft_is_withdrawn(api: ApiClient) -> None:
    api.post("/changes", PLANNED)
    withdrawn = api.post("/drafts/DR-1/withdraw")
    assert (withdrawn.status_code, json_of(withdrawn)["state"]) == (200, "withdrawn")
    assert json_of(api.get("/drafts"))["items"] == []
    assert api.post("/drafts/DR-2/withdraw").status_code == 404
    assert api.post("/drafts/EC-1/withdraw").status_code == 400


def test_emergencies_never_wait(schedule: Path, database: Database) -> None:
    assert new_client(schedule, database).post("/changes", ANNOUNCEMENT).status_code == 201
