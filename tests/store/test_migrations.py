"""Migrations: from each earlier version to the latest, with data, and always to the same tables."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from icsfeed.domain.changes import number_of
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.subscribers import digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.services.subscribing import add
from icsfeed.store.database import migrating
from icsfeed.store.database.columns import METADATA
from icsfeed.store.database.database import Database
from icsfeed.store.database.engine import make_engine, sqlite_engine, write_transaction
from icsfeed.store.database.migrating import VERSIONS, migrate
from icsfeed.store.database.tables import TABLES
from icsfeed.store.database.urls import file_of, parse_url
from tests.actors import operator
from tests.cli.running import run
from tests.examples import NOW, POLICY
from tests.store.operator_rows import OPERATOR_ROWS
from tests.store.work import announce_one, in_sql, opened

MIGRATIONS = Path(migrating.__file__).parent / "migrations"
BEFORE = dict(zip(VERSIONS, (None, *VERSIONS), strict=False))
"""The version before each version."""

ROWS: dict[str, dict[str, Any]] = {
    "audit_trail": {"entry": 1, "at": "2026-11-23 12:00:00.000001", "by": "ann", "action": "test", "subject": "EC-1"},
    "change_updates": {
        "kind": "emergency",
        "change": 1,
        "number": 1,
        "entry": 1,
        "at": "2026-11-23 12:00:00.000001",
        "by": "ann",
        "message": "",
        "state": "confirmed",
        "summary": "Urgent repair",
        "environments": '["production"]',
        "impact": "outage",
        "starts": "2026-11-23 12:00:00",
        "ends": "2026-11-23 13:00:00",
        "reason": "",
        "ticket": "",
        "key": "k",
        "message_translations": '{"en": "first", "fr": "premier"}',
        "promised_notice": 4320,
    },
    "adjustments": {
        "entry": 1,
        "window": "thursday",
        "day": "2026-12-03",
        "number": 1,
        "action": "move",
        "reason": "late",
        "silent": False,
        "starts": "2026-12-04 07:00:00",
        "ends": "2026-12-04 11:00:00",
    },
    "event_revisions": {
        "entry": 1,
        "uid": "a@x",
        "sequence": 0,
        "digest": "a" * 32,
        "at": "2026-11-23 12:00:00",
    },
    "subscriber_steps": {
        "subscriber": "united seeds",
        "number": 1,
        "entry": 1,
        "at": "2026-11-23 12:00:00",
        "action": "add",
        "name": "United Seeds",
        "feed": "all",
        "alarms": "[60]",
        "digest": "b" * 64,
        "until": None,
        "salt": "c" * 32,
        "account": "137.035",
        "objects": '["circuit-1"]',
    },
    "freezes": {
        "number": 1,
        "entry": 1,
        "at": "2026-11-23 12:00:00",
        "by": "ann",
        "reason": "late",
        "environments": '["production"]',
        "until": "2026-11-24 12:00:00",
        "internal": False,
        "uid_part": "0123456789",
    },
    "freeze_ends": {"number": 1, "entry": 1, "at": "2026-11-23 13:00:00", "by": "bob"},
    "public_schedule": {"place": 1, "content": "[calendar]", "changed_at": "2026-11-23 12:00:00"},
    "subscriber_fetches": {"subscriber": "united seeds", "client": "google", "at": "2026-11-23 12:00:00"},
    "deliveries": {
        "number": 1,
        "receiver": "channel:chat",
        "subject": "EC-1",
        "event": "announced",
        "update": 1,
        "starts": "2026-12-03 07:00:00",
        "lead": 60,
        "queued_at": "2026-11-23 12:00:00",
        "state": "waiting",
        "due_at": "2026-11-23 12:00:00",
        "attempts": 1,
        "first_attempt_at": "2026-11-23 12:00:00",
        "lease_owner": "a",
        "lease_until": "2026-11-23 12:01:00",
        "ended_at": None,
        "problem": "the server does not answer",
    },
    "mail_subscribers": {
        "subscriber": "d" * 32,
        "address": "ann@example.com",
        "language": "en",
        "environments": ",production,",
        "kinds": ",emergency,",
        "reminders": ",1440,",
        "requested_at": "2026-11-23 12:00:00",
        "confirmed_at": "2026-11-23 13:00:00",
        "refusals": 0,
        "paused_at": None,
    },
    "mail_requests": {"number": 1, "at": "2026-11-23 12:00:00", "client": "e" * 64, "address": "f" * 64},
    "outbox_state": {"place": 1, "secret": "0" * 64, "scanned_until": "2026-11-23 12:00:00"},
    **OPERATOR_ROWS,
}
"""A row for each table with a value for each column. A migration that adds columns adds them here, too."""


def tables_in(connection: sa.Connection) -> sa.MetaData:
    """The tables that the database has."""
    found = sa.MetaData()
    found.reflect(connection)
    return found


def fill(connection: sa.Connection, rows: dict[str, dict[str, Any]] = ROWS) -> dict[str, list[dict[str, Any]]]:
    """Insert a row into each table that exists, with the columns that it has; gives all rows."""
    there = tables_in(connection)
    for table in there.sorted_tables:
        if table.name != "alembic_version":
            row = {name: value for name, value in rows[table.name].items() if name in table.columns}
            columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in row]
            # Text, because the columns have no types here: the database converts it.
            connection.execute(sa.insert(sa.table(table.name, *columns)), row)
    return rows_in(connection)


def engine_to_fill(url: str) -> sa.Engine:
    """An engine for the database, in which there are no tables yet."""
    parsed = parse_url(url)
    if (file := file_of(parsed)) is None:
        return make_engine(parsed, lock_seconds=1)
    file.touch()
    return sqlite_engine(parsed, file, may_be_empty=True)


def rows_in(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in tables_in(connection).sorted_tables
        if table.name != "alembic_version"
    }


@pytest.mark.parametrize("version", [None, *VERSIONS])
def test_every_version_is_migrated_to_the_latest_with_its_data(new_database_url: str, version: str | None) -> None:
    engine = engine_to_fill(new_database_url) if version is not None else None
    before: dict[str, list[dict[str, Any]]] = {}
    if engine is not None and version is not None:
        with write_transaction(engine) as connection:
            assert migrate(connection, to=version) is True
            before = fill(connection)
        assert before
        engine.dispose()
    with opened(new_database_url) as database:
        assert database.upgrade() is (version != VERSIONS[-1])
        assert database.upgrade() is False
        with in_sql(new_database_url) as connection:
            after = rows_in(connection)
        # A migration may add columns, but leaves the values as they were.
        kept = {
            table: [{name: row[name] for name in old} for row, old in zip(after[table], rows, strict=True)]
            for table, rows in before.items()
        }
        assert kept == before
        record = database.record()
        assert [each.plan.summary for each in record.changes.values()] == ["Urgent repair"] * bool(before)
        assert (record.entry, len(record.adjustments), len(record.ledger)) == ((1, 1, 1) if before else (0, 0, 0))
        assert announce_one(database, "after").change.id == ("EC-2" if before else "EC-1")
        with pytest.raises(sa.exc.DBAPIError, match="never rewritten"), in_sql(new_database_url) as connection:
            connection.execute(sa.text("UPDATE change_updates SET summary = 'x'"))


def test_tokens_of_a_database_without_salts_still_open_their_feeds(new_database_url: str) -> None:
    """They are random and so have no salt; subscribers added from then on can have one."""
    engine = engine_to_fill(new_database_url)
    with write_transaction(engine) as connection:
        migrate(connection, to="0002")
        fill(connection, ROWS | {"subscriber_steps": ROWS["subscriber_steps"] | {"digest": digest_of("old")}})
    engine.dispose()
    key = TokenKey(secret=b"k" * 32)
    with opened(new_database_url) as database:
        actor = operator("ann", NOW)
        add(POLICY, database, "Other", feed="all", token=key.token("s" * 32), salt="s" * 32, actor=actor)
    with opened(new_database_url) as database:
        subscribers = database.record().subscribers
        holders = [subscribers.holder(token, now=NOW) for token in ("old", key.token("s" * 32), "wrong")]
        assert [each.name if each else None for each in holders] == ["United Seeds", "Other", None]
        assert [token.salt for _, token in subscribers.valid(now=NOW)] == ["", "s" * 32]
        assert [token.derived(key) for _, token in subscribers.valid(now=NOW)] == [None, key.token("s" * 32)]


def test_the_migrations_create_exactly_the_tables_in_tables_py(new_database_url: str) -> None:
    with opened(new_database_url) as database:
        database.upgrade()
    with in_sql(new_database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        inspector = sa.inspect(connection)
        for table in TABLES:
            # Alembic does not compare these.
            assert {each["name"] for each in inspector.get_check_constraints(table.name)} == {
                each.name for each in table.constraints if isinstance(each, sa.CheckConstraint)
            }
            assert inspector.get_pk_constraint(table.name)["name"] == table.primary_key.name


def test_the_list_of_versions_is_that_of_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([script.revision for script in scripts])) == VERSIONS


FUTURE_MIGRATION = """
    import sqlalchemy as sa
    from alembic import op

    revision = "9000"
    down_revision = "{last}"


    def upgrade() -> None:
        op.create_table("to_come", sa.Column("name", sa.Text, nullable=False))
        op.execute("INSERT INTO to_come SELECT summary FROM change_updates")
