"""How fast mails reach the mail server, and the memory that takes: ``python -m tests.benchmarks.mailing``.

A change is announced to 10,000 mail subscribers, and ``icsfeed notify run --once`` sends the mails to a real SMTP
server, which runs in a process of its own. The floor is a plain loop over smtplib that sends as many ready messages of
the same size to the same server, on one connection. The server's clock measures both.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import click
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session

from icsfeed.store.database.engine import make_engine, write_transaction
from icsfeed.store.database.outbox_tables import mail_subscribers
from icsfeed.store.database.urls import parse_url
from tests.benchmarks.announcing import DATABASES, a_schedule, announce_from_shell

ROOT: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"
RATE_GOAL: Final = 0.7
"""Of the floor's mails a second."""

MEMORY_GOAL: Final = 120
"""Megabytes of the sender's process at most."""

MAIL: Final = """
[mail]
from = "Seed-to-Sale maintenance <maintenance@example.com>"
smtp = "smtp://{host}:{port}"
server = "https://maintenance.example.com"
"""


@dataclass(kw_only=True)
class Tally:
    """What the server took since the last look: when, in seconds of its clock, and one of the mails."""

    times: list[float] = field(default_factory=list)
    sample: bytes = b""

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        self.times.append(time.perf_counter())
        self.sample = self.sample or envelope.original_content or b""
        return "250 OK"

    def rate(self) -> float:
        """Mails a second."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])


class MailSink:
    """The SMTP server, seen from the benchmark."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.port = port
        self._pipe = pipe

    def look(self) -> Tally:
        """What it took since the last look."""
        self._pipe.send("look")
        tally = self._pipe.recv()
        assert isinstance(tally, Tally)
        return tally


@contextlib.contextmanager
def a_mail_sink() -> Generator[MailSink]:
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_take_mails, args=(theirs,), daemon=True)
    process.start()
    try:
        yield MailSink(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


def _take_mails(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    tally = Tally()
    listening = await loop.create_server(lambda: SMTP(tally, hostname="sink.example", loop=loop), LOOPBACK, 0)

    def answer() -> None:
        pipe.recv()
        pipe.send(Tally(times=tally.times, sample=tally.sample))
        tally.times, tally.sample = [], b""

    loop.add_reader(pipe.fileno(), answer)
    pipe.send(listening.sockets[0].getsockname()[1])
    await listening.serve_forever()


def subscribe(url: str, count: int) -> None:
    """Add confirmed mail subscribers."""
    now = datetime.now(UTC)
    rows = [
        {
            "subscriber": f"{number:020x}",
            "address": f"customer{number}@customer.example",
            "language": "en",
            "requested_at": now,
            "confirmed_at": now,
        }
        for number in range(count)
    ]
    engine = make_engine(parse_url(url))
    with write_transaction(engine) as connection:
        connection.execute(sa.insert(mail_subscribers), rows)
    engine.dispose()


def send_all(url: str) -> float:
    """Run the sender to its end; gives the most memory that it used, in megabytes."""
    command = [sys.executable, "-m", "icsfeed", "notify", "run", "--once", "--database", url]
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"the sender ended with status {process.returncode}"
        raise click.ClickException(msg)
    return usage.ru_maxrss / 1024


def send_plainly(port: int, message: bytes, count: int) -> None:
    """Send the same message over and over: the floor."""
    with smtplib.SMTP(LOOPBACK, port) as smtp:
        for number in range(count):
            smtp.sendmail("maintenance@example.com", [f"customer{number}@customer.example"], message)


def measure(name: str, url: str, sink: MailSink, *, subscribers: int, rounds: int) -> None:
    subscribe(url, subscribers)
    shares, rates, memory = [], [], 0.0
    for _ in range(rounds):
        announce_from_shell(url)
        memory = max(memory, send_all(url))
        ours = sink.look()
        if len(ours.times) != subscribers:
            msg = f"{len(ours.times)} of {subscribers} mails arrived"
            raise click.ClickException(msg)
        send_plainly(sink.port, ours.sample, subscribers)
        floor = sink.look()
        shares.append(ours.rate() / floor.rate())
        rates.append(ours.rate())
    click.echo(
        f"{name}: {statistics.median(rates):,.0f} mails of {len(ours.sample) / 1024:.0f} kB a second, "
        f"{statistics.median(shares):.2f} of the floor (goal: at least {RATE_GOAL:g})"
    )
    click.echo(f"{name}: {memory:.0f} MB of memory at most (goal: at most {MEMORY_GOAL:g})")


@click.command()
@click.option("--subscribers", type=click.IntRange(2), default=10_000, show_default=True, help="Mail subscribers.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Announcements.")
@click.option("--only", type=click.Choice(["SQLite", "PostgreSQL"]), help="Measure one database only.")
def main(subscribers: int, rounds: int, only: str | None) -> None:
    """Measure how fast mails reach the mail server."""
    with a_mail_sink() as sink, a_schedule(MAIL.format(host=LOOPBACK, port=sink.port)):
        for name, make in DATABASES.items():
            if only in {None, name}:
                with make() as url:
                    measure(name, url, sink, subscribers=subscribers, rounds=rounds)


if __name__ == "__main__":
    main()
