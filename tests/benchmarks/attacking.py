"""Thousands of hostile connections, and a client beside them: ``python -m tests.benchmarks.attacking``.

In turn, attackers hold idle connections, connections on which a request is begun and never finished, connections that
ask for a feed again and again and never read an answer, and connections that sign in and never send the whole form. A
client beside them fetches a feed, and an operator lists changes, on a new connection for every other request: their
times are printed for each kind, beside those of an undisturbed round. Then the attackers leave, and the server must
release all their connections. After ten rounds its workers may not use more memory than after two.

The attackers are processes of their own, and so is the client, but they share the machine's cores with the server and
whatever else runs there: repeat a result that surprises.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import click

from icsfeed.web.connections import Connections
from tests.benchmarks.soaking import memory
from tests.cli.running import SCHEDULE
from tests.web.servers import ROOT, Server, serving, until

PATH: Final = "/feeds/all.ics"
GET: Final = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
SLOW_SIGN_IN: Final = (
    b"POST /operator/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 60\r\n\r\ntoken="
)
CHANGES: Final = "/api/v1/changes"
RECEIVE_BUFFER: Final = 4096
"""Bytes; the smaller it is, the sooner an answer that nobody reads fills it."""

BURST: Final = 250
"""Connections that an attacker opens at once."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """Connections that first send ``request``; if they are ``greedy``, they go on sending it, as long as they can."""

    name: str
    connections: int
    request: bytes = b""
    greedy: bool = False


ATTACKS: Final = (
    Attack(name="idle", connections=5000),
    Attack(name="half-open", connections=5000, request=GET[:-4]),
    Attack(name="never-reading", connections=2000, request=GET * 20, greedy=True),
    Attack(name="slow to send a body", connections=2000, request=SLOW_SIGN_IN),
)


def address_of(server: Server) -> tuple[str, int]:
    """The address at which the server listens."""
    return "127.0.0.1", int(server.url.rpartition(":")[2])


def held_connections(server: Server) -> int:
    """The connections that the server's processes hold or have yet to accept."""
    held = Connections(port=address_of(server)[1], limit=0).held()
    assert held is not None
    return held


@contextlib.contextmanager
def attacking(server: Server, attack: Attack, *, processes: int = 2) -> Generator[None]:
    """Hold the attack's connections to the server, from other processes."""
    context = multiprocessing.get_context("spawn")
    shares = [attack.connections // processes] * (processes - 1)
    shares.append(attack.connections - sum(shares))
    with contextlib.ExitStack() as stack:
        starts = []
        for share in shares:
            ours, theirs = context.Pipe()
            attacker = context.Process(target=_hold, args=(address_of(server), attack, share, theirs), daemon=True)
            attacker.start()
            stack.callback(attacker.join)
            stack.callback(ours.close)  # ends the attacker
            theirs.close()
            starts.append(ours)
        for start in starts:
            start.recv()
        yield


def _hold(address: tuple[str, int], attack: Attack, number: int, control: Connection) -> None:
    """Open the connections, say so to ``control``, and hold them until it is closed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    for index in range(number):
        connection = socket.socket()
        if attack.greedy:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        connection.settimeout(60)
        connection.connect(address)
        connection.sendall(attack.request)
        connection.settimeout(0)
        connections.append(connection)
        if index % BURST == 0:
            time.sleep(0.01)
    control.send(number)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while not selector.select(0.2):
            if attack.greedy:
                for connection in connections:
                    with contextlib.suppress(OSError):  # it is full, or the server has closed it
                        connection.send(attack.request)
    for connection in connections:
        connection.close()


def response_times(server: Server, seconds: float, *, path: str = PATH, token: str = "") -> list[float]:
    """The times that a client in another process waits for an answer, in milliseconds, fastest first."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = context.Process(target=_fetch, args=(address_of(server), seconds, path, headers, theirs), daemon=True)
    client.start()
    theirs.close()
    times: list[float] = ours.recv()
    client.join()
    return times


def _fetch(address: tuple[str, int], seconds: float, path: str, headers: dict[str, str], control: Connection) -> None:
    """Fetch what is at the path again and again, in turn on a new connection and on one that is kept."""
    times = []
    kept = HTTPConnection(*address, timeout=60)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for connection in (HTTPConnection(*address, timeout=60), kept):
            start = time.perf_counter()
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            times.append(1000 * (time.perf_counter() - start))
            assert response.status == HTTPStatus.OK
            if connection is not kept:
                connection.close()
        time.sleep(0.005)
    control.send(sorted(times))


def _summary(times: list[float]) -> str:
    """The median, the 99th percentile and the maximum."""
    p99 = times[int(len(times) * 0.99)]
    return (
        f"median {times[len(times) // 2]:.1f} ms, p99 {p99:.1f} ms, longest {times[-1]:.1f} ms ({len(times)} requests)"
    )


def created_token(schedule: Path) -> str:
    """A token for operators of that schedule, whose database is beside it."""
    command = [sys.executable, "-m", "icsfeed", "token", "create", "bot", "--scope", "write"]
    created = subprocess.run(
        [*command, "--schedule", str(schedule)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return created.stdout.strip()


@click.command()
@click.option("--rounds", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.5, 300), default=5, show_default=True, help="Of each attack.")
def main(rounds: int, seconds: float) -> None:
    """Attack a server with two workers, and print how it answers and what it holds afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        schedule = Path(folder) / "schedule.toml"
        schedule.write_text(SCHEDULE, encoding="utf-8")
        token = created_token(schedule)
        with serving(schedule, "--workers", "2") as server:
            until(lambda: server.get(CHANGES, Authorization=f"Bearer {token}").status_code == HTTPStatus.OK)
            until(lambda: len(server.workers()) == 2)
            until(server.is_idle)
            click.echo(f"undisturbed: {_summary(response_times(server, seconds))}")
            click.echo(f"  operator: {_summary(response_times(server, seconds, path=CHANGES, token=token))}")
            for number in range(1, rounds + 1):
                for attack in ATTACKS:
                    with attacking(server, attack):
                        held = held_connections(server)
                        times = response_times(server, seconds)
                        operators_times = response_times(server, seconds, path=CHANGES, token=token)
                    click.echo(f"round {number}, {attack.connections} {attack.name}, {held} held: {_summary(times)}")
                    click.echo(f"  operator: {_summary(operators_times)}")
                    start = time.monotonic()
                    until(lambda: held_connections(server) == 0)
                    click.echo(f"  all released {time.monotonic() - start:.1f} s after they left")
                sizes = ", ".join(f"{memory(worker)} MB" for worker in sorted(server.workers()))
                click.echo(f"  memory of the workers: {sizes}")


if __name__ == "__main__":
    main()
