"""The sender of a real ``icsfeed serve``: a process of its own, which starts, dies and ends with what it is for."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE, run
from tests.notify.posts import arrivals, webhook
from tests.notify.receivers import Receiver, receiver, silent, status
from tests.web.servers import serving, until


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


def announce(summary: str) -> None:
    start = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    options = ("--summary", summary, "--environment", "production", "--impact", "outage", "--reason", "A disk fails")
    assert run("emergency", "announce", "--start", start, "--duration", "2h", *options).status == 0


def test_the_sender_of_a_server(schedule: Path, hook: Receiver) -> None:
    with serving(schedule) as server:
        assert server.side_processes("sender") == set()  # without a channel, nothing is sent

        schedule.write_text(SCHEDULE + webhook("hook", hook.url), encoding="utf-8")
        announce("First")
        until(lambda: len(hook.received) == 1)
        (first,) = server.side_processes("sender")
        os.kill(first, signal.SIGKILL)
        announce("Second")
        until(lambda: len(hook.received) == 2)
        assert '"event": "sender died"' in server.log.read_text("utf-8")

        schedule.write_text(SCHEDULE, encoding="utf-8")
        until(lambda: server.side_processes("sender") == set())

        schedule.write_text(SCHEDULE + webhook("hook", hook.url), encoding="utf-8")
        announce("Third")
        until(lambda: len(hook.received) == 3)
        server.end(signal.SIGKILL)
        until(lambda: server.processes() == {})
    assert [each.summary for each in arrivals(hook)] == ["First", "Second", "Third"]


def test_a_server_stops_in_time_while_a_receiver_does_not_answer(schedule: Path, hook: Receiver) -> None:
    hook.answers = [silent(hook.stop)]
    schedule.write_text(SCHEDULE + webhook("hook", hook.url), encoding="utf-8")
    with serving(schedule) as server:
        announce("First")
        until(lambda: len(hook.received) == 1)
        begin = time.monotonic()
        assert server.end(signal.SIGTERM) == 0
        assert time.monotonic() - begin < 20
        until(lambda: server.processes() == {})
        hook.answers = [status(204)]
    # What was under way is sent again, by the next sender and as soon as it starts.
    assert run("notify", "run", "--once").status == 0
    assert [each.summary for each in arrivals(hook)] == ["First", "First"]
    assert len({each.key for each in arrivals(hook)}) == 1


def test_a_preview_sends_nothing(schedule: Path, hook: Receiver) -> None:
    schedule.write_text(SCHEDULE + webhook("hook", hook.url), encoding="utf-8")
    announce("First")
    with serving(schedule, "--now", "2026-12-08T06:00:00Z") as server:
        until(lambda: len(server.side_processes("operators")) == 1)
        server.get("/feeds/all.ics")
        time.sleep(1)
        assert server.side_processes("sender") == set()
    assert hook.received == []
