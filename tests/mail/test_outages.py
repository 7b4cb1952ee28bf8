"""Mail subscriptions while the database is locked, hangs or is gone: an honest page, soon, and nothing half-written."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from icsfeed.bootstrap import LOCK_SECONDS, MAIL_SHARE, PATIENCE
from icsfeed.domain.errors import UnavailableError
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.services.mail_subscribing import subscriber_counts
from icsfeed.store.database.database import Database
from icsfeed.web.bounded_work import BoundedWork
from tests.databases import Server
from tests.examples import NOW
from tests.mail.customers import ask, link, rows_of, subscriber
from tests.mail.test_pages import ASK, EVERYTHING, title_of
from tests.mail.vendors import application
from tests.publication.fakes import Clock

SOON = 1.0
"""Seconds; four times as long as a request may take, for a busy machine."""


def served(folder: Path, database: Database) -> FlaskClient:
    """With the patience of a real server."""
    return application(folder, database, Clock(), patience=PATIENCE).test_client()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db", lock_seconds=LOCK_SECONDS)
    yield database
    database.close()


def test_a_request_takes_a_quarter_of_a_second_at_most() -> None:
    assert timedelta(seconds=0.25) == PATIENCE * MAIL_SHARE


def refusals(client: FlaskClient, database_paths: list[str]) -> None:
    """Ask, confirm, choose and unsubscribe in vain, and soon."""
    start = time.monotonic()
    answers = [client.post(ASK, data={"email": "new@example.com"})]
    for path in database_paths:
        answers += [client.post(path), client.post(path, data=EVERYTHING)]
    assert time.monotonic() - start < SOON * len(answers)
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
            refusals(client, paths)
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


def test_late_work_holds_up_nobody_else() -> None:
    work = BoundedWork(patience=timedelta(seconds=0.05))
    release = threading.Event()
    with pytest.raises(UnavailableError, match=r"^the database has not answered in time$"):
        work.result_of(release.wait)
    start = time.monotonic()
    for _ in range(100):
        with pytest.raises(UnavailableError):
            work.result_of(lambda: "never")
    assert time.monotonic() - start < SOON
    release.set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            assert BoundedWork.result_of(work, lambda: "done") == "done"
        except UnavailableError:
            time.sleep(0.01)
        else:
            break
    else:
        pytest.fail("nothing is done any more")


def test_errors_go_to_who_waits() -> None:
    def fail() -> None:
        raise LookupError("no such thing")

    work = BoundedWork(patience=timedelta(minutes=1))
    for _ in range(2):
        with pytest.raises(LookupError, match=r"^no such thing$"):
            work.result_of(fail)
    assert work.result_of(lambda: NOW) == NOW
