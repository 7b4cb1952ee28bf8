"""The live publication: edits, broken edits, the passing of time, and threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import structlog

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.publication.live import Live, Problem
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import SCHEDULE
from tests.examples import NOW, utc
from tests.web.fakes import AFTER, BEFORE, PATH, Clock, Disk, Served, mistakes

A_MINUTE = timedelta(minutes=1)
LAST_OF_YEAR = utc(2026, 12, 31, 23)
NEW_YEAR = utc(2027, 1, 1, 5)
"""In Toronto, where the calendar is."""


def test_what_is_public_is_the_publication_of_the_file() -> None:
    served = Served()
    expected = publish(BEFORE, changed_at=served.disk.changed_at, now=NOW)
    assert served.live.current() == expected
    assert served.live.problem is None


def test_a_file_that_does_not_change_is_read_once() -> None:
    served = Served()
    assert len({id(served.live.current()) for _ in range(5)}) == 1
    assert served.disk.reads == 1


def test_an_edit_is_public_at_once() -> None:
    served = Served()
    before = served.feed()
    served.clock.pass_by(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert (b"new platform" in before.body, b"new platform" in served.feed().body) == (False, True)
    assert served.feed().last_modified == served.clock.now
    assert served.logged("schedule published") == [
        {"log_level": "info", "changed_at": (NOW - timedelta(days=1)).isoformat()},
        {"log_level": "info", "changed_at": served.clock.now.isoformat()},
    ]


def test_a_broken_edit_leaves_public_what_was_good_last_and_is_logged_once() -> None:
    served = Served()
    before = served.live.current()
    served.clock.pass_by(hours=1)
    served.disk.write(mistakes("one", "two"), served.clock.now)
    assert all(served.live.current() is before for _ in range(3))
    assert served.live.problem == Problem(
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


def test_while_it_stays_broken_only_other_mistakes_are_logged_and_the_beginning_is_kept() -> None:
    served = Served()
    for messages in (["one"], ["one"], ["one", "two"]):
        served.clock.pass_by(hours=1)
        served.disk.write(mistakes(*messages), served.clock.now)
        served.live.current()
    assert [len(str(entry["mistakes"]).split("line")) - 1 for entry in served.logged("schedule broken")] == [1, 2]
    assert served.live.problem is not None
    assert served.live.problem.since == NOW + timedelta(hours=1)


def test_a_mended_file_is_public_and_the_log_says_so() -> None:
    served = Served()
    served.disk.write(mistakes("one"), NOW)
    served.live.current()
    served.clock.pass_by(hours=1)
    served.disk.write(AFTER, served.clock.now)
    assert b"new platform" in served.feed().body
    assert served.live.problem is None
    assert served.logged("schedule mended") == [{"log_level": "info", "broken_since": NOW.isoformat()}]


def test_a_file_that_vanishes_is_a_broken_edit() -> None:
    served = Served()
    before = served.live.current()
    served.disk.vanish()
    assert served.live.current() is before
    assert served.live.problem == Problem(mistakes=("line 1: calendar: there is no such file",), since=NOW)
    served.disk.write(BEFORE, served.clock.now)
    assert served.feed().body == publish(BEFORE, changed_at=NOW, now=NOW).representations[PATH].body
    assert served.live.problem is None


@pytest.mark.parametrize("gone", [True, False])
def test_without_a_good_file_from_the_start_nothing_is_public_until_it_is_mended(gone: bool) -> None:
    disk = Disk(content=mistakes("one"), stamp=None if gone else 0)
    served = Served(disk=disk)
    assert served.live.current() is None
    assert [entry["public"] for entry in served.logged("schedule broken")] == ["nothing"]
    disk.write(BEFORE, NOW)
    assert served.live.current() is not None
    assert served.live.problem is None


def test_a_fault_of_the_program_itself_leaves_public_what_was_good_last_and_its_trace_in_the_log() -> None:
    served = Served()
    before, fault = served.live.current(), RuntimeError()
    served.disk.write(fault, NOW)
    assert served.live.current() is before
    assert [(entry["mistakes"], entry["exc_info"]) for entry in served.logged("schedule broken")] == [
        (("RuntimeError",), fault)
    ]


def test_what_was_never_the_files_fault_is_tried_again_each_minute() -> None:
    """A process out of file handles can't read a file that is whole, and that will not change."""
    served = Served()
    served.disk.write(OSError("too many open files"), NOW)
    served.live.current()
    served.disk.content = AFTER
    served.clock.now += A_MINUTE - timedelta(seconds=1)
    assert b"new platform" not in served.feed().body
    served.clock.pass_by(seconds=1)
    assert b"new platform" in served.feed().body


