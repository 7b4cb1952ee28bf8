"""The live publication: edits, broken edits, the passing of time, the database and threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import structlog
from structlog.testing import LogCapture

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.feeds import Environment
from icsfeed.domain.public_holidays import PublishedHolidays, data_version
from icsfeed.domain.record import NOTHING
from icsfeed.domain.reminder_templates import ReminderTemplates, TemplateFile
from icsfeed.domain.revisions import Revision, with_lines
from icsfeed.domain.situation import Situation
from icsfeed.publication import background
from icsfeed.publication.live import BUSY_CHANGES, Live
from icsfeed.publication.problems import Problem, Source
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.publishing import publish
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import SCHEDULE
from tests.examples import MONTH_END, NOW, THURSDAY, a_schedule, utc
from tests.publication.fakes import AFTER, BEFORE, PATH, Clock, Disk, FakeRepository, FakeServer, mistakes
from tests.web.servers import until

A_MINUTE = timedelta(minutes=1)
LAST_OF_YEAR = utc(2026, 12, 31, 23)
NEW_YEAR = utc(2027, 1, 1, 5)
"""In Toronto, the calendar's zone."""


def test_the_publication_follows_the_file() -> None:
    server = FakeServer()
    actual = server.publication()
    situation = Situation(schedule=BEFORE, record=server.repository.current, now=NOW)
    expected = publish(situation, changed_at=server.disk.changed_at)
    assert actual.representations == expected.representations
    assert server.live.problems == {}


def test_an_unchanged_file_is_read_once() -> None:
    server = FakeServer()
    assert len({id(server.live.current()) for _ in range(5)}) == 1
    assert server.disk.reads == 1


def test_an_edit_is_public_at_once() -> None:
    server = FakeServer()
    before = server.feed()
    server.clock.advance(hours=1)
    server.disk.write(AFTER, server.clock.now)
    assert (b"new platform" in before.body, b"new platform" in server.feed().body) == (False, True)
    assert server.date() is None
    server.clock.advance(seconds=1)
    assert server.date() == server.clock.now
    assert server.log_entries("schedule published") == [
        {"log_level": "info", "changed_at": (NOW - timedelta(days=1)).isoformat()},
        {"log_level": "info", "changed_at": (NOW + timedelta(hours=1)).isoformat()},
    ]


def test_a_broken_edit_keeps_the_last_good_publication_and_is_logged_once() -> None:
    server = FakeServer()
    server.clock.advance(hours=1)
    before = server.live.current()
    server.disk.write(mistakes("one", "two"), server.clock.now)
    assert all(server.live.current() is before for _ in range(3))
    assert server.live.problems[Source.SCHEDULE] == Problem(
        mistakes=("line 1: calendar: one", "line 2: calendar: two"), since=NOW + timedelta(hours=1)
    )
    assert server.log_entries("schedule broken") == [
        {
            "log_level": "error",
            "mistakes": ("line 1: calendar: one", "line 2: calendar: two"),
            "public": "what was good last",
            "exc_info": None,
        }
    ]


def test_while_a_file_stays_broken_only_new_mistakes_are_logged() -> None:
    server = FakeServer()
    for messages in (["one"], ["one"], ["one", "two"]):
        server.clock.advance(hours=1)
        server.disk.write(mistakes(*messages), server.clock.now)
        server.live.current()
    assert [len(str(entry["mistakes"]).split("line")) - 1 for entry in server.log_entries("schedule broken")] == [1, 2]
    assert server.live.problems[Source.SCHEDULE].since == NOW + timedelta(hours=1)


def test_a_repaired_file_is_published_and_logged() -> None:
    server = FakeServer()
    server.disk.write(mistakes("one"), NOW)
    server.live.current()
    server.clock.advance(hours=1)
    server.disk.write(AFTER, server.clock.now)
    assert b"new platform" in server.feed().body
    assert server.live.problems == {}
    assert server.log_entries("schedule mended") == [{"log_level": "info", "broken_since": NOW.isoformat()}]


def test_a_deleted_file_is_a_broken_edit() -> None:
    server = FakeServer()
    before = server.live.current()
    server.disk.vanish()
    assert server.live.current() is before
    assert server.live.problems[Source.SCHEDULE] == Problem(
        mistakes=("line 1: calendar: there is no such file",), since=NOW
    )
    server.disk.write(BEFORE, server.clock.now)
    assert server.feed().body == publish(Situation(schedule=BEFORE, now=NOW), changed_at=NOW).representations[PATH].body
    assert server.live.problems == {}


