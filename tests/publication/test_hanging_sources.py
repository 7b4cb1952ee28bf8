"""A schedule file or a database that hangs: what is public stays public, and the server says that it is stale."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from icsfeed.publication.background import BackgroundThread
from icsfeed.publication.problems import Problem, Source
from icsfeed.store.schedule_file import ScheduleFileError, load_schedule, load_watched_schedule
from icsfeed.store.schedule_file.reading import MAX_WATCHED_BYTES
from tests.cli.running import SCHEDULE
from tests.publication.fakes import AFTER, FakeServer
from tests.web.servers import until

MOMENT = timedelta(milliseconds=1)


@contextmanager
def hanging(server: FakeServer) -> Generator[None]:
    """Let each look at the file wait until the block ends, as on a network mount that is cut off."""
    go_on = Event()
    server.disk.while_looking = lambda: wait_for(go_on)
    try:
        yield
    finally:
        go_on.set()


def wait_for(event: Event) -> None:
    assert event.wait(timeout=60)


def test_a_file_that_hangs_is_stale_and_what_is_public_stays() -> None:
    """Publication stood still for good, with "ready" and no line in the log."""
    server = FakeServer(patience=MOMENT, slow_look=timedelta(milliseconds=50))
    before = server.publication()
    with hanging(server):
        until(lambda: Source.SCHEDULE in server.live.refresh().problems)
        assert server.live.problems == {
            Source.SCHEDULE: Problem(
                mistakes=("the schedule has not answered for 0.05 seconds",), since=server.clock.now
            )
        }
        assert server.publication() is before
        assert server.live.seconds_since_look > 0.05
        server.disk.write(AFTER, server.clock.now)
    until(lambda: server.live.refresh().problems == {})
    until(lambda: b"new platform" in server.feed().body)
    assert len(server.log_entries("schedule broken")) == 1
    assert len(server.log_entries("schedule mended")) == 1


def test_a_database_that_hangs_is_stale_until_it_answers() -> None:
    server = FakeServer(patience=MOMENT, slow_look=timedelta(milliseconds=50))
    before, go_on, entry = server.publication(), Event(), server.repository.entry
    server.repository.entry = lambda: entry() if go_on.wait(timeout=60) else 0  # type: ignore[method-assign]
    until(lambda: Source.DATABASE in server.live.refresh().problems)
    assert server.publication() is before
    go_on.set()
    until(lambda: server.live.refresh().problems == {})
    assert len(server.log_entries("database mended")) == 1


def test_work_that_fails_is_reported_before_anybody_goes_on_and_hinders_no_later_work() -> None:
    """The report came after that, in another test's time or in a later request's."""
    failures: list[Exception] = []
    background, done = BackgroundThread("fails", failures.append), Event()
    background.run(fail, patience=60)
    assert [str(failure) for failure in failures] == ["a fault of the program"]
    background.run(done.set, patience=60)
    assert done.is_set()


def fail() -> None:
    msg = "a fault of the program"
    raise AssertionError(msg)


def test_work_that_takes_longer_than_the_patience_goes_on() -> None:
    background, go_on, done = BackgroundThread("waits", on_failure=list[Exception]().append), Event(), Event()

    def work() -> None:
        wait_for(go_on)
        done.set()

    background.run(work, patience=0.001)
    assert not done.is_set()
    go_on.set()
    wait_for(done)


def reason(load: Callable[[], object]) -> str:
    with pytest.raises(ScheduleFileError) as refusal:
        load()
    (mistake,) = refusal.value.mistakes
    return mistake.message


def test_a_pipe_is_no_schedule_file_for_a_server(tmp_path: Path) -> None:
    """Reading it waited until somebody wrote: for ever."""
    os.mkfifo(tmp_path / "schedule.toml")
    expected = "this is a pipe, a socket or a device; name a regular file, which can be read again and again"
    assert reason(lambda: load_watched_schedule(tmp_path / "schedule.toml")) == expected
    assert reason(lambda: load_watched_schedule(Path("/dev/zero"))) == expected


def test_a_file_of_many_megabytes_is_no_schedule_file_for_a_server(tmp_path: Path) -> None:
    file = tmp_path / "schedule.toml"
    file.write_text(SCHEDULE + "#" * (MAX_WATCHED_BYTES - len(SCHEDULE)), encoding="utf-8")
    assert load_watched_schedule(file).schedule == load_schedule(file).schedule
    with file.open("a") as longer:
        longer.write("#")
    expected = "the file has 4,194,305 bytes; at most 4,194,304 are read again and again"
    assert reason(lambda: load_watched_schedule(file)) == expected
    assert load_schedule(file).schedule.windows


def test_a_link_to_a_schedule_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(SCHEDULE, encoding="utf-8")
    (tmp_path / "schedule.toml").symlink_to("real.toml")
    assert load_watched_schedule(tmp_path / "schedule.toml").content == SCHEDULE.encode()


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(hours=1)], ids=["400 days", "an hour"])
def test_what_was_published_while_the_clock_was_ahead_is_published_again(ahead: timedelta) -> None:
    """The wrong years stayed public until somebody edited the file."""
    server = FakeServer()
    first = server.feed().body
    server.clock.now += ahead
    server.publication()
    server.clock.now += timedelta(seconds=2)
    server.publication()
    server.clock.now -= ahead
    assert server.feed().body == first
    assert server.publication().events.situation.now <= server.clock.now
    server.clock.advance(seconds=2)
    date = server.date()
    assert date is not None
    assert date <= server.clock.now
