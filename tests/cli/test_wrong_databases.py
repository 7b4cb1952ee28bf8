"""Nothing acts in the wrong place: a database that is missing, or none of icsfeed's, is never an empty record."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.store.schedule_file import example_path
from tests.cli.running import NOW, SCHEDULE, Outcome, run
from tests.databases import Server
from tests.store.work import created, read

ANNOUNCE = (
    *("emergency", "announce", "--summary", "Down", "--environment", "production", "--duration", "2h"),
    *("--reason", "A disk fails", "--start", "2026-12-03T02:30", "--yes", "--operator", "o", "--now", NOW),
)
IN_A_WINDOW = ("gate", "--environment", "production", "--at", "2026-12-03T03:00", "--now", NOW)
EVERY_COMMAND = {
    "upcoming": ("upcoming",),
    "check": ("check",),
    "build": ("build", "all"),
    "diff": ("diff", "schedule.toml", "schedule.toml"),
    "gate": IN_A_WINDOW,
    "export": ("export", "site", "--base-url", "https://maintenance.example.com"),
    "export --watch": ("export", "site", "--watch", "--base-url", "https://maintenance.example.com"),
    "announce": ANNOUNCE,
    "dry run": (*ANNOUNCE, "--dry-run"),
    "start": ("emergency", "start", "EC-1", "--yes"),
    "list": ("emergency", "list"),
    "show": ("planned", "show", "PC-1"),
    "suggest": ("emergency", "suggest", "--duration", "1h", "--by", "2026-12-09T18:00", "--now", NOW),
    "skip": ("window", "skip", "thursday", "2026-12-10", "--reason", "x", "--yes", "--now", NOW),
    "window list": ("window", "list"),
    "subscriber add": ("subscriber", "add", "Acme"),
    "subscriber list": ("subscriber", "list"),
    "serve": ("serve", "--port", "18765"),
}
ACTING = [name for name in EVERY_COMMAND if name not in {"upcoming", "check", "build", "suggest", "serve", "diff"}]


def empty(file: Path) -> str:
    file.touch()
    return (
        f"the database {file} is an empty file; restore it from a backup or, if there never was a record, "
        "delete it and make it with icsfeed database upgrade\n"
    )


def foreign(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    return f"the database {file} belongs to another program; check its name, or name another with --database\n"


def of_alembic(file: Path) -> str:
    """Another program may use the same library for its tables."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('theirs')")
    return f"the database {file} belongs to another program; check its name, or name another with --database\n"


def missing(file: Path) -> str:
    return (
        f"there is no database {file}; check its name, or make it with: "
        f"icsfeed database upgrade --database sqlite:///{file}\n"
    )


def in_a_missing_folder(file: Path) -> str:
    file.parent.rmdir()
    return missing(file)


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize("command", EVERY_COMMAND)
@pytest.mark.parametrize("make", [missing, in_a_missing_folder, empty, foreign, of_alembic])
def test_a_named_database_that_is_none_counted_as_an_empty_record(
    folder: Path, command: str, make: Callable[[Path], str]
) -> None:
    (folder / "other").mkdir()
    file = folder / "other" / "typo.db"
    message = make(file)
    before = file.read_bytes() if file.exists() else None
    done = run(*EVERY_COMMAND[command], "--database", f"sqlite:///{file}")
    assert (done.status, done.stderr.splitlines()[-1:]) == (1, [message.strip()])
    assert "OPEN" not in done.stdout
    assert (file.read_bytes() if file.exists() else None) == before


@pytest.mark.usefixtures("schedule")
def test_a_server_database_without_tables_counted_as_an_empty_record(folder: Path, postgresql: Server) -> None:
    with postgresql.database(with_tables=False) as url:
        for name in ("gate", "announce", "list", "export", "serve"):
            done = run(*EVERY_COMMAND[name], "--database", url)
            assert (done.status, done.stdout) == (1, "")
            assert (
                "has no tables of icsfeed; check its name, or make them with: icsfeed database upgrade" in done.stderr
            )
        absent = url.replace("/test_", "/absent_")
        done = run(*IN_A_WINDOW, "--database", absent)
        assert (done.status, "there is no such database or user" in done.stderr) == (1, True)
        assert run("database", "upgrade", "--database", url).status == 0
        assert run(*IN_A_WINDOW, "--database", url).status == 0
    assert not (folder / "site").exists()


