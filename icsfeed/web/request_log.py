"""Requests in the log: each with an id, and never with a token."""

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

from icsfeed.publication.private_paths import is_private, masked
from icsfeed.services.mail_links import CONFIRM_FOLDER, UNSUBSCRIBE_FOLDER
from icsfeed.web.clients import family_of

NewId: TypeAlias = Callable[[], str]

REQUEST_ID: Final = "icsfeed.request_id"
_VALID_ID: Final = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
_POSSIBLE_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{28,}")
_MAIL_LINK_FOLDERS: Final = (CONFIRM_FOLDER, UNSUBSCRIBE_FOLDER)
_MAX_TEXT_CHARS: Final = 300
"""Of a path, and of a User-Agent."""

_MIN_SERVER_ERROR: Final = 500


def loggable_path(path: str) -> str:
    """The path without anything that is, or may be, a token; on one line, and not too long."""
    if is_private(path):
        return masked(path)
    if folder := next(filter(path.startswith, _MAIL_LINK_FOLDERS), None):
        return f"{folder}{{token}}"
    without_tokens = _POSSIBLE_TOKEN.sub("{token}", path[:_MAX_TEXT_CHARS])
    return quote(without_tokens.encode("latin-1", errors="replace"), safe="/{}@:~+,;=!$&'()*")


class RequestLog:
    """Logs requests that failed and, for ``AccessLog``, every request."""

    def __init__(self, log: FilteringBoundLogger, new_id: NewId) -> None:
        self.log = log
        self._new_id = new_id

    def id_of(self, environ: WSGIEnvironment) -> str:
        """The request's id: the one that a proxy set, if it is valid, or a new one."""
        request_id: str | None = environ.get(REQUEST_ID)
        if request_id is None:
            header = environ.get("HTTP_X_REQUEST_ID", "")
            request_id = environ[REQUEST_ID] = header if _VALID_ID.fullmatch(header) else self._new_id()
        return request_id

    def log_failure(self, environ: WSGIEnvironment, error: Any) -> str:  # noqa: ANN401  (as logging: an error, or its triple)
        """Log a fault of the program with its traceback; returns the request's id."""
        request_id = self.id_of(environ)
        self.log.error(
            "request failed",
            request_id=request_id,
            method=environ["REQUEST_METHOD"],
            path=loggable_path(environ.get("PATH_INFO", "")),
            exc_info=error,
        )
        return request_id


class AccessLog:
    """A WSGI application that logs every request to ``app``."""

    def __init__(self, app: WSGIApplication, requests: RequestLog) -> None:
        self._app = app
        self._requests = requests

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        start = time.perf_counter()
        request_id = self._requests.id_of(environ)
        path = environ.get("SCRIPT_NAME", "") + loggable_path(environ.get("PATH_INFO", ""))
        responses: list[tuple[str, list[tuple[str, str]]]] = []

        def record_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401  (PEP 3333)
            responses.append((status, headers))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        body = self._app(environ, record_response)
        status, headers = responses[-1] if responses else ("500", [])
        user_agent = environ.get("HTTP_USER_AGENT", "")
        self._requests.log.info(
            "request",
            request_id=request_id,
            method=environ["REQUEST_METHOD"],
            path=path,
            status=int(status[:3]),
            bytes=next((int(value) for name, value in headers if name.lower() == "content-length"), None),
            milliseconds=round(1000 * (time.perf_counter() - start), 2),
            address=environ.get("REMOTE_ADDR"),
            client=family_of(user_agent),
            user_agent=user_agent[:_MAX_TEXT_CHARS],
        )
        return body


def log_failures(app: Flask, requests: RequestLog) -> None:
    """Log the application's own faults with the request's id, and send that id in the response."""

    def log_exception(
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        requests.log_failure(request.environ, exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign] # Flask's own logs the path unmasked

    @app.after_request
    def send_id(response: Response) -> Response:
        if response.status_code >= _MIN_SERVER_ERROR:
            response.headers["X-Request-Id"] = requests.id_of(request.environ)
        return response
