"""A real server and hostile clients: slow ones, huge headers, malformed paths, injected headers, wrong tokens."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.attacking import ATTACKS, Attack, attacking, held_connections
from tests.cli.running import SCHEDULE, run
from tests.web.servers import PATIENCE, Server, serving, start_server, until

MANY = 150
"""Connections of each kind; far more than there are threads."""

GET = b"GET /feeds/all.ics HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextlib.contextmanager
def connections(server: Server, number: int) -> Generator[list[socket.socket]]:
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(address, timeout=PATIENCE)) for _ in range(number)]


def ask(server: Server, raw: bytes) -> bytes:
    """The response to these bytes, until it is complete or the server closes the connection."""
    with connections(server, 1) as (connection,):
        connection.sendall(raw)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def get(path: str, *headers: bytes) -> bytes:
    lines = [f"GET {path} HTTP/1.1".encode("latin-1"), b"Host: localhost", b"Connection: close", *headers, b"", b""]
    return b"\r\n".join(lines)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def megabytes(server: Server) -> float:
    """The memory of all workers."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) for pid in server.workers()]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("rough")
    (folder / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    database = ("--database", f"sqlite:///{folder}/icsfeed.db")
    assert run("database", "upgrade", *database).status == 0
    with serving(folder / "schedule.toml", "--access-log", "--trusted-hops", "1", *database) as server:
        yield server


def test_hundreds_of_slow_clients_do_not_block_others(shared: Server) -> None:
    with (
        connections(shared, MANY) as silent,
        connections(shared, MANY) as halfway,
        connections(shared, MANY) as uploading,
        connections(shared, MANY) as deaf,
    ):
        for number in range(MANY):
            halfway[number].sendall(GET[: 10 + number % 50])
            uploading[number].sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nx")
            deaf[number].sendall(GET * 20)
        begun = time.monotonic()
        answers = [shared.get("/feeds/all.ics").status_code for _ in range(20)]
        assert answers == [200] * 20
        assert time.monotonic() - begun < PATIENCE
        assert len(silent) == MANY
    assert shared.get("/readyz").json() == {"status": "ready"}


@contextlib.contextmanager
def impatient(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """A server that waits only a second for its clients."""
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule))
    monkeypatch.setenv("ICSFEED_DATABASE", f"sqlite:///{schedule.with_name('icsfeed.db')}")
    server = start_server(schedule.with_name("log"), stalled_seconds=1, idle_seconds=1)
    try:
        until(lambda: "schedule published" in server.log.read_text("utf-8"))
        yield server
    finally:
        server.end(signal.SIGTERM)


