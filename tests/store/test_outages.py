"""Disks that are full, folders that may only be read, servers that stop or hang: one clear sentence, old data whole."""

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
from icsfeed.store.database import database as of_both
from icsfeed.store.database import postgresql as of_postgresql
from icsfeed.store.database import sqlite as of_sqlite
from icsfeed.store.database.database import Database
from tests.cli.running import Outcome, run
from tests.databases import OWNER, Server
from tests.store.disks import empty, fill, read_only_view, small_disk
from tests.store.work import a_change, announce_one, opened, read, several, write

AT = ("--now", "2026-11-23T12:00:00Z")
ANNOUNCE = ("emergency", "announce", "--summary", "Repair", "--environment", "production", "--duration", "1h", "--yes")
SAID = "icsfeed: no schedule.toml here; taking the packaged example policy\n"
SECONDS = 15
"""Within these a reader is told; the slowest waits five for an answer and three for another connection."""


@pytest.fixture(autouse=True)
def _no_schedule_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def announced(database: str) -> Outcome:
    return run(*ANNOUNCE, *AT, "--database", database)


def listed(database: str) -> list[str]:
    found = run("emergency", "list", "--json", *AT, "--database", database)
    assert (found.status, found.stderr) == (0, SAID)
    return sorted(each["id"] for each in json.loads(found.stdout))


def refused(use: Callable[[], object]) -> str:
    with pytest.raises(UnavailableError) as refusal:
        use()
    return str(refusal.value)


