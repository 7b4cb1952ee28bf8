"""Two real servers on one PostgreSQL: a token works on both, ends on both, and leaves no trace of its secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select

from icsfeed.services.operator_access import MAX_FAILURES
from icsfeed.store.database.tables import TABLES
from tests import databases
from tests.cli.running import SCHEDULE
from tests.operators.access import UNKNOWN
from tests.web.servers import PATIENCE, Server, serving

CHANGES = "/api/v1/changes"
ANNOUNCEMENT = {
    "kind": "emergency",
    "summary": "Failover",
    "environments": ["production"],
    "reason": "A disk",
    "duration": "1h",
}


@pytest.fixture
def url(postgresql: databases.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with postgresql.database() as one:
        monkeypatch.setenv("ICSFEED_DATABASE", one)
        yield one


def icsfeed(folder: Path, *arguments: str) -> str:
    """What a command prints on standard output, in the folder of a schedule."""
    command = [sys.executable, "-m", "icsfeed", *arguments, "--schedule", str(folder / "schedule.toml")]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout.strip()


def ask(server: Server, token: str, *, path: str = CHANGES, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.request(
        "GET" if body is None else "POST",
        server.url + path,
        headers=headers,
        json=body,
        trust_env=False,
        timeout=PATIENCE,
    )


def test_a_token_through_its_life_on_two_servers(tmp_path: Path, url: str) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        text = SCHEDULE if name == "one" else SCHEDULE + '\n[operators]\napproval = ["planned"]\n'
        (tmp_path / name / "schedule.toml").write_text(text, encoding="utf-8")
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(serving(tmp_path / name / "schedule.toml", "--access-log")) for name in ("one", "other")
        )
        assert ask(one, UNKNOWN).status_code == 404, "there is no token yet"
        reader, writer = (
            icsfeed(tmp_path / "one", "token", "create", scope, "--scope", scope) for scope in ("read", "write")
        )
        responses = {
            "read": ask(one, reader),
            "read-only": ask(other, reader, body=ANNOUNCEMENT),
            "written": ask(other, writer, body=ANNOUNCEMENT),
            "in the url": ask(one, "", path=f"{CHANGES}?access_token={writer}"),
            "malformed": ask(one, f"{writer} {reader}"),
            "missing": ask(one, ""),
        }
        icsfeed(tmp_path / "other", "token", "revoke", "write")
        responses["revoked"] = ask(one, writer)
        attempts = [ask((one, other)[number % 2], UNKNOWN).status_code for number in range(MAX_FAILURES[0][0])]
        responses["limited"] = ask(other, UNKNOWN)
        responses["valid in spite of the limit"] = ask(other, reader)
        logs = one.log.read_text("utf-8") + other.log.read_text("utf-8")
    assert "warning: operators.oidc: nobody can sign in: " in logs, "the second server started before there was a token"
    assert {what: response.status_code for what, response in responses.items()} == {
        "read": 200,
        "read-only": 403,
        "written": 201,
        "in the url": 400,
        "malformed": 400,
        "missing": 401,
        "revoked": 401,
        "limited": 429,
        "valid in spite of the limit": 200,
    }
    assert attempts == [401] * (MAX_FAILURES[0][0] - 1) + [429], "the revoked token was a failed attempt as well"
    assert int(responses["limited"].headers["Retry-After"]) > 600
    assert {what: each.headers.get("WWW-Authenticate") for what, each in responses.items() if each.is_error} == {
        "read-only": 'Bearer realm="icsfeed", error="insufficient_scope", scope="write"',
        "in the url": 'Bearer realm="icsfeed", error="invalid_request"',
        "malformed": 'Bearer realm="icsfeed", error="invalid_request"',
        "missing": 'Bearer realm="icsfeed"',
        "revoked": 'Bearer realm="icsfeed", error="invalid_token"',
        "limited": None,
    }
    shown = "".join(f"{each.headers}{each.text}" for each in responses.values())
    assert (CHANGES in logs, "Failover" in shown, "Failover" in stored(url)) == (True, True, True)
    secrets = [each.removeprefix("icsfeed_") for each in (reader, writer, UNKNOWN)]
    assert [secret for secret in secrets if secret in logs + shown + stored(url)] == []


def stored(url: str) -> str:
    """Everything in the database."""
    engine = create_engine(url)
    with closing(engine.connect()) as connection:
        rows = [str(tuple(row)) for table in TABLES for row in connection.execute(select(table))]
    engine.dispose()
    return "\n".join(rows)
