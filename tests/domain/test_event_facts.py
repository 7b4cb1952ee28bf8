"""The facts that an event states, and their digest in the ledger."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, Final

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.event_facts import CancelledInstance, EventFacts, Message, RepetitionRule
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.recurrence import parse_recurrence, weekly
from icsfeed.domain.schedule import Organizer
from icsfeed.domain.windows import Impact
from tests.examples import utc


def local(day: int) -> datetime:
    """A naive local time in January 2026."""
    return datetime(2026, 1, day, 2)  # noqa: DTZ001  (naive on purpose)


PLAIN: Final = EventFacts(kind=Kind.MAINTENANCE, name="Maintenance", start=local(1), end=local(2))
FIRST_FACTS: Final = EventFacts(
    kind=Kind.MAINTENANCE,
    name="Maintenance",
    start=local(1),
    end=local(2),
    zone="America/Toronto",
    rule=RepetitionRule(recurrence=weekly(3), until=utc(2026, 1, 29, 7)),
    excluded=(local(8),),
    cancelled=(CancelledInstance(start=local(15), end=local(16), reason="A holiday"),),
    state=State.TENTATIVE,
    environments=(Environment(id="production", name="Production"),),
    impact=Impact.OUTAGE,
    description="The platform can't be reached.",
    reason="A disk is failing",
    moved_from=local(3),
    change_id="EC-7",
    ticket="https://tickets.example.com/7",
    freeze="Holiday freeze",
    messages=(Message(at=utc(2026, 1, 1), text="On it"),),
    organizer=Organizer(name="Support", email="support@example.com"),
)
FULL: Final = replace(
    FIRST_FACTS,
    planned_start=utc(2026, 1, 1, 3),
    planned_end=utc(2026, 1, 1, 4),
    left=(Environment(id="preview", name="Preview"),),
)
OTHERS: Final[dict[str, tuple[Any, ...]]] = {
    "kind": (Kind.EMERGENCY,),
    "name": ("Work", ""),
    "start": (local(3), date(2026, 1, 1), utc(2026, 1, 1, 2)),
    "end": (local(3), date(2026, 1, 2)),
    "zone": ("", "Europe/Berlin"),
    "rule": (
        None,
        RepetitionRule(recurrence=weekly(4), until=utc(2026, 1, 29, 7)),
        RepetitionRule(recurrence=weekly(3), until=utc(2026, 1, 22, 7)),
    ),
    "excluded": ((), (local(9),), (local(8), local(9))),
    "cancelled": (
        (),
        (CancelledInstance(start=local(14), end=local(16), reason="A holiday"),),
        (CancelledInstance(start=local(15), end=local(17), reason="A holiday"),),
        (CancelledInstance(start=local(15), end=local(16), reason="Two of them"),),
    ),
    "state": (State.CONFIRMED, State.CANCELLED),
    "environments": (
        (),
        (Environment(id="a", name="Production"),),
        (Environment(id="production", name="Live"),),
        (Environment(id="production", name="Production", public=False),),
    ),
    "impact": (None, Impact.NO_IMPACT),
    "description": ("", "It is slow."),
    "reason": ("", "Another one"),
    "moved_from": (None, local(4)),
    "change_id": ("", "EC-8"),
    "ticket": ("", "https://tickets.example.com/8"),
    "freeze": ("", "Month end"),
    "messages": ((), (Message(at=utc(2026, 1, 2), text="On it"),), (Message(at=utc(2026, 1, 1), text="Done"),)),
    "organizer": (
        None,
        Organizer(name="Help", email="support@example.com"),
        Organizer(name="Support", email="help@example.com"),
    ),
    "planned_start": (None, utc(2026, 1, 1, 2)),
    "planned_end": (None, utc(2026, 1, 1, 5)),
    "left": ((), (Environment(id="preview", name="Trial"),), (Environment(id="trial", name="Preview"),)),
    "is_open_ended": (True,),
}
"""Other values of each field: those of ``FULL`` changed in every part."""


def test_every_fact_changes_the_digest() -> None:
    """A new field must be added here, or this test fails."""
    assert OTHERS.keys() == {field.name for field in fields(EventFacts)}
    for name, values in OTHERS.items():
        digests = {replace(FULL, **{name: value}).digest() for value in (getattr(FULL, name), *values)}
        assert (name, len(digests)) == (name, len(values) + 1)


def test_the_test_above_covers_every_field() -> None:
    parts = (RepetitionRule, CancelledInstance, Message, Environment, Organizer)
    assert {part: len(fields(part)) for part in parts} == {
        RepetitionRule: 2,
        CancelledInstance: 3,
        Message: 2,
        Environment: 3,
        Organizer: 2,
    }


@pytest.mark.parametrize(
    ("facts", "digest"),
    [
        pytest.param(PLAIN, "2-86dbb58f3954582a976eff7f59ad0e", id="only the defaults"),
        pytest.param(FIRST_FACTS, "2-c5583fd3a563d7dcc497538b2bc2a9", id="every fact that digests had at first"),
        pytest.param(FULL, "2-cb0a665ddba11aafbf5be347c67ea4", id="every fact"),
    ],
)
def test_digests_stay_the_same_in_every_release(facts: EventFacts, digest: str) -> None:
    """A release that has to change this test raises the SEQUENCE of every event."""
    assert facts.digest() == digest


@pytest.mark.parametrize(
    ("rule", "digest"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", "2-d00bbcc4fb06cf65e91ef60d94ecc2"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2-38a254bb299363356e908afb0a821b"),
        ("FREQ=MONTHLY;BYDAY=2TU", "2-48e2a795988acb4db4bda2cc5ba47c"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU", "2-aea3c807f4219a8ada431200f1242d"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "2-cb1e852bdb621a5e92c11455cfda76"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2-683f7dc385e27e9100b510d9e8e1cf"),
        ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "2-dc0bc0569533eee18c5819f5de4a1f"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=5;BYDAY=1MO", "2-d96e161bc2f81e296061344e96acd7"),
    ],
)
def test_digests_of_rules_stay_the_same_in_every_release(rule: str, digest: str) -> None:
    """They were taken before rules could have several days and months."""
    facts = EventFacts(
        kind=Kind.MAINTENANCE,
        name="M",
        start=date(2026, 1, 1),
        end=date(2026, 1, 2),
        rule=RepetitionRule(recurrence=parse_recurrence(rule), until=utc(2026, 1, 29, 7)),
    )
    assert facts.digest() == digest


def test_rules_that_differ_in_one_part_have_digests_of_their_own() -> None:
    rules = [
        *("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        *("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1SA", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA"),
    ]
    facts = [
        replace(FULL, rule=RepetitionRule(recurrence=parse_recurrence(rule), until=utc(2026, 1, 29, 7)))
        for rule in rules
    ]
    assert len({each.digest() for each in facts}) == len(rules)


def test_a_digest_fits_the_database_column_and_differs_from_digests_of_bytes() -> None:
    assert re.fullmatch("2-[0-9a-f]{30}", FULL.digest())
