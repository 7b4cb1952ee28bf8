"""The socket on which the server listens, and how many connections it can hold."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Final

from icsfeed.domain.errors import UnavailableError

BACKLOG: Final = 4096
"""Connections that wait to be accepted. Many may arrive at once, and the system lowers this to what it allows."""

STALLED_SECONDS: Final = 30
"""How long a client may leave what was sent to it unread; then its connection is closed.

Only the system can tell, and only Linux does.
"""

_SEND_BUFFER_BYTES: Final = 128 * 1024
"""Of one connection. By default Linux lets it grow to megabytes: a client that asks again and again and never reads
would have dozens of answers made before it is stopped.
"""

_MAX_OPEN_FILES: Final = 65536
"""As far as the system allows. Its default is often 1,024, which slow clients could use up."""

_MAX_CONNECTIONS: Final = 16384
"""Of one worker. A limit, because a client that never reads costs as much memory as the answer that it asked for."""

_OTHER_FILES: Final = 128
"""What a worker opens besides connections: the schedule file, the database, its log, shared counts; amply."""

_MIN_CONNECTIONS: Final = 16

FEW_CONNECTIONS: Final = 4096
"""Fewer than this are worth a warning."""


def listen(host: str, port: int, *, stalled_seconds: int = STALLED_SECONDS) -> socket.socket:
    """A socket that listens on ``host``. All workers accept connections from it, so none waits for a busy worker.

    Raises:
        UnavailableError: if this machine can't listen there, or something else does.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":  # elsewhere, connections of a previous server that are closing don't count
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Accepted connections have the options of the socket that listens.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
            if sys.platform == "linux":
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * stalled_seconds)
            listener.bind(address)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        remedy = "; choose another port with --port" if error.errno == errno.EADDRINUSE else ""
        msg = f"icsfeed can't listen on {host}, port {port}: {(error.strerror or str(error)).lower()}{remedy}"
        raise UnavailableError(msg) from error
    return listener


def browser_url(listener: socket.socket) -> str:
    """The URL to open in a browser on this machine."""
    address, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  (compared, not bound)
    return f"http://[{local}]:{port}/" if ":" in local else f"http://{local}:{port}/"


def raise_file_limit() -> int | None:
    """Let this process and its workers open as many files as the system allows; gives that number, if there is one."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  (Windows has no such module)

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = max(soft, _MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def connections_per_worker(file_limit: int | None) -> int:
    """How many connections a worker holds at once; each is an open file, and more wait to be accepted."""
    if file_limit is None:
        return _MAX_CONNECTIONS
    return min(_MAX_CONNECTIONS, max(_MIN_CONNECTIONS, file_limit - _OTHER_FILES))
