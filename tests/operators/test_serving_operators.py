"""Operators at a real ``icsfeed serve``: feeds never wait for them, whatever happens to their process."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from icsfeed.web.relay import OPERATORS_SOCKET
from tests.cli.running import SCHEDULE
from tests.web.servers import PATIENCE, ROOT, Server, serving, until

SOON = 3.0
"""Seconds; a busy machine answers a feed far sooner, and a database is locked for longer here."""

AT_ONCE = 16
CHANGES = "/api/v1/changes"


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


@pytest.fixture
def token(schedule: Path) -> str:
    command = [sys.executable, "-m", "icsfeed", "token", "create", "bot", "--scope", "write"]
    command += ["--schedule", str(schedule), "--database", f"sqlite:///{schedule.with_name('icsfeed.db')}"]
    created = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return created.stdout.strip()


@pytest.fixture
def operator(token: str) -> Iterator[httpx.Client]:
    """A client with the token, which waits as long as it takes."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, trust_env=False, timeout=PATIENCE, limits=httpx.Limits(max_connections=64)) as c:
        yield c


def announce(operator: httpx.Client, server: Server, number: int) -> httpx.Response:
    start = (datetime.now(UTC) + timedelta(hours=3 * number)).isoformat()
    return operator.post(
        server.url + CHANGES,
        json={
            "kind": "emergency",
            "summary": f"Change {number}",
            "environments": ["production"],
            "start": start,
            "duration": "1h",
            "reason": "A disk fails",
        },
    )


@contextlib.contextmanager
def locked(schedule: Path) -> Generator[None]:
    """The database, locked by another program."""
    other = sqlite3.connect(schedule.with_name("icsfeed.db"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def wait_in_process(server: Server, requests: int) -> None:
    """Wait until so many requests wait in the operators' process: looking up credentials takes moments."""
    (process,) = server.side_processes("operators")
    variables = Path(f"/proc/{process}/environ").read_text("utf-8").split("\0")
    (path,) = [each.partition("=")[2] for each in variables if each.startswith(OPERATORS_SOCKET)]

    def count() -> int:
        rows = Path("/proc/net/unix").read_text("utf-8").splitlines()
        return sum(row.endswith(f" {path}") for row in rows) - 1  # that which listens

    def is_steady() -> bool:
        for _ in range(10):
            if count() != requests:
                return False
            time.sleep(0.1)
        return True

    until(is_steady)


def assert_feeds_are_answered(server: Server) -> None:
    for _ in range(6):
        begin = time.monotonic()
        assert server.get("/feeds/all.ics").status_code == 200
        assert time.monotonic() - begin < SOON


def statuses(answers: list[Future[httpx.Response]]) -> list[int]:
    return [each.result(PATIENCE).status_code for each in answers]


def test_feeds_never_wait_for_operators(schedule: Path, operator: httpx.Client) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool, serving(schedule, "--workers", "2") as server:
        until(lambda: operator.get(server.url + CHANGES).status_code == 200)
        with locked(schedule):
            answers = [pool.submit(announce, operator, server, number) for number in range(1, AT_ONCE + 1)]
            wait_in_process(server, AT_ONCE)
            assert_feeds_are_answered(server)
            assert [each.result().text for each in answers if each.done()] == []
        assert statuses(answers) == [201] * AT_ONCE
        counted = f'icsfeed_requests_total{{client="script",path="{CHANGES}",status="201"}} {AT_ONCE}.0'
        until(lambda: counted in server.get("/metrics").text)

        (process,) = server.side_processes("operators")
        with locked(schedule):
            lost = pool.submit(announce, operator, server, AT_ONCE + 1)
            wait_in_process(server, 1)
            os.kill(process, signal.SIGKILL)
            assert lost.result(PATIENCE).status_code == 502
            begin = time.monotonic()
            refused = announce(operator, server, AT_ONCE + 1)
            assert (refused.status_code, refused.headers["Retry-After"], time.monotonic() - begin < SOON) == (
                503,
                "1",
                True,
            )
            assert_feeds_are_answered(server)
        until(lambda: announce(operator, server, AT_ONCE + 1).status_code == 201)
        assert f'"status": {-signal.SIGKILL}' in server.log.read_text("utf-8")

        with locked(schedule):
            last = pool.submit(announce, operator, server, AT_ONCE + 2)
            wait_in_process(server, 1)
            begin = time.monotonic()
            assert server.end(signal.SIGTERM) == 0
            assert time.monotonic() - begin < 20
            until(lambda: server.processes() == {})
        with contextlib.suppress(httpx.TransportError):
            assert last.result(PATIENCE).status_code == 502
        lines = server.log.read_text("utf-8").splitlines()
        assert [line for line in lines if not line.startswith(("{", "icsfeed: serving"))] == []
