"""The operators' process: their application behind a Unix socket, with threads of its own.

Its threads wait for the database and for sign-in providers, so that no feed does. *Measured*: with 50 tokens created or
30 updates announced a second, a feed's 99th percentile is 1.3 to 1.5 times as long as without, on two cores that the
clients share; a request that waits for a locked database changes nothing. The process takes 93 MB, and a worker 1 MB
more than it did when it answered the mail forms itself.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR
from threading import Lock, Thread
from typing import Final, TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from structlog.typing import FilteringBoundLogger
from waitress.server import create_server  # type: ignore[import-untyped] # it has no annotations

from icsfeed.web.envelopes import ADMISSION_PATH, OPERATOR_HEADER, unseal

OperatorId: TypeAlias = Callable[[WSGIEnvironment], str | None]
"""Says of a WSGI environment whose the credentials in it are: always the same id for the same token or person, and
``None`` if they are no operator's.
"""

THREADS: Final = 32
"""Nearly all of them wait: Python runs one thread at a time."""

_SECONDS_TO_FINISH: Final = 5
"""For the requests in progress when the process is told to stop, as feed workers have."""

_MAX_HELD: Final = 1024
"""Connections, of which each carries one request."""

_FOLDER_MODE: Final = 0o700
_SECONDS_BETWEEN_CHECKS: Final = 2.0
_SECONDS_OF_STALL: Final = 90.0
"""Longer than any request may take."""

_SECONDS_BETWEEN_LOOKS: Final = 0.02


def run_operators_server(
    app: WSGIApplication,
    *,
    socket_path: str,
    operator_id: OperatorId,
    log: FilteringBoundLogger,
    wait: Callable[[float], bool],
) -> None:
    """Answer what feed workers send to the socket, until ``wait`` says that a signal came.

    While it goes on, the socket's time of modification changes every few seconds.

    Raises:
        SystemExit: if it can't go on, with a status other than 0; then it is started again.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits for a thread is no news
    _make_folder(Path(socket_path).parent, log)
    reader = _EnvelopeReader(app, operator_id)
    server = create_server(
        reader,
        unix_socket=socket_path,
        unix_socket_perms="600",
        threads=THREADS,
        connection_limit=_MAX_HELD,
        asyncore_use_poll=True,  # select(2) knows no descriptors beyond 1,023
        ident=None,
        clear_untrusted_proxy_headers=False,  # the envelope holds the headers
    )
    loop = Thread(target=server.run, name="icsfeed operators", daemon=True)
    loop.start()
    socket_id = _file_id(socket_path)
    stall = _Stall(reader)
    while not wait(_SECONDS_BETWEEN_CHECKS):
        fault = None
        if not loop.is_alive():
            fault = "the server's loop has ended"
        elif _file_id(socket_path) != socket_id:
            fault = "the socket was deleted; keep cleaners of temporary files away from it"
        elif stall.lasts():
            fault = "no request has ended for long, and all threads are taken"
        if fault is not None:
            log.error("operators can't go on", reason=fault, socket=socket_path)
            raise SystemExit(1)
        with suppress(OSError):  # deleted in this moment
            os.utime(socket_path)
    if _file_id(socket_path) == socket_id:
        Path(socket_path).unlink(missing_ok=True)  # workers answer at once that it is not running
    end = time.monotonic() + _SECONDS_TO_FINISH
    while server.active_channels and time.monotonic() < end:
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _make_folder(path: Path, log: FilteringBoundLogger) -> None:
    """Make the folder again if it was deleted, but use no one that somebody else made in its place."""
    path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    status = path.lstat()
    if status.st_uid != os.geteuid() or not S_ISDIR(status.st_mode) or S_IMODE(status.st_mode) != _FOLDER_MODE:
        log.error("operators can't go on", reason="somebody else made the folder of the socket", folder=str(path))
        raise SystemExit(1)


def _file_id(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class _EnvelopeReader:
    """A WSGI application that answers the requests in the envelopes that feed workers send."""

    def __init__(self, app: WSGIApplication, operator_id: OperatorId) -> None:
        self._app = app
        self._operator_id = operator_id
        self._lock = Lock()
        self.begun = self.ended = 0
        """The numbers of requests."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        with self._lock:
            self.begun += 1
        try:
            return self._answer(environ, start_response)
        finally:
            with self._lock:
                self.ended += 1

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asks_for_admission = environ["PATH_INFO"] == ADMISSION_PATH
        unseal(environ)
        if not asks_for_admission:
            return self._app(environ, start_response)
        operator = self._operator_id(environ)
        start_response("204 No Content", [(OPERATOR_HEADER, operator)] if operator is not None else [])
        return []


class _Stall:
    """Whether all threads wait for something that never comes: every request ends sooner than that."""

    def __init__(self, reader: _EnvelopeReader) -> None:
        self._reader = reader
        self._ended = -1
        self._since = 0.0

    def lasts(self) -> bool:
        now, ended = time.monotonic(), self._reader.ended
        if ended != self._ended or self._reader.begun - ended < THREADS:
            self._ended, self._since = ended, now
        return now - self._since > _SECONDS_OF_STALL
