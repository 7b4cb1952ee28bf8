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
from threading import Thread
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from waitress.server import create_server  # type: ignore[import-untyped] # it has no annotations

from icsfeed.web.envelopes import ADMISSION_PATH, unseal

THREADS: Final = 32
"""Nearly all of them wait: Python runs one thread at a time."""

_SECONDS_TO_FINISH: Final = 5
"""For the requests in progress when the process is told to stop, as feed workers have."""

_MAX_HELD: Final = 1024
"""Connections, of which each carries one request."""

_SECONDS_BETWEEN_CHECKS: Final = 5.0
_SECONDS_BETWEEN_LOOKS: Final = 0.02


def run_operators_server(
    app: WSGIApplication,
    *,
    socket_path: str,
    is_operator: Callable[[WSGIEnvironment], bool],
    wait: Callable[[float], bool],
) -> None:
    """Answer what feed workers send to the socket, until ``wait`` says that a signal came.

    ``is_operator`` says whether the credentials in a WSGI environment are an operator's.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits for a thread is no news
    server = create_server(
        _EnvelopeReader(app, is_operator),
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
    while not wait(_SECONDS_BETWEEN_CHECKS):
        if not loop.is_alive():
            msg = "the server's loop has ended"
            raise RuntimeError(msg)  # the process is started again
    os.unlink(socket_path)  # noqa: PTH108  (workers answer at once that it is not running)
    end = time.monotonic() + _SECONDS_TO_FINISH
    while server.active_channels and time.monotonic() < end:
        time.sleep(_SECONDS_BETWEEN_LOOKS)


class _EnvelopeReader:
    """A WSGI application that answers the requests in the envelopes that feed workers send."""

    def __init__(self, app: WSGIApplication, is_operator: Callable[[WSGIEnvironment], bool]) -> None:
        self._app = app
        self._is_operator = is_operator

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        asks_for_admission = environ["PATH_INFO"] == ADMISSION_PATH
        unseal(environ)
        if not asks_for_admission:
            return self._app(environ, start_response)
        status = "204 No Content" if self._is_operator(environ) else "403 Forbidden"
        start_response(status, [("Content-Length", "0")] if status.startswith("403") else [])
        return []
