"""Recorded freezes in everything public: of an internal one, nothing but its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.publishing import publish
from icsfeed.services.gate import gate
from tests.changes import PLAN, a_change, record_of
from tests.examples import SUNDAY, THURSDAY, TORONTO, utc
from tests.services.workspace import TWO_ENVIRONMENTS

SCHEDULE = replace(
    TWO_ENVIRONMENTS,
    windows=(replace(THURSDAY, environments=frozenset({"preview", "production"})), SUNDAY),
    freezes=(),
)
NOW = utc(2026, 12, 10, 8)
"""Thursday, 03:00 in Toronto: within the window."""

SECRETS = ("An audit that nobody may know of", "CF-1", "cf-1", "ann@example.com", "0123456789")
NAMES = (b"Change freeze", b"Gel des changements")
INTERNAL = RecordedFreeze(
    id="CF-1",
    reason=SECRETS[0],
    environments=frozenset({"production"}),
    started_at=NOW,
    started_by=SECRETS[3],
    is_internal=True,
    uid_part=SECRETS[4],
)
PRIVATE = replace(
    SCHEDULE, environments=(*SCHEDULE.environments, replace(SCHEDULE.environments[0], id="acme", public=False))
)


def a_situation(freeze: RecordedFreeze, schedule: Schedule = SCHEDULE, record: Record = NOTHING) -> Situation:
    return Situation(
        schedule=schedule, record=replace(record, entry=1, freezes={freeze.id: freeze}), now=NOW + timedelta(minutes=30)
    )


def public_bytes(situation: Situation) -> dict[str, bytes]:
    """Every public file."""
    publication = publish(situation, changed_at=NOW)
    return {path: each.body for path, each in publication.representations.items()}


@pytest.mark.parametrize("schedule", [SCHEDULE, PRIVATE], ids=["all public", "with a private environment"])
def test_no_public_file_says_anything_of_an_internal_freeze(schedule: Schedule) -> None:
    files = public_bytes(a_situation(INTERNAL, schedule))
    without = public_bytes(Situation(schedule=schedule, now=NOW + timedelta(minutes=30)))
    assert files.keys() == without.keys()
    for path, body in files.items():
        assert [each for each in SECRETS if each.encode() in body] == [], path
        for name in NAMES:
            assert body.count(name) == without[path].count(name), path
    shown = b"".join(public_bytes(a_situation(replace(INTERNAL, is_internal=False), schedule)).values())
    assert [each for each in SECRETS if each.encode() in shown] == [SECRETS[0], "CF-1", "cf-1", SECRETS[4]], (
        "a public one is shown, but for who started it"
    )
    assert all(shown.count(name) > b"".join(without.values()).count(name) for name in NAMES)


def test_an_internal_freeze_without_an_effect_changes_no_byte() -> None:
    without = public_bytes(Situation(schedule=SCHEDULE, now=NOW + timedelta(minutes=30)))
    preview = replace(
        INTERNAL, environments=frozenset({"preview"}), started_at=utc(2026, 12, 8), until=utc(2026, 12, 9)
    )
    assert public_bytes(a_situation(preview)) == without
    assert public_bytes(a_situation(INTERNAL)) != without


def test_the_public_gate_is_closed_outside_the_maintenance_windows() -> None:
    situation = a_situation(replace(INTERNAL, until=utc(2026, 12, 11, 8)))
    public = publish(situation, changed_at=NOW).events.situation
    own, visible = (gate(each, ["production"], at=situation.now) for each in (situation, public))
    assert own.why == ('in the change freeze "CF-1" from Thu 2026-12-10 03:00 EST to Fri 2026-12-11 03:00 EST')
    assert visible.why == "outside the maintenance windows and planned changes of production"
    assert (
        (own.verdict, own.next_transition)
        == (visible.verdict, visible.next_transition)
        == ("CLOSED", utc(2026, 12, 13, 7))
    )
    preview = gate(public, ["preview"], at=situation.now)
    assert (preview.verdict, preview.why) == ("OPEN", 'in the maintenance window "thursday"')
    both = gate(public, ["preview", "production"], at=situation.now)
    assert both.why == "outside the maintenance windows and planned changes of production"


def test_the_public_gate_does_not_say_why_a_planned_change_may_not_run() -> None:
    """It is due, and nothing that is public is against it; only the freeze that is not."""
    at = Span(start=utc(2026, 12, 10, 8, 15), end=utc(2026, 12, 10, 9))
    for reason, verdict in (("", "CLOSED"), ("It is being exploited", "OPEN")):
        change = a_change(Kind.PLANNED, plan=replace(PLAN, span=at, reason=reason))
        situation = a_situation(INTERNAL, record=record_of(change))
        public = publish(situation, changed_at=NOW).events.situation
        own, visible = (gate(each, [], at=situation.now, change_id="PC-7") for each in (situation, public))
        assert (own.verdict, visible.verdict) == (verdict, verdict)
        assert ("CF-1" in own.why, "CF-1" in visible.why) == (True, False)
    closed = gate(a_situation(INTERNAL, record=record_of(change)).visible_to(), ["production"], at=situation.now)
    assert closed.why == "outside the maintenance windows and planned changes of production"


@pytest.mark.parametrize(
    ("minutes", "why"),
    [
        pytest.param(0, 'the maintenance window "thursday" ends at Thu 2026-12-10 03:00 EST', id="within the window"),
        pytest.param(60, "it ends at Thu 2026-12-10 03:00 EST", id="within a planned change that goes on"),
    ],
)
def test_a_runway_that_the_freeze_cuts_off_ends_without_a_reason(minutes: int, why: str) -> None:
    at = Span(start=utc(2026, 12, 10, 7), end=NOW + timedelta(minutes=minutes or 1))
    change = a_change(Kind.PLANNED, plan=replace(PLAN, span=at, environments=frozenset({"preview"})))
    if minutes:
        change = replace(change, updates=(replace(change.latest, plan=replace(PLAN, span=at)),))
    schedule = SCHEDULE if not minutes else replace(SCHEDULE, windows=(SUNDAY,))
    public = a_situation(INTERNAL, schedule, record_of(change)).visible_to()
    answer = gate(public, ["production"], at=utc(2026, 12, 10, 7, 30), runway=timedelta(hours=2))
    assert answer.why == f"open for only 30 min of the 2 h needed: {why}"


def test_views_of_the_same_record_have_the_same_freezes() -> None:
    """Otherwise a server would render everything anew whenever it looks."""
    situation = a_situation(INTERNAL)
    assert situation.visible_to().record.freezes is situation.visible_to().record.freezes
    (veiled,) = situation.visible_to().record.freezes.values()
    assert veiled == replace(INTERNAL, reason="", started_by="", uid_part="", is_veiled=True)
    public = a_situation(replace(INTERNAL, is_internal=False))
    assert public.visible_to() is public
    assert list(situation.visible_to().freezes(Span(start=NOW, end=utc(2026, 12, 11)))) == []
    assert [each.freeze.id for each in situation.freezes(Span(start=NOW, end=utc(2026, 12, 11)))] == ["CF-1"]
    assert situation.freezes(Span(start=NOW, end=utc(2026, 12, 11)))[0].freeze.zone == TORONTO
