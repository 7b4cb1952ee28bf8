"""The HTTP server: Granian, with the settings and the few additions that icsfeed needs."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined] # imported there to be used here
from structlog.typing import FilteringBoundLogger

from icsfeed.web.connections import Connections
from icsfeed.web.listening import BACKLOG, FEW_CONNECTIONS, connections_per_worker, raise_file_limit
from icsfeed.web.relay import THREADS
from icsfeed.web.shared_folders import metrics_folder, operators_socket
from icsfeed.web.side_process import SideProcess, SideWork
from icsfeed.web.worker import SECONDS_TO_FINISH, load_application

IDLE_SECONDS: Final = 75
"""Longer than most proxies keep an idle connection (60 s). Thus the proxy closes it; if the server did, a request that
was just sent would fail.
"""

_MAX_HEADER_BYTES: Final = 64 * 1024
"""Of one request, about; larger ones are refused (431)."""

_MALLOC_SETTINGS: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024),
}
"""Settings with which glibc's malloc (mallopt(3)) returns a replaced publication's memory to the system. By default it
keeps freed large blocks and carves small ones from them, so that a worker grows a little with each change.
"""

_SECONDS_BETWEEN_DEATHS: Final = 1
"""Keeps a worker that can't start from being restarted without pause."""

_SECONDS_BETWEEN_POLLS: Final = 0.01

_SECONDS_UNTIL_KILLED: Final = SECONDS_TO_FINISH + 2
"""A worker ends by itself in ``SECONDS_TO_FINISH``; this is for one that hangs."""


class _Server(Granian):  # type: ignore[misc,valid-type] # Granian is chosen at run time, by the Python
    """Serves on a socket that is there already, and goes on as long as any of its workers serves.

    Granian has no public settings for that: it makes a socket for each worker, where connections to a worker that dies
    are lost, and those to a busy one wait although another one is free; and it exits when one worker dies twice in a
    row, although others serve. Hence the overrides of private methods, and the narrow version range in
    ``pyproject.toml``.
    """

    def serve_on(
        self, listener: socket.socket, factory_loader: Callable[..., Any], *, on_stop: Callable[[], None]
    ) -> None:
        """Serve until a signal stops the server; ``on_stop`` is called as it begins to stop."""
        self._listener = listener
        self._on_stop = on_stop
        self._ready_workers: set[int | None] = set()
        """The process ids of workers that have served, dead ones included."""
        self._failed_starts = 0
        """The workers that died before they could serve, since one could."""
        logging.getLogger("_granian").addFilter(_concerns_operators)
        self.serve(target_loader=factory_loader)

    def add_ready_worker(self, process_id: int) -> None:
        self._ready_workers.add(process_id)
        self._failed_starts = 0

    def _init_shared_socket(self) -> None:
        # As Granian does where each worker can't have a socket of its own.
        self._ssp, self._sfd = None, self._listener.fileno()
        # Not a Unix socket; it takes no keywords, and Granian's annotations don't have its arguments.
        self._shd = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg] # noqa: FBT003
        self._sso = self._listener

    def _respawn_workers(self, workers: list[int], *rest: Any, delay: float = 0) -> None:  # noqa: ANN401
        has_died = not delay  # a restart by SIGHUP has a delay
        if has_died:
            self._failed_starts += sum(self.wrks[each].inner.pid not in self._ready_workers for each in workers)
        super()._respawn_workers(workers, *rest, delay=delay)
        self.respawned_wrks.clear()  # otherwise Granian exits when one of these dies within seconds
        if not has_died:
            return
        time.sleep(_SECONDS_BETWEEN_DEATHS)
        if self._failed_starts > self.workers and not any(self._serves(each) for each in self.wrks):
            self.interrupt_children.extend(workers)  # the exit status is then 1
            self.signal_handler_interrupt()

    def _stop_workers(self) -> None:
        self._on_stop()
        # Left alone, Granian may take a worker that has just ended for one that hangs, and log that it kills it.
        end = time.monotonic() + _SECONDS_UNTIL_KILLED
        for worker in self.wrks:
            worker.terminate()
        while any(worker.is_alive() for worker in self.wrks) and time.monotonic() < end:
            time.sleep(_SECONDS_BETWEEN_POLLS)
        super()._stop_workers()

    def _serves(self, worker: Any) -> bool:  # noqa: ANN401  (Granian's own type)
        return worker.is_alive() and worker.inner.pid in self._ready_workers


