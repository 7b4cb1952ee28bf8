"""What those who are no operators learn of the server while its database is away."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.operators.access import create
from tests.operators.consoles import HOME, SIGN_IN, operations

ASK = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_changes", "arguments": {}}}
REVISION = {"MCP-Protocol-Version": "2025-11-25", "Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    "request_line", ["GET /api/v1/changes", f"GET {SIGN_IN}", f"GET {HOME}", f"POST {SIGN_IN}", "POST /mcp"]
)
def test_only_the_log_names_the_database_that_can_not_be_read(tmp_path: Path, request_line: str) -> None:
    folder = tmp_path / "secret place"
    folder.mkdir()
    with closing(Database(f"sqlite:///{folder}/icsfeed.db", may_be_missing=True)) as database:
        console = operations(tmp_path, database)
        token = create(database).text
        browser = console.browser()
        method, _, path = request_line.partition(" ")
        if request_line == f"POST {SIGN_IN}":
            browser.get(SIGN_IN)
        database.close()
        shutil.rmtree(folder)
        headers = {"Authorization": f"Bearer {token}"} if path.startswith("/api") else REVISION
        response = browser.client.open(
            path, method=method, json=ASK if path == "/mcp" else None, headers=headers, base_url="https://x.example"
        )
        assert response.status_code == 503
        assert "secret place" not in response.text
        assert "secret place" in console.log.getvalue()