def test_a_silent_connection_is_closed(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with impatient(schedule, monkeypatch) as server, connections(server, 3) as (silent, halfway, idle):
        halfway.sendall(GET[:20])
        idle.sendall(GET)
        assert [silent.recv(1), halfway.recv(1)] == [b"", b""]
        while idle.recv(65536):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends stalled writes")
def test_a_client_that_never_reads_is_disconnected(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such clients kept their connections for as long as they liked."""
    with impatient(schedule, monkeypatch) as server, connections(server, 1) as (deaf,):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                deaf.send(GET * 20)
        assert held_connections(server) == 1
        until(lambda: held_connections(server) == 0)
        assert server.get("/feeds/all.ics").status_code == 200


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_more_connections_than_one_worker_holds_do_not_block_others(schedule: Path, attack: Attack) -> None:
    """Some 1,200 idle connections blocked every answer, /healthz too, although the system allowed more."""
    limited = ("sh", "-c", 'ulimit -n 1024 && exec "$0" "$@"', sys.executable, "-m", "icsfeed")
    with serving(schedule, "--workers", "2", command=limited) as server:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        with attacking(server, replace(attack, connections=1300), processes=1):
            assert [server.get(path).status_code for path in ("/feeds/all.ics", "/healthz") * 20] == [200] * 40
        until(lambda: held_connections(server) == 0)
        (line,) = [line for line in server.log.read_text("utf-8").splitlines() if "few connections" in line]
    warning = json.loads(line)
    assert (warning["connections_per_worker"], warning["open_files"]) == (896, 1024)
    assert warning["remedy"] == "raise the hard limit on open files (ulimit -Hn, LimitNOFILE=) to 8192"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([b"X-Long: " + b"a" * 30_000], 200, id="one of 30 kB"),
        pytest.param([b"X-Long: " + b"a" * 300_000], 431, id="one of 300 kB"),
        pytest.param([b"X-Long: " + b"a" * 5_000_000], 431, id="one of 5 MB"),
        pytest.param([b"X-%d: a" % number for number in range(80)], 200, id="eighty"),
        pytest.param([b"X-%d: a" % number for number in range(2000)], 431, id="two thousand"),
        pytest.param([b"Accept-Encoding: " + b"gzip," * 10_000], 200, id="ten thousand codings"),
        pytest.param([b"If-None-Match: " + b'"a",' * 10_000], 200, id="ten thousand tags"),
        pytest.param([b"If-Modified-Since: " + b"9" * 20_000], 200, id="a date of 20 kB"),
        pytest.param([b"Range: bytes=" + b"0-1," * 5000], 200, id="five thousand ranges"),
        pytest.param([b"User-Agent: " + b"\xff" * 20_000], 200, id="a User-Agent that is not text"),
    ],
)
def test_large_headers(shared: Server, headers: list[bytes], expected: int) -> None:
    status_code = None
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it may close before it has read them all
        status_code = status(ask(shared, get("/feeds/all.ics", *headers)))
    assert status_code in ({expected, None} if expected == 431 else {expected})
    assert shared.get("/feeds/all.ics").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/../../../../etc/passwd",
        "/feeds/..%2f..%2f..%2fetc%2fpasswd",
        "/feeds/%2e%2e/%2e%2e/etc/passwd",
        "/feeds/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "/feeds/..\\..\\etc\\passwd",
        "//etc/passwd",
        "/feeds//etc/passwd",
        "/./etc/passwd",
        "/feeds/all.ics%00.html",
        "/feeds/all.ics/../../schedule.toml",
        "/private/../schedule.toml",
        "/private/%2e%2e/icsfeed.db",
        "/schedule.toml",
        "/icsfeed.db",
        "file:///etc/passwd",
        "http://localhost/etc/passwd",
    ],
)
def test_no_path_escapes_the_publication(shared: Server, path: str) -> None:
    answer = ask(shared, get(path))
    assert status(answer) in {400, 404}
    assert (b"root:" in answer, b"[calendar]" in answer, b"SQLite" in answer) == (False, False, False)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/%0d%0aSet-Cookie:%20forged=1", [], id="in a path"),
        pytest.param("/private/%0d%0aSet-Cookie:%20forged=1/all.ics", [], id="in a token"),
        pytest.param("/feeds/all.ics?%0d%0aSet-Cookie:%20forged=1", [], id="in a query"),
        pytest.param("/", [b"X-Request-Id: a\r\n\tSet-Cookie: forged=1"], id="in a folded header"),
        pytest.param("/", [b"X-Request-Id: a\rSet-Cookie: forged=1"], id="by a lone carriage return"),
        pytest.param("/", [b"X-Forwarded-Host: a%0d%0aSet-Cookie: forged=1"], id="in a host name"),
        pytest.param("/", [b"X-Forwarded-Proto: javascript"], id="in the scheme"),
        pytest.param("/", [b"X-Forwarded-Prefix: /%0d%0aSet-Cookie: forged=1"], id="in a prefix"),
    ],
)
def test_no_header_can_be_injected(shared: Server, path: str, headers: list[bytes]) -> None:
    answer = ask(shared, get(path, *headers))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert (status(answer) in {200, 400, 404}, b"\nset-cookie" in head, b"\rset-cookie" in head) == (True, False, False)
    log = [line for line in shared.log.read_text("utf-8").splitlines() if "forged" in line]
    assert all(line.startswith("{") for line in log)


def test_thousands_of_wrong_tokens_are_refused_cheaply_and_alike(shared: Server) -> None:
    with httpx.Client(base_url=shared.url, trust_env=False, timeout=PATIENCE) as client:

        def refused(number: int) -> tuple[int, bytes, list[tuple[str, str]]]:
            answer = client.get(f"/private/{number:032d}/all.ics")
            return answer.status_code, answer.content, [each for each in answer.headers.items() if each[0] != "date"]

        first = refused(0)
        assert first[0] == 404
        for number in range(1, 200):
            refused(number)
        before, begun = megabytes(shared), time.monotonic()
        assert all(refused(number) == first for number in range(200, 4000))
        assert time.monotonic() - begun < PATIENCE
        assert megabytes(shared) - before < 10
        assert client.get("/feeds/all.ics").status_code == 200
        metrics = client.get("/metrics").text
    counted = {line.rpartition(" ")[0] for line in metrics.splitlines() if "private" in line}
    assert counted <= {
        f'icsfeed_requests_total{{client="{client}",path="/private/{{token}}",status="404"}}'
        for client in ("script", "other")
    }
    assert "00000000000000000000000000003999" not in shared.log.read_text("utf-8")


def test_many_connections_are_accepted(shared: Server) -> None:
    """By default a process may open 1,024 files, and each connection is one."""
    limits = Path(f"/proc/{next(iter(shared.workers()))}/limits").read_text("utf-8")
    (line,) = [line for line in limits.splitlines() if line.startswith("Max open files")]
    soft, hard = line.split()[3:5]
    assert int(soft) == min(int(hard), 65536)
