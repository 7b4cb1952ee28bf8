"""A server with S3's protocol, and a connection to it that can be cut."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import obstore

PATIENCE = 60
"""Seconds; far more than a start takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A running server, and its request log."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """Send a request without credentials."""
        # Without certificates, whose loading costs more than a request: it is plain HTTP.
        return httpx.request(method, self.url + path, trust_env=False, verify=False, timeout=PATIENCE, **options)  # type: ignore[arg-type]  # noqa: S501

    def make_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        assert self.ask("PUT", f"/{name}").status_code == 200

    def bucket(self, name: str) -> obstore.store.ObjectStore:
        """A client of the bucket."""
        return obstore.store.from_url(f"s3://{name}", endpoint=self.url, client_options={"allow_http": True})

    def objects(self, bucket: str) -> dict[str, str]:
        """The texts in a bucket, by name."""
        client = self.bucket(bucket)
        names = [each["path"] for chunk in obstore.list(client) for each in chunk]
        return {name: bytes(obstore.get(client, name).bytes()).decode() for name in names}

    def requests(self) -> list[str]:
        """The method, path and status of each request so far."""
        lines = re.findall(r'"([A-Z]+ \S+) HTTP/1.1\S* (\d{3})', self.log.read_text("utf-8"))
        return [f"{request} {status}" for request, status in lines]

    @contextlib.contextmanager
    def asking_for_credentials(self) -> Generator[None]:
        """In the block, requests need a signature with a key that the server knows."""
        self.ask("POST", "/moto-api/reset-auth", content=b"0")
        try:
            yield
        finally:
            self.ask("POST", "/moto-api/reset-auth", content=b"inf")


@contextlib.contextmanager
def running_store(folder: Path) -> Generator[Store]:
    """A running store, with its log in that folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    store = Store(port=port, log=folder / "requests")
    with store.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(httpx.TransportError):
                store.ask("GET", "/moto-api/")
                break
            assert process.poll() is None, store.log.read_text("utf-8")
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
        yield store
    finally:
        process.kill()
        process.wait(PATIENCE)


@dataclass(kw_only=True)
class Wire:
    """A connection to the server that is cut after some uploads (``None``: never)."""

    to: int
    cut_after: int | None = None
    uploads: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.to)) as far, contextlib.suppress(OSError):
            while True:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65536)
                    if not data or (end is near and self._is_cut(data)):
                        return
                    (far if end is near else near).sendall(data)

    def _is_cut(self, data: bytes) -> bool:
        """Count the start of an upload; the one beyond the limit is lost halfway."""
        with self._lock:
            self.uploads += data.startswith(b"PUT ")
            return self.cut_after is not None and self.uploads > self.cut_after
