"""The official Python client at a real server: it lists and calls every tool, in both revisions."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.agents.endpoint import HANDSHAKE, STATELESS
from tests.cli.running import SCHEDULE
from tests.manual.documents import TOPICS
from tests.operators.access import create
from tests.web.servers import Server, serving, until

READING: dict[str, dict[str, object]] = {
    "describe_calendar": {},
    "get_gate": {"environments": ["production"], "runway": "1h"},
    "list_upcoming": {"days": 7},
    "explain_date": {"date": f"{datetime.now(UTC):%Y}-12-24"},
    "list_changes": {"include_closed": True},
    "list_freezes": {"include_ended": True},
}
MODES = [("auto", STATELESS), ("legacy", HANDSHAKE)]


class Session:
    """A client at a server, with a token or without one."""

    def __init__(self, url: str, token: str = "", mode: Any = "auto") -> None:  # noqa: ANN401  (a literal)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False)
        self._client = Client(streamable_http_client(f"{url}/mcp", http_client=self._http), mode=mode)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)
        await self._http.aclose()

    @property
    def revision(self) -> str:
        return str(self._client.protocol_version)

    async def tools(self) -> set[str]:
        return {each.name for each in (await self._client.list_tools()).tools}

    async def result(self, tool: str, **arguments: object) -> CallToolResult:
        """The result, which the client checks against the schema of the tool's answers."""
        result = await self._client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        return result

    async def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        result = await self.result(tool, **arguments)
        assert not result.is_error, result.content
        answer: dict[str, Any] = result.structured_content
        return answer

    async def confirm(self, tool: str, **arguments: object) -> dict[str, Any]:
        proposal = await self.call(tool, **arguments)
        return await self.call("confirm_proposal", proposal=proposal["proposal"], sentence=proposal["sentence"])


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    now = datetime.now(UTC)
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        return {
            scope.value: create(database, scope.value, scope=scope, lasts=timedelta(days=1), now=now).text
            for scope in Scope
        }


@pytest.fixture
def server(tmp_path: Path, tokens: dict[str, str]) -> Iterator[Server]:
    assert tokens  # the database exists
    schedule = tmp_path / "schedule.toml"
    schedule.write_text(SCHEDULE, encoding="utf-8")
    with serving(schedule) as server:
        until(lambda: server.get("/mcp").status_code == 405)  # the process that answers operators has started
        yield server


def test_everything_is_read_announced_and_completed(server: Server, tokens: dict[str, str]) -> None:
    asyncio.run(_in_both_revisions(server.url, tokens))
    feed = server.get("/feeds/all.ics").text
    assert feed.count("STATUS:CONFIRMED") > 0
    assert "Database failover" in feed


def test_the_example_in_the_manual_reads_what_comes(server: Server, tokens: dict[str, str]) -> None:
    (example,) = TOPICS["agents"].blocks("python")
    program = example.text.replace("https://maintenance.example.com", server.url)
    environment = {**os.environ, "ICSFEED_TOKEN": tokens["read"], "NO_PROXY": "*"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("{'items': [{")


async def _in_both_revisions(url: str, tokens: dict[str, str]) -> None:
    for mode, revision in MODES:
        async with Session(url, mode=mode) as anybody:
            assert anybody.revision == revision
            public = await anybody.tools()
            assert public == {*READING, "get_change"}
            for tool, arguments in READING.items():
                await anybody.call(tool, **arguments)
            with pytest.raises(MCPError, match="Unknown tool"):
                await anybody.result("propose_start_change", id="EC-1")
        async with Session(url, tokens["read"], mode) as reader:
            assert await reader.tools() == {*public, "suggest_slots", "list_drafts"}
            by = (datetime.now(UTC) + timedelta(days=7)).isoformat()
            assert (await reader.call("suggest_slots", duration="1h", by=by))["slots"]
        async with Session(url, tokens["write"], mode) as writer:
            assert len(await writer.tools()) == len(public) + 2 + 16
            await _lifecycle(writer, mode)
    async with Session(url) as anybody:
        history = (await anybody.call("get_change", id="EC-1"))["updates"]
        assert [each["state"] for each in history] == [
            "tentative",
            "confirmed",
            "in progress",
            "in progress",
            "in progress",
            "in progress",
            "completed",
        ]
        refused = await anybody.result("get_change", id="EC-99")
        assert refused.is_error


async def _lifecycle(writer: Session, mode: str) -> None:
    texts = {
        "summary": f"Database failover ({mode})",
        "environments": ["production"],
        "message": "Zwölf, <b>& more</b>",
    }
    change = (
        await writer.confirm("propose_announce_change", kind="emergency", duration="2h", tentative=True, **texts)
    )["result"]["id"]
    if mode == "auto":
        await writer.confirm("propose_confirm_change", id=change)
        await writer.confirm("propose_start_change", id=change)
        await writer.confirm("propose_update_change", id=change, impact="degraded")
        await writer.confirm("propose_extend_change", id=change, length="30m")
        await writer.confirm("propose_undo_change", id=change)
        answer = await writer.confirm("propose_complete_change", id=change, message="Done")
        assert answer["result"]["state"] == "completed"
    freeze = (await writer.confirm("propose_start_freeze", reason="Switches"))["result"]["id"]
    await writer.confirm("propose_end_freeze", id=freeze)
