"""``export --watch``: the site follows edits, recorded changes and time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import structlog
from structlog.testing import LogCapture

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.subscribers import Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import Report
from icsfeed.export.folder import Folder
from icsfeed.export.site import export_site
from icsfeed.export.watching import SECONDS_BEFORE_RETRY, SECONDS_BETWEEN_LOOKS, watch
from icsfeed.publication.publishing import Publication
from tests.cli.running import SCHEDULE, run, token_key_file
from tests.examples import NOW, utc
from tests.publication.fakes import AFTER, Clock, FakeServer, mistakes
from tests.store.disks import read_only_view

PATIENCE = 60
ROOT = Path(__file__).parents[2]
NEW_YEAR = utc(2027, 1, 1, 5)


@dataclass
class WatchRun:
    """A watch of a live publication that runs one of the actions at each wait, and ends after the last."""

    folder: Path
    actions: list[Callable[[], object]]
    server: FakeServer = field(default_factory=FakeServer)
    faults: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    exports: int = 0
    capture: LogCapture = field(default_factory=LogCapture)
    token_key: TokenKey | None = None

    def run(self) -> None:
        """Watch until all actions are done."""
        log = structlog.wrap_logger(
            None, processors=[self.capture], wrapper_class=structlog.make_filtering_bound_logger("info")
        )
        watch(
            self.server.live,
            self._export,
            private=self.token_key is not None,
            wait=self._wait,
            log=log,
            on_export=self.reports.append,
        )

    def _wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        if len(self.pauses) == 1:
            return False
        if not self.actions:
            return True
        self.actions.pop(0)()
        self.server.clock.advance(seconds=seconds)
        return False

    def _export(self, publication: Publication, subscribers: Subscribers) -> Report:
        self.exports += 1
        if self.faults:
            raise UnavailableError(self.faults.pop(0))
        situation = publication.events.situation
        record = replace(situation.record, subscribers=subscribers)
        return export_site(
            replace(situation, record=record, now=self.server.clock.now),
            Folder(self.folder),
            changed_at=publication.changed_at,
            before=publication.events,
            token_key=self.token_key,
            is_live=True,
        )

    def shows(self, text: bytes) -> bool:
        """Whether the feed "all" contains the text."""
        return text in (self.folder / "feeds" / "all.ics").read_bytes()


def nothing() -> None:
    """Do nothing but let time pass."""


def test_an_unchanged_publication_is_exported_once(tmp_path: Path) -> None:
    """Servers send the date a second later, but that doesn't change files."""
    watch_run = WatchRun(tmp_path / "site", [nothing] * 10)
    watch_run.run()
    assert (watch_run.exports, len(watch_run.reports)) == (1, 1)
    assert watch_run.pauses == [0.0, *[SECONDS_BETWEEN_LOOKS] * 11]


def test_an_edit_is_exported_at_the_next_look(tmp_path: Path) -> None:
    server = FakeServer()
    watch_run = WatchRun(tmp_path / "site", [lambda: server.disk.write(AFTER, server.clock.now), nothing], server)
    watch_run.run()
    assert watch_run.shows(b"new platform")
    assert watch_run.shows(b"SEQUENCE:1\r\n")
    assert [len(report.written) > 0 for report in watch_run.reports] == [True, True]


def test_a_broken_edit_leaves_the_site_unchanged_and_is_logged(tmp_path: Path) -> None:
    server = FakeServer()
    watch_run = WatchRun(tmp_path / "site", [lambda: server.disk.write(mistakes("one"), NOW), nothing, nothing], server)
    watch_run.run()
    assert watch_run.exports == 1
    assert watch_run.shows(b"BEGIN:VEVENT")
    assert [entry["mistakes"] for entry in server.log_entries("schedule broken")] == [("line 1: calendar: one",)]


def test_a_file_that_hangs_does_not_stop_the_watch(tmp_path: Path) -> None:
    """Not even a signal ended it."""
    server = FakeServer(patience=timedelta(milliseconds=1), slow_look=timedelta(milliseconds=20))
    go_on = Event()

    def hang() -> None:
        server.disk.while_looking = lambda: assert_set(go_on)

    try:
        WatchRun(tmp_path / "site", [hang, nothing, lambda: time.sleep(0.05), nothing, nothing], server=server).run()
    finally:
        go_on.set()
    (problem,) = server.log_entries("schedule broken")
    assert problem["mistakes"] == ("the schedule has not answered for 0.02 seconds",)


def assert_set(event: Event) -> None:
    assert event.wait(timeout=60)


