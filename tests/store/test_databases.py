"""The databases that the store's tests use."""

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


def test_both_databases_answer_and_are_empty(new_database_url: str, request: pytest.FixtureRequest) -> None:
    with engine_of(new_database_url) as engine, engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
        assert sqlalchemy.inspect(connection).get_table_names() == []
        assert request.node.callspec.id == engine.dialect.name


def test_each_test_gives_the_commands_a_database_of_its_own(tmp_path: Path) -> None:
    assert os.environ["ICSFEED_DATABASE"] == f"sqlite:///{tmp_path}/icsfeed.db"


def test_two_databases_of_one_server_are_separate(postgresql: Server) -> None:
    with postgresql.database(with_tables=False) as one, postgresql.database(with_tables=False) as other:
        with engine_of(one) as engine, engine.begin() as connection:
            connection.execute(text("create table only_here (id integer)"))
        tables = []
        for url in (one, other):
            with engine_of(url) as engine:
                tables.append(sqlalchemy.inspect(engine).get_table_names())
        assert tables == [["only_here"], []]


def test_a_database_is_dropped_although_somebody_is_connected(postgresql: Server) -> None:
    with postgresql.database() as url:
        left = sqlalchemy.create_engine(url)
        connection = left.connect()
        connection.execute(text("select 1"))
    connection.invalidate()
    connection.close()
    with engine_of(url) as engine, pytest.raises(OperationalError, match=r'database "test_\d+" does not exist'):
        engine.connect()


def test_a_database_is_emptied_for_the_next_test(postgresql: Server) -> None:
    """Its rows and numbers are gone, and what an earlier test left connected finds no database."""
    with postgresql.emptied_database() as url:
        straggler = sqlalchemy.create_engine(url)
        with straggler.begin() as connection:
            statement = "insert into sign_ins (at, method, kind, address, network, outcome) values (now(), {})"
            connection.execute(text(statement.format("'', '', '', '', ''")))
            connection.execute(text("select nextval('deliveries_number_seq')"))
            kept = connection.scalars(text("select oid from pg_database where datname = current_database()")).one()
        left = straggler.connect()
        left.execute(text("lock table drafts"))
    left.invalidate()
    left.close()
    with postgresql.emptied_database() as next_url, engine_of(next_url) as engine, engine.connect() as connection:
        assert connection.scalar(text("select oid from pg_database where datname = current_database()")) == kept
        assert connection.scalar(text("select count(*) from sign_ins")) == 0
        for sequence in ("sign_ins_number_seq", "deliveries_number_seq"):
            assert connection.scalar(text(f"select nextval('{sequence}')")) == 1
        with engine_of(url) as old, pytest.raises(OperationalError, match="does not exist"):
            old.connect()


@pytest.mark.parametrize(
    "statement",
    [
        "create table songs (title text)",
        "drop table token_uses",
        "alter table drafts add column extra text",
        "alter table drafts alter column kind drop not null",
        "alter table drafts disable trigger drafts_append_only",
        "drop trigger drafts_append_only on drafts",
        "create or replace function icsfeed_append_only() returns trigger language plpgsql as 'begin return null; end'",
        "create index more on drafts (kind)",
        "revoke all on drafts from icsfeed",
        "revoke all on schema public from public",
        "update alembic_version set version_num = '0001'",
        "analyze alembic_version",
        "do $$ begin execute format('alter database %I set timezone = ''UTC''', current_database()); end $$",
        "do $$ begin execute format('alter database %I connection limit 3', current_database()); end $$",
    ],
)
def test_a_database_that_a_test_has_changed_serves_no_other(postgresql: Server, statement: str) -> None:
    oid = text("select oid from pg_database where datname = current_database()")
    with postgresql.emptied_database() as url, engine_of(url) as engine, engine.begin() as connection:
        changed = connection.scalar(oid)
        connection.execute(text(statement))
    with postgresql.emptied_database() as url, engine_of(url) as engine, engine.connect() as connection:
        assert connection.scalar(oid) != changed


def test_a_hard_stop_keeps_exactly_what_was_committed(postgresql: Server) -> None:
    with postgresql.database() as url, engine_of(url) as engine:
        with engine.begin() as connection:
            connection.execute(text("create table changes (id integer)"))
            connection.execute(text("insert into changes values (1)"))
        uncommitted = engine.connect()
        uncommitted.execute(text("insert into changes values (2)"))
        postgresql.stop()
        with pytest.raises(OperationalError):
            uncommitted.execute(text("select 1"))
        uncommitted.close()
        with pytest.raises(OperationalError, match="connection to server on socket"):
            engine.connect()
        postgresql.start()
        with engine.connect() as connection:
            assert connection.scalars(text("select id from changes")).all() == [1]


def test_a_server_that_a_test_left_stopped_runs_for_the_next_test(postgresql: Server) -> None:
    with postgresql.database():
        postgresql.stop()
    with postgresql.database() as url, engine_of(url) as engine, engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1


def test_the_server_sorts_text_by_language_and_has_a_time_zone(postgresql: Server) -> None:
    """As many servers do; SQLite sorts by code points."""
    with postgresql.database() as url, engine_of(url) as engine, engine.connect() as connection:
        words = "select word from (values ('B'), ('a')) as words (word) order by word"
        assert connection.scalars(text(words)).all() == ["a", "B"]
        assert connection.scalar(text("show timezone")) == "America/Toronto"


@pytest.mark.usefixtures("postgresql")  # skips this where PostgreSQL is not installed
def test_the_server_is_gone_when_the_tests_are_killed() -> None:
    code = (
        "import time; from tests import databases\n"
        "with databases.a_server() as server, server.database() as url: print(url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with engine_of(process.stdout.readline().strip()) as engine, engine.connect() as connection:
            connection.execute(text("select 1"))
            process.kill()
            with pytest.raises(OperationalError):
                connection.execute(text("select pg_sleep(120)"))
    folder = Path(str(engine.url.query["host"]))
    end = time.monotonic() + PATIENCE
    while folder.exists():
        assert time.monotonic() < end, "the folder is still there"
        time.sleep(0.05)


def test_a_missing_server_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(databases, "DEBIAN", tmp_path)
    assert databases.unavailable() == "The PostgreSQL server is not installed (Debian: apt-get install postgresql)"


@pytest.mark.usefixtures("postgresql")
def test_a_missing_user_to_run_the_server_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "OWNER", "nobody-here")
    assert databases.unavailable() == "The PostgreSQL server does not run as root, and there is no user nobody-here"
