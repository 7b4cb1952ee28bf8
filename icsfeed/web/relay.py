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

from icsfeed.domain.networks import network_of
from icsfeed.web.envelopes import ADMISSION_PATH, OPERATOR_HEADER, REQUEST_PATH, sealed
from icsfeed.web.relay_bodies import RelayBodies
from icsfeed.web.relay_errors import (
    BUSY,
    LATE_ANSWER,
    NO_ANSWER,
    NOT_RUNNING,
    RELAY_ERROR,
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

SECONDS_TO_ANSWER: Final = 60.0
"""Twice as long as a writer waits for the others."""

_SECONDS_TO_ADMIT: Final = 5.0
"""A request whose credentials can't be looked up in that time counts as a stranger's."""

_SECONDS_FOR_A_SIGN: Final = 1.0
_NOBODYS_REQUEST: Final[WSGIEnvironment] = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "operators",
    "SERVER_PORT": "80",
    "wsgi.url_scheme": "http",
}

_CONNECTION_HEADERS: Final = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding", "via"})
"""Of the answer; the worker writes its own (RFC 9110, section 7.6.1)."""

_SIGN_IN_PATH: Final = "/operator/sign-in"

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
        bodies: RelayBodies,
        seconds_to_answer: float = SECONDS_TO_ANSWER,
    ) -> None:
        self._app = app
        self._seconds_to_answer = seconds_to_answer
        self._socket_path = socket_path
        self._slots = slots
        self._bodies = bodies
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
            if has_body:
                return self._answer_with_body(environ, self._operator(environ) if has_credentials else None)
            with self._slots.stranger() as is_free:
                if is_free:
                    return self._relayed(environ)
            if has_credentials and self._operator(environ) is not None:
                return self._relayed(environ)
        raise RelayError(BUSY)

    def _answer_with_body(self, environ: WSGIEnvironment, operator: str | None) -> _Answer:
        if operator is not None:
            return self._relayed(environ, self._bodies.of_operators.read(environ, sender=operator))
        address, signs_in = environ.get("REMOTE_ADDR", ""), environ.get("PATH_INFO") == _SIGN_IN_PATH
        with self._slots.stranger_with_body(address, signs_in=signs_in) as is_free:
            if not is_free:
                raise RelayError(BUSY)
            readers = self._bodies.of_sign_ins if signs_in else self._bodies.of_strangers
            return self._relayed(environ, readers.read(environ, sender=network_of(address)))

    def _operator(self, environ: WSGIEnvironment) -> str | None:
        """Ask the process, which gets no more than the headers, whose they are; ``None`` if they are no operator's."""
        connection = _UnixConnection(self._socket_path, timeout=_SECONDS_TO_ADMIT)
        try:
            connection.request("POST", ADMISSION_PATH, sealed(environ, b""))
            return connection.getresponse().getheader(OPERATOR_HEADER)
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _relayed(self, environ: WSGIEnvironment, body: bytes = b"") -> _Answer:
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


def is_answering(socket_path: str) -> bool:
    """Whether the process at the socket answers within a second."""
    connection = _UnixConnection(socket_path, timeout=_SECONDS_FOR_A_SIGN)
    try:
        connection.request("POST", ADMISSION_PATH, sealed(_NOBODYS_REQUEST, b""))
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


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
    return environ.get("CONTENT_LENGTH") not in {None, "", "0"}
