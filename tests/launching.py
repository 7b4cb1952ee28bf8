"""Commands in processes of their own, without the half second that an interpreter takes to start and import.

A launcher (``python -m tests.launching``) imports the command line once. Each order forks it, and the fork becomes the
command: with its own arguments, folder, environment and streams, as if a shell had started it. Tests of the start
itself, and of what happens when streams fail at the end, start an interpreter.
"""

from __future__ import annotations

import atexit
import functools
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

ROOT: Final = Path(__file__).parents[1]
_MODULES: Final = ("icsfeed.cli.main", "icsfeed.store.database.database", "icsfeed.services.changes", "rich.table")
_MAX_ORDER_BYTES: Final = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Launched:
    """A command that was started; its exit status can be read once."""

    _status: int

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        with os.fdopen(self._status, "rb") as pipe:
            return int(pipe.read())


class Launcher:
    """The process that is forked for each command."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.launching", str(theirs.fileno())], cwd=ROOT, pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def start(
        self, *arguments: str, folder: Path, environment: Mapping[str, str], streams: tuple[int, int, int]
    ) -> Launched:
        """Start ``icsfeed`` with those arguments; the streams are the descriptors of its input, output and errors."""
        status, theirs = os.pipe()
        order = json.dumps({"arguments": arguments, "folder": str(folder), "environment": dict(environment)}).encode()
        socket.send_fds(self._socket, [order], [*streams, theirs])
        os.close(theirs)
        return Launched(_status=status)

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


@functools.cache
def launcher() -> Launcher:
    """The launcher of this process, started for the first command that needs it."""
    started = Launcher()
    atexit.register(started.close)
    return started


def run(*arguments: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run ``icsfeed`` to its end: its exit status, and what it printed on both streams."""
    reading, writing = os.pipe()
    with Path(os.devnull).open("rb") as nothing:
        streams = (nothing.fileno(), writing, writing)
        launched = launcher().start(*arguments, folder=folder, environment=environment, streams=streams)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        printed = pipe.read()
    return launched.wait(), printed


def _serve(orders: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait for commands
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, _MAX_ORDER_BYTES, 4)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _wait_for_command(json.loads(order), descriptors)
        for each in descriptors:
            os.close(each)


def _wait_for_command(order: dict[str, object], descriptors: list[int]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, status = descriptors
    child = os.fork()
    if child == 0:
        os.close(status)
        _become(order, streams)
    for each in streams:
        os.close(each)
    _, result = os.waitpid(child, 0)
    os.write(status, str(os.waitstatus_to_exitcode(result)).encode())
    os._exit(0)


def _become(order: dict[str, object], streams: list[int]) -> NoReturn:
    """Turn this fork into the command; it never returns."""
    os.setsid()
    for number, each in enumerate(streams):
        os.dup2(each, number)
    for each in set(streams):
        os.close(each)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    encoding = os.environ.get("PYTHONIOENCODING") or "utf-8"
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb"), encoding=encoding)
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb"), encoding=encoding, line_buffering=os.isatty(1))
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb"), encoding=encoding, errors="backslashreplace", line_buffering=True)
    from icsfeed.cli.main import main  # noqa: PLC0415  (the tests that order commands need not import it)

    code: object = 0
    try:
        main([str(each) for each in order["arguments"]], prog_name="icsfeed")  # type: ignore[attr-defined]
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001  (a fork must not continue as its parent)
        sys.excepthook(*sys.exc_info())
        code = 1
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    for name in _MODULES:
        __import__(name)
    _serve(socket.socket(fileno=int(sys.argv[1])))
