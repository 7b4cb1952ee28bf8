"""Reads JSON from the provider: no redirects, a limited size, and a limited time however slowly it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedIOBase
from socket import SHUT_RDWR, socket
from ssl import SSLContext, create_default_context
from threading import Semaphore, Thread
from typing import Any, Final, TypeVar, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from icsfeed.domain.networks import is_loopback
from icsfeed.web.operators.console.oidc.refusals import ProviderUnavailableError

_Result = TypeVar("_Result")

PATIENCE_SECONDS: Final = 10.0
"""How long a person waits for the provider, all its answers together."""

_SOCKET_SECONDS: Final = 5.0
_MAX_ANSWER_BYTES: Final = 512 * 1024
_CHUNK_BYTES: Final = 16 * 1024
_MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A provider's answer; ``content`` is empty where it is no JSON object."""

    status: int
    content: Mapping[str, Any]


class _NoRedirects(HTTPRedirectHandler):
    """Hands redirects back as answers: nothing is sent where the settings or the metadata don't name."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


class _Plain(HTTPHandler):
    """Opens connections that the exchange can break off."""

    def __init__(self, sockets: list[socket]) -> None:
        super().__init__()
        self._sockets = sockets

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, self._sockets, HTTPConnection), req)


class _Secure(HTTPSHandler):
    """The same with TLS."""

    def __init__(self, sockets: list[socket]) -> None:
        super().__init__(context=_tls())
        self._sockets = sockets

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, self._sockets, HTTPSConnection), req, context=_tls())


@cache
def _tls() -> SSLContext:
    """The certificates that the system trusts; to load them costs more than an exchange."""
    return create_default_context()


def _connection(sockets: list[socket], kind: type[HTTPConnection], *arguments: Any, **options: Any) -> HTTPConnection:  # noqa: ANN401  (as urllib calls it)
    """A connection whose socket is added to the ``sockets``."""
    connection = kind(*arguments, **options)
    connect = connection.connect

    def recording() -> None:
        connect()
        sockets.append(connection.sock)

    connection.connect = recording  # type: ignore[method-assign] # instead of two classes that differ in their base
    return connection


class Exchange:
    """What is asked of the provider for one person, until the deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._sockets: list[socket] = []
        self._opener: OpenerDirector = build_opener(_NoRedirects, _Plain(self._sockets), _Secure(self._sockets))

    def break_off(self) -> None:
        """End what still goes on: a socket's timeout counts from each byte, however slowly they come."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(SHUT_RDWR)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask(Request(url, headers=dict(headers or {})))  # noqa: S310  (``_ask`` checks the scheme)

    def post(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str]) -> Answer:
        return self._ask(Request(url, data=urlencode(fields).encode(), headers=dict(headers)))  # noqa: S310

    def _ask(self, request: Request) -> Answer:
        """The answer to one request.

        Raises:
            ProviderUnavailableError: where there is none in time.
        """
        require_secure(request.full_url)
        request.add_header("Accept", "application/json")
        try:
            with self._opener.open(request, timeout=self._remaining()) as response:
                return Answer(status=response.status, content=self._content(response))
        except HTTPError as error:
            with error:
                return Answer(status=error.code, content=self._content(cast("BufferedIOBase", error)))
        except (
            OSError,
            HTTPException,
            ValueError,
        ) as error:  # the error may repeat what was sent: only its kind is said
            cause = error.reason if isinstance(error, URLError) else error
            msg = f"the provider {_origin(request.full_url)} does not answer ({type(cause).__name__})"
            raise ProviderUnavailableError(msg) from None

    def _content(self, response: BufferedIOBase) -> Mapping[str, Any]:
        body = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            body += chunk
            self._remaining()
            if len(body) > _MAX_ANSWER_BYTES:
                return {}
        try:
            content = json.loads(body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return min(remaining, _SOCKET_SECONDS)


class Exchanges:
    """Runs a few exchanges at once, each in a thread that nobody waits for longer than ``patience`` seconds."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._places = Semaphore(_MOST_AT_ONCE)

    def result_of(self, work: Callable[[Exchange], _Result]) -> _Result:
        """What ``work`` gives.

        Raises:
            ProviderUnavailableError: where the provider is too slow, or keeps others waiting already.
            Exception: as ``work`` does.
        """
        deadline = time.monotonic() + self._patience
        if not self._places.acquire(timeout=self._patience / 2):
            msg = "the provider keeps too many sign-ins waiting"
            raise ProviderUnavailableError(msg)
        results: list[_Result | Exception] = []
        exchange = Exchange(deadline)

        def run() -> None:
            try:
                results.append(work(exchange))
            except Exception as error:  # noqa: BLE001  (raised again where somebody waits)
                results.append(error)
            finally:
                self._places.release()

        thread = Thread(target=run, name="icsfeed sign-in", daemon=True)
        thread.start()
        thread.join(max(0.0, deadline - time.monotonic()))
        if not results:
            exchange.break_off()
            msg = "the provider has not answered in time"
            raise ProviderUnavailableError(msg)
        result = results[0]
        if isinstance(result, Exception):
            raise result
        return result


def require_secure(url: str) -> None:
    """Make sure that what is sent there can't be read on the way.

    Raises:
        ProviderUnavailableError: where it is no address of a web server, or has no TLS beyond this machine.
    """
    try:
        parts = urlsplit(url)
        is_secure = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        )
    except ValueError:
        is_secure = False
    if not is_secure:
        msg = "the provider's metadata name an address that is not https"
        raise ProviderUnavailableError(msg)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_success(answer: Answer) -> bool:
    return answer.status == HTTPStatus.OK and bool(answer.content)
