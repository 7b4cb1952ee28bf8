"""How often a live publication looks for changes, and that no change waits longer than that."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.test import Client

from tests.web.fakes import AFTER, PATH, Clock, Served, front_of
from tests.web.test_live import LAST_OF_YEAR, NEW_YEAR

LOOK_EVERY = timedelta(milliseconds=250)
MOMENT = timedelta(milliseconds=1)


def paced(clock: Clock | None = None) -> Served:
    served = Served(paced=True, clock=clock or Clock())
    served.shelf.look_every = LOOK_EVERY
    return served


def test_requests_between_two_looks_get_the_same_snapshot() -> None:
    served = paced()
    served.live.refresh()
    served.disk.write(AFTER, served.clock.now)
    looks = served.disk.looks
    served.clock.now += LOOK_EVERY - MOMENT
    assert len({id(served.live.refresh()) for _ in range(5)}) == 1
    assert served.disk.looks == looks
    served.clock.now += MOMENT
    assert b"new platform" in served.feed().body


def test_a_clock_that_is_set_back_delays_no_look() -> None:
    """The clock was a day ahead and is corrected: changes recorded then must not wait for a day."""
    served = paced()
    seconds = 0.0
    served.live.seconds = lambda: seconds
    served.live.refresh()
    seconds += LOOK_EVERY.total_seconds()
    served.clock.advance(days=-1)
    served.disk.write(AFTER, served.clock.now)
    assert b"new platform" in served.feed().body


def test_a_change_by_time_alone_is_public_at_its_instant() -> None:
    served = paced(Clock(now=LAST_OF_YEAR))
    served.clock.now = NEW_YEAR - MOMENT
    before = served.publication()
    served.clock.now = NEW_YEAR
    assert served.publication() is not before


def test_a_front_serves_a_snapshot_of_another_thread_without_a_look_of_its_own() -> None:
    served = paced()
    client = Client(front_of(served.live))
    assert "new platform" not in client.get(PATH).text
    served.disk.write(AFTER, served.clock.now)
    served.clock.now += LOOK_EVERY
    served.live.refresh()
    looks = served.disk.looks
    assert "new platform" in client.get(PATH).text
    assert served.disk.looks == looks


def test_a_front_looks_no_more_often_than_the_publication_allows() -> None:
    served = paced()
    client = Client(front_of(served.live))
    client.get(PATH)
    looks = served.disk.looks
    for _ in range(5):
        client.get(PATH)
    assert served.disk.looks == looks
    served.disk.write(AFTER, served.clock.now)
    served.clock.now += LOOK_EVERY
    assert "new platform" in client.get(PATH).text