@pytest.mark.parametrize("missing", [True, False])
def test_after_a_start_with_a_broken_file_nothing_is_public_until_it_is_repaired(missing: bool) -> None:
    disk = Disk(content=mistakes("one"), stamp=None if missing else 0)
    server = FakeServer(disk=disk)
    assert server.live.current() is None
    assert [entry["public"] for entry in server.log_entries("schedule broken")] == ["nothing"]
    disk.write(BEFORE, NOW)
    assert server.live.current() is not None
    assert server.live.problems == {}


def test_a_server_that_starts_with_a_broken_file_publishes_the_last_good_schedule(tmp_path: Path) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    repository = FakeRepository()
    log = structlog.wrap_logger(None, processors=[capture := LogCapture()])

    def start() -> Live:
        return Live(Publisher(Sources(ScheduleFile(path=path), repository, log=log)), clock=Clock())

    before = start().current()
    assert before is not None
    assert repository.schedule == (SCHEDULE.encode(), min(load_schedule(path).changed_at, NOW))
    path.write_text("[calendar", encoding="utf-8")
    after = start().current()
    assert after is not None
    assert after.representations[PATH] == before.representations[PATH]
    assert repository.schedule[0] == SCHEDULE.encode()
    assert [entry["public"] for entry in capture.entries if entry["event"] == "schedule broken"] == [
        "what was good last"
    ]


def test_the_holidays_that_become_public_are_stored(tmp_path: Path) -> None:
    path, repository = tmp_path / "schedule.toml", FakeRepository()

    def start() -> PublishedHolidays | None:
        log = structlog.wrap_logger(None, processors=[LogCapture()])
        assert Live(Publisher(Sources(ScheduleFile(path=path), repository, log=log)), clock=Clock()).current()
        return repository.holidays

    path.write_text(SCHEDULE, encoding="utf-8")
    assert start() is None
    freeze = '\n[[change_freezes]]\nid = "canada-day"\nname = "Holidays"\nholidays = { country = "CA" }\n'
    path.write_text(SCHEDULE + freeze, encoding="utf-8")
    holidays = start()
    assert holidays is not None
    assert (holidays.release, [each.country for each in holidays.calendars]) == (data_version(), ["CA"])
    path.write_text(SCHEDULE, encoding="utf-8")
    assert start() is None


def test_a_stored_schedule_that_can_not_be_read_is_not_published() -> None:
    """A newer icsfeed may have stored it, with keys that this one does not know."""
    repository = FakeRepository(current=replace(NOTHING, entry=1), schedule=(b"[calendar]\nnew = true\n", NOW))
    server = FakeServer(disk=Disk(content=mistakes("one")), repository=repository)
    assert server.live.current() is None
    assert [str(entry["reason"]).partition(":")[0] for entry in server.log_entries("no schedule kept")] == [
        "the schedule kept"
    ]
    assert [entry["public"] for entry in server.log_entries("schedule broken")] == ["nothing"]


def test_a_schedule_that_can_not_be_stored_is_still_published() -> None:
    server = FakeServer(repository=FakeRepository(full=UnavailableError("the disk is full")))
    assert (
        server.publication().representations[PATH]
        == publish(Situation(schedule=BEFORE, now=NOW), changed_at=server.disk.changed_at).representations[PATH]
    )
    assert server.log_entries("schedule not kept") == [{"log_level": "warning", "reason": "the disk is full"}]


def test_a_bug_keeps_the_last_good_publication_and_logs_a_traceback() -> None:
    server = FakeServer()
    before, fault = server.live.current(), RuntimeError()
    server.disk.write(fault, NOW)
    assert server.live.current() is before
    assert [(entry["mistakes"], entry["exc_info"]) for entry in server.log_entries("schedule broken")] == [
        (("RuntimeError",), fault)
    ]


def test_a_failure_not_caused_by_the_file_is_retried_every_minute() -> None:
    """A process out of file handles can't read even a good file, and the file won't change."""
    server = FakeServer()
    server.clock.advance(hours=1)
    server.disk.write(OSError("too many open files"), NOW)
    server.live.current()
    server.disk.content = AFTER
    server.clock.advance(seconds=59)
    assert b"new platform" not in server.feed().body
    server.clock.advance(seconds=1)
    assert b"new platform" in server.feed().body