@pytest.mark.usefixtures("schedule")
def test_the_gate_was_open_during_an_emergency_with_another_database(folder: Path) -> None:
    assert run(*ANNOUNCE).stdout == "EC-1\n"
    assert run(*IN_A_WINDOW).status == 1
    for environment in ({"ICSFEED_DATABASE": "sqlite:///typo.db"}, {"ICSFEED_DATABASE": f"sqlite:///{folder}/no/x.db"}):
        closed = run(*IN_A_WINDOW, environment=environment)
        assert (closed.status, closed.stdout) == (1, "")
        assert closed.stderr.startswith("there is no database ")


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("command", ACTING)
def test_in_an_empty_folder_commands_acted_on_the_packaged_example(folder: Path, command: str) -> None:
    """An emergency was announced to nobody, and an export replaced the customers' site by the example."""
    assert run(*EVERY_COMMAND[command]) == Outcome(
        status=1,
        stdout="",
        stderr="there is no schedule.toml in the current folder; write one with `icsfeed init`, "
        "or name another with --schedule\n",
    )
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("command", ["upcoming", "check", "build", "suggest"])
def test_commands_that_only_look_take_the_example_and_say_so(folder: Path, command: str) -> None:
    done = run(*EVERY_COMMAND[command])
    assert (done.status, done.stderr) == (0, "icsfeed: no schedule.toml here; taking the packaged example policy\n")
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("no_database")
def test_the_example_is_refused_for_acting_also_where_it_is_named(folder: Path) -> None:
    refused = run(*ANNOUNCE, "--schedule", example_path())
    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"{example_path()} is the packaged example, which is only for looking; write your own schedule with "
        "`icsfeed init`, or name another with --schedule\n"
    )
    assert not example_path().with_name("icsfeed.db").exists()
    assert list(folder.iterdir()) == []


