"""Revisions of what is private: the public's never change with it, and those of each private feed never decrease."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import GONE, Ledger, with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import Rendering
from icsfeed.services.events import publish_events
from tests.examples import NOW, a_schedule, a_window

ENVIRONMENTS: Final = (
    Environment(id="acme", name="Acme’s cluster", public=False),
    Environment(id="production", name="Production"),
)
ACME_FEED: Final = Feed(
    slug="acme",
    name="Acme",
    environments=frozenset({"acme", "production"}),
    kinds=frozenset(Kind),
    public=False,
)


def policy(*environments: str, name: str = "Maintenance") -> Schedule:
    """One window of those environments, and Acme's private feed."""
    window = a_window(environments=frozenset(environments), name=name)
    return a_schedule(window, environments=ENVIRONMENTS, feeds=(ACME_FEED,))


def after(*policies: Schedule) -> Ledger:
    """The ledger after each of those policies was public."""
    ledger: Ledger = {}
    for each in policies:
        events = publish_events(Situation(schedule=each, record=Record(ledger=ledger), now=NOW))
        ledger = with_lines(ledger, events.missing_lines(ledger))
    return ledger


def sequences(*policies: Schedule) -> tuple[set[int], set[int]]:
    """The SEQUENCE of every event that the public sees, and that Acme's subscribers see, after those policies."""
    record = Record(ledger=after(*policies))
    events = publish_events(Situation(schedule=policies[-1], record=record, now=NOW))
    public, private = (
        {event.revision.sequence for event in view.rendered(Rendering.SERIES)}
        for view in (events, events.private["acme"])
    )
    return public, private


PUBLIC: Final = policy("production")
SHARED: Final = policy("production", "acme")


def test_what_is_public_has_one_revision_for_all() -> None:
    assert sequences(PUBLIC) == ({0}, {0})
    assert [key for key in after(PUBLIC) if "#" in key] == []


def test_a_private_environment_that_joins_changes_the_private_feed_alone() -> None:
    assert sequences(PUBLIC, SHARED) == ({0}, {1})


def test_a_private_environment_that_leaves_never_lets_the_sequence_decrease() -> None:
    assert sequences(PUBLIC, SHARED, PUBLIC) == ({0}, {2})
    assert sequences(PUBLIC, SHARED, PUBLIC, SHARED) == ({0}, {3})


def test_a_new_text_of_a_shared_window_is_a_revision_for_both() -> None:
    renamed = policy("production", "acme", name="Upkeep")
    assert sequences(SHARED, renamed) == ({1}, {1})


def test_only_what_is_private_disappears_from_the_private_feed() -> None:
    ledger = after(policy("acme"), replace(PUBLIC, windows=()))
    assert {lines[-1].digest for lines in ledger.values()} == {GONE}
    assert {key.partition("#")[2] for key in ledger} == {"acme"}


def test_the_public_never_learns_of_a_window_that_is_private() -> None:
    assert {key for key in after(policy("acme")) if "#" not in key} == set()
    assert sequences(policy("acme")) == (set(), {0})