@pytest.mark.parametrize("broken", [False, True])
def test_the_new_year_is_published_automatically_with_a_good_or_broken_file(broken: bool) -> None:
    server = FakeServer(clock=Clock(now=LAST_OF_YEAR))
    if broken:
        server.disk.write(mistakes("one"), LAST_OF_YEAR)
    before = server.feed()
    server.clock.now = NEW_YEAR - timedelta(seconds=1)
    assert server.feed().body == before.body
    server.clock.now = NEW_YEAR
    expected = publish(Situation(schedule=BEFORE, now=NEW_YEAR), changed_at=server.disk.changed_at).representations[
        PATH
    ]
    assert server.feed() == expected
    assert server.feed().body != before.body
    server.clock.advance(seconds=1)
    assert server.date() == NEW_YEAR + timedelta(seconds=1)
    assert (server.live.problems == {}) is not broken


def test_a_schedule_that_can_not_be_published_in_the_new_year_keeps_the_old_year_public() -> None:
    server = FakeServer(clock=Clock(now=LAST_OF_YEAR))
    before = server.live.current()
    server.disk.write(mistakes("one"), LAST_OF_YEAR)
    loaded = server.live.snapshot.schedule_file  # no real schedule fails merely because time passes
    object.__setattr__(loaded, "schedule", None)
    server.clock.now = NEW_YEAR
    assert all(server.live.current() is before for _ in range(2))
    assert len(server.log_entries("schedule broken")) == 2


def test_a_restored_older_file_is_dated_now() -> None:
    """If the date went back, clients that ask only by date would keep the newer file."""
    server = FakeServer(preview=True)
    before = server.date()
    server.clock.advance(hours=1)
    server.disk.write(AFTER, NOW - timedelta(days=30))
    assert before == NOW - timedelta(days=1) + timedelta(seconds=1)
    assert server.date() == before + timedelta(seconds=1)


def test_last_modified_is_never_in_the_future_even_if_the_files_date_is() -> None:
    server = FakeServer(disk=Disk(changed_at=NOW + timedelta(days=30)))
    assert server.date() is None
    server.clock.advance(seconds=1)
    assert server.date() == NOW + timedelta(seconds=1)


def test_the_first_private_parts_of_a_schedule_and_the_last_have_no_public_date() -> None:
    public = a_schedule(THURSDAY, freezes=(MONTH_END,))
    private = Environment(id="acme", name="Acme’s cluster", public=False)
    server = FakeServer(disk=Disk(content=public))
    server.publication()
    server.clock.advance(seconds=1)
    before = server.date()
    assert before == server.clock.now
    for edited in (replace(public, environments=(*public.environments, private)), public):
        server.clock.advance(hours=1)
        server.disk.write(edited, server.clock.now)
        assert server.publication().events.whole.schedule is edited
        server.clock.advance(seconds=1)
        assert server.date() == before


def test_two_edits_within_a_second_have_different_dates() -> None:
    """HTTP dates have whole seconds: with equal dates, a client with the first edit would never get the second."""
    server = FakeServer(clock=Clock(now=NOW + timedelta(milliseconds=200)), disk=Disk(changed_at=NOW))
    assert server.date() is None
    server.clock.advance(milliseconds=300)
    server.disk.write(AFTER, NOW)
    assert b"new platform" in server.feed().body
    assert server.date() is None
    server.clock.now = NOW + timedelta(seconds=1)
    assert server.date() == NOW + timedelta(seconds=1)
    publication = server.publication()
    server.clock.advance(hours=1)
    assert server.publication() is publication
    assert server.disk.reads == 2


def test_many_edits_within_a_second_do_not_push_the_date_ahead() -> None:
    server = FakeServer()
    for edit in range(20):
        server.disk.write((AFTER, BEFORE)[edit % 2], NOW)
        server.live.current()
    server.clock.advance(seconds=1)
    assert server.date() == NOW + timedelta(seconds=1)


def test_a_recorded_adjustment_is_public_at_once_and_dated_like_an_edit() -> None:
    server = FakeServer()
    server.clock.advance(hours=1)
    skip = Skip(window_id="thursday", day=date(2026, 12, 3), reason="r", silent=True)
    server.repository.add(server.clock.now, adjustments={("thursday", skip.day): skip})
    assert b"EXDATE;TZID=America/Toronto:20261203T020000" in server.feed().body
    assert server.date() is None
    server.clock.advance(seconds=1)
    assert server.date() == server.clock.now
    assert server.disk.reads == 1


def test_during_a_database_outage_the_last_record_stays_public_and_edits_are_published() -> None:
    server = FakeServer()
    server.clock.advance(seconds=1)
    before = server.publication()
    server.repository.fault = UnavailableError("the database icsfeed.db can't be read: the disk fails")
    server.clock.advance(seconds=1)
    assert server.publication() is before
    assert server.live.problems == {
        Source.DATABASE: Problem(
            mistakes=("the database icsfeed.db can't be read: the disk fails",), since=server.clock.now
        )
    }
    server.clock.advance(seconds=1)
    server.disk.write(AFTER, server.clock.now)
    assert b"new platform" in server.feed().body
    assert [entry["public"] for entry in server.log_entries("database broken")] == ["what was good last"]
    server.repository.fault = None
    server.clock.advance(seconds=1)
    assert b"new platform" in server.feed().body
    assert server.live.problems == {}
    assert len(server.log_entries("database mended")) == 1


