"""The HTTP server: Granian, with the settings and the few additions that icsfeed needs."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import pkgutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from icsfeed.domain.errors import UnavailableError
from icsfeed.web.metrics import SHARED_FOLDER

_THREADS_PER_WORKER: Final = 1
"""A request only copies bytes, Python runs one thread at a time, and slow work has threads of its own. *Measured*: with
two threads, a sixth of the throughput is lost to waiting for each other.
"""

IDLE_SECONDS: Final = 75
"""Longer than most proxies keep an idle connection (60 s). Thus the proxy closes it; if the server did, a request that
was just sent would fail.
"""

_MAX_HEADER_BYTES: Final = 64 * 1024
"""Of one request, about; larger ones are refused (431)."""

_MAX_CONNECTIONS: Final = 65536
"""As far as the system allows. Its default is often 1,024, which slow clients could use up."""

_MALLOC_SETTINGS: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024),
}
"""Settings with which glibc's malloc (mallopt(3)) returns a replaced publication's memory to the system. By default it
keeps freed large blocks and carves small ones from them, so that a worker grows a little with each change.
"""

_SECONDS_UNTIL_TRUSTED: Final = 5
"""Granian exits when a worker dies earlier than that after its start."""

_SECONDS_BETWEEN_DEATHS: Final = 1
"""Keeps a worker that can't start from being restarted without pause."""

_SECONDS_TO_FINISH: Final = 5
"""For the requests in progress when the server is told to stop; then their workers are killed."""


class _Server(Granian):  # type: ignore[misc,valid-type] # Granian is chosen at run time, by the Python
    """Goes on as long as any of its workers serves, however often another one dies.

    Granian has no public setting for that: it exits when one worker dies twice in a row, although others serve. Hence
    the override of a private method, and the narrow version range in ``pyproject.toml``.
    """

    def _respawn_workers(self, workers: list[int], *rest: Any, delay: float = 0) -> None:  # noqa: ANN401
        super()._respawn_workers(workers, *rest, delay=delay)
        has_died = not delay  # a restart by SIGHUP has a delay
        if has_died:
            time.sleep(_SECONDS_BETWEEN_DEATHS)
        now = time.monotonic()
        others = (each for each in self.wrks if each.idx not in workers and each.is_alive())
        if not has_died or any(now - each.birth > _SECONDS_UNTIL_TRUSTED for each in others):
            for worker in workers:
                self.respawned_wrks.pop(worker, None)


def run_server(
    factory: str,
    *,
    address: str,
    port: int,
    workers: int,
    on_start: Callable[[], None],
    idle_seconds: int = IDLE_SECONDS,
) -> None:
    """Serve the WSGI application that ``factory`` (``module:function``) returns, until a signal stops the server.

    A connection is closed after ``idle_seconds`` without a complete request.
    """
    console = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}
    server = _Server(
        factory,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # otherwise a connection on which nothing is ever sent stays open for ever
        http1_settings=HTTP1Settings(header_read_timeout=1000 * idle_seconds, max_buffer_size=_MAX_HEADER_BYTES),
        address=address,
        port=port,
        workers=workers,
        blocking_threads=_THREADS_PER_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_FINISH,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {"console": console, "access": console}},
    )
    server.on_startup(on_start)
    _raise_connection_limit()
    os.environ["PYTHONSAFEPATH"] = "1"  # otherwise workers import from the current folder as they start: a copy.py, say
    for variable, value in _MALLOC_SETTINGS.items():
        os.environ.setdefault(variable, value)  # takes effect in new processes: the workers
    # A forked worker would have the parent's signal handlers, which do nothing there, and the locks that the parent's
    # threads hold. "spawn" is the default on other systems than Linux.
    multiprocessing.set_start_method("spawn", force=True)
    with _shared_metrics_folder():
        server.serve(target_loader=_load_application)


@contextmanager
def _shared_metrics_folder() -> Generator[None]:
    """The folder in which the workers share their counts for /metrics, unless the environment names one."""
    if os.environ.get(SHARED_FOLDER):
        yield
        return
    with TemporaryDirectory(prefix="icsfeed-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED_FOLDER] = folder
        yield


def _raise_connection_limit() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  (Windows has no such module)

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = _MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, _MAX_CONNECTIONS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))


def _load_application(factory: str) -> Any:  # noqa: ANN401  (any WSGI application)
    """Make the application, in a worker."""
    if sys.platform != "win32":
        # A terminal sends Ctrl-C to the workers, too. The parent stops them by SIGTERM; a worker of Granian's that gets
        # both signals never ends.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    application = pkgutil.resolve_name(factory)()
    # What exists now stays: searching it for garbage again and again would cost each request a microsecond.
    gc.collect()
    gc.freeze()
    return getattr(application, "wsgi_app", application)  # Flask's __call__ only calls wsgi_app


def free_address(host: str, port: int) -> str:
    """The IP address of ``host``, on which nothing listens yet.

    Granian shares its port with any other server that allows it, and a second server would get half of the requests.

    Raises:
        UnavailableError: if this machine can't listen there, or something else does.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # elsewhere, connections of a previous server that are closing don't count
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        remedy = "; choose another port with --port" if error.errno == errno.EADDRINUSE else ""
        msg = f"icsfeed can't listen on {host}, port {port}: {(error.strerror or str(error)).lower()}{remedy}"
        raise UnavailableError(msg) from error
    return str(address[0])


def browser_url(address: str, port: int) -> str:
    """The URL to open in a browser on this machine."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  (compared, not bound)
    return f"http://[{local}]:{port}/" if ":" in local else f"http://{local}:{port}/"
