"""Full disks, read-only folders, servers that stop or hang: one clear sentence, and no data lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from icsfeed.domain.changes import number_of
from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database import postgresql as postgresql_module
from icsfeed.store.database import sqlite
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import example_path
from tests.cli.running import Outcome, run
from tests.databases import OWNER, Server
from tests.store.disks import empty, fill, read_only_view, small_disk
from tests.store.work import a_change, announce_one, created, opened, read, several, write

AT = ("--now", "2026-11-23T12:00:00Z")
ANNOUNCE = ("emergency", "announce", "--summary", "Repair", "--environment", "production", "--duration", "1h", "--yes")
SECONDS = 15
"""A reader gets its error within this time; the slowest waits 5 s for an answer and 3 s for another connection."""


@pytest.fixture(autouse=True)
def _schedule_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schedule.toml").write_bytes(example_path().read_bytes())
    monkeypatch.chdir(tmp_path)


def announce_by_command(database: str) -> Outcome:
    return run(*ANNOUNCE, *AT, "--database", database)


def make(database: str) -> None:
    assert run("database", "upgrade", "--database", database).status == 0


def listed_ids(database: str) -> list[str]:
    outcome = run("emergency", "list", "--json", *AT, "--database", database)
    assert (outcome.status, outcome.stderr) == (0, "")
    return sorted(each["id"] for each in json.loads(outcome.stdout))


def error_text(use: Callable[[], object]) -> str:
    with pytest.raises(UnavailableError) as caught:
        use()
    return str(caught.value)


def display(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string()


# SQLite


@pytest.mark.parametrize("is_served", [True, False], ids=["a server has it open", "nobody has it open"])
def test_a_full_disk(tmp_path: Path, is_served: bool) -> None:
    """Where nobody has it open, SQLite has no companion files yet, and no room to create them."""
    with small_disk(tmp_path / "disk") as disk, ExitStack() as stack:
        file = disk / "icsfeed.db"
        url = f"sqlite:///{file}"
        make(url)
        server = stack.enter_context(opened(url)) if is_served else None
        assert announce_by_command(url).stdout == "EC-1\n"
        before = read(url)
        fill(disk)
        outcomes = [announce_by_command(url) for _ in range(3)]
        assert outcomes == 3 * [
            Outcome(
                status=1,
                stdout="",
                stderr=f"the database {file} can't be written: the disk is full; nothing was changed\n",
            )
        ]
        assert listed_ids(url) == ["EC-1"]
        assert read(url) == before
        if server is not None:
            assert (server.entry(), server.record()) == (1, before)
        empty(disk)
        announce_one(server or Database(url), "two")
        assert listed_ids(url) == ["EC-1", "EC-2"]
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_disk_that_is_full_before_the_database_exists(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk / 'icsfeed.db'}"
        fill(disk)
        refused = run("database", "upgrade", "--database", url)
        assert (refused.status, refused.stderr) == (
            1,
            f"the database {disk / 'icsfeed.db'} can't be written: the disk is full; nothing was changed\n",
        )
        assert [each.name for each in disk.iterdir() if "icsfeed" in each.name] == []
        empty(disk)
        make(url)
        assert announce_by_command(url).stdout == "EC-1\n"


def test_a_file_that_can_not_grow(tmp_path: Path) -> None:
    """Like a quota: the process reaches its limit for the size of files."""
    file = tmp_path / "icsfeed.db"
    assert announce_by_command(f"sqlite:///{file}").stdout == "EC-1\n"
    limit = 32768
    more = ("--start", "2026-12-01", "--message", "x" * 10_000, "--reason", "y" * 10_000)
    process = subprocess.run(
        [sys.executable, "-m", "icsfeed", *ANNOUNCE, *AT, "--database", f"sqlite:///{file}", *more],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (process.returncode, process.stdout, process.stderr) == (
        1,
        "",
        f"the database {file} can't be written: the disk reports an error; nothing was changed\n",
    )
    assert listed_ids(f"sqlite:///{file}") == ["EC-1"]
    assert announce_by_command(f"sqlite:///{file}").status == 0


def test_a_read_only_folder(tmp_path: Path) -> None:
    """As a container sees a folder of its host. Changes that the host makes are seen all the same, by servers, too."""
    (tmp_path / "host").mkdir()
    host = f"sqlite:///{tmp_path}/host/icsfeed.db"
    with read_only_view(tmp_path / "host", tmp_path / "view") as view:
        url = f"sqlite:///{view}/icsfeed.db"
        refusal = f"the database {view}/icsfeed.db can't be created: read-only file system\n"
        assert run("database", "upgrade", "--database", url) == Outcome(status=1, stdout="", stderr=refusal)
        make(host)
        assert listed_ids(url) == []
        with opened(url) as server:
            assert (server.entry(), server.record().entry) == (0, 0)
            for number in range(1, 3):  # in between, SQLite's companion files do not exist
                assert announce_and_close(host, f"number {number}") == f"EC-{number}"
                assert (server.entry(), server.record()) == (number, read(host))
                assert listed_ids(url) == [f"EC-{each}" for each in range(1, number + 1)]
                assert announce_by_command(url).stderr == (
                    f"the database {view}/icsfeed.db can't be written: its folder is read-only; nothing was changed\n"
                )
            with opened(host) as writer:
                for number in range(3, 6):
                    announce_one(writer, f"number {number}")
                    assert (server.entry(), server.record()) == (number, read(host))
                    assert listed_ids(url)[-1] == f"EC-{number}"
            assert (server.entry(), server.record().entry) == (5, 5)
            # While somebody has the database open, its companion files exist and need not be created.
            assert error_text(lambda: announce_one(server, "no")) == (
                f"the database {view}/icsfeed.db can't be written: it is read-only; nothing was changed"
            )
        assert len(listed_ids(url)) == 5


def announce_and_close(url: str, summary: str) -> str:
    with opened(url) as database:
        return announce_one(database, summary).change.id


def test_commits_in_the_companion_file_are_not_ignored(tmp_path: Path) -> None:
    """After a crash the last commits may be in the -wal file only: without it, the database must not be read."""
    (tmp_path / "host").mkdir()
    file = tmp_path / "host" / "icsfeed.db"
    with created(f"sqlite:///{file}") as writer:
        announce_one(writer, "one")
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for name in ("icsfeed.db", "icsfeed.db-wal"):
            shutil.copy(tmp_path / "host" / name, crashed / name)
    with read_only_view(crashed, tmp_path / "view") as view:
        assert error_text(lambda: read(f"sqlite:///{view}/icsfeed.db")) == (
            f"the database {view}/icsfeed.db can't be read: the file or its folder is missing or read-only"
        )
    assert read(f"sqlite:///{crashed}/icsfeed.db").entry == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"it is no database, whatever else it is " * 99, "it is not an SQLite database"),
        (b"SQLite format 3\x00" + bytes(4096), "it is not an SQLite database"),
    ],
)
def test_a_file_that_is_not_a_database(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "icsfeed.db"
    file.write_bytes(content)
    with opened(f"sqlite:///{file}") as database:
        for use in (database.entry, database.record):
            assert error_text(use) == f"the database {file} can't be read: {reason}"
        assert error_text(lambda: announce_one(database, "one")) == (
            f"the database {file} can't be written: {reason}; nothing was changed"
        )
    assert file.read_bytes() == content


def test_a_failed_connection_is_closed(tmp_path: Path) -> None:
    """From version 3.13 on, Python warns of a connection that is not closed."""
    file = tmp_path / "icsfeed.db"
    file.write_bytes(b"SQLite format 3\x00" + bytes(4096))
    with pytest.raises(sqlite3.DatabaseError) as caught:
        sqlite.connect(file)
    assert caught.tb.tb_next is not None  # the traceback's frames keep open connections alive
    assert file not in {each.resolve() for each in Path("/proc/self/fd").iterdir()}


def test_a_missing_folder(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "icsfeed.db"
    with opened(f"sqlite:///{file}") as database:
        for use in (database.entry, database.record, lambda: announce_one(database, "one")):
            assert error_text(use) == (
                f"there is no database {file}; check its name, or make it with: "
                f"icsfeed database upgrade --database sqlite:///{file}"
            )
        assert error_text(database.upgrade) == f"the database {file} can't be created: no such file or directory"


# PostgreSQL


def test_a_server_that_is_restarted(postgresql: Server) -> None:
    with postgresql.database() as url, opened(url) as database:
        announce_one(database, "one")
        assert (database.entry(), database.record().entry) == (1, 1)
        postgresql.stop()
        begun = time.monotonic()
        for use in (database.entry, database.record, database.entry, lambda: read(url)):
            assert error_text(use) == f"the database {display(url)} can't be read: no server answers"
        message = f"the database {display(url)} can't be written: no server answers; nothing was changed"
        assert error_text(lambda: announce_one(database, "two")) == message
        assert announce_by_command(url) == Outcome(status=1, stdout="", stderr=f"{message}\n")
        assert time.monotonic() - begun < SECONDS
        postgresql.start()
        assert (database.entry(), database.record().entry) == (1, 1)
        assert announce_one(database, "two").change.id == "EC-2"
        postgresql.stop()
        postgresql.start()
        # Nobody used the connections in between; the server has closed them all.
        assert (database.entry(), database.record().entry, announce_one(database, "three").change.id) == (2, 2, "EC-3")
    with postgresql.database() as url, opened(url) as database:
        assert database.entry() == 0


def test_a_server_that_is_lost_while_writing(postgresql: Server) -> None:
    with postgresql.database() as url, opened(url) as database:
        announce_one(database, "one")

        def lose_before_the_commit(server: Server) -> None:
            with write(database) as transaction:
                server.stop()
                transaction.add_update(a_change(2))

        def lose_during_the_commit(server: Server) -> None:
            with write(database) as transaction:
                transaction.add_update(a_change(2))
                server.stop()

        with pytest.raises(UnavailableError) as before:
            lose_before_the_commit(postgresql)
        assert str(before.value) == (
            f"the database {display(url)} can't be written: the server closed the connection; nothing was changed"
        )
        postgresql.start()
        # A connection lost during the commit leaves it open whether the transaction was committed.
        with pytest.raises(UnavailableError) as after:
            lose_during_the_commit(postgresql)
        assert str(after.value) == (
            f"the database {display(url)} was lost while committing: the server closed the connection; "
            "check whether your change was recorded"
        )
        postgresql.start()
        assert list(database.record().changes) == ["EC-1"]
        assert announce_one(database, "two").change.id == "EC-2"


def test_a_hanging_server_blocks_nobody(postgresql: Server) -> None:
    """It still accepts connections, but never answers."""
    with (
        postgresql.database() as url,
        ExitStack() as hung,
        several(url, 4) as databases,
        ThreadPoolExecutor(4) as threads,
    ):
        announce_one(databases[0], "one")
        assert [(each.entry(), each.record().entry) for each in databases] == 4 * [(1, 1)]
        uses = (
            databases[0].entry,
            databases[1].record,
            lambda: announce_one(databases[2], "two"),
            lambda: read(url),
        )

        def lose() -> list[Future[str]]:
            with write(databases[3]) as transaction:
                transaction.add_update(a_change(2))
                hung.enter_context(postgresql.hanging())
                answers.extend(threads.submit(error_text, use) for use in uses)
            return answers

        answers: list[Future[str]] = []
        begun = time.monotonic()
        with pytest.raises(UnavailableError) as lost:
            lose()
        texts = [answer.result(60) for answer in answers]
        assert time.monotonic() - begun < SECONDS
        unread = f"the database {display(url)} can't be read: no server answers"
        assert texts == [
            unread,
            unread,
            f"the database {display(url)} can't be written: no server answers; nothing was changed",
            unread,
        ]
        assert str(lost.value) == (
            f"the database {display(url)} was lost while committing: no server answers; "
            "check whether your change was recorded"
        )
        hung.close()
        # The transaction that nobody waited for was committed after all.
        announce_one(databases[2], "three")
        assert list(read(url).changes) == ["EC-1", "EC-2", "EC-3"]
        assert [(each.entry(), each.record().entry) for each in databases] == 4 * [(3, 3)]


def test_an_idle_writer_loses_the_lock(postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that hangs or is cut off while it writes must not keep others from writing."""
    monkeypatch.setattr(postgresql_module, "_IDLE_TIMEOUT_SECONDS", 0.5)
    with postgresql.database() as url, several(url, 2) as (ann, bob), ThreadPoolExecutor(1) as threads:
        announce_one(ann, "one")

        def idle() -> None:
            with write(ann) as transaction:
                transaction.add_update(a_change(2))
                assert threads.submit(announce_one, bob, "two").result(60).recorded

        assert error_text(idle) == (
            f"the database {display(url)} can't be written: the transaction took too long; nothing was changed"
        )
        assert [each.plan.summary for each in ann.record().changes.values()] == ["one", "two"]


