"""How often a live publication looks for changes, and that no change waits longer than that."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.test import Client

from tests.publication.fakes import AFTER, PATH, Clock, FakeServer, front_of
from tests.publication.test_live import LAST_OF_YEAR, NEW_YEAR

LOOK_EVERY = timedelta(milliseconds=250)
MOMENT = timedelta(milliseconds=1)


def paced_server(clock: Clock | None = None) -> FakeServer:
    server = FakeServer(paced=True, clock=clock or Clock())
    server.repository.look_every = LOOK_EVERY
    return server


def test_requests_between_two_looks_get_the_same_snapshot() -> None:
    server = paced_server()
    server.live.refresh()
    server.disk.write(AFTER, server.clock.now)
    looks = server.disk.looks
    server.clock.now += LOOK_EVERY - MOMENT
    assert len({id(server.live.refresh()) for _ in range(5)}) == 1
    assert server.disk.looks == looks
    server.clock.now += MOMENT
    assert b"new platform" in server.feed().body


def test_setting_the_clock_back_delays_no_look() -> None:
    """When a clock that was a day ahead is corrected, changes recorded since must not wait for a day."""
    server = paced_server()
    seconds = 0.0
    server.live.seconds = lambda: seconds
    server.live.refresh()
    seconds += LOOK_EVERY.total_seconds()
    server.clock.advance(days=-1)
    server.disk.write(AFTER, server.clock.now)
    assert b"new platform" in server.feed().body


def test_a_change_by_time_alone_is_public_exactly_on_time() -> None:
    server = paced_server(Clock(now=LAST_OF_YEAR))
    server.clock.now = NEW_YEAR - MOMENT
    before = server.publication()
    server.clock.now = NEW_YEAR
    assert server.publication() is not before


def test_a_front_serves_a_snapshot_of_another_thread_without_a_look_of_its_own() -> None:
    server = paced_server()
    client = Client(front_of(server.live))
    assert "new platform" not in client.get(PATH).text
    server.disk.write(AFTER, server.clock.now)
    server.clock.now += LOOK_EVERY
    server.live.refresh()
    looks = server.disk.looks
    assert "new platform" in client.get(PATH).text
    assert server.disk.looks == looks


def test_a_front_looks_no_more_often_than_the_publication_allows() -> None:
    server = paced_server()
    client = Client(front_of(server.live))
    client.get(PATH)
    looks = server.disk.looks
    for _ in range(5):
        client.get(PATH)
    assert server.disk.looks == looks
    server.disk.write(AFTER, server.clock.now)
    server.clock.now += LOOK_EVERY
    assert "new platform" in client.get(PATH).text