@pytest.fixture
def elsewhere(folder: Path, schedule: Path, no_database: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The schedule in another folder than the current one; no database is named."""
    del no_database
    other = folder / "calendar"
    other.mkdir()
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule.rename(other / "schedule.toml")))
    return other


def test_the_default_database_was_made_in_the_current_folder(folder: Path, elsewhere: Path) -> None:
    announced = run(*ANNOUNCE, "--json")
    assert (announced.status, f"icsfeed: created the database {elsewhere}/icsfeed.db" in announced.stderr) == (0, True)
    assert json.loads(announced.stdout)["database_created"] == f"{elsewhere}/icsfeed.db"
    again = run(*ANNOUNCE[:3], "Down again", *ANNOUNCE[4:], "--json")
    assert ("created" in again.stderr, "database_created" in json.loads(again.stdout)) == (False, False)
    assert sorted(each.name for each in folder.iterdir()) == ["calendar"]
    os.chdir("/")
    assert len(json.loads(run("emergency", "list", "--json").stdout)) == 2
    assert run(*IN_A_WINDOW).stdout.startswith("CLOSED: ")


def test_while_there_is_no_default_database_json_and_standard_error_say_so(elsewhere: Path) -> None:
    missing = f"icsfeed: there is no database {elsewhere}/icsfeed.db yet: nothing is recorded\n"
    for name in ("gate", "check", "diff", "export", "dry run"):
        arguments = [str(elsewhere / each) if each == "schedule.toml" else each for each in EVERY_COMMAND[name]]
        done = run(*arguments, "--json")
        assert (done.status, json.loads(done.stdout)["database_missing"]) == (0, f"{elsewhere}/icsfeed.db")
        assert missing in done.stderr
    for name in ("upcoming", "list", "suggest", "subscriber list"):
        done = run(*EVERY_COMMAND[name], "--json")
        assert (done.status, done.stderr) == (0, missing)
    assert not (elsewhere / "icsfeed.db").exists()


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_a_database_of_icsfeed_0_1_in_the_current_folder_is_not_passed_over(
    folder: Path, elsewhere: Path, command: str
) -> None:
    with created(f"sqlite:///{folder}/icsfeed.db"):
        pass
    arguments = [str(elsewhere / each) if each == "schedule.toml" else each for each in EVERY_COMMAND[command]]
    assert run(*arguments) == Outcome(
        status=1,
        stdout="",
        stderr=f"icsfeed.db lies in the current folder, {folder}, but belongs beside the schedule file: move it there "
        f"with mv {folder}/icsfeed.db* {elsewhere}/ while no server runs, or name it with "
        f"--database sqlite:///{folder}/icsfeed.db\n",
    )
    if command == "gate":
        named = run(*arguments, "--database", f"sqlite:///{folder}/icsfeed.db")
        assert named.stdout.startswith("OPEN: ")
        shutil.move(folder / "icsfeed.db", elsewhere)
        assert run(*arguments) == named


def test_a_link_to_a_file_that_is_not_mounted_was_an_empty_record(folder: Path, elsewhere: Path) -> None:
    (elsewhere / "icsfeed.db").symlink_to(folder / "not-mounted" / "icsfeed.db")
    done = run(*IN_A_WINDOW)
    assert (done.status, done.stdout, done.stderr) == (
        1,
        "",
        f"the database {elsewhere}/icsfeed.db can't be read: it is a link to {folder}/not-mounted/icsfeed.db, "
        "where there is no file\n",
    )


def test_a_database_emptied_while_it_is_open_is_reported_at_once(folder: Path, schedule: Path) -> None:
    """Commands waited 62 seconds for "another program", which was nobody."""
    file = folder / "icsfeed.db"
    with closing(sqlite3.connect(file)) as server:
        server.execute("PRAGMA journal_mode = WAL")
        assert run(*ANNOUNCE).status == 0
        server.execute("SELECT * FROM audit_trail").fetchall()
        os.truncate(file, 0)
        begun = time.monotonic()
        for command in (IN_A_WINDOW, ANNOUNCE, ("database", "upgrade")):
            refused = run(*command, "--schedule", schedule) if command[0] != "database" else run(*command)
            assert (refused.status, refused.stdout) == (1, "")
            assert refused.stderr.splitlines()[-1].startswith(f"the database {file} is an empty file; restore it")
        assert time.monotonic() - begun < 10


@pytest.mark.usefixtures("no_database")
class TestTheDatabaseOfTheSchedule:
    """``[calendar] database``."""

    def test_it_is_taken_by_every_command_and_must_exist(self, folder: Path, schedule: Path) -> None:
        schedule.write_text(named('"sqlite:///data/icsfeed.db"'), encoding="utf-8")
        missing = f"there is no database {folder}/data/icsfeed.db; check its name, or make it with: "
        for name, command in EVERY_COMMAND.items():
            done = run(*command)
            assert (name, done.status, done.stderr.splitlines()[-1][: len(missing)]) == (name, 1, missing)
        (folder / "data").mkdir()
        assert run("database", "upgrade").stdout == f"{folder}/data/icsfeed.db is up to date now\n"
        assert run(*ANNOUNCE).stdout == "EC-1\n"
        os.chdir("/")
        assert run(*IN_A_WINDOW, "--schedule", schedule).stdout.startswith("CLOSED: ")
        assert read(f"sqlite:///{folder}/data/icsfeed.db").entry > 0

    def test_it_may_be_a_variable_that_is_set_only_where_it_is_needed(self, folder: Path, schedule: Path) -> None:
        schedule.write_text(named('"env:CALENDAR_DB"'), encoding="utf-8")
        refusal = (
            'schedule.toml: calendar.database is "env:CALENDAR_DB", but the variable CALENDAR_DB is not set; set it to '
            "the URL of the database, or name the database with --database\n"
        )
        for command in (IN_A_WINDOW, ANNOUNCE, ("upcoming",), ("serve",), ("database", "upgrade")):
            assert run(*command) == Outcome(status=1, stdout="", stderr=refusal)
        checked = run("check")
        assert (checked.status, checked.stdout.splitlines()[0]) == (
            0,
            "schedule.toml:5: warning: calendar.database: the variable CALENDAR_DB is not set; what was recorded is "
            "not checked",
        )
        with created(f"sqlite:///{folder}/named.db"):
            pass
        environment = {"CALENDAR_DB": f"sqlite:///{folder}/named.db"}
        assert run(*ANNOUNCE, environment=environment).stdout == "EC-1\n"
        assert run(*IN_A_WINDOW, "--database", f"sqlite:///{folder}/named.db").status == 1

    @pytest.mark.parametrize(
        "value",
        [
            '"postgresql://ann:secr3t"x',
            '"postgresql://ann:secr3t@host',
            '"host=db password=secr3t"',
            '["postgresql://ann:secr3t@host/db"]',
            '"mysql://ann:secr3t@host/db"',
            '"env:secr3t key"',
            "postgresql://ann:secr3t@host/db",
        ],
    )
    def test_what_can_not_be_read_is_not_repeated(self, schedule: Path, value: str) -> None:
        schedule.write_text(named(value), encoding="utf-8")
        for command in (("check",), ("check", "--json"), IN_A_WINDOW):
            refused = run(*command)
            assert refused.status == 1
            assert "secr3t" not in refused.stdout + refused.stderr

    def test_a_password_is_masked(self, schedule: Path) -> None:
        schedule.write_text(named('"postgresql://ann:secr3t@127.0.0.1:1/db"'), encoding="utf-8")
        assert run(*IN_A_WINDOW) == Outcome(
            status=1,
            stdout="",
            stderr="the database postgresql://ann:***@127.0.0.1:1/db can't be read: no server answers\n",
        )


def named(database: str) -> str:
    """The schedule with that value of ``database``."""
    return SCHEDULE.replace("\n\n[[environments]]", f"\ndatabase = {database}\n\n[[environments]]", 1)


def test_the_next_number_after_a_loss_was_given_out_twice(folder: Path, schedule: Path) -> None:
    del schedule
    done = run("database", "upgrade", "--after", "EC-41", "--after", "pc-7", "--operator", "o")
    assert (done.status, done.stdout, done.stderr) == (
        0,
        f"{folder}/icsfeed.db was up to date already\n"
        "the next one after EC-41 is EC-42\nthe next one after PC-7 is PC-8\n",
        "",
    )
    assert run(*ANNOUNCE).stdout == "EC-42\n"
    assert run("database", "upgrade", "--after", "EC-3").stdout.splitlines()[1] == "the next one after EC-3 is EC-43"
    refused = run("database", "upgrade", "--after", "41")
    assert (refused.status, refused.stderr) == (
        1,
        '"41" is not the id of a change or a recorded freeze; write the last one that was public, '
        "such as EC-41, PC-7 or CF-2\n",
    )
