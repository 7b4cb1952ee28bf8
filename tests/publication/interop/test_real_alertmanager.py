"""A real Alertmanager, with a configuration as the manual puts it together, is silent in exactly the right minutes.

It reads the system's clock, and faketime can't change that for a program in Go. So the changes lie around the present.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import httpx
import pytest

from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Environment, Kind, automatic_feeds
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from tests.changes import PLAN, a_change
from tests.examples import a_schedule
from tests.publication.interop.years import document
from tests.required import require
from tests.situations import a_situation

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
PATIENCE: Final = 30
SECONDS_NEEDED: Final = 30
"""Of the minute in which everything must happen."""

SILENT: Final = {"begins-open", "lasts-open", "urgent-emergency"}
"""An interval for each environment and kind in which the present minute lies."""

LOUD: Final = {"ends-open", "ahead-open", "urgent-open", "begins-emergency"}


def changes(minute: datetime) -> Iterable[Change]:
    """One planned change for each environment, and an emergency change in the middle of one."""
    spans = {
        "begins": Span(start=minute, end=minute + HOUR),
        "ends": Span(start=minute - HOUR, end=minute),
        "ahead": Span(start=minute + MINUTE, end=minute + HOUR),
        "lasts": Span(start=minute - 30 * HOUR, end=minute + MINUTE),
        "urgent": Span(start=minute - HOUR, end=minute + HOUR),
    }
    for number, (environment, span) in enumerate(spans.items(), start=1):
        plan = replace(PLAN, environments=frozenset({environment}), span=span)
        yield a_change(Kind.PLANNED, number=number, plan=plan)
    urgent = Span(start=minute, end=minute + MINUTE)
    yield a_change(Kind.EMERGENCY, plan=replace(PLAN, environments=frozenset({"urgent"}), span=urgent))


def situation_at(minute: datetime) -> Situation:
    environments = tuple(Environment(id=each, name=each) for each in ("begins", "ends", "ahead", "lasts", "urgent"))
    schedule = a_schedule(environments=environments, feeds=automatic_feeds("Calendar", environments))
    return a_situation(schedule, now=minute, changes=changes(minute))


def configuration(situation: Situation, receiver: str) -> str:
    """The part that operators write, and the intervals of all environments below it."""
    names = sorted(SILENT | LOUD)
    documents = [document(situation, "alertmanager", each.id) for each in situation.schedule.environments]
    intervals = [line for each in documents for line in each.body.decode().splitlines() if line != "time_intervals:"]
    routes = "".join(
        f'  - {{receiver: hook, matchers: [interval="{name}"], mute_time_intervals: [{name}]}}\n' for name in names
    )
    return (
        "route:\n  receiver: hook\n  group_by: [interval]\n  group_wait: 0s\n  routes:\n"
        f"{routes}receivers:\n- {{name: hook, webhook_configs: [{{url: '{receiver}'}}]}}\ntime_intervals:\n"
        + "\n".join(intervals)
        + "\n"
    )


@contextlib.contextmanager
def webhook() -> Generator[tuple[str, set[str]]]:
    """An address for notifications, and the intervals of the alerts that it got."""
    received: set[str] = set()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.update(alert["labels"]["interval"] for alert in body["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as http.server has it)
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/", received
        finally:
            server.shutdown()


@contextlib.contextmanager
def alertmanager(program: str, folder: Path, text: str) -> Generator[httpx.Client]:
    (folder / "alertmanager.yml").write_text(text, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        *(program, f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'data'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="),
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process,
    ):
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE) as client:
                wait_for(lambda: is_ready(client))
                yield client
        finally:
            process.terminate()
            process.wait(PATIENCE)


def is_ready(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/-/ready").is_success
    return False


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def beginning_of_a_minute() -> datetime:
    """The present minute, of which enough is left; waits for the next one, if not."""
    if (second := datetime.now(UTC).second) > 60 - SECONDS_NEEDED:
        time.sleep(60 - second)
    return datetime.now(UTC).replace(second=0, microsecond=0)


def test_it_is_silent_in_the_minutes_of_its_intervals(tmp_path: Path) -> None:
    program = shutil.which("prometheus-alertmanager")
    require(None if program else "Alertmanager is not installed: Debian's prometheus-alertmanager")
    assert program is not None
    for attempt in range(3):
        (folder := tmp_path / str(attempt)).mkdir()
        minute = beginning_of_a_minute()
        with (
            webhook() as (address, received),
            alertmanager(program, folder, configuration(situation_at(minute), address)) as client,
        ):
            alerts = [{"labels": {"alertname": "Down", "interval": each}} for each in sorted(SILENT | LOUD)]
            client.post("/api/v2/alerts", json=alerts).raise_for_status()
            wait_for(lambda: received >= LOUD)
            time.sleep(2)  # for those that should not come
            result = set(received)
        if datetime.now(UTC) < minute + MINUTE:
            assert result == LOUD
            return
    pytest.fail("a machine too slow to do this within a minute")
