"""The tally counts every request once, however many threads add to it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from icsfeed.web.tally import Counts, Tally

A_WHILE = 60.0
"""Seconds; longer than any test."""

GOOGLE = "Google-Calendar-Importer"


def test_requests_are_counted_by_path_family_and_status() -> None:
    counted: list[Counts] = []
    tally = Tally(counted.append, seconds=A_WHILE)
    for version in range(3):
        tally.add("/feeds/all.ics", f"curl/8.{version}", "200 OK")
    tally.add("/feeds/all.ics", GOOGLE, "200 OK")
    tally.add("/feeds/all.ics", GOOGLE, "304 Not Modified")
    assert counted == []
    tally.count()
    tally.count()
    assert counted == [
        {
            ("/feeds/all.ics", "script", "200"): 3,
            ("/feeds/all.ics", "google", "200"): 1,
            ("/feeds/all.ics", "google", "304"): 1,
        }
    ]


def test_requests_are_counted_after_some_seconds() -> None:
    counted: list[Counts] = []
    done = Event()

    def take(counts: Counts) -> None:
        counted.append(counts)
        done.set()

    tally = Tally(take, seconds=0.01)
    for _ in range(2):
        done.clear()
        tally.add("/", GOOGLE, "200 OK")
        assert done.wait(A_WHILE)
    assert counted == [{("/", "google", "200"): 1}] * 2


def test_no_request_is_lost_or_counted_twice_with_several_threads() -> None:
    total: Counter[tuple[str, str, str]] = Counter()
    tally = Tally(total.update, seconds=A_WHILE)

    def work(number: int) -> None:
        for each in range(2000):
            tally.add(f"/{number % 3}", GOOGLE, "200 OK")
            if each % 100 == 0:
                tally.count()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    tally.count()
    assert total.total() == 16_000
    assert total == {("/0", "google", "200"): 6000, ("/1", "google", "200"): 6000, ("/2", "google", "200"): 4000}
