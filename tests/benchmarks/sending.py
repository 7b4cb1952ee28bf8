"""How long feeds wait while announcements are sent: ``python -m tests.benchmarks.sending``.

A real ``icsfeed serve`` answers requests for a feed at a steady rate, before and while its sender mails an announcement
to thousands of subscribers. The mail server stands for another machine: it runs on this one, but yields to the others.
"""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import click

from tests.benchmarks.announcing import DATABASES, a_schedule, announce_from_shell
from tests.benchmarks.mailing import LOOPBACK, MAIL, MailSink, a_mail_sink, subscribe
from tests.web.servers import free_port

ROOT: Final = Path(__file__).parents[2]
PATH: Final = "/feeds/all.ics"
GOAL: Final = 1.5
"""The 99th percentile while mails are sent, as a multiple of the one before."""

_LOWEST_PRIORITY: Final = 19

PATIENCE_SECONDS: Final = 120
PAUSE_SECONDS: Final = 0.005
"""Between two requests."""


@contextlib.contextmanager
def serving(url: str) -> Generator[int]:
    """A server with that database; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "icsfeed", "serve", "--port", str(port), "--database", url]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not _answers(port) and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(3)  # for the sender to start
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection(LOOPBACK, port)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def percentile(port: int, is_over: Callable[[], bool]) -> float:
    """The 99th percentile (milliseconds) of what requests take until it is over."""
    connection, took = http.client.HTTPConnection(LOOPBACK, port), []
    while not is_over():
        for _ in range(100):
            begin = time.perf_counter()
            connection.request("GET", PATH)
            connection.getresponse().read()
            took.append(1000 * (time.perf_counter() - begin))
            time.sleep(PAUSE_SECONDS)
    return statistics.quantiles(took, n=100)[98]


def measure(name: str, url: str, sink: MailSink, *, subscribers: int, rounds: int) -> None:
    subscribe(url, subscribers)
    with serving(url) as port:
        ratios, during = [], []
        for _ in range(rounds):
            end = time.monotonic() + 5
            before = percentile(port, lambda: time.monotonic() > end)  # noqa: B023  (called at once)
            announce_from_shell(url)
            arrived = 0

            def is_sent() -> bool:
                nonlocal arrived
                arrived += len(sink.look().times)
                return arrived >= subscribers

            during.append(percentile(port, is_sent))
            ratios.append(during[-1] / before)
    click.echo(
        f"{name}: a feed's p99 is {statistics.median(during):.1f} ms while {subscribers:,} mails are sent, "
        f"{statistics.median(ratios):.2f} times the one before (goal: at most {GOAL:g})"
    )


@click.command()
@click.option("--subscribers", type=click.IntRange(2), default=10_000, show_default=True, help="Mail subscribers.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Announcements.")
@click.option("--only", type=click.Choice(["SQLite", "PostgreSQL"]), help="Measure one database only.")
def main(subscribers: int, rounds: int, only: str | None) -> None:
    """Measure how long feeds wait while announcements are sent."""
    with a_mail_sink() as sink, a_schedule(MAIL.format(host=LOOPBACK, port=sink.port)):
        for process in multiprocessing.active_children():
            os.setpriority(os.PRIO_PROCESS, process.pid or 0, _LOWEST_PRIORITY)
        for name, make in DATABASES.items():
            if only in {None, name}:
                with make() as url:
                    measure(name, url, sink, subscribers=subscribers, rounds=rounds)


if __name__ == "__main__":
    main()
