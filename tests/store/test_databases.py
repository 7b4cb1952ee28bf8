"""The databases that the tests of the store run on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests import databases
from tests.databases import PATIENCE, Server

ROOT = Path(__file__).parents[2]


@contextmanager
def engine_of(url: str) -> Generator[Engine]:
    engine = sqlalchemy.create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def test_both_answer_and_are_empty(database_url: str, request: pytest.FixtureRequest) -> None:
    with engine_of(database_url) as engine, engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
        assert sqlalchemy.inspect(connection).get_table_names() == []
        assert request.node.callspec.id == engine.dialect.name


def test_each_test_names_a_database_of_its_own_to_the_commands(tmp_path: Path) -> None:
    assert os.environ["ICSFEED_DATABASE"] == f"sqlite:///{tmp_path}/icsfeed.db"


def test_two_databases_of_one_server_are_separate(postgresql: Server) -> None:
    with postgresql.database() as one, postgresql.database() as other:
        with engine_of(one) as engine, engine.begin() as connection:
            connection.execute(text("create table only_here (id integer)"))
        tables = []
        for url in (one, other):
            with engine_of(url) as engine:
                tables.append(sqlalchemy.inspect(engine).get_table_names())
        assert tables == [["only_here"], []]


def test_a_database_is_dropped_also_while_somebody_is_connected(postgresql: Server) -> None:
    with postgresql.database() as url:
        left = sqlalchemy.create_engine(url)
        connection = left.connect()
        connection.execute(text("select 1"))
    connection.invalidate()
    connection.close()
    with engine_of(url) as engine, pytest.raises(OperationalError, match=r'database "test_\d+" does not exist'):
        engine.connect()


def test_after_a_hard_stop_what_was_committed_is_there_and_nothing_else(postgresql: Server) -> None:
    with postgresql.database() as url, engine_of(url) as engine:
        with engine.begin() as connection:
            connection.execute(text("create table changes (id integer)"))
            connection.execute(text("insert into changes values (1)"))
        open_still = engine.connect()
        open_still.execute(text("insert into changes values (2)"))
        postgresql.stop()
        with pytest.raises(OperationalError):
            open_still.execute(text("select 1"))
        open_still.close()
        with pytest.raises(OperationalError, match="connection to server on socket"):
            engine.connect()
        postgresql.start()
        with engine.connect() as connection:
            assert connection.scalars(text("select id from changes")).all() == [1]


def test_the_next_test_finds_a_server_that_a_test_left_stopped(postgresql: Server) -> None:
    with postgresql.database():
        postgresql.stop()
    with postgresql.database() as url, engine_of(url) as engine, engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1


def test_text_is_sorted_by_a_language_and_times_come_in_a_zone(postgresql: Server) -> None:
    """As with many a customer; SQLite sorts by code points."""
    with postgresql.database() as url, engine_of(url) as engine, engine.connect() as connection:
        words = "select word from (values ('B'), ('a')) as words (word) order by word"
        assert connection.scalars(text(words)).all() == ["a", "B"]
        assert connection.scalar(text("show timezone")) == "America/Toronto"


@pytest.mark.usefixtures("postgresql")  # which skips this where there is no server
def test_the_server_is_gone_when_the_tests_are_killed() -> None:
    code = (
        "import time; from tests import databases\n"
        "with databases.a_server() as server, server.database() as url: print(url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as others:
        assert others.stdout is not None
        with engine_of(others.stdout.readline().strip()) as engine, engine.connect() as connection:
            connection.execute(text("select 1"))
            others.kill()
            with pytest.raises(OperationalError):
                connection.execute(text("select pg_sleep(120)"))
    folder = Path(str(engine.url.query["host"]))
    end = time.monotonic() + PATIENCE
    while folder.exists():
        assert time.monotonic() < end, "the folder is left"
        time.sleep(0.05)


def test_there_is_a_sentence_for_whoever_has_no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(databases, "DEBIAN", tmp_path)
    assert databases.unavailable() == "PostgreSQL's server is not installed: Debian's postgresql"


@pytest.mark.usefixtures("postgresql")
def test_there_is_a_sentence_for_root_without_a_user_to_run_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "OWNER", "nobody-here")
    assert databases.unavailable() == ("PostgreSQL's server does not run as root, and there is no user nobody-here")
