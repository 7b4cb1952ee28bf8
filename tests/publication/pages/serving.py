"""A site over HTTP, as any static host serves it: the bytes of each path, and nothing else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server

from icsfeed.publication.representations import Representation

LOOPBACK = "127.0.0.1"


@dataclass
class Host:
    """Serves ``site``, which may be replaced at any time, below the path ``prefix``."""

    site: Mapping[str, Representation] = field(default_factory=dict)
    prefix: str = ""
    port: int = 0
    requests: list[tuple[str, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the site's root, without the final slash."""
        return f"http://{LOOPBACK}:{self.port}{self.prefix}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ["PATH_INFO"]
        representation = self.site.get(path.removeprefix(self.prefix)) if path.startswith(f"{self.prefix}/") else None
        self.requests.append((path, 200 if representation else 404))
        if representation is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"nothing here"]
        headers = [("Content-Type", representation.content_type), ("Cache-Control", "no-store")]
        if representation.security:
            headers.append(("Content-Security-Policy", representation.security))
        start_response("200 OK", headers)
        return [representation.body]


class SilentHandler(WSGIRequestHandler):
    """Answers without logging."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@contextlib.contextmanager
def hosting() -> Generator[Host]:
    """A host on a free port of the loopback address."""
    host = Host()
    server = make_server(LOOPBACK, 0, host, threaded=True, request_handler=SilentHandler)
    host.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
