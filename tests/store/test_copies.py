"""Copies of databases: everything, in one snapshot, verified; or refused, whatever interrupted it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import sqlalchemy as sa

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.errors import RefusedError, UnavailableError
from icsfeed.domain.news import Audience, News
from icsfeed.domain.record import Record
from icsfeed.domain.subscribers import key_of
from icsfeed.store.database.copying import Contents, copy_database
from icsfeed.store.database.migrating import INCOMPLETE_COPY
from icsfeed.store.database.outbox_tables import OUTBOX_TABLES
from icsfeed.store.database.tables import TABLES
from tests.cli.running import SCHEDULE, Outcome, run
from tests.databases import Server
from tests.examples import NOW
from tests.store.operator_rows import insert_operator_rows
from tests.store.work import announce_one, created, in_sql, opened, read, write, write_anything

AT = "2026-11-23T12:00:00Z"
DIRECTIONS = (("sqlite", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "sqlite"))


@pytest.fixture(params=DIRECTIONS, ids=" to ".join)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A source with an empty record, and a target that is still to be made."""
    kinds: tuple[str, str] = request.param
    (tmp_path / "icsfeed.db").unlink()
    with ExitStack() as stack:
        found = []
        for kind, name in zip(kinds, ("from", "to"), strict=True):
            if kind == "sqlite":
                found.append(f"sqlite:///{tmp_path}/{name}.db")
            else:
                server: Server = request.getfixturevalue("postgresql")
                found.append(stack.enter_context(server.database(with_tables=False)))
        source, target = found
        with created(source):
            yield source, target


OUTBOX_ROWS: Final[dict[str, dict[str, Any]]] = {
    "deliveries": {
        "receiver": "channel:chat",
        "subject": "EC-1",
        "event": "announced",
        "queued_at": NOW,
        "state": "waiting",
        "due_at": NOW,
    },
    "mail_subscribers": {"subscriber": "a" * 32, "address": "ann@example.com", "language": "fr", "requested_at": NOW},
    "mail_requests": {"at": NOW, "client": "b" * 64, "address": "c" * 64},
    "outbox_state": {"place": 1, "secret": "d" * 64, "scanned_until": NOW},
}


def fill(url: str, *, seed: int = 1, transactions: int = 40) -> None:
    """Record something in every table."""
    random = Random(seed)  # noqa: S311  (no secret)
    with opened(url) as database:
        for number in range(transactions):
            announce_one(database, f"change {number}", key=f"key {number}", hours=number, message="Zażółć 🔧")
            with write(database) as transaction:
                write_anything(random, transaction)
        names = list(database.record().subscribers.by_key)
        database.note_fetches({(key_of(name), "google"): NOW for name in (*names, "another")})
        database.keep_schedule(SCHEDULE.encode(), NOW)
    with in_sql(url) as connection:
        for table in OUTBOX_TABLES:
            connection.execute(sa.insert(table).values(OUTBOX_ROWS[table.name]))
        insert_operator_rows(connection)


def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with in_sql(url) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in TABLES
        }


def verified(original: Contents, copied: Contents) -> None:
    assert original == copied


def test_everything_is_copied_and_a_write_afterwards_works(urls: tuple[str, str]) -> None:
    """The first write after a copy by hand failed, because PostgreSQL began to count lines of the ledger at 1."""
    source, target = urls
    fill(source)
    before = rows_of(source)
    assert all(before.values()), "a table without a row shows nothing"
    counts = copy_database(source, target, verify=verified)
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert (rows_of(source), rows_of(target)) == (before, before)
    assert read(target) == read(source)
    with opened(target) as database:
        announced = announce_one(database, "after the copy").change.id
        with write(database) as transaction:
            write_anything(Random(3), transaction)  # noqa: S311  (no secret)
            news = News(subject="EC-2", event=ChannelEvent.ANNOUNCED)
            transaction.queue(news, Audience(channels=("channel:chat",)))
        assert [row.delivery.subject for row in database.outbox.rows()] == ["EC-2", "EC-1"]
        assert database.record().changes[announced].plan.summary == "after the copy"
        assert database.upgrade() is False