"""


@pytest.fixture
def _future_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a migration of a future icsfeed, which makes the present tables old."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9000_to_come.py").write_text(
        dedent(FUTURE_MIGRATION.format(last=VERSIONS[-1])), encoding="utf-8"
    )
    monkeypatch.setattr(migrating, "_MIGRATIONS", folder)
    monkeypatch.setattr(migrating, "VERSIONS", (*VERSIONS, "9000"))


def read_operators(database: Database) -> None:
    with database.operator_rows() as rows:
        assert rows is not None


@pytest.mark.parametrize(
    "use", [Database.upgrade, Database.record, partial(announce_one, summary="two"), read_operators]
)
def test_the_first_use_migrates_an_older_database(
    database_url: str, request: pytest.FixtureRequest, use: Callable[[Database], object]
) -> None:
    with opened(database_url) as database:
        announce_one(database, "one")
    request.getfixturevalue("_future_version")
    with opened(database_url) as database:
        assert database.entry() == 1  # needs only the audit trail
        use(database)
        assert database.record().changes["EC-1"].plan.summary == "one"
        assert database.upgrade() is False
    with in_sql(database_url) as connection:
        assert connection.execute(sa.text("SELECT name FROM to_come")).scalars().all() == ["one"]


MAKING = """
    import sys
    from icsfeed.store.database.database import Database
    database = Database(sys.argv[1])
    sys.stdin.read(1)  # all begin at once
    print(database.upgrade())
    database.close()
