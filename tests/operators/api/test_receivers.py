"""Who is sent something, over the API: in previews, by mail, by private feeds, in deliveries."""

from __future__ import annotations

from pathlib import Path

import pytest

from icsfeed.services import mail_subscribing
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.store.database.database import Database
from tests.cli.running import IN_FORCE
from tests.mail.customers import ask, link
from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of, new_client, problem_of

RECEIVERS = """
[[channels]]
id = "operations"
url = "env:OPERATIONS_URL"

[mail]
from = "Maintenance <maintenance@example.com>"
smtp = "env:SMTP_URL"
server = "https://maintenance.example.com"
"""
ORGANIZER = 'organizer = { name = "Support", email = "support@example.com" }\n'


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(IN_FORCE.replace("uid_domain", f"{ORGANIZER}uid_domain") + RECEIVERS, encoding="utf-8")
    return path


@pytest.fixture
def api(schedule: Path, database: Database) -> ApiClient:
    """A client, and a customer who has confirmed that they want mail."""
    client = new_client(schedule, database)
    ask(database, now=client.clock.now)
    mail_subscribing.confirm(database, link(database, LinkPurpose.CONFIRM), now=client.clock.now)
    return client


def test_a_preview_counts_those_who_would_be_notified_and_names_no_customer(api: ApiClient, database: Database) -> None:
    response = api.post("/changes?dry_run=true", ANNOUNCEMENT)
    preview = json_of(response)["preview"]
    assert (preview["feeds"], preview["channels"], preview["mails"]) == (
        ["all", "emergency", "production"],
        ["operations"],
        1,
    )
    assert "customer@" not in response.text
    assert [row.delivery.subject for row in database.outbox.rows()] == ["subscription"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/windows/thursday/occurrences/2026-12-10/skip", {"reason": "Holiday"}),
        ("/freezes", {"reason": "An audit", "environments": ["production"]}),
    ],
)
def test_previews_of_other_actions(api: ApiClient, path: str, fields: dict[str, object]) -> None:
    preview = json_of(api.post(f"{path}?dry_run=true", fields))["preview"]
    assert (preview["channels"], preview["mails"]) == (["operations"], 1)


def test_an_internal_freeze_is_in_no_feed(api: ApiClient) -> None:
    fields = {"reason": "An audit", "internal": True}
    assert json_of(api.post("/freezes?dry_run=true", fields))["preview"]["feeds"] == []


def test_mail_subscribers_are_counted_found_and_erased(api: ApiClient) -> None:
    address = {"address": "customer@example.com"}
    assert json_of(api.get("/mail")) == {"active": 1, "paused": 0, "unconfirmed": 0}
    found = json_of(api.post("/mail/search", address))
    assert (found["address"], found["state"]) == ("customer@example.com", "active")
    assert json_of(api.post("/mail/remove", address)) == {"removed": found["id"]}
    assert (api.post("/mail/search", address).status_code, api.post("/mail/remove", address).status_code) == (404, 404)
    assert problem_of(api.post("/mail/search", {"address": "nobody"}))["errors"][0]["field"] == "address"


def test_deliveries_come_in_pages_the_latest_first(api: ApiClient) -> None:
    for number in range(3):
        api.post("/changes", {**ANNOUNCEMENT, "summary": f"Change {number}"})
    first = json_of(api.get("/deliveries?limit=4"))
    rest = json_of(api.get(f"/deliveries?limit=4&next={first['next']}"))
    numbers = [each["number"] for each in (*first["items"], *rest["items"])]
    # The first delivery is the mail that asks the customer to confirm.
    assert (numbers, rest["next"], first["counts"]["waiting"]) == ([7, 6, 5, 4, 3, 2, 1], None, 7)
    assert {each["receiver"] for each in first["items"]} == {"channel:operations", f"mail:{mail_id_of(api)}"}


def mail_id_of(api: ApiClient) -> str:
    return str(json_of(api.post("/mail/search", {"address": "customer@example.com"}))["id"])


def test_deliveries_that_there_are_not_are_named(api: ApiClient) -> None:
    response = api.post("/deliveries/retry", {"ids": ["41"]})
    assert (response.status_code, problem_of(response)["detail"]) == (
        404,
        "there is no delivery 41; nothing was changed",
    )


def test_a_subscriber_of_a_private_feed(api: ApiClient) -> None:
    added = json_of(api.post("/subscribers", {"name": "Acme", "feed": "production", "alarms": ["1d", "30m"]}))
    assert added["path"].startswith("/private/")
    changed = json_of(api.post("/subscribers/change", {"name": "acme", "account": "137.035"}))
    assert (changed["name"], changed["account"], changed["alarms"]) == ("Acme", "137.035", [1440, 30])
    assert json_of(api.post("/subscribers/rotate", {"name": "Acme", "overlap": "1d"}))["path"] != added["path"]
    revoked = json_of(api.post("/subscribers/revoke", {"name": "Acme"}))
    assert revoked["revoked"] == "2026-11-23T12:00:00Z"
    assert json_of(api.get("/subscribers"))["items"] == [revoked]
