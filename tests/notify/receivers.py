"""Receivers of HTTP requests in a thread, which answer as a test wants."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request; the names of its headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(kw_only=True)
class Receiver:
    """A server on a loopback address; the answers are given in their order, the last one from then on."""

    port: int = 0
    scheme: str = "http"
    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks/maintenance"

    def answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def status(code: int, **headers: str) -> Answer:
    """An answer with that status; underscores in the names of headers stand for hyphens."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def raw(*parts: bytes) -> Answer:
    """These bytes, and then the end of the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)

    return answer


def dripping(start: bytes, drop: bytes, stop: threading.Event, seconds: float = 0.05) -> Answer:
    """The start of an answer, and then one drop after the other, until the test is over."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while not stop.is_set():
            handler.wfile.write(drop)
            handler.wfile.flush()
            time.sleep(seconds)

    return answer


def silent(stop: threading.Event) -> Answer:
    """No answer, until the test is over."""

    def answer(_: BaseHTTPRequestHandler) -> None:
        stop.wait()

    return answer


@contextmanager
def receiver(*answers: Answer, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Generator[Receiver]:
    """A receiver that gives these answers; by default it acknowledges everything."""
    state = Receiver(answers=list(answers) or [status(204)], scheme="https" if tls else "http")

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.received.append(Received(method=self.command, path=self.path, headers=headers, body=body))
            with suppress(OSError):
                state.answer()(self)
            self.close_connection = True

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815  (the names that http.server looks for)

        def log_message(self, *_: object) -> None:
            """Nothing: the test sees what was received."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def handle_error(self, *_: object) -> None:
            """Nothing: clients that leave early are what is tested."""

    server = Server((host, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