def test_after_a_start_without_the_database_nothing_is_public_until_it_answers() -> None:
    """The schedule file alone would hide an emergency change, and show a cancelled one."""
    server = FakeServer(repository=FakeRepository(fault=UnavailableError("no server answers")))
    assert server.live.current() is None
    server.repository.fault = None
    server.clock.advance(seconds=1)
    assert server.live.current() is not None


def sequences(server: FakeServer) -> list[str]:
    return [line for line in server.feed().body.decode().splitlines() if line.startswith("SEQUENCE")]


def test_an_edit_raises_the_sequence_of_the_events_it_changes_and_records_it() -> None:
    server = FakeServer()
    assert set(sequences(server)) == {"SEQUENCE:0"}
    server.clock.advance(hours=1)
    server.disk.write(AFTER, server.clock.now)
    assert set(sequences(server)) == {"SEQUENCE:1"}
    lines = {uid: [line.revision.sequence for line in lines] for uid, lines in server.repository.current.ledger.items()}
    assert set(map(tuple, lines.values())) == {(0, 1)}
    assert server.repository.current.entry == 2


def test_a_preview_raises_the_sequence_and_records_nothing() -> None:
    server = FakeServer(preview=True)
    server.disk.write(AFTER, NOW)
    assert set(sequences(server)) == {"SEQUENCE:1"}
    assert server.repository.current is NOTHING


def test_with_a_read_only_database_an_edit_is_public_at_once_and_recorded_later() -> None:
    server = FakeServer()
    server.live.current()
    server.repository.read_only = UnavailableError("the database icsfeed.db can't be written: it may only be read")
    server.clock.advance(hours=1)
    server.disk.write(AFTER, server.clock.now)
    assert set(sequences(server)) == {"SEQUENCE:1"}
    body = server.feed().body
    assert [entry["reason"] for entry in server.log_entries("revisions not recorded")] == [
        str(server.repository.read_only)
    ]
    server.clock.advance(minutes=1)
    publication = server.publication()
    server.clock.advance(seconds=6)
    assert server.publication() is publication  # it is tried again, and nothing is made again
    server.repository.read_only = None
    server.clock.advance(seconds=6)
    assert server.feed().body == body
    assert {lines[-1].revision.sequence for lines in server.repository.current.ledger.values()} == {1}


def test_servers_with_different_policies_do_not_overwrite_each_others_revisions() -> None:
    """While a new policy is rolled out, each machine publishes its own policy with that policy's last revisions."""
    server = FakeServer()
    before = server.feed().body
    ledger = server.repository.current.ledger
    elsewhere = [
        replace(lines[-1], digest="another", revision=Revision(sequence=1, at=NOW)) for lines in ledger.values()
    ]
    server.clock.advance(seconds=1)
    server.repository.add(server.clock.now, ledger=with_lines(ledger, elsewhere))
    assert server.feed().body == before
    assert server.repository.current.entry == 2


def test_while_one_thread_builds_the_next_publication_the_others_serve_the_current_one() -> None:
    server = FakeServer()
    before, started, go_on = server.live.current(), Event(), Event()

    def wait() -> None:
        started.set()
        assert go_on.wait(timeout=30)

    server.disk.while_reading = wait
    server.disk.write(AFTER, NOW)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(server.live.current)
        assert started.wait(timeout=30)
        others = [threads.submit(server.live.current) for _ in range(7)]
        try:
            assert all(other.result(timeout=30) is before for other in others)
        finally:
            go_on.set()
        assert first.result(timeout=30) is server.live.current() is not before
    assert server.disk.reads == 2


def test_a_request_waits_for_the_next_publication_no_longer_than_its_patience() -> None:
    """Otherwise a server with one thread would answer nobody while a database hangs."""
    server = FakeServer(patience=timedelta())
    before, go_on = server.live.current(), Event()
    server.disk.while_reading = lambda: assert_set(go_on)
    server.disk.write(AFTER, NOW)
    assert server.live.current() is before
    go_on.set()
    until(lambda: server.live.current() is not before)
    assert b"new platform" in server.feed().body
    assert server.disk.reads == 2


