"""Mail subscriptions while the database is locked, hangs or is gone: an honest page, soon, and nothing half-written."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from icsfeed.bootstrap import LOCK_SECONDS, PATIENCE
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.services.mail_subscribing import subscriber_counts
from icsfeed.store.database.database import Database
from tests.databases import Server
from tests.mail.customers import ask, link, rows_of, subscriber
from tests.mail.test_pages import ASK, EVERYTHING, title_of
from tests.mail.vendors import application
from tests.publication.fakes import Clock

SOON = 1.0
"""Seconds; four times as long as these requests wait for a lock, for a busy machine."""

RATHER_SOON = 20.0
"""Seconds; a request waits a third of that for a server that hangs."""


def served(folder: Path, database: Database) -> FlaskClient:
    """With the patience of a real server."""
    return application(folder, database, Clock(), patience=PATIENCE).test_client()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db", lock_seconds=LOCK_SECONDS)
    yield database
    database.close()


def refusals(client: FlaskClient, database_paths: list[str], *, seconds: float = SOON) -> None:
    """Ask, confirm, choose and unsubscribe in vain, and after some seconds at most each."""
    start = time.monotonic()
    answers = [client.post(ASK, data={"email": "new@example.com"})]
    for path in database_paths:
        answers += [client.post(path), client.post(path, data=EVERYTHING)]
    assert time.monotonic() - start < seconds * len(answers)
    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert title_of(answer) == "Subscriptions are not available at the moment"
        assert "Les abonnements ne sont pas disponibles" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def eventually(client: FlaskClient, method: str, path: str) -> TestResponse:
    """The answer of a server that is busy no longer, however slow the machine."""
    deadline = time.monotonic() + 60
    answer = client.open(path, method=method)
    while answer.status_code == 503 and time.monotonic() < deadline:
        answer = client.open(path, method=method)
    return answer


def test_another_program_has_locked_the_file(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    client = served(tmp_path, database)
    ask(database)
    paths = [
        f"/subscribe/confirm/{link(database, LinkPurpose.CONFIRM)}",
        f"/unsubscribe/{link(database, LinkPurpose.UNSUBSCRIBE)}",
    ]
    before = [rows_of(database, f"SELECT * FROM {table}") for table in ("mail_subscribers", "mail_requests")]  # noqa: S608
    other = sqlite3.connect(tmp_path / "icsfeed.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refusals(client, paths)
    assert title_of(eventually(client, "GET", paths[0])) == "Confirm your subscription"  # reading goes on
    assert client.get("/feeds/all.ics").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert [rows_of(database, f"SELECT * FROM {table}") for table in ("mail_subscribers", "mail_requests")] == before  # noqa: S608
    logged = capsys.readouterr().err
    assert "mail subscriptions not available" in logged
    assert "example.com" not in logged.replace("maintenance.example.com", "")
    assert title_of(eventually(client, "POST", paths[0])) == "Your email subscription"


def test_postgresql_hangs(postgresql: Server, tmp_path: Path) -> None:
    with postgresql.database() as url:
        database = Database(url, lock_seconds=LOCK_SECONDS)
        client = served(tmp_path, database)
        ask(database)
        paths = [f"/subscribe/confirm/{link(database, LinkPurpose.CONFIRM)}"]
        with postgresql.hanging():
            refusals(client, [], seconds=RATHER_SOON)
        assert title_of(eventually(client, "POST", paths[0])) == "Your email subscription"
        # What was late is done now, or not at all.
        new = subscriber(database, "new@example.com")
        counted = rows_of(database, "SELECT * FROM mail_requests")
        assert (len(counted), subscriber_counts(database)["active"]) == (1 if new is None else 2, 1)
        database.close()


def test_the_database_is_gone(tmp_path: Path, database: Database) -> None:
    client = served(tmp_path, database)
    for file in tmp_path.glob("icsfeed.db*"):
        file.unlink()
    refusals(client, ["/subscribe/confirm/x"])
