"""Work for a process beside the workers of a server."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PIDS = "ICSFEED_TEST_PIDS"
"""The variable that names a file to which each process adds a line."""


def note_pid() -> None:
    """Add the process id to the file; end at SIGTERM."""
    with Path(os.environ[PIDS]).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        signal.pause()


def end_at_once() -> None:
    """Find nothing to do."""


def keep_touching() -> None:
    """Add the process id to the file, and change its time of modification again and again."""
    path = Path(os.environ[PIDS])
    with path.open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    while True:
        time.sleep(0.1)
        path.touch()