def test_no_request_waits_while_programs_change_something_all_the_time() -> None:
    """The first five changes of a second are public at once, the others soon; so is the first after a quiet second."""
    server, go_on = FakeServer(patience=A_MINUTE, paced=True), Event()

    def edit(number: int) -> None:
        server.clock.advance(milliseconds=100)
        server.disk.write(AFTER if number % 2 else BEFORE, server.clock.now)

    for number in range(BUSY_CHANGES):
        edit(number)
        assert (b"new platform" in server.feed().body) is bool(number % 2)
    server.disk.while_reading = lambda: assert_set(go_on)
    before = server.live.current()
    edit(BUSY_CHANGES)
    assert server.live.current() is before
    go_on.set()
    until(lambda: server.live.current() is not before)
    assert b"new platform" in server.feed().body
    server.clock.advance(seconds=1)
    edit(0)
    assert b"new platform" not in server.feed().body


def test_a_request_builds_the_publication_itself_if_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker once tried to start a thread only once, and then served the old publication for ever."""

    class NoThread(Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    server = FakeServer(patience=A_MINUTE)
    monkeypatch.setattr(background, "Thread", NoThread)
    for schedule in (AFTER, BEFORE):
        server.clock.advance(seconds=1)
        server.disk.write(schedule, server.clock.now)
        assert (b"new platform" in server.feed().body) is (schedule is AFTER)


def assert_set(event: Event) -> None:
    assert event.wait(timeout=30)


def test_an_edit_during_a_read_is_published_by_the_next_request() -> None:
    server = FakeServer()
    server.disk.write(BEFORE, NOW)
    server.disk.while_reading = lambda: server.disk.write(AFTER, NOW) if server.disk.reads == 2 else None
    server.live.current()
    assert b"new platform" in server.feed().body
    assert server.disk.reads == 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "schedule.toml"
    written.write_text(SCHEDULE, encoding="utf-8")
    return written


def on_disk(path: Path) -> Live:
    log = structlog.wrap_logger(structlog.testing.CapturingLogger())
    return Live(Publisher(Sources(ScheduleFile(path=path), FakeRepository(), log=log)), clock=Clock())


def shows(live: Live, name: str) -> bool:
    publication = live.current()
    return publication is not None and name.encode() in publication.representations[PATH].body


def test_a_file_overwritten_in_place_is_noticed(path: Path) -> None:
    live = on_disk(path)
    path.write_text(SCHEDULE.replace("Scheduled maintenance", "In place"), encoding="utf-8")
    assert shows(live, "In place")


def test_a_file_replaced_by_another_of_the_same_size_and_date_is_noticed(path: Path) -> None:
    """Editors and deployments write a sibling file and rename it."""
    live = on_disk(path)
    sibling = path.with_name("sibling")
    sibling.write_text(SCHEDULE.replace("Scheduled", "delayeded"), encoding="utf-8")
    stat = path.stat()
    os.utime(sibling, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    sibling.replace(path)
    assert shows(live, "delayeded")


def test_a_missing_file_or_a_folder_in_its_place_keeps_the_last_publication(path: Path) -> None:
    live = on_disk(path)
    path.unlink()
    assert shows(live, "Scheduled")
    assert list(live.problems) == [Source.SCHEDULE]
    path.mkdir()
    assert shows(live, "Scheduled")
    assert live.problems[Source.SCHEDULE].mistakes == ("this is a folder; name the file in it, such as schedule.toml",)
    path.rmdir()
    path.write_text(SCHEDULE.replace("Scheduled maintenance", "Back again"), encoding="utf-8")
    assert shows(live, "Back again")
    assert live.problems == {}


def with_ticket(source: str) -> ReminderTemplates:
    return ReminderTemplates(folder="reminders", files=(TemplateFile(name="ticket.md.j2", source=source),))


def test_a_mistake_in_a_template_is_logged_once_and_once_more_when_it_is_mended() -> None:
    """The calendar itself is current: nothing else counts as broken."""
    server = FakeServer()
    before = replace(BEFORE, reminders=with_ticket("\n{{ nme }}"))
    server.disk.write(before, NOW)
    assert server.publication().schedule.reminders == before.reminders
    server.clock.advance(days=1)
    server.publication()
    problems = [server.live.template_problem]
    assert server.live.problems == {}
    server.disk.write(replace(before, reminders=with_ticket("mended")), NOW)
    server.publication()
    problems.append(server.live.template_problem)
    assert problems == [Problem(mistakes=("reminders/ticket.md.j2:2: 'nme' is undefined",), since=NOW), None]
    events = [entry["event"] for entry in server.capture.entries if entry["event"].startswith("templates")]
    assert events == ["templates broken", "templates mended"]
