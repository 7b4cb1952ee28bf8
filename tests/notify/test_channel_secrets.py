"""What a channel's address and secret hold stands in no output, log or database, whatever goes wrong."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE, run
from tests.notify.receivers import Receiver, raw, receiver

CHANNELS = """
[[channels]]
id = "hook"
webhook = "env:HOOK_URL"
secret = "env:HOOK_SECRET"
allow_private_addresses = true

[[channels]]
id = "chat"
url = "env:CHAT_URL"

[[channels]]
id = "misspelt"
url = "env:MISSPELT_URL"

[[channels]]
id = "public"
webhook = "env:HOOK_URL"
secret = "env:HOOK_SECRET"
"""
KEY = "d2hvZXZlci1yZWFkcy10aGlzLWNhbi1zaWdu"
SECRETS = ("hook-user", "hook-password", "hook-token", KEY, "chat-user", "chat-password", "chat-token", "slack-token")


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as there:
        yield there


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_no_secret_is_said_where_sending_fails(
    there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receivers repeat what they were sent."""
    there.answers[:] = [raw(b"HTTP/1.1 401 hook-token\r\nX-Token: chat-token\r\n\r\n", b"hook-token chat-token")]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE + CHANNELS, encoding="utf-8")
    environment = {
        "HOOK_URL": f"http://hook-user:hook-password@127.0.0.1:{there.port}/hook-token",
        "HOOK_SECRET": f"whsec_{KEY}",
        "CHAT_URL": f"json://chat-user:chat-password@127.0.0.1:{there.port}/chat-token",
        "MISSPELT_URL": "slak://slack-token",
    }
    start = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    plan = ("--summary", "Failover", "--environment", "production", "--duration", "2h", "--reason", "A disk fails")
    outcomes = [
        run(*command, environment=environment)
        for command in (
            ("emergency", "announce", "--start", start, *plan),
            ("notify", "run", "--once"),
            ("notify", "status", "--all"),
            ("notify", "test", "hook"),
            ("check",),
        )
    ]
    assert [outcome.status for outcome in outcomes] == [0, 1, 0, 1, 0]
    assert {request.path for request in there.received} == {"/hook-token", "/chat-token"}
    output = "".join(outcome.stdout + outcome.stderr for outcome in outcomes)
    assert (output.count('"not sent"'), output.count('"given up"')) == (3, 1)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [secret for secret in SECRETS if secret in output or secret.encode() in written] == []
