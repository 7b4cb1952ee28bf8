"""Fetches of private feeds: collected in memory, stored periodically, and kept during a database outage."""

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
class FetchStore:
    """The stored fetches of each transaction; ``fault`` is raised instead of storing."""

    transactions: list[Mapping[tuple[str, str], datetime]] = field(default_factory=list)
    fault: IcsfeedError | None = None
    done: Event = field(default_factory=Event)

    def note_fetches(self, fetches: Mapping[tuple[str, str], datetime]) -> None:
        """Store fetches as ``Database`` does, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.transactions.append(fetches)
        self.done.set()


def test_fetches_are_stored_in_one_transaction_and_the_latest_counts() -> None:
    store, failures = FetchStore(), list[IcsfeedError]()
    fetches = Fetches(store, failed=failures.append, after=A_WHILE)
    for minute in range(60):
        fetches.add("acme", "google", NOW + timedelta(minutes=minute))
    fetches.add("other", "apple", NOW)
    assert store.transactions == []
    fetches.note()
    fetches.note()
    assert store.transactions == [{("acme", "google"): NOW + timedelta(minutes=59), ("other", "apple"): NOW}]
    assert failures == []


def test_fetches_are_stored_periodically() -> None:
    store = FetchStore()
    fetches = Fetches(store, failed=lambda _: None, after=0.01)
    fetches.add("acme", "google", NOW)
    assert store.done.wait(A_WHILE)
    store.done.clear()
    fetches.add("acme", "google", NOW + timedelta(days=1))
    assert store.done.wait(A_WHILE)
    assert store.transactions == [{("acme", "google"): NOW}, {("acme", "google"): NOW + timedelta(days=1)}]


def test_fetches_that_cannot_be_stored_are_kept_for_the_next_time() -> None:
    away = IcsfeedError("the database is away")
    store, failures = FetchStore(fault=away), list[IcsfeedError]()
    fetches = Fetches(store, failed=failures.append, after=A_WHILE)
    fetches.add("acme", "google", NOW)
    fetches.add("other", "apple", NOW)
    fetches.note()
    fetches.add("acme", "google", NOW + timedelta(hours=1))
    store.fault = None
    fetches.note()
    assert failures == [away]
    assert store.transactions == [{("acme", "google"): NOW + timedelta(hours=1), ("other", "apple"): NOW}]