def shown(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string()


# A file


@pytest.mark.parametrize("who_is_there", ["a server", "nobody"])
def test_a_full_disk(tmp_path: Path, who_is_there: str) -> None:
    """Where nobody is there SQLite has nothing beside the file yet, and no room to make it."""
    with small_disk(tmp_path / "disk") as disk, ExitStack() as stack:
        file = disk / "icsfeed.db"
        url = f"sqlite:///{file}"
        server = stack.enter_context(opened(url)) if who_is_there == "a server" else None
        assert announced(url).stdout == "EC-1\n"
        before = read(url)
        fill(disk)
        told = [announced(url) for _ in range(3)]
        assert told == 3 * [
            Outcome(
                status=1,
                stdout="",
                stderr=f"{SAID}the database {file} can't be written: the disk is full; nothing was changed\n",
            )
        ]
        assert listed(url) == ["EC-1"]
        assert read(url) == before
        if server is not None:
            assert (server.entry(), server.record()) == (1, before)
        empty(disk)
        announce_one(server or Database(url), "two")
        assert listed(url) == ["EC-1", "EC-2"]
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_disk_that_is_full_from_the_beginning(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk / 'icsfeed.db'}"
        fill(disk)
        assert announced(url).stderr == (
            f"{SAID}the database {disk / 'icsfeed.db'} can't be written: the disk is full; nothing was changed\n"
        )
        assert listed(url) == []
        empty(disk)
        assert announced(url).stdout == "EC-1\n"


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """As where a quota, or a limit of the process, is reached; this needs no disk of its own."""
    file = tmp_path / "icsfeed.db"
    assert announced(f"sqlite:///{file}").stdout == "EC-1\n"
    limit = 32768
    more = ("--start", "2026-12-01", "--message", "x" * 10_000, "--reason", "y" * 10_000)
    found = subprocess.run(
        [sys.executable, "-m", "icsfeed", *ANNOUNCE, *AT, "--database", f"sqlite:///{file}", *more],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (found.returncode, found.stdout, found.stderr) == (
        1,
        "",
        f"{SAID}the database {file} can't be written: the disk reports an error; nothing was changed\n",
    )
    assert listed(f"sqlite:///{file}") == ["EC-1"]
    assert announced(f"sqlite:///{file}").status == 0


def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    """As a container sees its host's folder. What the host writes is seen all the same, by a server, too."""
    (tmp_path / "host").mkdir()
    host = f"sqlite:///{tmp_path}/host/icsfeed.db"
    with read_only_view(tmp_path / "host", tmp_path / "view") as view:
        url = f"sqlite:///{view}/icsfeed.db"
        assert listed(url) == []
        refusal = f"{SAID}the database {view}/icsfeed.db can't be created: read-only file system\n"
        assert announced(url) == Outcome(status=1, stdout="", stderr=refusal)
        with opened(url) as server:
            assert (server.entry(), server.record().entry) == (0, 0)
            for number in range(1, 3):  # there is nothing beside the file between these
                assert announce_and_leave(host, f"number {number}") == f"EC-{number}"
                assert (server.entry(), server.record()) == (number, read(host))
                assert listed(url) == [f"EC-{each}" for each in range(1, number + 1)]
                assert announced(url).stderr == (
                    f"{SAID}the database {view}/icsfeed.db can't be written: its folder is read-only; "
                    "nothing was changed\n"
                )
            with opened(host) as writer:
                for number in range(3, 6):
                    announce_one(writer, f"number {number}")
                    assert (server.entry(), server.record()) == (number, read(host))
                    assert listed(url)[-1] == f"EC-{number}"
            assert (server.entry(), server.record().entry) == (5, 5)
            # As long as somebody is there, SQLite keeps what it needs beside the file, and so nothing has to be made.
            assert refused(lambda: announce_one(server, "no")) == (
                f"the database {view}/icsfeed.db can't be written: it is read-only; nothing was changed"
            )
        assert len(listed(url)) == 5


def announce_and_leave(url: str, summary: str) -> str:
    with opened(url) as database:
        return announce_one(database, summary).change.id


def test_what_was_left_unfinished_is_not_left_out(tmp_path: Path) -> None:
    """After a crash the last writes may be beside the file only; who can't bring the two together must not read one."""
    (tmp_path / "host").mkdir()
    file = tmp_path / "host" / "icsfeed.db"
    with opened(f"sqlite:///{file}") as writer:
        announce_one(writer, "one")
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for name in ("icsfeed.db", "icsfeed.db-wal"):
            shutil.copy(tmp_path / "host" / name, crashed / name)
    with read_only_view(crashed, tmp_path / "view") as view:
        assert refused(lambda: read(f"sqlite:///{view}/icsfeed.db")) == (
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
def test_a_file_of_another_kind(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "icsfeed.db"
    file.write_bytes(content)
    with opened(f"sqlite:///{file}") as database:
        for use in (database.entry, database.record):
            assert refused(use) == f"the database {file} can't be read: {reason}"
        assert refused(lambda: announce_one(database, "one")) == (
            f"the database {file} can't be written: {reason}; nothing was changed"
        )
    assert file.read_bytes() == content


def test_what_could_not_be_opened_is_not_held(tmp_path: Path) -> None:
    """From Python 3.13 on, a connection that nobody closes is warned of."""
    file = tmp_path / "icsfeed.db"
    file.write_bytes(b"SQLite format 3\x00" + bytes(4096))
    with pytest.raises(sqlite3.DatabaseError) as refusal:
        of_sqlite.connect(file)
    assert refusal.tb.tb_next is not None  # its frames hold whatever was left open
    assert file not in {each.resolve() for each in Path("/proc/self/fd").iterdir()}


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "icsfeed.db"
    with opened(f"sqlite:///{file}") as database:
        assert refused(lambda: announce_one(database, "one")) == (
            f"the database {file} can't be created: no such file or directory"
        )
        assert database.record().entry == 0


# A server


def test_a_server_that_stops_and_starts_again(postgresql: Server) -> None:
    with postgresql.database() as url, opened(url) as database:
        announce_one(database, "one")
        assert (database.entry(), database.record().entry) == (1, 1)
        postgresql.stop()
        begun = time.monotonic()
        for use in (database.entry, database.record, database.entry, lambda: read(url)):
            assert refused(use) == f"the database {shown(url)} can't be read: no server answers"
        said = f"the database {shown(url)} can't be written: no server answers; nothing was changed"
        assert refused(lambda: announce_one(database, "two")) == said
        assert announced(url) == Outcome(status=1, stdout="", stderr=f"{SAID}{said}\n")
        assert time.monotonic() - begun < SECONDS
        postgresql.start()
        assert (database.entry(), database.record().entry) == (1, 1)
        assert announce_one(database, "two").change.id == "EC-2"
        postgresql.stop()
        postgresql.start()
        # Nobody asked meanwhile; each connection is closed on the other side.
        assert (database.entry(), database.record().entry, announce_one(database, "three").change.id) == (2, 2, "EC-3")
    with postgresql.database() as url, opened(url) as database:
        assert database.entry() == 0


def test_a_server_that_is_lost_in_the_middle_of_writing(postgresql: Server) -> None:
    with postgresql.database() as url, opened(url) as database:
        announce_one(database, "one")

        def lost_before(server: Server) -> None:
            with write(database) as transaction:
                server.stop()
                transaction.add_update(a_change(2))

        def lost_after(server: Server) -> None:
            with write(database) as transaction:
                transaction.add_update(a_change(2))
                server.stop()

        with pytest.raises(UnavailableError) as before:
            lost_before(postgresql)
        assert str(before.value) == (
            f"the database {shown(url)} can't be written: the server closed the connection; nothing was changed"
        )
        postgresql.start()
        # Nobody who is cut off while it is made whole can know whether it was.
        with pytest.raises(UnavailableError) as after:
            lost_after(postgresql)
        assert str(after.value) == (
            f"the database {shown(url)} was lost while committing: the server closed the connection; "
            "check whether your change was recorded"
        )
        postgresql.start()
        assert list(database.record().changes) == ["EC-1"]
        assert announce_one(database, "two").change.id == "EC-2"


def test_a_server_that_hangs_holds_nobody_up(postgresql: Server) -> None:
    """It takes connections still, and never answers."""
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
                answers.extend(threads.submit(refused, use) for use in uses)
            return answers

        answers: list[Future[str]] = []
        begun = time.monotonic()
        with pytest.raises(UnavailableError) as lost:
            lose()
        told = [answer.result(60) for answer in answers]
        assert time.monotonic() - begun < SECONDS
        unread = f"the database {shown(url)} can't be read: no server answers"
        assert told == [
            unread,
            unread,
            f"the database {shown(url)} can't be written: no server answers; nothing was changed",
            unread,
        ]
        assert str(lost.value) == (
            f"the database {shown(url)} was lost while committing: no server answers; "
            "check whether your change was recorded"
        )
        hung.close()
        # What it was told before that nobody waited for, it did.
        announce_one(databases[2], "three")
        assert list(read(url).changes) == ["EC-1", "EC-2", "EC-3"]
        assert [(each.entry(), each.record().entry) for each in databases] == 4 * [(3, 3)]


def test_a_writer_that_does_nothing_loses_its_turn(postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that hangs, or is cut off, while it writes must not keep all others from it."""
    monkeypatch.setattr(of_postgresql, "_IDLE_TIMEOUT_SECONDS", 0.5)
    with postgresql.database() as url, several(url, 2) as (ann, bob), ThreadPoolExecutor(1) as threads:
        announce_one(ann, "one")

        def idle() -> None:
            with write(ann) as transaction:
                transaction.add_update(a_change(2))
                assert threads.submit(announce_one, bob, "two").result(60).recorded

        assert refused(idle) == (
            f"the database {shown(url)} can't be written: the transaction took too long; nothing was changed"
        )
        assert [each.plan.summary for each in ann.record().changes.values()] == ["one", "two"]


def test_a_database_that_another_program_holds(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (of_sqlite, of_postgresql, of_both):
        monkeypatch.setattr(room, "LOCK_TIMEOUT_SECONDS", 0.2)
    with several(database_url, 2) as (ann, bob):
        announce_one(ann, "one")
        with write(ann):
            assert refused(lambda: announce_one(bob, "two")).endswith(
                "can't be written: another program has locked it; try again; nothing was changed"
            )
            assert bob.record().entry == 1
            # Whoever shares the very connections waits before the database is asked.
            assert refused(lambda: announce_one(ann, "two")).endswith(
                "can't be written: it is busy; try again; nothing was changed"
            )
        assert announce_one(bob, "two").recorded


def test_a_database_that_may_only_be_read(postgresql: Server) -> None:
    with postgresql.database() as url:
        assert announce_and_leave(url, "one") == "EC-1"
        name = sa.make_url(url).database
        postgresql.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert listed(url) == ["EC-1"]
        said = f"the database {shown(url)} can't be written: it is read-only; nothing was changed"
        assert announced(url) == Outcome(status=1, stdout="", stderr=f"{SAID}{said}\n")


def test_a_database_that_is_missing_and_a_user_that_is(postgresql: Server) -> None:
    with postgresql.database() as url:
        for wrong in (url.replace("@/test_", "@/no_"), url.replace("icsfeed@", "nobody:secret@")):
            said = refused(partial(read, wrong))
            assert said.endswith(" can't be read: there is no such database or user")
            assert "secret" not in said


def test_a_servers_full_disk(postgresql: Server) -> None:
    folder = postgresql.folder / "small"  # where the server's user comes in
    with small_disk(folder, "16m") as disk, postgresql.database() as url:
        if OWNER is not None:
            shutil.chown(disk, OWNER, OWNER)
        postgresql.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        postgresql.execute("CREATE DATABASE on_the_small_disk TABLESPACE small")
        small = sa.make_url(url).set(database="on_the_small_disk").render_as_string(hide_password=False)
        with opened(small) as database:
            announce_one(database, "one")
            before = read(small)
            fill(disk)
            told = ""
            for number in range(200):
                try:
                    announce_one(database, f"number {number}", hours=number, message="x" * 5000)
                except UnavailableError as refusal:
                    told = str(refusal)
                    break
            assert told == f"the database {shown(small)} can't be written: the disk is full; nothing was changed"
            record = read(small)
            assert record == database.record()
            assert record.changes["EC-1"] == before.changes["EC-1"]
            assert len(record.changes) == record.entry
            empty(disk)
            assert number_of(announce_one(database, "after").change.id) == record.entry + 1
        postgresql.execute("DROP DATABASE on_the_small_disk")
        postgresql.execute("DROP TABLESPACE small")
