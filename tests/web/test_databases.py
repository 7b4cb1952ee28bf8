"""A server whose database is locked, or replaced by another one."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from flask.testing import FlaskClient

from icsfeed.bootstrap import LOCK_SECONDS
from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.operators.access import NOW, create
from tests.publication.fakes import Clock
from tests.store.work import announce_one, created
from tests.web.servers import PATIENCE

FEED = "/feeds/all.ics"


def announce_on(url: str, clock: Clock, summary: str) -> None:
    """Announce an emergency change as a command does, in a database object of its own."""
    clock.advance(seconds=1)
    with created(url) as database:
        announce_one(database, summary, now=clock.now)


def empty(file: Path, _another: Path) -> None:
    file.unlink()
    file.touch()


def foreign(file: Path, _another: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def of_another_calendar(file: Path, another: Path) -> None:
    shutil.copy(another, file)


@pytest.mark.parametrize("replace", [empty, foreign, of_another_calendar])
def test_a_database_in_place_of_the_one_that_was_read_is_stale_and_not_the_truth(
    tmp_path: Path, schedule: Path, replace: Callable[[Path, Path], None]
) -> None:
    """All changes were gone from the feeds, the server said "ready", and its log "database mended"."""
    clock, file, another = Clock(), tmp_path / "icsfeed.db", tmp_path / "another.db"
    announce_on(f"sqlite:///{another}", clock, "Of another calendar")
    announce_on(f"sqlite:///{file}", clock, "Ours")
    client = create_app(schedule=schedule, database=f"sqlite:///{file}", clock=clock).test_client()
    before = client.get(FEED).data
    assert b"Ours" in before
    away = tmp_path / "away"
    away.mkdir()
    for part in tmp_path.glob("icsfeed.db*"):
        shutil.move(part, away)
    assert is_stale(client, clock)
    if replace is of_another_calendar:
        replace(file, another)
    else:
        file.touch()
        replace(file, another)
    assert is_stale(client, clock)
    schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
    assert is_stale(client, clock)
    edited = client.get(FEED).data
    assert (b"Ours" in edited, b"Edited" in edited, b"Of another" in edited) == (True, True, False)
    with closing(sqlite3.connect(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert ("event_revisions" in tables) is (replace is of_another_calendar)
    for part in tmp_path.glob("icsfeed.db*"):
        part.unlink()
    for part in away.iterdir():
        shutil.move(part, tmp_path)
    assert not is_stale(client, clock)
    with closing(Database(f"sqlite:///{file}")) as database:
        sequences = {lines[-1].revision.sequence for lines in database.record().ledger.values()}
    assert 1 in sequences  # what was published meanwhile is recorded


def is_stale(client: FlaskClient, clock: Clock) -> bool:
    clock.advance(seconds=6)
    return '"database"' in client.get("/readyz").text


def test_an_edit_is_public_at_once_while_another_program_holds_the_write_lock(tmp_path: Path, schedule: Path) -> None:
    """It was public after half a minute."""
    clock, file = Clock(), tmp_path / "icsfeed.db"
    announce_on(f"sqlite:///{file}", clock, "Ours")
    repository = Database(f"sqlite:///{file}", lock_seconds=LOCK_SECONDS)
    client = create_app(schedule=schedule, repository=repository, clock=clock).test_client()
    client.get(FEED)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
        begin = time.monotonic()
        edited = client.get(FEED).data
        assert (b"SUMMARY:Edited" in edited, time.monotonic() - begin < PATIENCE / 3) == (True, True)
        entry = repository.record().entry
        other.execute("ROLLBACK")
    clock.advance(seconds=6)
    assert client.get(FEED).data == edited
    assert repository.record().entry > entry


def test_an_operator_waits_for_another_program_that_holds_the_write_lock_without_a_process_of_their_own(
    tmp_path: Path, schedule: Path
) -> None:
    """Under another server than `serve`, they were refused after a quarter of a second, as what feeds record is."""
    file = tmp_path / "icsfeed.db"
    with created(f"sqlite:///{file}") as database:
        token = create(database, scope=Scope.WRITE).text
    client = create_app(schedule=schedule, database=f"sqlite:///{file}", clock=lambda: NOW).test_client()
    request = {
        "json": {"scope": "read", "name": "dashboard"},
        "headers": {"Authorization": f"Bearer {token}"},
    }
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = Timer(6 * LOCK_SECONDS, other.execute, ["ROLLBACK"])
        timer.start()
        begin = time.monotonic()
        response = client.post("/api/v1/tokens", **request)
        seconds = time.monotonic() - begin
        timer.join()
    assert (response.status_code, seconds > LOCK_SECONDS) == (201, True)


def test_a_schedule_that_names_another_database_is_stale_until_the_server_is_restarted(
    tmp_path: Path, schedule: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was published with the record of the database before, while commands already wrote to the other one."""
    monkeypatch.delenv("ICSFEED_DATABASE", raising=False)
    clock = Clock()
    announce_on(f"sqlite:///{schedule.parent}/icsfeed.db", clock, "Ours")
    client = create_app(schedule=schedule, clock=clock).test_client()
    before = client.get(FEED).data
    assert b"Ours" in before
    with created(f"sqlite:///{tmp_path}/other.db"):
        pass
    text = SCHEDULE.replace("[calendar]\n", f'[calendar]\ndatabase = "sqlite:///{tmp_path}/other.db"\n', 1)
    schedule.write_text(text.replace('name = "Seed', 'name = "New Seed'), encoding="utf-8")
    clock.advance(seconds=61)
    assert client.get(FEED).data == before
    assert '"status":"stale"' in client.get("/readyz").text
    assert (
        "calendar.database names another database than at the start; restart to read that one"
        in capsys.readouterr().err
    )
    assert b"New Seed" not in client.get(FEED).data
    restarted = create_app(schedule=schedule, clock=clock).test_client()
    assert b"Ours" not in restarted.get(FEED).data
