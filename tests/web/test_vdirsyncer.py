"""vdirsyncer and khal subscribe to a real server, and show the events that icsfeed publishes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.spans import Span
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import run
from tests.examples import TORONTO
from tests.required import require
from tests.web.servers import PATIENCE, serving

A_YEAR = Span(start=datetime(2026, 3, 1, 5, tzinfo=UTC), end=datetime(2027, 3, 1, 5, tzinfo=UTC))
NOW = "2026-11-23T12:00:00Z"

SYNCING = """\
[general]
status_path = "{folder}/status/"

[pair maintenance]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"

[storage remote]
type = "http"
url = "{url}"

[storage local]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""
SHOWING = """\
[calendars]
[[maintenance]]
path = {folder}/calendar/
readonly = True

[locale]
local_timezone = America/Toronto
default_timezone = America/Toronto
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M

[sqlite]
path = {folder}/khal.db
"""


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A customer with vdirsyncer and khal, and a folder for both."""

    folder: Path

    @classmethod
    def of(cls, url: str, folder: Path) -> Subscriber:
        """A new customer, who subscribes to ``url``."""
        (folder / "calendar").mkdir(parents=True)
        for name, content in (("vdirsyncer", SYNCING), ("khal", SHOWING)):
            (folder / name).write_text(content.format(folder=folder, url=url), encoding="utf-8")
        subscriber = cls(folder=folder)
        subscriber.call("vdirsyncer", "discover")
        return subscriber

    def fetch(self) -> str:
        """Sync with the server; returns vdirsyncer's messages."""
        return self.call("vdirsyncer", "sync")

    def shown(self, first: str, days: int, *options: str) -> list[tuple[str, str, str]]:
        """The events that khal shows: start and end (in Toronto), and title."""
        form = "{start-long}|{end-long}|{title}"
        lines = self.call(
            "khal", "list", *options, "--format", form, "--day-format", "", first, f"{days}d"
        ).splitlines()
        rows = [line.split("|") for line in lines if line]
        return [(start, end, title) for start, end, title in rows]

    def call(self, program: str, *arguments: str) -> str:
        """Run one of the two."""
        done = subprocess.run(
            [sys.executable, "-m", program, "-c", self.folder / program, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=self.folder,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout if program == "khal" else done.stderr


@pytest.fixture(autouse=True)
def _require_programs() -> None:
    missing = [name for name in ("vdirsyncer", "khal") if find_spec(name) is None]
    require(f"{' and '.join(missing)}: not installed" if missing else None)


def test_khal_shows_a_year_of_windows_as_icsfeed_expands_it(schedule: Path, tmp_path: Path) -> None:
    policy = load_schedule(schedule).schedule
    expected = [
        tuple(f"{instant.astimezone(TORONTO):%Y-%m-%d %H:%M}" for instant in (span.start, span.end))
        for _, span in happening(occurrences(policy, A_YEAR), A_YEAR)
    ]
    with serving(schedule, "--now", NOW) as server:
        subscriber = Subscriber.of(f"{server.url}/feeds/maintenance.ics", tmp_path / "customer")
        assert "Copying" in subscriber.fetch()
        assert "Copying" not in subscriber.fetch()
    shown = subscriber.shown("2026-03-01", 365)
    assert len(expected) > 35
    assert [(start, end) for start, end, _ in shown] == expected
    assert {title for *_, title in shown} == {"Scheduled maintenance"}


def test_khal_shows_and_removes_an_emergency_change_with_the_next_sync(schedule: Path, tmp_path: Path) -> None:
    database = ("--schedule", str(schedule), "--database", f"sqlite:///{tmp_path}/icsfeed.db")
    path = run("subscriber", "add", "Acme", "--feed", "emergency", "--alarm", "30m", *database).stdout.strip()
    now = datetime.now(UTC)
    # In the zone that khal is configured for: its own "today" is that of the process's zone.
    today = f"{now.astimezone(TORONTO):%Y-%m-%d}"
    with serving(schedule, *database[2:]) as server:
        subscriber = Subscriber.of(server.url + path, tmp_path / "customer")
        subscriber.fetch()
        assert subscriber.shown(today, 30, "--once") == []
        words = ("--summary", "Database failover", "--environment", "production", "--reason", "A disk is failing")
        done = run("emergency", "announce", *words, "--start", f"{now:%Y-%m-%dT%H:%MZ}", "--duration", "2h", *database)
        assert (done.status, done.stdout) == (0, "EC-1\n")
        assert "Copying" in subscriber.fetch()
        ((_, _, title),) = subscriber.shown(today, 30, "--once")
        assert "Database failover" in title
        (event,) = (subscriber.folder / "calendar").iterdir()
        assert "TRIGGER:-PT30M" in event.read_text("utf-8")
        run("emergency", "cancel", "EC-1", "--message", "Not needed", *database)
        assert "Copying" in subscriber.fetch()
        ((_, _, title),) = subscriber.shown(today, 30, "--once")
        assert (title.startswith("Cancelled: "), title.endswith("Database failover")) == (True, True)
        assert server.end(signal.SIGTERM) == 0
    (entry,) = json.loads(run("subscriber", "list", "--json", *database).stdout)
    assert list(entry["clients"]) == ["vdirsyncer"]
