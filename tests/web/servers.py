"""A real ``icsfeed serve`` for tests: its processes, its log, and requests to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds; far more than anything here takes."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server, started as by a shell, in its own process group."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Send a request over a new connection."""
        # Without certificates, whose loading costs more than a request: it is plain HTTP.
        return httpx.get(self.url + path, headers=headers, trust_env=False, verify=False, timeout=PATIENCE)  # noqa: S501

    def end(self, number: signal.Signals, *, group: bool = False) -> int:
        """Send a signal, to the whole ``group`` as a terminal does; returns the exit status."""
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def processes(self) -> dict[int, str]:
        """The command line of each live process of the server's group."""
        processes_by_id = {}
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                    state, _, group = (each / "stat").read_text("utf-8").rpartition(")")[2].split()[:3]
                    if int(group) == self.process.pid and state != "Z":
                        processes_by_id[int(each.name)] = (each / "cmdline").read_text("utf-8")
        return processes_by_id

    def workers(self) -> set[int]:
        """The processes that accept connections, but for the first."""
        listener = self._listener()
        spawned = {pid for pid, command in self.processes().items() if "spawn_main" in command}
        return {pid for pid in spawned if listener in open_files(pid)}

    def side_processes(self, name: str) -> set[int]:
        """The processes beside the workers that do that work."""
        return {pid for pid in self.processes() if name_of(pid) == f"icsfeed {name}"[:15]}

    def _listener(self) -> str:
        """The socket on which it listens, as the files of a process show it."""
        port = f":{int(self.url.rpartition(':')[2]):04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
        return next((f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == "0A"), "")

    def is_idle(self) -> bool:
        """Whether all workers are idle for a second."""

        def ticks() -> list[list[str]]:
            stats = (Path(f"/proc/{pid}/stat").read_text("utf-8") for pid in sorted(self.workers()))
            return [stat.rpartition(")")[2].split()[11:13] for stat in stats]

        before = ticks()
        time.sleep(1)
        return before == ticks()


def open_files(pid: int) -> set[str]:
    """What the open files of a process lead to."""
    files = set()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                files.add(str(each.readlink()))
    return files


def name_of(pid: int) -> str:
    """The name that a process has given itself."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8").rstrip()
    return ""


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    """A port of 127.0.0.1 at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def start_server(
    log: Path, *, setup: str = "", factory: str = "icsfeed.bootstrap:create_app", **options: int
) -> Server:
    """Start a server with one worker and settings that the command line lacks; ``setup`` is Python to run first."""
    port = free_port()
    stalled_seconds = options.pop("stalled_seconds", PATIENCE)
    arguments = "".join(f", {name}={value}" for name, value in {"workers": 1, **options}.items())
    program = f"""
from icsfeed.service_log import service_log
from icsfeed.web.listening import listen
from icsfeed.web.server import run_server
{setup}
listener = listen("127.0.0.1", {port}, stalled_seconds={stalled_seconds})
run_server({factory!r}, listener=listener, on_start=lambda: print("started"), log=service_log(){arguments})
"""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    return Server(process=process, url=f"http://127.0.0.1:{port}", log=log)


@contextlib.contextmanager
def serving(
    schedule: Path,
    *arguments: str,
    command: Sequence[str | Path] = (sys.executable, "-m", "icsfeed"),
    folder: Path = ROOT,
) -> Generator[Server]:
    """Start ``command`` in ``folder`` to serve the schedule, wait until it answers, and kill it in the end."""
    port = free_port()
    log = schedule.with_name("log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--schedule", str(schedule), *arguments],
            cwd=folder,
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
