"""The processes of ``icsfeed serve``: how they start, and how they end."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.benchmarks.attacking import GET, address_of, held_connections
from tests.web.servers import PATIENCE, serving, start_server, until


def test_serving_is_printed_when_the_port_answers(schedule: Path) -> None:
    """It was printed seconds before a worker had loaded the application."""
    with serving(schedule) as server:
        lines = server.log.read_text("utf-8").splitlines()
    published = next(number for number, line in enumerate(lines) if "schedule published" in line)
    assert published < lines.index(f"icsfeed: serving {schedule} at {server.url}/")


def test_workers_end_with_their_parent_and_free_the_port(schedule: Path) -> None:
    """After kill -9, they held the port, and the restart failed."""
    with serving(schedule, "--workers", "2") as server, contextlib.ExitStack() as stack:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        open_request = stack.enter_context(socket.create_connection(address_of(server)))
        open_request.sendall(GET[:20])
        server.end(signal.SIGKILL)
        until(lambda: server.processes() == {})
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(address_of(server))


def test_a_server_under_load_stops_in_time_and_in_silence(schedule: Path) -> None:
    """Its workers printed a panic of Granian's, or were killed before they could record anything."""
    with serving(schedule, "--workers", "2") as server, contextlib.ExitStack() as stack:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        clients = [stack.enter_context(socket.create_connection(address_of(server))) for _ in range(200)]
        for client in clients[:100]:
            client.sendall(GET[:20])  # they never end their requests
        for client in clients[100:]:
            client.sendall(GET * 20)
        until(lambda: held_connections(server) >= 200)
        assert server.end(signal.SIGTERM) == 0
        until(lambda: server.processes() == {})
        lines = server.log.read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith(("{", "icsfeed: serving"))] == []


def test_no_connection_is_lost_when_a_worker_dies(schedule: Path) -> None:
    """Each worker had a socket of its own; what waited there was reset with it."""
    with serving(schedule) as server, contextlib.ExitStack() as stack:
        (worker,) = server.workers()
        os.kill(worker, signal.SIGSTOP)
        # Until it stands still, it may accept a connection, which would end with it.
        until(lambda: Path(f"/proc/{worker}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T")
        waiting = [stack.enter_context(socket.create_connection(address_of(server))) for _ in range(20)]
        for connection in waiting:
            connection.sendall(GET)
        os.kill(worker, signal.SIGKILL)
        for connection in waiting:
            connection.settimeout(PATIENCE)
            assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_metrics_count_the_connections_of_all_workers(schedule: Path) -> None:
    with serving(schedule, "--workers", "2") as server, contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(socket.create_connection(address_of(server)))
        metrics = server.get("/metrics").text.splitlines()
        assert "icsfeed_connections_held 31.0" in metrics  # and the one of this request
        (limit,) = [line for line in metrics if line.startswith("icsfeed_connections_limit")]
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        assert float(limit.split()[1]) == 2 * min(16384, files - 128)


def test_a_server_whose_workers_can_not_start_ends(tmp_path: Path) -> None:
    server = start_server(tmp_path / "log", factory="sys:exit", workers=2)
    assert server.process.wait(PATIENCE) == 1
    assert server.log.read_text("utf-8").count("Unexpected exit from worker") > 2
    until(lambda: server.processes() == {})


def test_a_server_without_a_temporary_folder_counts_in_each_worker(
    schedule: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only root ended in a traceback of 40 lines."""
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule))
    monkeypatch.setenv("ICSFEED_DATABASE", f"sqlite:///{tmp_path}/icsfeed.db")
    server = start_server(tmp_path / "log", setup="import tempfile; tempfile.tempdir = '/nonexistent'", workers=2)
    try:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        for _ in range(10):
            assert server.get("/feeds/all.ics", **{"User-Agent": "curl/8"}).status_code == 200
        counted = 'icsfeed_requests_total{client="script",path="/feeds/all.ics",status="200"}'
        until(lambda: counted in server.get("/metrics").text)  # in one of them, at least
    finally:
        assert server.end(signal.SIGTERM) == 0
    (line,) = [line for line in server.log.read_text("utf-8").splitlines() if "metrics not shared" in line]
    assert {name: value for name, value in json.loads(line).items() if name != "timestamp"} == {
        "event": "metrics not shared",
        "level": "warning",
        "reason": "no folder for temporary files can be written",
        "consequence": "each worker's /metrics counts its own requests only",
    }