def test_a_watch_reads_no_pipe(tmp_path: Path) -> None:
    """It waited for somebody to write into it."""
    pipe = tmp_path / "schedule.toml"
    os.mkfifo(pipe)
    outcome = run("export", tmp_path / "site", "--watch", "--base-url", "https://example.com", "--schedule", pipe)
    assert (outcome.status, outcome.stderr) == (
        1,
        f"{pipe}: this is a pipe, a socket or a device; name a regular file, which can be read again and again\n",
    )


def test_changes_by_time_alone_are_exported(tmp_path: Path) -> None:
    server = FakeServer(clock=Clock(now=NEW_YEAR - timedelta(seconds=1)))
    watch_run = WatchRun(tmp_path / "site", [nothing] * 8, server)
    watch_run.run()
    assert watch_run.shows(b"UNTIL=2028")
    assert len(watch_run.reports) == 2


def test_texts_of_the_moment_follow_the_clock_and_equal_those_of_a_server(tmp_path: Path) -> None:
    """A window begins and ends while nobody touches anything."""
    start, end = utc(2026, 12, 3, 7), utc(2026, 12, 3, 11)
    server = FakeServer(clock=Clock(now=start - timedelta(seconds=SECONDS_BETWEEN_LOOKS)))
    texts: list[dict[str, bytes]] = []
    paths = ("reminders/ticket.txt", "fr/reminders/phone.txt", "badge.svg", "api/v2/summary.json")

    def look() -> None:
        served = server.publication().representations
        texts.append({path: (tmp_path / "site" / path).read_bytes() for path in paths})
        assert texts[-1] == {path: served[f"/{path}"].body for path in paths}

    def until_the_end() -> None:
        look()
        server.clock.now = end

    WatchRun(tmp_path / "site", [nothing, nothing, until_the_end, nothing, look], server).run()
    during, after = texts
    for path in paths:
        assert during[path] != after[path], path
    assert b"In progress now" in during["reminders/ticket.txt"]
    assert b"In progress" not in after["reminders/ticket.txt"]


def test_revisions_continue_from_the_destination_with_a_new_database(tmp_path: Path) -> None:
    first = FakeServer()
    WatchRun(tmp_path / "site", [lambda: first.disk.write(AFTER, first.clock.now)], first).run()
    again = WatchRun(tmp_path / "site", [], FakeServer(disk=first.disk))
    again.run()
    assert (again.exports, again.reports) == (1, [])
    assert again.shows(b"SEQUENCE:1\r\n")


def test_a_failed_export_is_tried_again_and_each_reason_logged_once(tmp_path: Path) -> None:
    server = FakeServer()
    watch_run = WatchRun(tmp_path / "site", [nothing] * 4, server)

    def edit() -> None:
        server.disk.write(AFTER, server.clock.now)
        watch_run.faults += ["full", "full", "cut"]

    watch_run.actions.insert(0, edit)
    watch_run.run()
    assert watch_run.pauses == [
        0.0,
        SECONDS_BETWEEN_LOOKS,
        SECONDS_BEFORE_RETRY,
        SECONDS_BEFORE_RETRY,
        SECONDS_BEFORE_RETRY,
        SECONDS_BETWEEN_LOOKS,
        SECONDS_BETWEEN_LOOKS,
    ]
    assert [(entry["event"], entry.get("reason")) for entry in watch_run.capture.entries] == [
        ("export failed", "full"),
        ("export failed", "cut"),
        ("export works again", None),
    ]
    assert watch_run.shows(b"new platform")


def test_a_failed_first_export_ends_the_watch(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="full"):
        WatchRun(tmp_path / "site", [], faults=["full"]).run()


KEY = TokenKey(secret=b"k" * 32)
PRIVATE_FILES = (
    *(
        f"private/{{token}}/{folder}all.{form}{end}"
        for folder in ("", "fr/")
        for form in ("expanded.ics", "ics", "json", "maintnote.ics")
        for end in ("", ".br", ".gz")
    ),
    "private/{token}/fr/index.html",
    "private/{token}/index.html",
)


def take(server: FakeServer, action: Action, salt: str, until: datetime | None = None, key: TokenKey = KEY) -> None:
    """Record a step of a subscriber, with the token of that salt."""
    step = SubscriberStep(
        action=action,
        name="Acme Inc.",
        at=server.clock.now,
        feed="all",
        digest=digest_of(key.token(salt)),
        salt=salt,
        until=until,
    )
    subscribers = server.repository.current.subscribers.after([step])
    # That changes no feed.
    server.repository.add(server.clock.now, subscribers=subscribers, changed_at=server.repository.current.changed_at)


