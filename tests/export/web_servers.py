"""Debian's web servers, each started in its own folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx

from tests.required import require

PATIENCE = 30
"""Seconds; far more than a start takes."""

DEBIAN = {"nginx": "nginx", "apache2": "apache2-bin"}
"""The Debian package of each program."""


@contextlib.contextmanager
def web_server(name: str, folder: Path, command: Callable[[str, int], list[str]]) -> Generator[httpx.Client]:
    """A client of a web server, started with the command line that ``command`` makes of its path and a port."""
    program = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    require(None if program else f"{name} is not installed: Debian's {DEBIAN[name]}")
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    log = folder / "error.log"
    with subprocess.Popen(command(program, port), stdin=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE) as client:
                _until_it_answers(client, process, log)
                yield client
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _until_it_answers(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            client.get("/")
            return
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8"))
