"""How soon subscribers see an emergency change: ``python -m tests.benchmarks.announcing``.

``serve`` runs with two workers on the loopback address, on SQLite and on a PostgreSQL server that the benchmark starts,
with 1,000 changes recorded. Changes are announced one after the other through the services, in one process, as an API
would; a few keep-alive connections poll the feed. An announcement is visible once all of them have received it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Final

import click

from icsfeed.domain.changes import Plan, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import StepRequest, Workspace, take_step
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import example_path, load_schedule
from tests import databases
from tests.actors import operator
from tests.benchmarks.measuring import report, time_ratio

ROOT: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"
PATH: Final = "/feeds/all.ics"
WORKERS: Final = 2
CONNECTIONS: Final = 4
"""The system distributes them over the workers; it is unlikely that a worker has none."""

PAUSE: Final = 0.003
"""Seconds between an answer and the next request of a connection."""

PATIENCE: Final = 60
GOALS: Final = {"SQLite": 50, "PostgreSQL": 250}
"""Milliseconds after which 99 of 100 announcements are visible."""

HOUR: Final = timedelta(hours=1)


class Reader:
    """A client on one connection that polls the feed until it contains a given text."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        self._etag = ""
        self._awaited: Queue[bytes | None] = Queue()
        self.arrivals: Queue[float] = Queue()
        """When each text arrived, by ``time.perf_counter``."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, text: bytes | None) -> None:
        """Poll until an answer contains ``text``; ``None`` ends the client."""
        self._awaited.put(text)

    def _run(self) -> None:
        while (text := self._awaited.get()) is not None:
            while text not in self._ask():
                time.sleep(PAUSE)
            self.arrivals.put(time.perf_counter())
        self._connection.close()

    def _ask(self) -> bytes:
        self._connection.request("GET", PATH, headers={"If-None-Match": self._etag})
        response = self._connection.getresponse()
        body = response.read()
        if response.status == http.client.OK:
            self._etag = response.headers["ETag"]
        return body


def plan(summary: str, start: datetime) -> Plan:
    """The plan of a change that takes an hour."""
    return Plan(
        summary=summary,
        environments=frozenset({"production"}),
        impact=Impact.OUTAGE,
        span=Span(start=start, end=start + HOUR),
        reason="a disk fails",
        ticket="https://tickets.example.com/4711",
    )


def fill(workspace: Workspace, count: int, *, apart: timedelta = 3 * HOUR) -> None:
    """Record that many past changes, each with its announcement, start and completion."""
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(count):
        start = now - (count - number) * apart
        outcome = announce(
            workspace,
            AnnouncementRequest(kind=Kind.EMERGENCY, plan=plan(f"past {number}", start)),
            uid_part="",
            actor=operator("ann", start - HOUR),
        )
        for step in (Step.START, Step.COMPLETE):
            take_step(workspace, StepRequest(change_id=outcome.change.id, step=step), actor=operator("ann", start))


@contextlib.contextmanager
def serving(url: str) -> Generator[int]:
    """Run ``serve`` with that database; gives the port."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port: int = free.getsockname()[1]
    options = ("--port", str(port), "--workers", str(WORKERS), "--database", url)
    process = subprocess.Popen(
        [sys.executable, "-m", "icsfeed", "serve", *options], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            if time.monotonic() > deadline or process.poll() is not None:
                msg = "the server did not start"
                raise click.ClickException(msg)
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    return False


def latencies(workspace: Workspace, port: int, count: int) -> tuple[list[float], list[float]]:
    """Announce ``count`` changes; gives the milliseconds until each was recorded, and from then until visible."""
    readers = [Reader(port) for _ in range(CONNECTIONS)]
    recorded, visible = [], []
    now = datetime.now(UTC)
    for number in range(-20, count):  # the first 20 warm up the server
        announcement = AnnouncementRequest(
            kind=Kind.EMERGENCY, plan=plan(f"Urgent repair {number}.", now + number % 90 * HOUR)
        )
        for reader in readers:
            reader.wait_for(f"Urgent repair {number}.".encode())
        start = time.perf_counter()
        announce(workspace, announcement, uid_part="", actor=operator("ann", datetime.now(UTC)))
        done = time.perf_counter()
        last = max(reader.arrivals.get(timeout=PATIENCE) for reader in readers)
        if number >= 0:
            recorded.append(1000 * (done - start))
            visible.append(1000 * max(0, last - done))
        time.sleep(0.03)
    for reader in readers:
        reader.wait_for(None)
    return recorded, visible


def measure(name: str, url: str, *, changes: int, writes: int) -> None:
    """Measure everything on one database."""
    database = Database(url)
    workspace = Workspace(schedule=load_schedule(example_path()).schedule, repository=database)
    fill(workspace, 50)
    print_sizes(database.record())
    fill(workspace, changes - 50)
    print_sizes(database.record())
    report(
        f"{name}: one announcement, cold",
        time_ratio(partial(announce_from_shell, url), partial(run, "-c", "pass"), rounds=11),
        45,
    )
    with serving(url) as port:
        recorded, visible = latencies(workspace, port, writes)
    click.echo(f"{name}, {writes} announcements at {changes} changes: recorded in {percentiles(recorded)}")
    click.echo(f"    visible {percentiles(visible)} later (goal: p99 at most {GOALS[name]} ms)")
    click.echo(f"    while the machine's load was {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    database.close()


def percentiles(milliseconds: list[float]) -> str:
    """The median and the 99th percentile, as text."""
    hundredths = statistics.quantiles(milliseconds, n=100)
    return f"p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms"


def print_sizes(record: Record) -> None:
    """Print the sizes of the feeds."""
    policy = load_schedule(example_path()).schedule
    for slug in ("all", "emergency"):
        feed = build_feed(Situation(schedule=policy, record=record, now=datetime.now(UTC)), slug, Rendering.SERIES)
        left_out = f" ({feed.left_out} events left out)" if feed.left_out else ""
        click.echo(f"/feeds/{slug}.ics at {len(record.changes)} changes: {len(feed.body):,} bytes{left_out}")


def announce_from_shell(url: str) -> None:
    """Announce another change with the command line."""
    run(
        *("-m", "icsfeed", "emergency", "announce", "--yes", "--summary", f"Repair {time.monotonic_ns()}"),
        *("--environment", "production", "--duration", "1h", "--database", url),
    )


def run(*arguments: str) -> None:
    """Run one Python interpreter to its end."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)


@click.command()
@click.option(
    "--changes",
    type=click.IntRange(50),
    default=1000,
    show_default=True,
    help="Changes recorded before the measurement.",
)
@click.option("--writes", type=click.IntRange(2), default=500, show_default=True, help="Changes announced and timed.")
@click.option("--only", type=click.Choice(list(GOALS)), help="Measure this database only.")
def main(changes: int, writes: int, only: str | None) -> None:
    """Measure how soon announcements are visible."""
    with a_schedule():
        for name, make in DATABASES.items():
            if only in {None, name}:
                with make() as url:
                    measure(name, url, changes=changes, writes=writes)


@contextlib.contextmanager
def a_schedule(more: str = "") -> Generator[None]:
    """Have commands use the example's schedule with ``more`` tables; nothing is recorded with the example itself."""
    for variable in [name for name in os.environ if name.startswith("ICSFEED_")]:
        del os.environ[variable]
    with tempfile.TemporaryDirectory() as folder:
        schedule = Path(folder) / "schedule.toml"
        schedule.write_text(example_path().read_text(encoding="utf-8") + more, encoding="utf-8")
        os.environ["ICSFEED_SCHEDULE"] = str(schedule)
        yield


@contextlib.contextmanager
def a_file() -> Generator[str]:
    """A new SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/icsfeed.db"
        with contextlib.closing(Database(url)) as database:
            database.upgrade()
        yield url


@contextlib.contextmanager
def a_server() -> Generator[str]:
    """A new PostgreSQL database."""
    if missing := databases.unavailable():
        raise click.ClickException(missing)
    with databases.a_server() as server, server.database() as url:
        yield url


DATABASES: Final[Mapping[str, Callable[[], contextlib.AbstractContextManager[str]]]] = {
    "SQLite": a_file,
    "PostgreSQL": a_server,
}


if __name__ == "__main__":
    main()
