"""The server answers at Statuspage's addresses and at those of badges, and at no others beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from icsfeed.store.schedule_file import example_path
from tests.applications import create_app
from tests.examples import NOW
from tests.publication.fakes import Clock


@pytest.fixture(name="client")
def _client(tmp_path: Path) -> FlaskClient:
    schedule = tmp_path / "schedule.toml"
    schedule.write_bytes(example_path().read_bytes())
    return create_app(schedule=schedule, clock=Clock(now=NOW)).test_client()


@pytest.mark.parametrize(
    ("path", "content_type", "language"),
    [
        ("/api/v2/scheduled-maintenances.json", "application/json", "en"),
        ("/api/v2/scheduled-maintenances/upcoming.json", "application/json", "en"),
        ("/api/v2/scheduled-maintenances/active.json", "application/json", "en"),
        ("/fr/api/v2/summary.json", "application/json", "fr"),
        ("/badge.svg", "image/svg+xml", "en"),
        ("/fr/badge/production.svg", "image/svg+xml", "fr"),
    ],
)
def test_an_address_is_answered_and_asked_for_again(
    client: FlaskClient, path: str, content_type: str, language: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
    assert (answer.headers["Content-Language"], answer.headers["Access-Control-Allow-Origin"]) == (language, "*")
    assert "Last-Modified" not in answer.headers
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/",
        "/api/v2/incidents.json",
        "/api/v2/scheduled-maintenances",
        "/de/api/v2/summary.json",
        "/badge/",
        "/badge/nowhere.svg",
        "/badge/production.png",
    ],
)
def test_nothing_is_at_other_addresses(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