def private_tokens(folder: Path) -> set[str]:
    """The tokens of the private feeds in a folder."""
    return {path.parent.name for path in (folder / "private").glob("*/all.ics")}


def test_new_and_revoked_subscribers_are_exported_at_the_next_look(tmp_path: Path) -> None:
    server = FakeServer()
    watch_run = WatchRun(
        tmp_path / "site",
        [lambda: take(server, Action.ADD, "one"), nothing, lambda: take(server, Action.REVOKE, ""), nothing],
        server,
        token_key=KEY,
    )
    watch_run.run()
    assert watch_run.exports == 3
    written = [tuple(name for name in report.written if name.startswith("private/{")) for report in watch_run.reports]
    removed = [tuple(name for name in report.removed if name.startswith("private/{")) for report in watch_run.reports]
    assert (written, removed) == ([(), PRIVATE_FILES, ()], [(), (), PRIVATE_FILES])
    assert private_tokens(tmp_path / "site") == set()


def test_without_private_feeds_changes_of_subscribers_are_ignored(tmp_path: Path) -> None:
    server = FakeServer()
    watch_run = WatchRun(tmp_path / "site", [lambda: take(server, Action.ADD, "one"), nothing], server)
    watch_run.run()
    assert (watch_run.exports, (tmp_path / "site" / "private").exists(), watch_run.capture.entries) == (1, False, [])


def test_the_end_of_an_overlap_is_exported_at_the_next_look(tmp_path: Path) -> None:
    server, tokens_at_each_look = FakeServer(), []
    take(server, Action.ADD, "one")
    take(server, Action.ROTATE, "two", NOW + timedelta(seconds=1))
    folder = tmp_path / "site"
    watch_run = WatchRun(
        folder, [lambda: tokens_at_each_look.append(private_tokens(folder))] * 7, server, token_key=KEY
    )
    watch_run.run()
    one, two = KEY.token("one"), KEY.token("two")
    # A look each quarter of a second: the one at the very end of the overlap is the first without the old token.
    assert tokens_at_each_look == [{one, two}] * 4 + [{two}] * 3
    assert (watch_run.exports, watch_run.reports[1].removed) == (2, PRIVATE_FILES)


