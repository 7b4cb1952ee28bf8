"""The folders for temporary files that the processes of a server share."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.web.metrics import SHARED_FOLDER
from icsfeed.web.relay import OPERATORS_SOCKET

_MAX_SOCKET_PATH_BYTES: Final = 100
"""Of the path of a Unix socket; Linux allows 107, macOS 103."""


@contextmanager
def metrics_folder(log: FilteringBoundLogger) -> Generator[None]:
    """The folder in which the processes share their counts for /metrics, unless the environment names one."""
    if os.environ.get(SHARED_FOLDER):
        yield
        return
    try:
        folder = TemporaryDirectory(prefix="icsfeed-metrics-", ignore_cleanup_errors=True)
    except OSError:
        log.warning(
            "metrics not shared",
            reason="no folder for temporary files can be written",
            consequence="each worker's /metrics counts its own requests only",
        )
        yield
        return
    with folder as path:
        os.environ[SHARED_FOLDER] = path
        yield


@contextmanager
def operators_socket(log: FilteringBoundLogger) -> Generator[None]:
    """The folder, which nobody else can enter, of the socket at which the operators' process listens.

    Where there can't be one, the workers answer operators themselves.
    """
    os.environ.pop(OPERATORS_SOCKET, None)
    if not hasattr(socket, "AF_UNIX"):
        yield
        return
    try:
        folder = TemporaryDirectory(prefix="icsfeed-operators-", ignore_cleanup_errors=True)
    except OSError:
        reason = "no folder for temporary files can be written"
    else:
        with folder as name:
            path = Path(name, "socket")
            if len(os.fsencode(path)) <= _MAX_SOCKET_PATH_BYTES:
                os.environ[OPERATORS_SOCKET] = str(path)
                yield
                return
        reason = f"the path of the folder for temporary files is too long for a socket: {path}"
    log.warning(
        "operators have no process of their own", reason=reason, consequence="feeds may wait for what operators do"
    )
    yield


def operators_pulse() -> int | None:
    """A number that changes every few seconds while the operators' process goes on."""
    try:
        return Path(os.environ[OPERATORS_SOCKET]).stat().st_mtime_ns
    except (KeyError, OSError):
        return None