def test_a_database_that_another_program_has_locked(database_url: str) -> None:
    ann, bob = (Database(database_url, lock_seconds=0.2) for _ in range(2))
    with closing(ann), closing(bob):
        announce_one(ann, "one")
        with write(ann):
            assert error_text(lambda: announce_one(bob, "two")).endswith(
                "can't be written: another program has locked it; try again; nothing was changed"
            )
            assert bob.record().entry == 1
            # Threads that share one Database wait for each other before they ask the database.
            assert error_text(lambda: announce_one(ann, "two")).endswith(
                "can't be written: it is busy; try again; nothing was changed"
            )
        assert announce_one(bob, "two").recorded


def test_a_read_only_database(postgresql: Server) -> None:
    with postgresql.database() as url:
        assert announce_and_close(url, "one") == "EC-1"
        name = sa.make_url(url).database
        postgresql.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert listed_ids(url) == ["EC-1"]
        message = f"the database {display(url)} can't be written: it is read-only; nothing was changed"
        assert announce_by_command(url) == Outcome(status=1, stdout="", stderr=f"{message}\n")


def test_a_missing_database_and_a_missing_user(postgresql: Server) -> None:
    with postgresql.database() as url:
        for wrong in (url.replace("@/test_", "@/no_"), url.replace("icsfeed@", "nobody:secret@")):
            text = error_text(partial(read, wrong))
            assert text.endswith(" can't be read: there is no such database or user")
            assert "secret" not in text


def test_a_full_disk_of_a_server(postgresql: Server) -> None:
    folder = postgresql.folder / "small"  # where the server's user has access
    with small_disk(folder, "16m") as disk, postgresql.database() as url:
        if OWNER is not None:
            shutil.chown(disk, OWNER, OWNER)
        postgresql.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        postgresql.execute("CREATE DATABASE on_the_small_disk TABLESPACE small")
        small = sa.make_url(url).set(database="on_the_small_disk").render_as_string(hide_password=False)
        with created(small) as database:
            announce_one(database, "one")
            before = read(small)
            fill(disk)
            text = ""
            for number in range(200):
                try:
                    announce_one(database, f"number {number}", hours=number, message="x" * 5000)
                except UnavailableError as error:
                    text = str(error)
                    break
            assert text == f"the database {display(small)} can't be written: the disk is full; nothing was changed"
            record = read(small)
            assert record == database.record()
            assert record.changes["EC-1"] == before.changes["EC-1"]
            assert len(record.changes) == record.entry
            empty(disk)
            assert number_of(announce_one(database, "after").change.id) == record.entry + 1
        postgresql.execute("DROP DATABASE on_the_small_disk")
        postgresql.execute("DROP TABLESPACE small")
