"""Clients that send a form as slowly as they like, to a real ``icsfeed serve``."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from icsfeed.web.relay import THREADS
from tests.mail.test_pages import ASK
from tests.mail.vendors import SCHEDULE
from tests.web.servers import Server, serving, until

SOON = 3.0
"""Seconds; a busy machine answers far sooner, and a worker that waits for a slow client never."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    with serving(path) as server:
        yield server


def slow_client(server: Server) -> socket.socket:
    """A client that announces a form, and sends the beginning of it."""
    address = urlsplit(server.url)
    client = socket.create_connection((address.hostname, address.port), timeout=60)
    head = (
        f"POST {ASK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 30\r\n"
    )
    client.sendall(f"{head}\r\nemail=".encode())
    return client


def asked(server: Server, email: str) -> int:
    return httpx.post(server.url + ASK, data={"email": email}, trust_env=False, timeout=60).status_code


def test_slow_clients_hold_up_no_feed(server: Server) -> None:
    with contextlib.ExitStack() as clients:
        for _ in range(THREADS + 2):
            clients.enter_context(slow_client(server))
        until(lambda: asked(server, "customer@example.com") == 503)
        for _ in range(5):
            start = time.monotonic()
            assert server.get("/feeds/all.ics").status_code == 200
            assert time.monotonic() - start < SOON
    until(lambda: asked(server, "other@example.com") == 200)
