"""Hands the operators' requests over to their process, and its answers back.

A worker's threads only wait meanwhile, so that feeds are answered whatever operators, databases and providers do. How
many may wait, and for whom, is decided before anything that can be slow: see ``relay_slots``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from icsfeed.web.envelopes import ADMISSION_PATH, REQUEST_PATH, sealed
from icsfeed.web.relay_errors import (
    BROKEN_OFF,
    BUSY,
    LATE_ANSWER,
    NO_ANSWER,
    NOT_RUNNING,
    RELAY_ERROR,
    TOO_LONG,
    RelayError,
)
from icsfeed.web.relay_slots import RelaySlots
from icsfeed.web.request_log import RequestLog

OPERATORS_SOCKET: Final = "ICSFEED_OPERATORS_SOCKET"
"""The variable that names the socket to the processes of a server."""

THREADS: Final = 20
"""Of a worker: as many operators as may wait at once, and a few. Granian starts a thread when requests queue, and ends
it when it has been idle. *Measured* with feeds alone, on 16 connections that never pause: with 2, 4, 8 and 16 threads,
a worker answers 0.88, 0.84, 0.86 and 1.02 times as many requests as with one; the 99th percentile is 2.2 to 3.9 ms,
with one thread 2.3 ms. A longer or shorter switch interval of Python's changes neither.
"""

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a request. The longest texts of an announcement, in all languages, take a tenth of that."""

SECONDS_TO_ANSWER: Final = 60.0
"""Twice as long as a writer waits for the others."""

_SECONDS_TO_ADMIT: Final = 5.0
"""A request whose credentials can't be looked up in that time counts as a stranger's."""

_CONNECTION_HEADERS: Final = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding", "via"})
"""Of the answer; the worker writes its own (RFC 9110, section 7.6.1)."""

_BODILESS_STATUSES: Final = frozenset({204, 304})
_Answer = tuple[str, list[tuple[str, str]], bytes]


class Relay:
    """A WSGI application that has the process at the Unix socket answer.

    What goes wrong on the way is shown by ``app``, and logged by ``requests`` unless it was refused at once.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        socket_path: str,
        slots: RelaySlots,
        requests: RequestLog,
        seconds_to_answer: float = SECONDS_TO_ANSWER,
    ) -> None:
        self._app = app
        self._seconds_to_answer = seconds_to_answer
        self._socket_path = socket_path
        self._slots = slots
        self._requests = requests

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        try:
            status, headers, body = self._answer(environ)
        except RelayError as error:
            environ[RELAY_ERROR] = error
            return self._app(environ, start_response)
        start_response(status, headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        """The process's answer.

        Raises:
            RelayError: where there is none.
        """
        has_body, has_credentials = _has_body(environ), _has_credentials(environ)
        with self._slots.any() as has_slot:
            if not has_slot:
                raise RelayError(BUSY)
            if has_body and has_credentials and self._is_operator(environ):
                return self._relayed(environ)
            address = environ.get("REMOTE_ADDR", "")
            slot = self._slots.stranger_with_body(address) if has_body else self._slots.stranger()
            with slot as is_free:
                if is_free:
                    return self._relayed(environ)
            if not has_body and has_credentials and self._is_operator(environ):
                return self._relayed(environ)
        raise RelayError(BUSY)

    def _is_operator(self, environ: WSGIEnvironment) -> bool:
        """Ask the process, which gets no more than the headers, whether they are an operator's."""
        connection = _UnixConnection(self._socket_path, timeout=_SECONDS_TO_ADMIT)
        try:
            connection.request("POST", ADMISSION_PATH, sealed(environ, b""))
            return connection.getresponse().status in _BODILESS_STATUSES
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _relayed(self, environ: WSGIEnvironment) -> _Answer:
        body = _body(environ)
        self._requests.id_of(environ)  # the process logs by the same id
        connection = _UnixConnection(self._socket_path, timeout=self._seconds_to_answer)
        try:
            try:
                connection.connect()
            except OSError:
                raise RelayError(NOT_RUNNING) from None
            method = environ["REQUEST_METHOD"]
            connection.request("HEAD" if method == "HEAD" else "POST", REQUEST_PATH, sealed(environ, body))
            response = connection.getresponse()
            content = response.read()
        except TimeoutError as error:
            self._requests.log_failure(environ, error)
            raise RelayError(LATE_ANSWER) from None
        except (OSError, HTTPException) as error:
            self._requests.log_failure(environ, error)
            raise RelayError(NO_ANSWER) from None
        finally:
            connection.close()
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _CONNECTION_HEADERS]
        if response.getheader("Transfer-Encoding") is not None:
            headers.append(("Content-Length", str(len(content))))
        return f"{response.status} {response.reason}", headers, content


class _UnixConnection(HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: str, *, timeout: float) -> None:
        super().__init__("operators", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _has_credentials(environ: WSGIEnvironment) -> bool:
    return "HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" in environ


def _has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH") not in {None, "", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _body(environ: WSGIEnvironment) -> bytes:
    """The body of the request, read to its end.

    Raises:
        RelayError: where it is too long, or breaks off.
    """
    if not _has_body(environ):
        return b""
    length = environ.get("CONTENT_LENGTH")
    if length and int(length) > MAX_BODY_BYTES:
        raise RelayError(TOO_LONG)
    parts, size, limit = [], 0, int(length) if length else MAX_BODY_BYTES + 1
    while size < limit and (part := environ["wsgi.input"].read(limit - size)):
        parts.append(part)
        size += len(part)
    if size > MAX_BODY_BYTES:
        raise RelayError(TOO_LONG)
    if length and size < limit:
        raise RelayError(BROKEN_OFF)
    return b"".join(parts)
