"""The paths that the operators' application answers, also while there is nothing to publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from icsfeed.web.relay_errors import LENGTH_REQUIRED, RELAY_ERROR, RelayError

_PATHS: Final = frozenset({"/mcp", "/operator"})
_FOLDERS: Final = ("/api/v1/", "/mcp/", "/operator/", "/subscribe/", "/unsubscribe/")
_FEED_WORKERS_PATHS: Final = frozenset({"/api/v1/state"})
"""Below one of those folders, but public and asked for by pipelines: the feed workers answer from memory."""


def is_operators_path(path: str) -> bool:
    """Whether the operators' application answers there."""
    return (path.startswith(_FOLDERS) and path not in _FEED_WORKERS_PATHS) or path in _PATHS


class PathSwitch:
    """A WSGI application that has ``operators`` answer their paths, and ``app`` all others.

    A body counts only with its length: some servers give one in chunks that breaks off as if it were whole, and a
    request without its fields may mean something else. ``app`` refuses it.
    """

    def __init__(self, app: WSGIApplication, operators: WSGIApplication) -> None:
        self._app = app
        self._operators = operators

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if not is_operators_path(environ.get("PATH_INFO", "")):
            return self._app(environ, start_response)
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ[RELAY_ERROR] = RelayError(LENGTH_REQUIRED)
            return self._app(environ, start_response)
        environ.pop("wsgi.input_terminated", None)  # otherwise a body that is shorter than its length counts as whole
        return self._operators(environ, start_response)


class DeferredApplication:
    """A WSGI application that is made for its first request, so that a server of feeds alone does not pay for it."""

    def __init__(self, make: Callable[[], WSGIApplication]) -> None:
        self._make = make
        self._app: WSGIApplication | None = None
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        app = self._app
        if app is None:
            with self._lock:
                app = self._app = self._app or self._make()
        return app(environ, start_response)
