"""A PostgreSQL server for the tests, in a temporary folder, which disappears with them however they end.

It behaves like a real one: a commit is on the disk (fsync), text is sorted by language and not by code point, and its
time zone is not UTC.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from icsfeed.store.database.database import Database

PATIENCE = 60
"""Seconds; far more than anything here takes."""

TEMPLATE = "icsfeed_template"
DEBIAN = Path("/usr/lib/postgresql")
OWNER = None if os.geteuid() else "postgres"
"""The user that runs the server: ``None`` for the current one; it refuses root, so root uses the package's user."""

GROUPS = None if OWNER is None else ()
"""That user's supplementary groups: none, or ``None`` for those of the current user."""

INITDB_OPTIONS = (
    "--username=icsfeed",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=icu",
    "--icu-locale=en",
    "--no-sync",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",  # only a socket in a private folder: no port to conflict, and nobody else has access
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "timezone": "America/Toronto",
}

STRUCTURE = """
    SELECT
        (SELECT version_num FROM alembic_version),
        (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384),
        (SELECT md5(string_agg(each::text, '|' ORDER BY each)) FROM (
            SELECT (oid, relname, relnamespace, relowner, relkind, reltablespace, relacl::text, reloptions)::text
            FROM pg_class WHERE oid >= 16384
            UNION ALL
            SELECT (attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped, attacl::text)::text
            FROM pg_attribute WHERE attrelid >= 16384
            UNION ALL SELECT (tableoid, oid, xmin)::text FROM pg_attrdef
            UNION ALL SELECT (tableoid, oid, xmin)::text FROM pg_constraint WHERE oid >= 16384
            UNION ALL SELECT (tableoid, oid, xmin)::text FROM pg_namespace
            UNION ALL SELECT (tableoid, oid, xmin)::text FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT (tableoid, oid, xmin)::text FROM pg_trigger
            UNION ALL SELECT (tableoid, indexrelid, indisvalid)::text FROM pg_index WHERE indexrelid >= 16384
            UNION ALL SELECT (setrole, setconfig)::text FROM pg_db_role_setting
                WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            UNION ALL SELECT (datdba, datconnlimit, datacl::text)::text
                FROM pg_database WHERE datname = current_database()
        ) AS parts (each))
"""
"""All of a database that tests might change, except the rows of its tables; PostgreSQL's own parts are below 16384."""

EMPTY_TABLES = """
    DO $$
    DECLARE
        name regclass;
        is_full boolean;
    BEGIN
        FOR name IN
            SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO is_full;
            IF is_full THEN
                EXECUTE format('TRUNCATE %s CASCADE', name);
            END IF;
        END LOOP;
        PERFORM setval(format('%I', sequencename), 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
    END $$
"""


def unavailable() -> str | None:
    """The reason why there is no server: it is not installed or, for root, its user is missing; else ``None``."""
    if _programs() is None:
        return "The PostgreSQL server is not installed (Debian: apt-get install postgresql)"
    if OWNER is not None and OWNER not in {user.pw_name for user in pwd.getpwall()}:
        return f"The PostgreSQL server does not run as root, and there is no user {OWNER}"
    return None


