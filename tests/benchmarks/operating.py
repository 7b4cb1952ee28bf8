"""What operators cost feeds: ``python -m tests.benchmarks.operating``.

A server with one worker serves a feed while a process beside it writes through the API, so many requests a second:
tokens, which change nothing public, and messages about a change, each of which is public. The feed's throughput and
99th percentile are compared with those of undisturbed rounds in between. At last, the database is locked while an
operator's request waits for it.

The clients, the writer and the server share the machine's cores: what the writer takes from the others is part of the
figures. The load comes from wrk, as in ``serving``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from threading import Thread
from typing import Any, Final

import click
import httpx

from tests.benchmarks.attacking import PATH, address_of, created_token
from tests.benchmarks.serving import requests_per_second
from tests.cli.running import SCHEDULE
from tests.web.servers import Server, serving, until

_SPAWNING: Final[SpawnContext] = multiprocessing.get_context("spawn")
API: Final = "/api/v1"
WRITES: Final[Mapping[str, tuple[str, Callable[[int], dict[str, str]]]]] = {
    "tokens created": ("/tokens", lambda number: {"name": f"token {number}", "scope": "read"}),
    "updates announced": ("/changes/{change}/update", lambda number: {"message": f"Message {number}"}),
}
"""The paths and bodies of what is written, of which the second is public each time."""


class Beside:
    """A process beside the server, which answers each order with a result."""

    def __init__(self, function: Callable[..., None], *arguments: object) -> None:
        self._pipe, theirs = _SPAWNING.Pipe()
        self._process = _SPAWNING.Process(target=function, args=(*arguments, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def order(self, order: object) -> None:
        self._pipe.send(order)

    def result(self) -> Any:  # noqa: ANN401  (whatever its function sends)
        return self._pipe.recv()


def fetch(address: tuple[str, int], control: Connection) -> None:
    """For each order of so many seconds, fetch the feed every 2 ms, and send the times in milliseconds."""
    connection = HTTPConnection(*address, timeout=60)

    def get() -> float:
        start = time.perf_counter()
        connection.request("GET", PATH)
        assert connection.getresponse().read()
        return 1000 * (time.perf_counter() - start)

    while True:
        seconds = control.recv()
        times, begin = [], time.monotonic()
        while time.monotonic() < begin + seconds:
            times.append(get())
            time.sleep(0.002)
        control.send(times)


def write(url: str, token: str, rate: float, control: Connection) -> None:
    """For each order of a kind, write at that rate until the next order, then send how many a second there were."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60) as client:
        change, number = announce(client, url), 0
        while True:
            kind = control.recv()
            count, begin = 0, time.monotonic()
            while not control.poll(max(0, begin + count / rate - time.monotonic())):
                number, count = number + 1, count + 1
                answer = client.post(url + API + WRITES[kind][0].format(change=change), json=WRITES[kind][1](number))
                if answer.status_code not in {200, 201, 401, 429}:
                    sys.exit(f"{answer.status_code}: {answer.text}")
            control.recv()
            control.send(count / (time.monotonic() - begin))


def announce(client: httpx.Client, url: str) -> str:
    start = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    body = {
        "kind": "emergency",
        "summary": "Database failover",
        "environments": ["production"],
        "start": start,
        "duration": "1h",
        "reason": "A disk fails",
    }
    answer = client.post(f"{url}{API}/changes", json=body)
    answer.raise_for_status()
    change: str = answer.json()["id"]
    return change


def percentile_99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


@contextlib.contextmanager
def writing(writer: Beside, kind: str) -> Generator[list[float]]:
    """The list gets how many writes a second there were."""
    writer.order(kind)
    rates: list[float] = []
    yield rates
    writer.order("stop")
    rates.append(writer.result())


@contextlib.contextmanager
def waiting_for_database(server: Server, token: str, folder: Path) -> Generator[list[float]]:
    """An operator's request that waits for a database which another program has locked."""
    other = sqlite3.connect(folder / "icsfeed.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    headers = {"Authorization": f"Bearer {token}"}

    def ask() -> None:
        httpx.post(
            f"{server.url}{API}/tokens",
            json={"name": "late", "scope": "read"},
            headers=headers,
            trust_env=False,
            timeout=60,
        )

    thread = Thread(target=ask)
    thread.start()
    time.sleep(0.5)
    yield [0]
    assert thread.is_alive(), "the request did not wait"
    other.execute("ROLLBACK")
    other.close()
    thread.join()


def compare(
    client: Beside,
    url: str,
    label: str,
    disturb: Callable[[], contextlib.AbstractContextManager[list[float]]],
    *,
    rounds: int,
    seconds: int,
) -> None:
    """Measure with and without, in turn, and print the medians of the ratios of throughput, and the two p99 of all."""
    throughput, rates = [], []
    quiet_times: list[float] = []
    busy_times: list[float] = []
    for _ in range(rounds):
        quiet_rate = requests_per_second(url, seconds)
        client.order(seconds)
        quiet_times += client.result()
        with disturb() as writes:
            busy_rate = requests_per_second(url, seconds)
            client.order(seconds)
            busy_times += client.result()
        rates.append(writes[0])
        throughput.append(busy_rate / quiet_rate)
    quiet, busy = percentile_99(sorted(quiet_times)), percentile_99(sorted(busy_times))
    click.echo(
        f"{label} ({statistics.median(rates):.0f}/s): throughput {statistics.median(throughput):.2f} times, "
        f"p99 {busy:.1f} ms against {quiet:.1f} ms, {busy / quiet:.2f} times"
    )


@click.command()
@click.option("--rounds", type=click.IntRange(1, 50), default=10, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 25), default=2, show_default=True, help="Length of a measurement.")
@click.option("--rate", type=click.FloatRange(1, 1000), default=50, show_default=True, help="Writes a second.")
def main(rounds: int, seconds: int, rate: float) -> None:
    """Measure what operators cost feeds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schedule = folder / "schedule.toml"
        schedule.write_text(SCHEDULE, encoding="utf-8")
        token = created_token(schedule)
        with serving(schedule) as server:
            headers = {"Authorization": f"Bearer {token}"}
            until(lambda: httpx.get(f"{server.url}{API}/changes", headers=headers, trust_env=False).status_code == 200)
            client = Beside(fetch, address_of(server))
            writer = Beside(write, server.url, token, rate)
            for kind in WRITES:
                compare(client, server.url + PATH, kind, partial(writing, writer, kind), rounds=rounds, seconds=seconds)
            waiting = partial(waiting_for_database, server, token, folder)
            compare(
                client,
                server.url + PATH,
                "a request that waits for the database",
                waiting,
                rounds=rounds,
                seconds=seconds,
            )


if __name__ == "__main__":
    main()
