"""A PostgreSQL server of the tests' own, in a folder of its own, that goes when they go, however they end.

It is as true as a customer's: what it says is committed is on the disk (fsync), text is sorted by a language and not by
code points, and its time zone is not UTC.
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

PATIENCE = 60
"""Seconds: far more than anything here takes."""

DEBIAN = Path("/usr/lib/postgresql")
OWNER = None if os.geteuid() else "postgres"
"""Whom the server runs as: us (None) or, since it refuses root, the user that its package makes."""

GROUPS = None if OWNER is None else ()
"""The further groups of that user, of which it needs none; None: as we have them."""

MAKING = (
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
    "listen_addresses": "",  # a socket in a private folder: no port to fight for, and nobody else comes in
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "timezone": "America/Toronto",
}


def unavailable() -> str | None:
    """Say what is missing: the server or, for root, the user to run it."""
    if _programs() is None:
        return "PostgreSQL's server is not installed: Debian's postgresql"
    if OWNER is not None and OWNER not in {user.pw_name for user in pwd.getpwall()}:
        return f"PostgreSQL's server does not run as root, and there is no user {OWNER}"
    return None


@dataclass(kw_only=True)
class Server:
    """A server that can be stopped and started again."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers."""
        if self.process is not None and self.process.poll() is None:
            return
        assert threading.current_thread() is threading.main_thread()  # Linux ends it with the thread that started it
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*_dying_with_us(), self.programs / "postgres", "-D", self.folder / "data", *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=OWNER,
                group=OWNER,
                extra_groups=GROUPS,
                start_new_session=True,  # an interrupt from the keyboard is for the tests
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text('utf-8')}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it hard (PostgreSQL's "immediate"), as an outage does: what is not committed by now is lost."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
            self.process = None

    @contextlib.contextmanager
    def hanging(self) -> Generator[None]:
        """Have all of its processes stand still: it takes connections still, and never answers."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        family = [pid, *map(int, children)]
        for each in family:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in family:
                os.kill(each, signal.SIGCONT)

    @contextlib.contextmanager
    def database(self) -> Generator[str]:
        """Give the URL of a new and empty database, which is dropped in the end; the server may be down meanwhile."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql+psycopg://icsfeed@/{name}?host={self.folder}"
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement on the server as a whole, as its superuser and outside a transaction."""
        self.start()
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="icsfeed", dbname="postgres", autocommit=True)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def a_server() -> Generator[Server]:
    """Make a server, not started yet; in the end it is stopped, and its folder removed."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="icsfeed-postgresql-", dir="/tmp"))  # pytest's own are closed to OWNER
    # Our death closes the pipe, and then what we have started still writes for a moment.
    remove = 'read -r over || sleep 3; rm -rf -- "$0"'
    with subprocess.Popen(["/bin/sh", "-c", remove, folder], stdin=subprocess.PIPE, start_new_session=True) as remover:
        if OWNER is not None:
            shutil.chown(folder, OWNER, OWNER)
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", *MAKING],
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
            remover.communicate(b"over\n")


def _programs() -> Path | None:
    """Where the server's programs are: on the path or, as Debian has them, in a folder for each version."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    versions = [each.parent for each in DEBIAN.glob("*/bin/initdb")]
    return max(versions, key=lambda programs: float(programs.parent.name), default=None)


def _dying_with_us() -> list[str]:
    """Have Linux end the server with the tests, even killed ones; elsewhere it ends when it misses its files."""
    return ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
