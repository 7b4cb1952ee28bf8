"""How often a live publication looks whether anything is new, and that nothing waits for longer than that."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.test import Client

from tests.web.fakes import AFTER, PATH, Clock, Served, front_of
from tests.web.test_live import LAST_OF_YEAR, NEW_YEAR

LOOK_EVERY = timedelta(milliseconds=250)
MOMENT = timedelta(milliseconds=1)


def served_in_pace(clock: Clock | None = None) -> Served:
    served = Served(paced=True, clock=clock or Clock())
    served.shelf.look_every = LOOK_EVERY
    return served


def test_whoever_asks_within_the_time_between_two_looks_is_told_the_same() -> None:
    served = served_in_pace()
    served.live.refresh()
    served.disk.write(AFTER, served.clock.now)
    looks = served.disk.looks
    served.clock.now += LOOK_EVERY - MOMENT
    assert len({id(served.live.refresh()) for _ in range(5)}) == 1
    assert served.disk.looks == looks
    served.clock.now += MOMENT
    assert b"new platform" in served.feed().body


def test_a_clock_set_back_puts_off_no_look() -> None:
    """Somebody mends a clock that was a day ahead: what is recorded from then on is not to wait for a day."""
    served = served_in_pace()
    seconds = 0.0
    served.live.seconds = lambda: seconds
    served.live.refresh()
    seconds += LOOK_EVERY.total_seconds()
    served.clock.pass_by(days=-1)
    served.disk.write(AFTER, served.clock.now)
    assert b"new platform" in served.feed().body


def test_what_time_alone_changes_is_public_at_its_moment() -> None:
    served = served_in_pace(Clock(now=LAST_OF_YEAR))
    served.clock.now = NEW_YEAR - MOMENT
    before = served.publication()
    served.clock.now = NEW_YEAR
    assert served.publication() is not before


def test_a_front_gives_what_another_thread_found_without_a_look_of_its_own() -> None:
    served = served_in_pace()
    client = Client(front_of(served.live))
    assert "new platform" not in client.get(PATH).text
    served.disk.write(AFTER, served.clock.now)
    served.clock.now += LOOK_EVERY
    served.live.refresh()
    looks = served.disk.looks
    assert "new platform" in client.get(PATH).text
    assert served.disk.looks == looks


def test_a_front_looks_no_oftener_than_the_publication_wants_it() -> None:
    served = served_in_pace()
    client = Client(front_of(served.live))
    client.get(PATH)
    looks = served.disk.looks
    for _ in range(5):
        client.get(PATH)
    assert served.disk.looks == looks
    served.disk.write(AFTER, served.clock.now)
    served.clock.now += LOOK_EVERY
    assert "new platform" in client.get(PATH).text
