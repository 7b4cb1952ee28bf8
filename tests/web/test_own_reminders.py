"""A server with templates of its own: edits are noticed, mistakes are counted, and nothing else is stale."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.applications import create_app
from tests.publication.fakes import Clock
from tests.reminders.situations import policy_file

TICKET = "/reminders/ticket.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schedule.toml").write_text(
        f'{policy_file()}\n[reminders]\ntemplates = "reminders"\n', encoding="utf-8"
    )
    folder = tmp_path / "reminders"
    folder.mkdir()
    return folder


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return create_app(schedule=folder.parent / "schedule.toml", clock=Clock()).test_client()


def write(path: Path, text: str, *, seconds: int) -> None:
    """Write the file, and date it, for two edits may come within one tick of the file system's clock."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (seconds, seconds))


def wait_for_readiness(client: FlaskClient, expected: dict[str, object]) -> None:
    """Wait until ``/readyz`` answers that: templates are checked in a thread of their own."""
    deadline = time.monotonic() + 30
    while client.get("/readyz").json != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, expected)


def test_an_edit_of_a_template_is_public_at_once(client: FlaskClient, folder: Path) -> None:
    built_in = client.get(TICKET).text
    assert built_in.startswith("## Seed-to-Sale maintenance")
    write(folder / "ticket.md.j2", "first", seconds=1)
    assert client.get(TICKET).text == "first"
    write(folder / "ticket.md.j2", "second", seconds=2)
    assert client.get(TICKET).text == "second"
    (folder / "ticket.md.j2").unlink()
    assert client.get(TICKET).text == built_in


def test_a_mistake_is_counted_and_makes_nothing_stale(client: FlaskClient, folder: Path) -> None:
    write(folder / "ticket.md.j2", "\n{{ nme }}", seconds=1)
    answer = client.get(TICKET)
    assert (answer.status_code, answer.text[:27], answer.headers.get("X-Icsfeed-Stale")) == (
        200,
        "## Seed-to-Sale maintenance"[:27],
        None,
    )
    wait_for_readiness(client, {"status": "ready", "templates": {"since": "2026-11-23T12:00:00Z", "mistakes": 1}})
    assert client.get("/api/v1/state?environment=production").json["stale"] is False  # type: ignore[index]
    assert 'icsfeed_source_broken{source="templates"} 1.0' in client.get("/metrics").text
    write(folder / "ticket.md.j2", "mended", seconds=2)
    assert client.get(TICKET).text == "mended"
    wait_for_readiness(client, {"status": "ready"})


def test_a_folder_that_vanishes_leaves_the_last_good_texts(client: FlaskClient, folder: Path) -> None:
    write(folder / "ticket.md.j2", "own", seconds=1)
    assert client.get(TICKET).text == "own"
    (folder / "ticket.md.j2").unlink()
    folder.rmdir()
    answer = client.get(TICKET)
    assert (answer.text, answer.headers["X-Icsfeed-Stale"]) == ("own", "schedule")
    folder.mkdir()
    assert client.get(TICKET).text.startswith("## Seed-to-Sale maintenance")