@dataclass(kw_only=True)
class Server:
    """A server that can be stopped and started again."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _has_template: bool = False
    _idle: list[str] = field(default_factory=list)
    """Databases with an empty record that nobody uses."""

    _structure: tuple[object, ...] | None = None

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        if self.process is not None and self.process.poll() is None:
            return
        assert (
            threading.current_thread() is threading.main_thread()
        )  # Linux stops it when the thread that started it ends
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*_stop_with_parent(), self.programs / "postgres", "-D", self.folder / "data", *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=OWNER,
                group=OWNER,
                extra_groups=GROUPS,
                start_new_session=True,  # Ctrl-C must reach the tests only
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text('utf-8')}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server as an outage does (PostgreSQL's "immediate"): what is not committed is lost."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
            self.process = None

    @contextlib.contextmanager
    def hanging(self) -> Generator[None]:
        """Suspend all its processes: it still accepts connections, but never answers."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pids = [pid, *map(int, children)]
        for each in pids:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in pids:
                os.kill(each, signal.SIGCONT)

    @contextlib.contextmanager
    def database(self, *, with_tables: bool = True) -> Generator[str]:
        """Give the URL of a new database with an empty record or, without tables, none.

        It is dropped at the end; a test may stop the server meanwhile.
        """
        name = self._new_database(self._template() if with_tables else "template1")
        try:
            yield self._url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def emptied_database(self) -> Generator[str]:
        """Give the URL of a database with an empty record, which an earlier test may have used.

        To empty it takes a small part of the time of a new one and its first connection. A straggler of the earlier
        test can't reach it: each use has a name of its own. One that is no longer like the template is dropped.
        """
        name = self._idle.pop() if self._idle else self._new_database(self._template())
        try:
            yield self._url(name)
        finally:
            next_name = f"test_{next(self._numbers)}"
            if self._take_away(name, next_name) and self._empty(next_name):
                self._idle.append(next_name)
            else:
                for each in (name, next_name):
                    self.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")

    def _new_database(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _take_away(self, name: str, next_name: str) -> bool:
        """Disconnect everybody from a database and rename it; false where that fails."""
        self.start()
        with self._connect() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            try:
                connection.execute(f"ALTER DATABASE {name} RENAME TO {next_name}".encode())
            except (psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName):
                return False
        return True

    def _empty(self, name: str) -> bool:
        """Empty the tables of a database; false where a test has changed more than their rows."""
        with self._connect(name) as connection:
            if connection.execute(STRUCTURE).fetchone() != self._structure_of_template():
                return False
            connection.execute("SET session_replication_role = replica")  # without the triggers that keep all rows
            connection.execute(EMPTY_TABLES)
        return True

    def _structure_of_template(self) -> tuple[object, ...] | None:
        if self._structure is None:
            with self._connect(self._template()) as connection:
                self._structure = connection.execute(STRUCTURE).fetchone()
        return self._structure

    def _template(self) -> str:
        """The name of a database with icsfeed's tables, created once: to copy it is faster than to create them."""
        if not self._has_template:
            self.execute(f"CREATE DATABASE {TEMPLATE}")
            with contextlib.closing(Database(self._url(TEMPLATE))) as database:
                database.upgrade()
            self._has_template = True
        return TEMPLATE

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://icsfeed@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run a statement as the superuser, outside a transaction."""
        self.start()
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="icsfeed", dbname=name, autocommit=True)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def a_server() -> Generator[Server]:
    """Create a server, not started yet; at the end it is stopped and its folder removed."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="icsfeed-postgresql-", dir="/tmp"))  # OWNER has no access to pytest's folders
    # The pipe closes when the tests end, even if killed; then the server still writes for a moment.
    remove = 'read -r done || sleep 3; rm -rf -- "$0"'
    with subprocess.Popen(["/bin/sh", "-c", remove, folder], stdin=subprocess.PIPE, start_new_session=True) as remover:
        if OWNER is not None:
            shutil.chown(folder, OWNER, OWNER)
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", *INITDB_OPTIONS],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
            user=OWNER,
            group=OWNER,
            extra_groups=GROUPS,
        )
        server = Server(folder=folder, programs=programs)
        try:
            yield server
        finally:
            server.stop()
            remover.communicate(b"done\n")


def _programs() -> Path | None:
    """The folder of the server's programs: on the PATH or, with Debian, the one of the latest version."""
    if (initdb := shutil.which("initdb")) is not None:
        return Path(initdb).resolve().parent
    versions = [each.parent for each in DEBIAN.glob("*/bin/initdb")]
    return max(versions, key=lambda programs: float(programs.parent.name), default=None)


def _stop_with_parent() -> list[str]:
    """Have Linux stop the server with the tests, even if killed; elsewhere it stops when its files are gone."""
    return ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
