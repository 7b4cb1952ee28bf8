"""The route ``/mcp`` in this process, and messages to it as a client of the protocol posts them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from icsfeed.publication.live import Clock
from icsfeed.publication.sources import ScheduleFile
from icsfeed.service_log import service_log
from icsfeed.services.repository import NoRepository
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import example_path
from icsfeed.web.operators.application import make_operators_application
from icsfeed.web.operators.context import OperatorsContext, Randomness
from icsfeed.web.operators.workspaces import Workspaces
from tests.examples import NOW

STATELESS: Final = "2026-07-28"
HANDSHAKE: Final = "2025-11-25"
_JSON: Final = "application/json"


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A program that posts messages, of the stateless revision unless a test says otherwise."""

    client: FlaskClient
    token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def post(self, body: bytes | object, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Post the body, or the value as JSON, with these headers and, for what they don't say, the usual ones."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual = {"Content-Type": _JSON, "Accept": f"{_JSON}, text/event-stream"}
        if self.token:
            usual["Authorization"] = f"Bearer {self.token}"
        chosen = {**usual, **self.headers, **(headers or {})}
        return self.client.post("/mcp", data=content, headers={name: each for name, each in chosen.items() if each})

    def send(self, method: str, *, headers: Mapping[str, str] | None = None, **params: object) -> TestResponse:
        """Send a request of the stateless revision."""
        name = params.get("name")
        usual = {
            "MCP-Protocol-Version": STATELESS,
            "Mcp-Method": method,
            **({"Mcp-Name": name} if isinstance(name, str) else {}),
        }
        return self.post(a_request(method, **params), {**usual, **(headers or {})})

    def tools(self) -> list[str]:
        return [each["name"] for each in self.send("tools/list").get_json()["result"]["tools"]]

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """The answer of a tool, which must have one."""
        result = self.send("tools/call", name=tool, arguments=arguments).get_json()["result"]
        assert not result["isError"], result["content"][0]["text"]
        answer: dict[str, Any] = result["structuredContent"]
        return answer

    def refusal(self, tool: str, **arguments: object) -> str:
        """Why a tool gives no answer."""
        result = self.send("tools/call", name=tool, arguments=arguments).get_json()["result"]
        assert result["isError"], result["structuredContent"]
        text: str = result["content"][0]["text"]
        return text


def a_request(method: str, **params: object) -> dict[str, object]:
    """A request of the stateless revision."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}


def an_agent(
    *,
    schedule: Path | None = None,
    database: Database | None = None,
    clock: Clock = lambda: NOW,
    token: str = "",
    now: datetime | None = None,
) -> Agent:
    """An agent at a server of that schedule (by default the packaged example) and database."""
    repository, log = database or NoRepository(), service_log()
    path = schedule or example_path()
    context = OperatorsContext(
        workspaces=Workspaces(ScheduleFile(path=path), repository, log=log),
        database=repository,
        clock=clock if now is None else lambda: now,
        randomness=Randomness(new_id=partial(token_hex, 10), new_secret=partial(token_hex, 32), new_bytes=token_bytes),
        environment={},
        log=log,
    )
    return Agent(client=make_operators_application(context).test_client(), token=token)