def test_subscribers_left_out_are_logged_once(tmp_path: Path) -> None:
    server = FakeServer()
    other = TokenKey(secret=b"o" * 32)

    def edit() -> None:
        server.disk.write(AFTER, server.clock.now)

    watch_run = WatchRun(
        tmp_path / "site",
        [nothing, lambda: take(server, Action.ADD, "one", key=other), nothing, edit, nothing],
        server,
        token_key=KEY,
    )
    watch_run.run()
    assert watch_run.exports == 3
    assert watch_run.capture.entries == [
        {
            "event": "private feeds left out",
            "reason": 'their tokens were not made with this key; "icsfeed subscriber rotate" makes new ones with it',
            "subscribers": ("Acme Inc.",),
            "old_addresses_of": (),
            "log_level": "warning",
        }
    ]


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """The command in a process of its own."""

    process: subprocess.Popen[str]
    site: Path
    errors: Path

    def next_report(self) -> dict[str, list[str]]:
        """The next report."""
        assert self.process.stdout is not None
        report: dict[str, list[str]] = json.loads(self.process.stdout.readline())
        return report

    def end(self, number: signal.Signals) -> int:
        """Send a signal; returns the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def log_entries(self) -> list[dict[str, object]]:
        """The log so far."""
        return [json.loads(line) for line in self.errors.read_text("utf-8").splitlines()]


@contextlib.contextmanager
def watching(folder: Path, *options: str | Path) -> Generator[Watcher]:
    with (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "icsfeed", "export", folder / "site", "--watch", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    try:
        yield Watcher(process=process, site=folder / "site", errors=folder / "errors")
    finally:
        process.kill()
        process.communicate()


def test_the_command_follows_edits_and_records_and_logs_errors(schedule: Path, tmp_path: Path) -> None:
    with watching(tmp_path) as watcher:
        assert "feeds/all.ics" in watcher.next_report()["written"]
        schedule.write_text(SCHEDULE.replace('"Scheduled maintenance"', '"Edited"'), encoding="utf-8")
        begun = time.monotonic()
        assert "feeds/all.ics" in watcher.next_report()["written"]
        took = time.monotonic() - begun
        assert b"SUMMARY:Edited" in (watcher.site / "feeds" / "all.ics").read_bytes()

        schedule.write_text("[calendar]", encoding="utf-8")
        end = time.monotonic() + PATIENCE
        while not any(entry["event"] == "schedule broken" for entry in watcher.log_entries()):
            assert time.monotonic() < end
            time.sleep(0.02)
        assert b"SUMMARY:Edited" in (watcher.site / "feeds" / "all.ics").read_bytes()

        done = run(
            "emergency", "announce", "--summary", "The disk is full", "--environment", "preview",
            "--reason", "It can't wait", "--duration", "2h", "--yes", "--schedule", _whole(tmp_path),
        )  # fmt: skip
        assert done.status == 0, done.stderr
        assert "feeds/emergency.ics" in watcher.next_report()["written"]
        assert b"The disk is full" in (watcher.site / "feeds" / "emergency.ics").read_bytes()
        assert watcher.end(signal.SIGTERM) == 0
    # The goal is one second; a busy machine may need more.
    assert took < 10
    assert {entry["event"] for entry in watcher.log_entries()} == {"schedule published", "schedule broken"}


def test_the_command_follows_subscribers_and_never_prints_their_addresses(schedule: Path, tmp_path: Path) -> None:
    organizer = '[calendar]\norganizer = { name = "Support", email = "support@example.com" }'
    schedule.write_text(SCHEDULE.replace("[calendar]", organizer), encoding="utf-8")
    key = token_key_file(schedule.parent)
    options = ("--token-key-file", key)
    with watching(tmp_path, "--private", *options) as watcher:
        watcher.next_report()
        added = run("subscriber", "add", "Acme Inc.", *options)
        assert added.status == 0, added.stderr
        next_report = watcher.next_report()
        assert [name for name in next_report["written"] if name.startswith("private/{")] == list(PRIVATE_FILES)
        assert (watcher.site / added.stdout.strip()[1:]).read_bytes().startswith(b"BEGIN:VCALENDAR")
        assert run("subscriber", "revoke", "Acme Inc.").status == 0
        again = watcher.next_report()
        assert set(PRIVATE_FILES) <= set(again["removed"])
        assert watcher.end(signal.SIGTERM) == 0
    token = added.stdout.split("/")[2]
    output = f"{next_report}{again}{watcher.errors.read_text('utf-8')}"
    assert ("schedule published" in output, token in output, token in added.stdout) == (True, False, True)


def _whole(folder: Path) -> Path:
    (path := folder / "whole.toml").write_text(SCHEDULE, encoding="utf-8")
    return path


def test_the_command_works_with_a_read_only_database(schedule: Path, tmp_path: Path) -> None:
    (host := tmp_path / "host").mkdir()
    assert run("database", "upgrade", "--database", f"sqlite:///{host}/icsfeed.db").status == 0
    announced = run(
        "emergency", "announce", "--summary", "The disk is full", "--environment", "preview", "--impact", "outage",
        "--reason", "It can't wait", "--start", "now", "--duration", "2h", "--yes",
        "--database", f"sqlite:///{host}/icsfeed.db",
    )  # fmt: skip
    assert announced.status == 0
    with (
        read_only_view(host, tmp_path / "view") as view,
        watching(tmp_path, "--database", f"sqlite:///{view}/icsfeed.db") as watcher,
    ):
        assert "feeds/all.ics" in watcher.next_report()["written"]
        schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
        assert "feeds/freeze.ics" in watcher.next_report()["written"]
        assert "SEQUENCE:1" in (watcher.site / "feeds" / "freeze.ics").read_text("utf-8")
        assert watcher.end(signal.SIGTERM) == 0
        warnings = [entry["event"] for entry in watcher.log_entries() if entry["level"] == "warning"]
    assert set(warnings) == {"revisions not recorded"}


def test_a_signal_ends_the_watch_cleanly(schedule: Path, tmp_path: Path) -> None:
    del schedule
    with watching(tmp_path) as watcher:
        watcher.next_report()
        assert watcher.end(signal.SIGINT) == 0
    assert [entry["event"] for entry in watcher.log_entries()] == ["schedule published"]


def test_a_broken_schedule_is_not_watched(schedule: Path, tmp_path: Path) -> None:
    schedule.write_text(SCHEDULE.replace("02:00:00", '"two"'), encoding="utf-8")
    done = run("export", tmp_path / "site", "--watch")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith('schedule.toml:18: maintenance_windows "thursday", start: ')
    assert not (tmp_path / "site").exists()


def test_dry_run_and_watch_are_wrong_usage(schedule: Path, tmp_path: Path) -> None:
    del schedule
    done = run("export", tmp_path / "site", "--watch", "--dry-run")
    assert done.status == 2
    assert "--dry-run and --watch can't be combined" in done.stderr
