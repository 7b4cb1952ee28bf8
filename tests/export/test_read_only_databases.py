"""With a read-only database, an export publishes as a server does: it warns, and the manifest keeps the revisions."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.running import SCHEDULE, Outcome, run
from tests.databases import Server
from tests.store.disks import read_only_view
from tests.store.work import read

EDITED = SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"')
EDITED_AGAIN = SCHEDULE.replace('name = "Change freeze"', 'name = "No changes"')


@contextlib.contextmanager
def read_only(database: str, tmp_path: Path, server: Callable[[], Server]) -> Generator[str]:
    """The same database, at an address where it can't be written."""
    url = sa.make_url(database)
    if url.drivername == "sqlite":
        with read_only_view(tmp_path / "host", tmp_path / "view") as view:
            yield f"sqlite:///{view}/icsfeed.db"
    else:
        server().execute(f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
        yield database


@pytest.fixture
def database(database_url: str, schedule: Path, tmp_path: Path) -> str:
    """A database in which a change is recorded; ``schedule`` is the file in the current folder."""
    del schedule
    (tmp_path / "host").mkdir()
    url = f"sqlite:///{tmp_path}/host/icsfeed.db" if database_url.startswith("sqlite") else database_url
    announce(url)
    return url


def announce(database: str) -> None:
    assert run("database", "upgrade", "--database", database).status == 0
    done = run(
        "emergency", "announce", "--summary", "The disk is full", "--environment", "preview", "--impact", "outage",
        "--reason", "It can't wait", "--start", "now", "--duration", "2h", "--yes", "--database", database,
    )  # fmt: skip
    assert done.status == 0, done.stderr


def export(dest: Path, database: str, *options: str) -> Outcome:
    return run("export", dest, "--database", database, *options)


def freeze_sequences(dest: Path) -> set[int]:
    """The SEQUENCE of every day of the freeze in the feed and in the manifest, which must agree."""
    feed = (dest / "feeds" / "freeze.ics").read_bytes().decode()
    shown = {int(event.partition("SEQUENCE:")[2].partition("\r\n")[0]) for event in feed.split("BEGIN:VEVENT")[1:]}
    ledger = json.loads((dest / ".icsfeed" / "manifest.json").read_bytes())["ledger"]
    assert shown == {line[0] for uid, line in ledger.items() if "month-end" in uid}
    return shown


def test_an_export_with_a_read_only_database_is_no_longer_refused(
    database: str, schedule: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dest = tmp_path / "site"
    assert export(dest, database).status == 0
    assert freeze_sequences(dest) == {0}
    with read_only(database, tmp_path, lambda: request.getfixturevalue("postgresql")) as url:
        before = read(url)
        assert export(dest, url).stderr == ""  # nothing was edited, so there is nothing to record
        for number, edited in enumerate((EDITED, EDITED_AGAIN), start=1):
            schedule.write_text(edited, encoding="utf-8")
            done = export(dest, url)
            assert done.status == 0
            warning = f"warning: revisions are recorded only in the manifest of {dest}: the database "
            assert done.stderr.startswith(warning)
            assert done.stderr.endswith(" read-only; nothing was changed\n")
            assert done.stderr.count("\n") == 1
            assert freeze_sequences(dest) == {number}
            assert b"The disk is full" in (dest / "feeds" / "all.ics").read_bytes()
            again = json.loads(export(dest, url, "--json").stdout)
            assert (again["written"], again["removed"]) == ([], [])
        assert read(url) == before
