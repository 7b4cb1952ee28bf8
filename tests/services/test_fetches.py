"""Fetches of private feeds: collected in memory, noted now and then, and not lost while the database is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from icsfeed.domain.errors import IcsfeedError
from icsfeed.services.fetches import Fetches
from tests.examples import NOW

A_WHILE = 30.0
"""Seconds: longer than any test."""


@dataclass
class Notes:
    """What is noted, transaction by transaction; ``fault`` is what noting raises."""

    noted: list[Mapping[tuple[str, str], datetime]] = field(default_factory=list)
    fault: IcsfeedError | None = None
    done: Event = field(default_factory=Event)

    def note_fetches(self, fetches: Mapping[tuple[str, str], datetime]) -> None:
        """What ``Database`` does."""
        if self.fault is not None:
            raise self.fault
        self.noted.append(fetches)
        self.done.set()


def test_fetches_are_stored_in_one_transaction_and_the_latest_counts() -> None:
    notes, failures = Notes(), list[IcsfeedError]()
    fetches = Fetches(notes, failed=failures.append, after=A_WHILE)
    for minute in range(60):
        fetches.add("acme", "google", NOW + timedelta(minutes=minute))
    fetches.add("other", "apple", NOW)
    assert notes.noted == []
    fetches.note()
    fetches.note()
    assert notes.noted == [{("acme", "google"): NOW + timedelta(minutes=59), ("other", "apple"): NOW}]
    assert failures == []


def test_fetches_are_stored_after_a_while() -> None:
    notes = Notes()
    fetches = Fetches(notes, failed=lambda _: None, after=0.01)
    fetches.add("acme", "google", NOW)
    assert notes.done.wait(A_WHILE)
    notes.done.clear()
    fetches.add("acme", "google", NOW + timedelta(days=1))
    assert notes.done.wait(A_WHILE)
    assert notes.noted == [{("acme", "google"): NOW}, {("acme", "google"): NOW + timedelta(days=1)}]


def test_fetches_that_cannot_be_stored_are_kept_for_the_next_time() -> None:
    away = IcsfeedError("the database is away")
    notes, failures = Notes(fault=away), list[IcsfeedError]()
    fetches = Fetches(notes, failed=failures.append, after=A_WHILE)
    fetches.add("acme", "google", NOW)
    fetches.add("other", "apple", NOW)
    fetches.note()
    fetches.add("acme", "google", NOW + timedelta(hours=1))
    notes.fault = None
    fetches.note()
    assert failures == [away]
    assert notes.noted == [{("acme", "google"): NOW + timedelta(hours=1), ("other", "apple"): NOW}]