def _concerns_operators(record: logging.LogRecord) -> bool:
    """Whether a line of Granian's belongs in the log. Its warning of many threads does not: they mostly wait."""
    return "Python threads" not in record.getMessage()


def run_server(
    factory: str,
    *,
    listener: socket.socket,
    workers: int,
    on_start: Callable[[], None],
    log: FilteringBoundLogger,
    threads: int = THREADS,
    idle_seconds: int = IDLE_SECONDS,
    side_works: Sequence[SideWork] = (),
) -> None:
    """Serve the WSGI application that ``factory`` (``module:function``) returns, until a signal stops the server.

    ``on_start`` is called when the first worker can serve; ``side_works`` begin then, too. A worker answers with so
    many ``threads``. A connection is closed after ``idle_seconds`` without the headers of a request.
    """
    console = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}
    address, port = listener.getsockname()[:2]
    connections = _connections_per_worker(log)
    server = _Server(
        factory,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # otherwise a connection on which nothing is ever sent stays open for ever
        http1_settings=HTTP1Settings(header_read_timeout=1000 * idle_seconds, max_buffer_size=_MAX_HEADER_BYTES),
        address=address,
        port=port,
        workers=workers,
        blocking_threads=threads,
        backlog=BACKLOG,
        backpressure=connections,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_UNTIL_KILLED,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {"console": console, "access": console}},
    )
    os.environ["PYTHONSAFEPATH"] = "1"  # otherwise workers import from the current folder as they start: a copy.py, say
    for variable, value in _MALLOC_SETTINGS.items():
        os.environ.setdefault(variable, value)  # takes effect in new processes: the workers
    # A forked worker would have the parent's signal handlers, which do nothing there, and the locks that the parent's
    # threads hold. "spawn" is the default on other systems than Linux.
    multiprocessing.set_start_method("spawn", force=True)
    reader, writer = multiprocessing.Pipe(duplex=False)
    sides = [SideProcess(work, log=log) for work in side_works]
    for side in sides:
        server.on_reload(side.restart)
    starts = [on_start, *(side.start for side in sides)]
    Thread(target=_watch_starts, args=(reader, server, starts), daemon=True).start()
    with listener, metrics_folder(log), operators_socket(log):
        held = Connections(port=port, limit=workers * connections)

        def request_stops() -> None:
            for side in sides:
                side.request_stop()

        try:
            server.serve_on(listener, partial(load_application, writer, held), on_stop=request_stops)
        finally:
            request_stops()
            for side in sides:
                side.stop()


def _connections_per_worker(log: FilteringBoundLogger) -> int:
    """How many connections each worker holds; too few are worth a warning."""
    file_limit = raise_file_limit()
    connections = connections_per_worker(file_limit)
    if connections < FEW_CONNECTIONS:
        log.warning(
            "few connections",
            connections_per_worker=connections,
            open_files=file_limit,
            remedy=f"raise the hard limit on open files (ulimit -Hn, LimitNOFILE=) to {2 * FEW_CONNECTIONS}",
        )
    return connections


def _watch_starts(reader: Connection, server: _Server, starts: Iterable[Callable[[], None]]) -> None:
    """Tell the server which workers can serve; once the first can, call each of ``starts``."""
    with suppress(EOFError, OSError):  # the pipe is closed as the server ends
        server.add_ready_worker(reader.recv())
        for start in starts:
            start()
        while True:
            server.add_ready_worker(reader.recv())