def test_a_copy_of_a_copy_in_the_other_direction_is_the_same(tmp_path: Path, postgresql: Server) -> None:
    first, last = (f"sqlite:///{tmp_path}/{name}.db" for name in ("first", "last"))
    with created(first), postgresql.database(with_tables=False) as between:
        fill(first)
        copy_database(first, between, verify=verified)
        copy_database(between, last, verify=verified)
        assert rows_of(last) == rows_of(first)
        with closing(sqlite3.connect(tmp_path / "last.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_target_that_holds_anything_is_refused(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source, transactions=2)
    with created(target) as database:
        announce_one(database, "theirs")
    before = rows_of(target)
    with pytest.raises(RefusedError, match="is not empty: a copy needs one that is missing or holds nothing"):
        copy_database(source, target, verify=verified)
    assert rows_of(target) == before
    assert [each.plan.summary for each in read(target).changes.values()] == ["theirs"]


def test_a_target_with_empty_tables_is_filled(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source, transactions=2)
    with created(target):
        pass
    copy_database(source, target, verify=verified)
    assert rows_of(target) == rows_of(source)


def test_an_empty_file_is_filled_and_another_programs_is_not(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/icsfeed.db"
    (tmp_path / "empty.db").touch()
    copy_database(source, f"sqlite:///{tmp_path}/empty.db", verify=verified)
    assert read(f"sqlite:///{tmp_path}/empty.db").entry == 0
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    content = (tmp_path / "theirs.db").read_bytes()
    with pytest.raises(UnavailableError, match="belongs to another program"):
        copy_database(source, f"sqlite:///{tmp_path}/theirs.db", verify=verified)
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    assert len((tmp_path / "theirs.db").read_bytes()) == len(content)


def test_a_source_that_is_missing_or_of_an_earlier_icsfeed_is_refused(tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/to.db"
    with pytest.raises(UnavailableError, match=r"there is no database .*/nowhere.db; check its name"):
        copy_database(f"sqlite:///{tmp_path}/nowhere.db", target, verify=verified)
    with closing(sqlite3.connect(tmp_path / "icsfeed.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
    with pytest.raises(UnavailableError) as refusal:
        copy_database(f"sqlite:///{tmp_path}/icsfeed.db", target, verify=verified)
    assert str(refusal.value) == (
        f"the database {tmp_path}/icsfeed.db has tables of an earlier icsfeed; bring them up to date with: "
        f"icsfeed database upgrade --database sqlite:///{tmp_path}/icsfeed.db"
    )
    assert not (tmp_path / "to.db").exists()
    assert not (tmp_path / "nowhere.db").exists()


def test_a_copy_that_fails_stays_incomplete_until_it_is_repeated(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source, transactions=3)
    recorded_before = read(source)

    def fail(original: Contents, copied: Contents) -> None:
        assert original == copied
        message = "the feeds differ"
        raise UnavailableError(message)

    with pytest.raises(UnavailableError, match="the feeds differ"):
        copy_database(source, target, verify=fail)
    assert_incomplete(target)
    copy_database(source, target, verify=verified)
    assert read(target) == read(source) == recorded_before


def assert_incomplete(url: str) -> None:
    with opened(url) as database:
        for use in (database.record, database.entries, database.upgrade, lambda: announce_one(database, "no")):
            with pytest.raises(UnavailableError, match="is an incomplete copy, because icsfeed database copy was"):
                use()
    with in_sql(url) as connection:
        assert [name for name in sa.inspect(connection).get_table_names() if name != INCOMPLETE_COPY] == []


def test_what_is_recorded_during_a_copy_is_not_half_in_it(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source, transactions=3)
    before: list[Record] = []

    def record_more(original: Contents, copied: Contents) -> None:
        """Another program goes on recording while the copy is compared."""
        with opened(source) as database:
            announce_one(database, "meanwhile", hours=100)
        before.append(original.record)
        assert copied.record == original.record

    copy_database(source, target, verify=record_more)
    assert read(target) == before[0]
    assert "meanwhile" in [each.plan.summary for each in read(source).changes.values()]


@pytest.mark.parametrize("is_named", [True, False], ids=["with a schedule file", "with the schedule kept"])
def test_the_command_compares_the_bytes_of_every_feed(urls: tuple[str, str], tmp_path: Path, is_named: bool) -> None:
    source, target = urls
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    here = ("--schedule", tmp_path / "schedule.toml", "--database", source)
    for name, alarm in (("Acme", "30m"), ("Acme Two", "1d")):
        run("subscriber", "add", name, "--feed", "production", "--alarm", alarm, "--account", name, *here)
    announced = run(
        *("emergency", "announce", "--summary", "Failover", "--environment", "production", "--duration", "2h"),
        *("--reason", "A disk fails", "--yes", *here),
    )
    assert announced.status == 0, announced
    with opened(source) as database:
        database.keep_schedule(SCHEDULE.encode(), NOW)
    named = ("--schedule", tmp_path / "schedule.toml") if is_named else ()
    copied = run("database", "copy", source, target, *named, "--json")
    assert (copied.status, copied.stderr) == (0, "")
    report = json.loads(copied.stdout)
    assert report["rows"]["change_updates"] == 1
    assert report["rows"]["subscriber_steps"] == 2
    assert report["private_feeds"] == 2
    assert report["paths"] > 50
    again = run("database", "copy", source, target, *named)
    assert (again.status, again.stdout) == (1, "")
    assert "is not empty: a copy needs one that is missing or holds nothing; nothing was changed" in again.stderr
    for command in (("build", "all"), ("gate", "--environment", "production")):
        one, other = (run(*command, "--now", AT, *here[:2], "--database", url) for url in urls)
        assert one == other


def test_the_command_says_what_it_compared(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path}/{name}.db" for name in ("icsfeed", "to"))
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    copied = run("database", "copy", source, target, "--schedule", tmp_path / "schedule.toml")
    rows, compared = copied.stdout.splitlines()
    assert rows == f"copied 0 rows in 21 tables from {tmp_path}/icsfeed.db to {tmp_path}/to.db"
    assert compared.startswith("every row is equal, and so are the bytes of ")
    assert compared.endswith(" public files and 0 private feeds")


def test_no_password_is_shown(tmp_path: Path) -> None:
    copied = run("database", "copy", f"sqlite:///{tmp_path}/icsfeed.db", "postgresql://ann:secr3t@127.0.0.1:1/db")
    assert copied == Outcome(
        status=1,
        stdout="",
        stderr="the database postgresql://ann:***@127.0.0.1:1/db can't be written: no server answers; "
        "nothing was changed\n",
    )
