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
from icsfeed.domain.record import NOTHING
from icsfeed.domain.revisions import Revision, with_lines
from icsfeed.domain.situation import Situation
from icsfeed.publication import live as live_module
from icsfeed.publication.live import Live
from icsfeed.publication.problems import Problem, Source
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.publishing import publish
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import SCHEDULE
from tests.examples import NOW, utc
from tests.web.fakes import AFTER, BEFORE, PATH, Clock, Disk, Served, Shelf, mistakes
from tests.web.servers import until

A_MINUTE = timedelta(minutes=1)
LAST_OF_YEAR = utc(2026, 12, 31, 23)
NEW_YEAR = utc(2027, 1, 1, 5)
"""In Toronto, the calendar's zone."""


def test_the_publication_is_that_of_the_file() -> None:
    served = Served()
    expected = publish(Situation(schedule=BEFORE, now=NOW), changed_at=served.disk.changed_at)
    assert served.publication().representations == expected.representations
    assert served.live.problems == {}


def test_an_unchanged_file_is_read_once() -> None:
    served = Served()
    assert len({id(served.live.current()) for _ in range(5)}) == 1
    assert served.disk.reads == 1


def test_an_edit_is_public_at_once() -> None:
    served = Served()
    before = served.feed()
    served.clock.advance(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert (b"new platform" in before.body, b"new platform" in served.feed().body) == (False, True)
    assert served.date() is None
    served.clock.advance(seconds=1)
    assert served.date() == served.clock.now
    assert served.logged("schedule published") == [
        {"log_level": "info", "changed_at": (NOW - timedelta(days=1)).isoformat()},
        {"log_level": "info", "changed_at": (NOW + timedelta(hours=1)).isoformat()},
    ]


def test_a_broken_edit_leaves_the_last_good_publication_and_is_logged_once() -> None:
    served = Served()
    served.clock.advance(hours=1)
    before = served.live.current()
    served.disk.write(mistakes("one", "two"), served.clock.now)
    assert all(served.live.current() is before for _ in range(3))
    assert served.live.problems[Source.SCHEDULE] == Problem(
        mistakes=("line 1: calendar: one", "line 2: calendar: two"), since=NOW + timedelta(hours=1)
    )
    assert served.logged("schedule broken") == [
        {
            "log_level": "error",
            "mistakes": ("line 1: calendar: one", "line 2: calendar: two"),
            "public": "what was good last",
            "exc_info": None,
        }
    ]


def test_while_a_file_stays_broken_only_new_mistakes_are_logged_and_since_stays() -> None:
    served = Served()
    for messages in (["one"], ["one"], ["one", "two"]):
        served.clock.advance(hours=1)
        served.disk.write(mistakes(*messages), served.clock.now)
        served.live.current()
    assert [len(str(entry["mistakes"]).split("line")) - 1 for entry in served.logged("schedule broken")] == [1, 2]
    assert served.live.problems[Source.SCHEDULE].since == NOW + timedelta(hours=1)


def test_a_mended_file_is_published_and_logged() -> None:
    served = Served()
    served.disk.write(mistakes("one"), NOW)
    served.live.current()
    served.clock.advance(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert b"new platform" in served.feed().body
    assert served.live.problems == {}
    assert served.logged("schedule mended") == [{"log_level": "info", "broken_since": NOW.isoformat()}]


def test_a_deleted_file_is_a_broken_edit() -> None:
    served = Served()
    before = served.live.current()
    served.disk.vanish()
    assert served.live.current() is before
    assert served.live.problems[Source.SCHEDULE] == Problem(
        mistakes=("line 1: calendar: there is no such file",), since=NOW
    )
    served.disk.write(BEFORE, served.clock.now)
    assert served.feed().body == publish(Situation(schedule=BEFORE, now=NOW), changed_at=NOW).representations[PATH].body
    assert served.live.problems == {}


@pytest.mark.parametrize("gone", [True, False])
def test_without_a_good_file_at_the_start_nothing_is_public_until_it_is_mended(gone: bool) -> None:
    disk = Disk(content=mistakes("one"), stamp=None if gone else 0)
    served = Served(disk=disk)
    assert served.live.current() is None
    assert [entry["public"] for entry in served.logged("schedule broken")] == ["nothing"]
    disk.write(BEFORE, NOW)
    assert served.live.current() is not None
    assert served.live.problems == {}


def test_a_server_that_starts_with_a_broken_file_shows_the_schedule_that_was_public_last(tmp_path: Path) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    shelf = Shelf()
    log = structlog.wrap_logger(None, processors=[capture := LogCapture()])

    def start() -> Live:
        return Live(Publisher(Sources(ScheduleFile(path=path), shelf, log=log)), clock=Clock())

    before = start().current()
    assert before is not None
    assert shelf.schedule == (SCHEDULE.encode(), min(load_schedule(path).changed_at, NOW))
    path.write_text("[calendar", encoding="utf-8")
    after = start().current()
    assert after is not None
    assert after.representations[PATH] == before.representations[PATH]
    assert shelf.schedule[0] == SCHEDULE.encode()
    assert [entry["public"] for entry in capture.entries if entry["event"] == "schedule broken"] == [
        "what was good last"
    ]


def test_a_kept_schedule_that_can_not_be_read_is_not_published() -> None:
    """A newer icsfeed may have stored it, with keys that this one does not know."""
    shelf = Shelf(kept=replace(NOTHING, entry=1), schedule=(b"[calendar]\nnew = true\n", NOW))
    served = Served(disk=Disk(content=mistakes("one")), shelf=shelf)
    assert served.live.current() is None
    assert [str(entry["reason"]).partition(":")[0] for entry in served.logged("no schedule kept")] == [
        "the schedule kept"
    ]
    assert [entry["public"] for entry in served.logged("schedule broken")] == ["nothing"]


def test_a_schedule_that_can_not_be_stored_is_public_all_the_same() -> None:
    served = Served(shelf=Shelf(full=UnavailableError("the disk is full")))
    assert (
        served.publication().representations[PATH]
        == publish(Situation(schedule=BEFORE, now=NOW), changed_at=served.disk.changed_at).representations[PATH]
    )
    assert served.logged("schedule not kept") == [{"log_level": "warning", "reason": "the disk is full"}]


def test_a_bug_leaves_the_last_good_publication_and_a_traceback_in_the_log() -> None:
    served = Served()
    before, fault = served.live.current(), RuntimeError()
    served.disk.write(fault, NOW)
    assert served.live.current() is before
    assert [(entry["mistakes"], entry["exc_info"]) for entry in served.logged("schedule broken")] == [
        (("RuntimeError",), fault)
    ]


def test_a_failure_that_is_not_the_files_fault_is_retried_each_minute() -> None:
    """A process out of file handles can't read a good file, and that file will not change."""
    served = Served()
    served.clock.advance(hours=1)
    served.disk.write(OSError("too many open files"), NOW)
    served.live.current()
    served.disk.content = AFTER
    served.clock.advance(seconds=59)
    assert b"new platform" not in served.feed().body
    served.clock.advance(seconds=1)
    assert b"new platform" in served.feed().body


@pytest.mark.parametrize("broken", [False, True])
def test_the_new_year_is_published_by_itself_with_a_good_and_with_a_broken_file(broken: bool) -> None:
    served = Served(clock=Clock(now=LAST_OF_YEAR))
    if broken:
        served.disk.write(mistakes("one"), LAST_OF_YEAR)
    before = served.feed()
    served.clock.now = NEW_YEAR - timedelta(seconds=1)
    assert served.feed().body == before.body
    served.clock.now = NEW_YEAR
    expected = publish(Situation(schedule=BEFORE, now=NEW_YEAR), changed_at=served.disk.changed_at).representations[
        PATH
    ]
    assert served.feed() == expected
    assert served.feed().body != before.body
    served.clock.advance(seconds=1)
    assert served.date() == NEW_YEAR + timedelta(seconds=1)
    assert (served.live.problems == {}) is not broken


def test_a_schedule_that_can_not_be_published_in_the_new_year_leaves_the_old_year_public() -> None:
    served = Served(clock=Clock(now=LAST_OF_YEAR))
    before = served.live.current()
    served.disk.write(mistakes("one"), LAST_OF_YEAR)
    loaded = served.live.snapshot.schedule_file  # there is no real schedule that fails because of the time alone
    object.__setattr__(loaded, "schedule", None)
    served.clock.now = NEW_YEAR
    assert all(served.live.current() is before for _ in range(2))
    assert len(served.logged("schedule broken")) == 2


def test_a_restored_older_file_is_dated_now() -> None:
    """With a date that goes back, clients that ask by date alone would keep the newer file."""
    served = Served(preview=True)
    before = served.date()
    served.clock.advance(hours=1)
    served.disk.write(AFTER, NOW - timedelta(days=30))
    assert before == NOW - timedelta(days=1) + timedelta(seconds=1)
    assert served.date() == before + timedelta(seconds=1)


def test_last_modified_is_never_in_the_future_even_if_the_file_is() -> None:
    served = Served(disk=Disk(changed_at=NOW + timedelta(days=30)))
    assert served.date() is None
    served.clock.advance(seconds=1)
    assert served.date() == NOW + timedelta(seconds=1)


def test_two_edits_within_a_second_have_different_dates() -> None:
    """HTTP's dates have whole seconds: with the same date, a client with the first edit would never get the second."""
    served = Served(clock=Clock(now=NOW + timedelta(milliseconds=200)), disk=Disk(changed_at=NOW))
    assert served.date() is None
    served.clock.advance(milliseconds=300)
    served.disk.write(AFTER, NOW)
    assert b"new platform" in served.feed().body
    assert served.date() is None
    served.clock.now = NOW + timedelta(seconds=1)
    assert served.date() == NOW + timedelta(seconds=1)
    publication = served.publication()
    served.clock.advance(hours=1)
    assert served.publication() is publication
    assert served.disk.reads == 2


def test_many_edits_within_a_second_do_not_push_the_date_ahead() -> None:
    served = Served()
    for edit in range(20):
        served.disk.write((AFTER, BEFORE)[edit % 2], NOW)
        served.live.current()
    served.clock.advance(seconds=1)
    assert served.date() == NOW + timedelta(seconds=1)


def test_a_recorded_adjustment_is_public_at_once_and_dated_like_an_edit() -> None:
    served = Served()
    served.clock.advance(hours=1)
    skip = Skip(window_id="thursday", day=date(2026, 12, 3), reason="r", silent=True)
    served.shelf.add(served.clock.now, adjustments={("thursday", skip.day): skip})
    assert b"EXDATE;TZID=America/Toronto:20261203T020000" in served.feed().body
    assert served.date() is None
    served.clock.advance(seconds=1)
    assert served.date() == served.clock.now
    assert served.disk.reads == 1


def test_while_the_database_does_not_answer_its_last_record_stays_public_and_edits_are_published() -> None:
    served = Served()
    served.clock.advance(seconds=1)
    before = served.publication()
    served.shelf.fault = UnavailableError("the database icsfeed.db can't be read: the disk fails")
    served.clock.advance(seconds=1)
    assert served.publication() is before
    assert served.live.problems == {
        Source.DATABASE: Problem(
            mistakes=("the database icsfeed.db can't be read: the disk fails",), since=served.clock.now
        )
    }
    served.clock.advance(seconds=1)
    served.disk.write(AFTER, served.clock.now)
    assert b"new platform" in served.feed().body
    assert [entry["public"] for entry in served.logged("database broken")] == ["what was good last"]
    served.shelf.fault = None
    served.clock.advance(seconds=1)
    assert b"new platform" in served.feed().body
    assert served.live.problems == {}
    assert len(served.logged("database mended")) == 1


def test_without_a_database_at_the_start_nothing_is_public_until_it_answers() -> None:
    """The policy alone would hide an emergency change, and show a cancelled one."""
    served = Served(shelf=Shelf(fault=UnavailableError("no server answers")))
    assert served.live.current() is None
    served.shelf.fault = None
    served.clock.advance(seconds=1)
    assert served.live.current() is not None


def sequences(served: Served) -> list[str]:
    return [line for line in served.feed().body.decode().splitlines() if line.startswith("SEQUENCE")]


def test_an_edit_raises_the_sequence_of_the_events_it_changes_and_records_it() -> None:
    served = Served()
    assert set(sequences(served)) == {"SEQUENCE:0"}
    served.clock.advance(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert set(sequences(served)) == {"SEQUENCE:1"}
    lines = {uid: [line.revision.sequence for line in lines] for uid, lines in served.shelf.kept.ledger.items()}
    assert set(map(tuple, lines.values())) == {(0, 1)}
    assert served.shelf.kept.entry == 2


def test_a_preview_raises_the_sequence_and_records_nothing() -> None:
    served = Served(preview=True)
    served.disk.write(AFTER, NOW)
    assert set(sequences(served)) == {"SEQUENCE:1"}
    assert served.shelf.kept is NOTHING


def test_with_a_read_only_database_an_edit_is_public_at_once_and_recorded_later() -> None:
    served = Served()
    served.live.current()
    served.shelf.read_only = UnavailableError("the database icsfeed.db can't be written: it may only be read")
    served.clock.advance(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert set(sequences(served)) == {"SEQUENCE:1"}
    body = served.feed().body
    assert [entry["reason"] for entry in served.logged("revisions not recorded")] == [str(served.shelf.read_only)]
    served.shelf.read_only = None
    served.clock.advance(hours=1)
    served.shelf.add(served.clock.now)
    assert served.feed().body == body
    assert {lines[-1].revision.sequence for lines in served.shelf.kept.ledger.values()} == {1}


def test_servers_with_different_policies_do_not_overwrite_each_others_revisions() -> None:
    """While a new policy is rolled out, each machine shows its own policy at that policy's last revision."""
    served = Served()
    before = served.feed().body
    ledger = served.shelf.kept.ledger
    elsewhere = [
        replace(lines[-1], digest="another", revision=Revision(sequence=1, at=NOW)) for lines in ledger.values()
    ]
    served.clock.advance(seconds=1)
    served.shelf.add(served.clock.now, ledger=with_lines(ledger, elsewhere))
    assert served.feed().body == before
    assert served.shelf.kept.entry == 2


def test_while_one_thread_makes_the_next_publication_the_others_serve_the_present_one() -> None:
    served = Served()
    before, started, go_on = served.live.current(), Event(), Event()

    def wait() -> None:
        started.set()
        assert go_on.wait(timeout=30)

    served.disk.while_reading = wait
    served.disk.write(AFTER, NOW)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(served.live.current)
        assert started.wait(timeout=30)
        others = [threads.submit(served.live.current) for _ in range(7)]
        try:
            assert all(other.result(timeout=30) is before for other in others)
        finally:
            go_on.set()
        assert first.result(timeout=30) is served.live.current() is not before
    assert served.disk.reads == 2


def test_a_request_waits_for_the_next_publication_no_longer_than_its_patience() -> None:
    """Otherwise a server with one thread would answer nobody while a database hangs."""
    served = Served(patience=timedelta())
    before, go_on = served.live.current(), Event()
    served.disk.while_reading = lambda: assert_set(go_on)
    served.disk.write(AFTER, NOW)
    assert served.live.current() is before
    go_on.set()
    until(lambda: served.live.current() is not before)
    assert b"new platform" in served.feed().body
    assert served.disk.reads == 2


def test_without_a_free_thread_a_request_makes_the_publication_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker once tried to start a thread a single time, and then served the old publication for ever."""

    class NoThread(Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    served = Served(patience=A_MINUTE)
    monkeypatch.setattr(live_module, "Thread", NoThread)
    for schedule in (AFTER, BEFORE):
        served.clock.advance(seconds=1)
        served.disk.write(schedule, served.clock.now)
        assert (b"new platform" in served.feed().body) is (schedule is AFTER)


def assert_set(event: Event) -> None:
    assert event.wait(timeout=30)


def test_an_edit_while_the_file_is_read_is_published_by_the_next_request() -> None:
    served = Served()
    served.disk.write(BEFORE, NOW)
    served.disk.while_reading = lambda: served.disk.write(AFTER, NOW) if served.disk.reads == 2 else None
    served.live.current()
    assert b"new platform" in served.feed().body
    assert served.disk.reads == 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "schedule.toml"
    written.write_text(SCHEDULE, encoding="utf-8")
    return written


def on_disk(path: Path) -> Live:
    log = structlog.wrap_logger(structlog.testing.CapturingLogger())
    return Live(Publisher(Sources(ScheduleFile(path=path), Shelf(), log=log)), clock=Clock())


def shows(live: Live, name: str) -> bool:
    publication = live.current()
    return publication is not None and name.encode() in publication.representations[PATH].body


def test_a_file_overwritten_in_place_is_noticed(path: Path) -> None:
    live = on_disk(path)
    path.write_text(SCHEDULE.replace("Scheduled maintenance", "In place"), encoding="utf-8")
    assert shows(live, "In place")


def test_a_file_replaced_by_another_of_the_same_size_and_date_is_noticed(path: Path) -> None:
    """Editors and deployments do that: they write a sibling and rename it."""
    live = on_disk(path)
    sibling = path.with_name("sibling")
    sibling.write_text(SCHEDULE.replace("Scheduled", "delayeded"), encoding="utf-8")
    stat = path.stat()
    os.utime(sibling, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    sibling.replace(path)
    assert shows(live, "delayeded")


def test_a_missing_file_or_a_folder_in_its_place_leaves_the_last_publication(path: Path) -> None:
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
