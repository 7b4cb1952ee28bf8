"""What goes over HTTP before any tool is called: messages, headers, revisions, and everything that is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.agents.endpoint import HANDSHAKE, STATELESS, Agent, a_request, an_agent
from tests.cli.running import SCHEDULE

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
OLD = {"MCP-Protocol-Version": HANDSHAKE}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": "first",
    "method": "initialize",
    "params": {
        "protocolVersion": HANDSHAKE,
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    },
}


@pytest.fixture
def agent() -> Agent:
    return an_agent()


def test_a_client_of_the_stateless_revision_discovers_the_server(agent: Agent) -> None:
    response = agent.send("server/discover")
    result = response.get_json()["result"]
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Mcp-Session-Id" not in response.headers
    assert result["supportedVersions"] == [STATELESS, HANDSHAKE]
    assert result["capabilities"] == {"tools": {}}
    assert result["resultType"] == "complete"
    assert (result["ttlMs"], result["cacheScope"]) == (300_000, "public")
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "icsfeed"


def test_a_client_of_the_earlier_revision_begins_with_a_handshake_of_which_nothing_is_kept(agent: Agent) -> None:
    response = agent.post(INITIALIZE)
    result = response.get_json()["result"]
    assert (response.status_code, response.get_json()["id"]) == (200, "first")
    assert result["protocolVersion"] == HANDSHAKE
    assert "resultType" not in result
    assert "Mcp-Session-Id" not in response.headers
    initialized = agent.post({"jsonrpc": "2.0", "method": "notifications/initialized"}, OLD)
    assert (initialized.status_code, initialized.data) == (202, b"")
    assert agent.post(PING, OLD).json == {"jsonrpc": "2.0", "id": 1, "result": {}}
    tools = agent.post({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, OLD).get_json()["result"]["tools"]
    assert [each["name"] for each in tools] == agent.tools()


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", "2999-01-01", HANDSHAKE])
def test_a_handshake_for_any_revision_is_answered_with_the_one_that_has_handshakes(agent: Agent, version: str) -> None:
    params = {**INITIALIZE["params"], "protocolVersion": version}  # type: ignore[dict-item]
    assert agent.post({**INITIALIZE, "params": params}).get_json()["result"]["protocolVersion"] == HANDSHAKE


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        (b"", 400, -32700, "the body is not JSON in UTF-8"),
        (b"{", 400, -32700, "the body is not JSON in UTF-8"),
        (b'{"jsonrpc": "\xff"}', 400, -32700, "the body is not JSON in UTF-8"),
        (b"NaN", 400, -32700, "NaN is not JSON"),
        (b'{"id": 1e999}', 400, -32700, "a number in the body is too large"),
        (b'{"id": ' + b"9" * 5000 + b"}", 400, -32700, "the body is not JSON in UTF-8"),
        (b'{"id": 1, "id": 2}', 400, -32700, "an object in the body has a name twice"),
        (b'{"a": "\\ud800"}', 400, -32700, "a text in the body has half of a surrogate pair"),
        (b'{"\\ud800": 1}', 400, -32700, "a text in the body has half of a surrogate pair"),
        (b"[" * 33 + b"]" * 33, 400, -32700, "the body is nested more than 32 levels deep"),
        (b"[" * 30_000, 400, -32700, "the body is not JSON in UTF-8"),
        (b"[]", 400, -32600, "a batch is not accepted; post each message on its own"),
        (json.dumps([PING, PING]).encode(), 400, -32600, "a batch is not accepted; post each message on its own"),
        (b"null", 400, -32600, 'a message is an object of JSON-RPC 2.0, with "jsonrpc": "2.0"'),
        (b'{"id": 1, "method": "ping"}', 400, -32600, 'a message is an object of JSON-RPC 2.0, with "jsonrpc": "2.0"'),
        (
            b'{"jsonrpc": "2.0", "id": 1, "result": {}}',
            400,
            -32600,
            'a message needs a "method"; this server sends no requests to answer',
        ),
        (
            b'{"jsonrpc": "2.0", "id": null, "method": "ping"}',
            400,
            -32600,
            'an "id" is a whole number or a text of up to 256 characters',
        ),
        (
            b'{"jsonrpc": "2.0", "id": true, "method": "ping"}',
            400,
            -32600,
            'an "id" is a whole number or a text of up to 256 characters',
        ),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', 400, -32600, '"params" is an object'),
    ],
)
def test_a_body_that_is_no_message_is_refused(agent: Agent, body: bytes, status: int, code: int, message: str) -> None:
    response = agent.post(body, OLD)
    assert response.status_code == status
    assert response.json == {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=latin-1"}, 415),
        ({"Accept": "text/html"}, 406),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 403),  # the name that the request itself gives this server
    ],
)
def test_what_http_refuses_is_said_in_json_too(agent: Agent, headers: Mapping[str, str], status: int) -> None:
    response = agent.post(PING, {**OLD, **headers})
    assert (response.status_code, response.get_json()["error"]["code"]) == (status, status)
    assert response.get_json()["id"] is None


@pytest.mark.parametrize(
    "headers", [{"Accept": ""}, {"Accept": "*/*"}, {"Content-Type": "application/json;charset=UTF-8"}]
)
def test_what_http_allows_is_answered(agent: Agent, headers: Mapping[str, str]) -> None:
    assert agent.post(PING, {**OLD, **headers}).status_code == 200


def test_a_page_of_the_calendar_itself_may_ask(tmp_path: Path) -> None:
    url = 'url = "https://Maintenance.example.com/calendar"'
    (tmp_path / "schedule.toml").write_text(SCHEDULE.replace("[calendar]", f"[calendar]\n{url}"), encoding="utf-8")
    agent = an_agent(schedule=tmp_path / "schedule.toml")
    assert agent.post(PING, {**OLD, "Origin": "https://maintenance.example.com"}).status_code == 200
    assert agent.post(PING, {**OLD, "Origin": "http://maintenance.example.com"}).status_code == 403


def test_a_body_is_no_longer_than_its_bound(agent: Agent) -> None:
    bound = 64 * 1024
    fitting = json.dumps(PING).encode()
    fitting += b" " * (bound - len(fitting))
    assert agent.post(fitting, OLD).status_code == 200
    response = agent.post(fitting + b" ", OLD)
    assert (response.status_code, response.get_json()["error"]["message"]) == (
        413,
        "a message has 65,536 bytes at most",
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_there_is_nothing_but_post(agent: Agent, method: str) -> None:
    response = agent.client.open("/mcp", method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (
            {"MCP-Protocol-Version": ""},
            "the header MCP-Protocol-Version is missing; this server speaks 2026-07-28 and 2025-11-25",
        ),
        (
            {"MCP-Protocol-Version": HANDSHAKE},
            'the header MCP-Protocol-Version and "io.modelcontextprotocol/protocolVersion" in _meta name different '
            "revisions",
        ),
        ({"Mcp-Method": ""}, "the header Mcp-Method has to repeat the method of the body"),
        ({"Mcp-Method": "tools/list"}, "the header Mcp-Method has to repeat the method of the body"),
        ({"Mcp-Name": ""}, 'the header Mcp-Name has to repeat the parameter "name" of the body'),
        ({"Mcp-Name": "list_changes"}, 'the header Mcp-Name has to repeat the parameter "name" of the body'),
        ({"Mcp-Name": "=?base64?!?="}, 'the header Mcp-Name has to repeat the parameter "name" of the body'),
    ],
)
def test_headers_that_contradict_the_body_are_refused(agent: Agent, headers: Mapping[str, str], message: str) -> None:
    response = agent.send("tools/call", name="get_gate", arguments={}, headers=headers)
    assert response.status_code == 400
    assert response.json == {"jsonrpc": "2.0", "id": 1, "error": {"code": -32020, "message": message}}


def test_a_name_may_be_encoded(agent: Agent) -> None:
    encoded = f"=?base64?{base64.b64encode(b'get_gate').decode()}?="
    response = agent.send("tools/call", name="get_gate", arguments={}, headers={"Mcp-Name": encoded})
    assert response.get_json()["result"]["isError"] is False


def test_another_revision_is_refused_with_those_that_the_server_speaks(agent: Agent) -> None:
    request = a_request("tools/list")
    request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2999-01-01"  # type: ignore[index]
    response = agent.post(request, {"MCP-Protocol-Version": "2999-01-01", "Mcp-Method": "tools/list"})
    assert response.status_code == 400
    assert response.get_json()["error"] == {
        "code": -32022,
        "message": "Unsupported protocol version",
        "data": {"supported": [STATELESS, HANDSHAKE], "requested": "2999-01-01"},
    }


def test_a_request_without_its_envelope_is_refused(agent: Agent) -> None:
    response = agent.post(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        {"MCP-Protocol-Version": STATELESS, "Mcp-Method": "tools/list"},
    )
    assert response.status_code == 400
    assert response.get_json()["error"] == {
        "code": -32602,
        "message": 'params._meta needs "io.modelcontextprotocol/protocolVersion" and '
        '"io.modelcontextprotocol/clientCapabilities"',
    }


@pytest.mark.parametrize(
    "method", ["initialize", "ping", "prompts/list", "resources/list", "constructor", "tools/Call"]
)
def test_a_method_that_the_stateless_revision_lacks_or_this_server(agent: Agent, method: str) -> None:
    response = agent.send(method)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize("method", ["server/discover", "prompts/list", "logging/setLevel", "nothing"])
def test_a_method_that_the_earlier_revision_lacks_or_this_server(agent: Agent, method: str) -> None:
    params = {"level": "info"} if method == "logging/setLevel" else {}
    response = agent.post({**PING, "method": method, "params": params}, OLD)
    assert (response.status_code, response.get_json()["error"]["code"]) == (200, -32601)


@pytest.mark.parametrize("params", [{}, {"name": 1}, {"name": "get_gate", "arguments": []}, {"name": "no_such_tool"}])
def test_a_call_of_no_tool_is_an_error_of_the_protocol(agent: Agent, params: Mapping[str, object]) -> None:
    response = agent.send("tools/call", headers={"Mcp-Name": str(params.get("name", ""))}, **params)
    assert (response.status_code, response.get_json()["error"]["code"]) in {(400, -32602), (400, -32020)}
    response = agent.post({**PING, "method": "tools/call", "params": params}, OLD)
    assert (response.status_code, response.get_json()["error"]["code"]) == (200, -32602)


@pytest.mark.parametrize("version", [HANDSHAKE, STATELESS])
def test_a_notification_is_accepted_and_changes_nothing(agent: Agent, version: str) -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    response = agent.post(message, {"MCP-Protocol-Version": version})
    assert (response.status_code, response.data, "Content-Type" in response.headers) == (202, b"", False)


def test_with_the_example_a_token_is_refused(agent: Agent) -> None:
    response = agent.post(PING, {**OLD, "Authorization": "Bearer x"})
    assert response.status_code == 401
    assert response.get_json()["error"]["message"] == (
        "this server shows the packaged example and has no tokens; leave out the header Authorization"
    )
