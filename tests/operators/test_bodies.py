"""Bodies that break off, never arrive, or come in chunks, at a real ``icsfeed serve``."""

from __future__ import annotations

import contextlib
import json
import select
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.operators.test_serving_operators import CHANGES, announce, operator, schedule, token
from tests.web.servers import PATIENCE, Server, serving, until

__all__ = ["operator", "schedule", "token"]

SILENT_CLIENTS = 30


def connected(server: Server, head: str, content: bytes = b"", *, address: str = "127.0.0.1") -> socket.socket:
    """A client that has sent so much, from that address."""
    client = socket.create_connection(
        ("127.0.0.1", urlsplit(server.url).port or 0), timeout=PATIENCE, source_address=(address, 0)
    )
    client.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + content)
    return client


def answer(client: socket.socket) -> bytes:
    """What the server sends; the client leaves then."""
    with client:
        return client.recv(4096)


def test_what_broke_off_or_never_arrives(schedule: Path, token: str, operator: httpx.Client) -> None:
    head = f"Host: x\nAuthorization: Bearer {token}\nContent-Type: application/json\n"
    with serving(schedule) as server, contextlib.ExitStack() as clients:
        until(lambda: operator.get(server.url + CHANGES).status_code == 200)
        change = f"{CHANGES}/{announce(operator, server, 1).json()['id']}"
        texts = operator.post(f"{server.url}{change}/update", json={"message": "A text"}).json()["summary"]

        redact = f"POST {change}/redact HTTP/1.1\n{head}"
        for content in (b"", b"c\r\n" + json.dumps({"update": 2}).encode() + b"\r\nx"):
            refused = answer(connected(server, redact + "Transfer-Encoding: chunked\n", content))
            assert refused.startswith(b"HTTP/1.1 411 ")
        connected(server, redact + "Content-Length: 12\n", b'{"upda').close()
        connected(server, redact + "Transfer-Encoding: chunked\n").close()

        silent = f"POST {change}/update HTTP/1.1\n{head}Content-Length: 1000\n"
        held = [clients.enter_context(connected(server, silent, b"{")) for _ in range(SILENT_CLIENTS)]
        until(lambda: len(select.select(held, [], [], 0)[0]) >= SILENT_CLIENTS - 6)
        assert httpx.post(server.url + "/mcp", json={}, trust_env=False, timeout=PATIENCE).status_code != 503
        assert operator.get(server.url + change).json()["summary"] == texts
        assert [each.get("message") for each in operator.get(server.url + change).json()["updates"]][-1] == "A text"