@pytest.mark.parametrize("broken", [False, True])
def test_the_new_year_comes_by_itself_whether_or_not_the_file_is_whole(broken: bool) -> None:
    served = Served(clock=Clock(now=LAST_OF_YEAR))
    if broken:
        served.disk.write(mistakes("one"), LAST_OF_YEAR)
    before = served.feed()
    served.clock.now = NEW_YEAR - timedelta(seconds=1)
    assert served.feed().body == before.body
    served.clock.now = NEW_YEAR
    expected = publish(BEFORE, changed_at=served.disk.changed_at, now=NEW_YEAR).representations[PATH]
    assert served.feed() == expected
    assert (served.feed().body == before.body, served.feed().last_modified) == (False, NEW_YEAR)
    assert (served.live.problem is None) is not broken


def test_a_schedule_that_fails_in_the_new_year_leaves_the_old_year_public() -> None:
    served = Served(clock=Clock(now=LAST_OF_YEAR))
    before = served.live.current()
    served.disk.write(mistakes("one"), LAST_OF_YEAR)
    kept = served.live._state.loaded  # noqa: SLF001  (no schedule is known that fails by time alone)
    object.__setattr__(kept, "schedule", None)
    served.clock.now = NEW_YEAR
    assert all(served.live.current() is before for _ in range(2))
    assert len(served.logged("schedule can't be published for the new year")) == 1


def test_an_older_file_restored_is_a_change_of_now() -> None:
    """Dates that run backwards would leave clients that ask by date alone with the newer file."""
    served = Served()
    before = served.feed().last_modified
    served.clock.pass_by(hours=1)
    served.disk.write(AFTER, NOW - timedelta(days=30))
    assert (before, served.feed().last_modified) == (NOW - timedelta(days=1), before + timedelta(seconds=1))


def test_the_same_bytes_from_an_older_file_keep_their_date() -> None:
    served = Served()
    before = served.feed()
    served.disk.write(BEFORE, NOW - timedelta(days=30))
    assert served.feed() == before


def test_a_date_is_never_in_the_future_though_the_file_says_so() -> None:
    served = Served(disk=Disk(changed_at=NOW + timedelta(days=30)))
    assert served.feed().last_modified == NOW


def test_two_edits_within_a_second_can_be_told_apart_by_date_when_the_second_is_over() -> None:
    """HTTP's dates have whole seconds: a client that got the first would never get the second by date."""
    served = Served(clock=Clock(now=NOW + timedelta(milliseconds=200)), disk=Disk(changed_at=NOW))
    assert served.feed().last_modified == NOW
    served.clock.pass_by(milliseconds=300)
    served.disk.write(AFTER, NOW)
    assert b"new platform" in served.feed().body
    assert served.feed().last_modified == NOW
    served.clock.now = NOW + timedelta(seconds=1)
    assert served.feed().last_modified == NOW + timedelta(seconds=1)
    served.clock.pass_by(hours=1)
    assert served.feed().last_modified == NOW + timedelta(seconds=1)
    assert served.disk.reads == 3


def test_a_feed_that_comes_back_does_not_come_back_older() -> None:
    ours = Feed(slug="ours", name="Ours", environments=frozenset({"production"}), kinds=frozenset(Kind))
    served = Served(disk=Disk(content=replace(BEFORE, feeds=(ours,)), changed_at=NOW))
    served.disk.write(BEFORE, NOW)
    served.live.current()
    served.clock.pass_by(hours=1)
    served.disk.write(replace(BEFORE, feeds=(ours,)), NOW - timedelta(days=30))
    publication = served.live.current()
    assert publication is not None
    assert publication.representations["/feeds/ours.ics"].last_modified == NOW


def test_other_threads_go_on_with_the_present_publication_while_one_makes_the_next() -> None:
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


def test_an_edit_during_the_reading_is_seen_by_the_next_request() -> None:
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
    return Live(path, clock=Clock(), load=load_schedule, log=structlog.wrap_logger(structlog.testing.CapturingLogger()))


def shows(live: Live, name: str) -> bool:
    publication = live.current()
    return publication is not None and name.encode() in publication.representations[PATH].body


def test_a_file_written_over_in_place_is_seen(path: Path) -> None:
    live = on_disk(path)
    path.write_text(SCHEDULE.replace("Scheduled maintenance", "In place"), encoding="utf-8")
    assert shows(live, "In place")


def test_a_file_replaced_by_another_of_the_same_size_and_date_is_seen(path: Path) -> None:
    """As editors and deployments do: they write a sibling, and rename it."""
    live = on_disk(path)
    sibling = path.with_name("sibling")
    sibling.write_text(SCHEDULE.replace("Scheduled", "delayeded"), encoding="utf-8")
    stat = path.stat()
    os.utime(sibling, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    sibling.replace(path)
    assert shows(live, "delayeded")


def test_a_folder_or_nothing_in_the_files_place_leaves_it_public_until_it_is_back(path: Path) -> None:
    live = on_disk(path)
    path.unlink()
    assert shows(live, "Scheduled")
    assert live.problem is not None
    path.mkdir()
    assert shows(live, "Scheduled")
    assert live.problem.mistakes == ("this is a folder; name the file in it, such as schedule.toml",)
    path.rmdir()
    path.write_text(SCHEDULE.replace("Scheduled maintenance", "Back again"), encoding="utf-8")
    assert shows(live, "Back again")
    assert live.problem is None