"""


def test_of_several_processes_that_upgrade_at_once_exactly_one_does_it(new_database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", dedent(MAKING), new_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    said = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert said == ["False", "False", "False", "True"]
    assert [process.returncode for process in processes] == [0, 0, 0, 0]


def test_threads_can_upgrade_at_once(database_url: str) -> None:
    with opened(database_url) as database, ThreadPoolExecutor(4) as threads:
        done = [threads.submit(announce_one, database, f"number {number}") for number in range(8)]
        assert sorted(number_of(each.result().change.id) for each in done) == list(range(1, 9))
        assert database.record().entry == 8


LOOKING = """
    import sys
    from tests.store.work import announce_one, opened
    with opened(sys.argv[1]) as database:
        print(database.entry(), database.record().entry, announce_one(database, "two").change.id, database.upgrade())
    print([name for name in ("alembic", "psycopg") if name in sys.modules])
"""


def test_alembic_is_imported_only_to_migrate(database_url: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "one")
    command = [sys.executable, "-c", dedent(LOOKING), database_url]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    loaded = [] if database_url.startswith("sqlite") else ["psycopg"]
    assert found.stdout.splitlines() == ["1 1 EC-2 False", str(loaded)]


def test_a_failed_migration_changes_nothing(new_database_url: str) -> None:
    """Here it fails at the very end, because a table of another program is in its way."""
    with in_sql(new_database_url) as connection:
        connection.execute(sa.text("CREATE TABLE event_revisions (theirs INTEGER)"))
    refused = r"can't be written: .*event_revisions.* already exists; nothing was changed$"
    if new_database_url.startswith("sqlite"):  # a file belongs to one program, a server's database may have several
        refused = "belongs to another program; check its name, or name another with --database$"
    with opened(new_database_url) as database, pytest.raises(UnavailableError, match=refused):
        database.upgrade()
    with in_sql(new_database_url) as connection:
        assert sa.inspect(connection).get_table_names() == ["event_revisions"]


def test_the_upgrade_command(new_database_url: str) -> None:
    shown = new_database_url.removeprefix("sqlite:///").replace("+psycopg", "")
    first, second = (run("database", "upgrade", "--database", new_database_url) for _ in range(2))
    assert (first.status, first.stderr, first.stdout.replace("%2F", "/")) == (0, "", f"{shown} is up to date now\n")
    assert (second.status, second.stdout.replace("%2F", "/")) == (0, f"{shown} was up to date already\n")
