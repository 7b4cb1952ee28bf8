"""What the log says of requests: under an id, and never with a token."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from structlog.typing import FilteringBoundLogger

from icsfeed.publication.private import is_private, masked
from icsfeed.web.clients import family_of

NewId: TypeAlias = Callable[[], str]

_KEY: Final = "icsfeed.request_id"
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
_LIKE_A_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{28,}")
_LONGEST: Final = 300


def shown_path(path: str) -> str:
    """A path as logs may have it: without what is, or may be, a token; of one line, and not too long."""
    if is_private(path):
        return masked(path)
    shown = _LIKE_A_TOKEN.sub("{token}", path[:_LONGEST])
    return quote(shown.encode("latin-1", errors="replace"), safe="/{}@:~+,;=!$&'()*")


class RequestLog:
    """Writes down what failed and, as ``AccessLog``, every request."""

    def __init__(self, log: FilteringBoundLogger, new_id: NewId) -> None:
        self.log = log
        self._new_id = new_id

    def id_of(self, environ: WSGIEnvironment) -> str:
        """The request's id: the one that a proxy gave it, if that is sane, or a new one."""
        known: str | None = environ.get(_KEY)
        if known is None:
            given = environ.get("HTTP_X_REQUEST_ID", "")
            known = environ[_KEY] = given if _SANE_ID.fullmatch(given) else self._new_id()
        return known

    def failed(self, environ: WSGIEnvironment, error: Any) -> str:  # noqa: ANN401  (what logging takes: an error, or its triple)
        """Write down a fault of the program's own, with its trace; gives the id under which it is found."""
        request_id = self.id_of(environ)
        self.log.error(
            "request failed",
            request_id=request_id,
            method=environ["REQUEST_METHOD"],
            path=shown_path(environ.get("PATH_INFO", "")),
            exc_info=error,
        )
        return request_id


class AccessLog:
    """A WSGI application that writes down every request to ``app``."""

    def __init__(self, app: WSGIApplication, requests: RequestLog) -> None:
        self._app = app
        self._requests = requests

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        begun = time.perf_counter()
        request_id = self._requests.id_of(environ)
        path = environ.get("SCRIPT_NAME", "") + shown_path(environ.get("PATH_INFO", ""))
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401  (PEP 3333's)
            told.append((status, headers))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        body = self._app(environ, start)
        status, headers = told[-1] if told else ("500", [])
        user_agent = environ.get("HTTP_USER_AGENT", "")
        self._requests.log.info(
            "request",
            request_id=request_id,
            method=environ["REQUEST_METHOD"],
            path=path,
            status=int(status[:3]),
            bytes=next((int(value) for name, value in headers if name.lower() == "content-length"), None),
            milliseconds=round(1000 * (time.perf_counter() - begun), 2),
            address=environ.get("REMOTE_ADDR"),
            client=family_of(user_agent),
            user_agent=user_agent[:_LONGEST],
        )
        return body


def log_failures(app: Flask, requests: RequestLog) -> None:
    """Have faults of the application's own in the log under the request's id, which the answer names, too."""

    def log_exception(
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        requests.failed(request.environ, exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign] # Flask would log the path as it is

    @app.after_request
    def name(response: Response) -> Response:
        if response.status_code >= 500:  # noqa: PLR2004  (a server error)
            response.headers["X-Request-Id"] = requests.id_of(request.environ)
        return response
