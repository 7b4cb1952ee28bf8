"""``icsfeed serve``, the real one: processes, signals, sockets."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.cli.running import SCHEDULE, run

PATIENCE = 60
"""Seconds: far more than anything here takes."""

BROKEN = SCHEDULE.replace("America/Toronto", "Nowhere/Special")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that was started as a shell starts it, in a process group of its own."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask over a connection of its own."""
        return httpx.get(self.url + path, headers=headers, trust_env=False, timeout=PATIENCE)

    def end(self, number: signal.Signals, *, group: bool = False) -> int:
        """Send that signal, as a terminal does to the whole ``group``; gives the exit status."""
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def processes(self) -> dict[int, str]:
        """The command line of each process of its group that is alive."""
        found = {}
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                    state, _, group = (each / "stat").read_text("utf-8").rpartition(")")[2].split()[:3]
                    if int(group) == self.process.pid and state != "Z":
                        found[int(each.name)] = (each / "cmdline").read_text("utf-8")
        return found

    def workers(self) -> set[int]:
        """The processes that serve, or will."""
        return {pid for pid, command in self.processes().items() if "spawn_main" in command}

    def rests(self) -> bool:
        """Whether no worker computes anything for a second."""

        def ticks() -> list[list[str]]:
            stats = (Path(f"/proc/{pid}/stat").read_text("utf-8") for pid in sorted(self.workers()))
            return [stat.rpartition(")")[2].split()[11:13] for stat in stats]

        before = ticks()
        time.sleep(1)
        return before == ticks()


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@contextlib.contextmanager
def serving(schedule: Path, *arguments: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = schedule.with_name("log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "icsfeed", "serve", "--port", str(port), "--schedule", str(schedule), *arguments],
            cwd=Path(__file__).parents[2],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(process=process, url=f"http://127.0.0.1:{port}", log=log)

    def answers() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        with contextlib.suppress(httpx.TransportError):
            return server.get("/healthz").status_code == 200
        return False

    try:
        until(answers)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def test_edits_are_public_without_a_restart_and_broken_ones_are_not(schedule: Path) -> None:
    with serving(schedule) as server:
        first = server.get("/feeds/all.ics")
        assert (first.status_code, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert server.get("/feeds/all.ics", **{"If-None-Match": first.headers["etag"]}).status_code == 304
        assert server.log.read_text("utf-8").splitlines()[0] == f"icsfeed: serving {schedule} at {server.url}/"

        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
        edited = server.get("/feeds/all.ics", **{"If-None-Match": first.headers["etag"]})
        assert (edited.status_code, b"SUMMARY:Edited" in edited.content) == (200, True)

        schedule.write_text(BROKEN, encoding="utf-8")
        assert server.get("/feeds/all.ics").content == edited.content
        ready = server.get("/readyz")
        assert (ready.status_code, ready.json()["status"], ready.json()["schedule"]["mistakes"]) == (200, "stale", 1)
        assert "Nowhere/Special" in server.log.read_text("utf-8")

        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Mended"), encoding="utf-8")
        assert b"SUMMARY:Mended" in server.get("/feeds/all.ics").content
        assert server.get("/readyz").json() == {"status": "ready"}
        assert "schedule mended" in server.log.read_text("utf-8")


def test_over_a_real_connection_only_what_belongs_there_is_sent(schedule: Path) -> None:
    """A server may add or drop lengths: a wrong one breaks the connection."""
    with serving(schedule) as server, httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE) as client:
        until(lambda: "last-modified" in server.get("/feeds/all.ics").headers)
        whole = client.get("/feeds/all.ics")
        head = client.head("/feeds/all.ics")
        assert (head.content, head.headers["content-length"]) == (b"", whole.headers["content-length"])
        assert head.headers["etag"] == whole.headers["etag"]
        assert whole.headers["content-encoding"] == "gzip"
        unchanged = client.get("/feeds/all.ics", headers={"If-None-Match": whole.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["last-modified"] == whole.headers["last-modified"]
        options = client.options("/feeds/all.ics")
        assert (options.status_code, options.content, options.headers.get("content-length")) == (204, b"", None)
        assert client.post("/feeds/all.ics", content=b"x" * 100_000).status_code == 405
        assert client.get("/feeds/..%2f..%2fetc/passwd").status_code == 404
        assert client.get("/feeds/all.ics").content == whole.content


@pytest.mark.parametrize(
    ("number", "group"),
    [
        pytest.param(signal.SIGTERM, False, id="SIGTERM, from a supervisor"),
        pytest.param(signal.SIGINT, True, id="Ctrl-C, in a terminal"),
    ],
)
def test_it_ends_in_good_order_with_all_its_workers(schedule: Path, number: signal.Signals, group: bool) -> None:
    with serving(schedule, "--workers", "2") as server:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        # Between its application and its first request there is a moment in which a worker of Granian's misses signals.
        until(server.rests)
        assert len(server.workers()) == 2
        # A client that keeps its connection open, as browsers and proxies do.
        with httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE) as client:
            assert client.get("/feeds/all.ics").status_code == 200
            assert server.end(number, group=group) == 0
        until(lambda: server.processes() == {})
        # On a machine under heavy load Granian now and then loses patience with a worker; all else would be a fault.
        expected = ("{", "icsfeed: serving", "[WARNING] Killing worker")
        assert [line for line in server.log.read_text("utf-8").splitlines() if not line.startswith(expected)] == []


@pytest.mark.parametrize(
    "by",
    [
        pytest.param("HUP", id="when told by HUP"),
        pytest.param("death", id="when it died"),
    ],
)
def test_a_worker_is_replaced(schedule: Path, by: str) -> None:
    with serving(schedule) as server:
        (worker,) = server.workers()
        if by == "HUP":
            server.process.send_signal(signal.SIGHUP)
        else:
            os.kill(worker, signal.SIGKILL)
        until(lambda: bool(server.workers()) and worker not in server.workers())

        def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return server.get("/feeds/all.ics").status_code == 200
            return False

        until(answers)
        assert server.end(signal.SIGTERM) == 0


def test_a_preview_is_of_the_instant_that_is_named(schedule: Path) -> None:
    with serving(schedule, "--now", "2031-01-01T00:00") as server:
        assert b"UNTIL=2032" in server.get("/feeds/all.ics").content


def test_a_broken_schedule_is_not_served_and_every_mistake_is_named(schedule: Path) -> None:
    schedule.write_text(BROKEN.replace("02:00:00", '"two"'), encoding="utf-8")
    outcome = run("serve", "--schedule", schedule)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in outcome.stderr.splitlines()] == [f"{schedule}:3", f"{schedule}:18"]


def test_a_port_in_use_is_one_line(schedule: Path) -> None:
    """Granian itself would share the port with another one, and each get half of the requests."""
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        outcome = run("serve", "--schedule", schedule, "--port", str(port))
    assert outcome.status == 1
    assert outcome.stderr == f"can't listen at 127.0.0.1, port {port}: address already in use\n"


def test_a_second_server_is_refused_the_port_of_the_first(schedule: Path) -> None:
    with serving(schedule) as server:
        port = server.url.rpartition(":")[2]
        outcome = run("serve", "--schedule", schedule, "--port", port)
    assert (outcome.status, outcome.stderr) == (1, f"can't listen at 127.0.0.1, port {port}: address already in use\n")


def test_a_host_that_is_not_this_machine_is_one_line(schedule: Path) -> None:
    outcome = run("serve", "--schedule", schedule, "--host", "192.0.2.1")
    assert outcome.status == 1
    assert outcome.stderr == "can't listen at 192.0.2.1, port 8000: cannot assign requested address\n"


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(schedule: Path, port: str) -> None:
    outcome = run("serve", "--schedule", schedule, "--port", port)
    assert outcome.status == 2
    assert "Invalid value for '--port'" in outcome.stderr


def test_every_option_comes_from_the_environment(schedule: Path) -> None:
    environment = {"ICSFEED_SCHEDULE": str(schedule), "ICSFEED_HOST": "192.0.2.1", "ICSFEED_PORT": "8123"}
    outcome = run("serve", environment=environment)
    assert outcome.stderr == "can't listen at 192.0.2.1, port 8123: cannot assign requested address\n"
    assert run("serve", environment=environment | {"ICSFEED_WORKERS": "none"}).status == 2
    assert "'tomorrow' is not an instant" in run("serve", environment=environment | {"ICSFEED_NOW": "tomorrow"}).stderr
