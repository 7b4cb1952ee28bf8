"""Each change of a fact raises an event's SEQUENCE by one; other words, libraries or languages do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from functools import partial
from typing import Any, Final, TypeAlias

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.event_facts import EventFacts
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import LastSevenDays, NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import parse_recurrence, weekly
from icsfeed.domain.revisions import missing_lines, revision_of, with_lines
from icsfeed.domain.schedule import Organizer
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.events import PublishedEvents, publish_events
from tests.changes import PLAN, a_change
from tests.examples import BERLIN, NOW, POLICY, THURSDAY, TORONTO, span
from tests.situations import a_situation

ONE_WINDOW: Final = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(THURSDAY, effective_from=date(2026, 12, 1), effective_until=date(2026, 12, 31)),),
    freezes=(
        ChangeFreeze(
            zone=TORONTO,
            id="month-end",
            name="Change freeze",
            pattern=LastSevenDays(),
            effective_from=date(2026, 12, 1),
            effective_until=date(2026, 12, 31),
        ),
    ),
)
CHANGE: Final = a_change()
BEFORE: Final = a_situation(ONE_WINDOW, changes=[CHANGE])
SERIES, FREEZE, EMERGENCY = "maintenance.thursday.2026.th", "freeze.month-end.20261225", "emergency.ec-7"
MOVED: Final = "maintenance.thursday.20261210T020000"

Edit: TypeAlias = Callable[[Situation], Situation]


def with_window(**values: Any) -> Edit:  # noqa: ANN401  (any field)
    return lambda before: replace(
        before, schedule=replace(before.schedule, windows=(replace(before.schedule.windows[0], **values),))
    )


def with_freeze(**values: Any) -> Edit:  # noqa: ANN401
    return lambda before: replace(
        before, schedule=replace(before.schedule, freezes=(replace(before.schedule.freezes[0], **values),))
    )


def with_schedule(**values: Any) -> Edit:  # noqa: ANN401
    return lambda before: replace(before, schedule=replace(before.schedule, **values))


def with_organizer(organizer: Organizer | None) -> Edit:
    return lambda before: with_schedule(calendar=replace(before.schedule.calendar, organizer=organizer))(before)


def with_change(change: Change) -> Edit:
    return lambda before: before.with_record(replace(before.record, changes={change.id: change}))


def with_plan(**values: Any) -> Edit:  # noqa: ANN401
    return with_change(a_change(plan=replace(PLAN, **values)))


def with_adjustments(*adjustments: Skip | Move) -> Edit:
    return lambda before: before.with_record(
        replace(before.record, adjustments={(each.window_id, each.day): each for each in adjustments})
    )


def with_recorded_freeze(freeze: RecordedFreeze) -> Edit:
    return lambda before: before.with_record(replace(before.record, freezes={freeze.id: freeze}))


def with_message(message: str) -> Change:
    update = Update(number=2, at=NOW, by="ann", message=message, state=CHANGE.state, plan=CHANGE.plan)
    return CHANGE.with_update(update)


MOVE = Move(window_id="thursday", day=date(2026, 12, 10), to=span((2026, 12, 11, 7), (2026, 12, 11, 9)), reason="Rain")
RECORDED_FREEZE = RecordedFreeze(
    id="CF-1",
    reason="Incident",
    environments=frozenset({"production"}),
    started_at=NOW,
    started_by="ann",
    uid_part="x7",
)
SKIP = Skip(window_id="thursday", day=date(2026, 12, 10), reason="A holiday")


@dataclass(frozen=True, kw_only=True)
class Case:
    """An edit, an event, and the facts of that event that the edit changes."""

    edit: Edit
    uid: str
    facts: set[str]
    before: Edit = lambda before: before


CASES: Final = {
    "a window's name": Case(edit=with_window(name="Work"), uid=SERIES, facts={"name"}),
    "its description": Case(edit=with_window(description="It is slow."), uid=SERIES, facts={"description"}),
    "its impact": Case(edit=with_window(impact=Impact.DEGRADED), uid=SERIES, facts={"impact"}),
    "its environments": Case(
        edit=with_window(environments=frozenset({"preview", "production"})), uid=SERIES, facts={"environments"}
    ),
    "an environment's name": Case(
        edit=with_schedule(
            environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Live"))
        ),
        uid=SERIES,
        facts={"environments"},
    ),
    "its start": Case(edit=with_window(start=time(3)), uid=SERIES, facts={"start", "rule"}),
    "its end": Case(edit=with_window(end=time(7)), uid=SERIES, facts={"end"}),
    "its zone": Case(edit=with_window(zone=BERLIN), uid=SERIES, facts={"zone", "rule"}),
    "its last date": Case(edit=with_window(effective_until=date(2026, 12, 16)), uid=SERIES, facts={"rule"}),
    "its rule": Case(
        edit=with_window(recurrence=parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")),
        uid=SERIES,
        facts={"rule"},
    ),
    "an occurrence skipped": Case(edit=with_adjustments(SKIP), uid=SERIES, facts={"cancelled"}),
    "an occurrence skipped without a trace": Case(
        edit=with_adjustments(replace(SKIP, silent=True)), uid=SERIES, facts={"excluded"}
    ),
    "why it is skipped": Case(
        before=with_adjustments(SKIP),
        edit=with_adjustments(replace(SKIP, reason="Two holidays")),
        uid=SERIES,
        facts={"cancelled"},
    ),
    "an occurrence moved": Case(edit=with_adjustments(MOVE), uid=SERIES, facts={"excluded"}),
    "why it is moved": Case(
        before=with_adjustments(MOVE),
        edit=with_adjustments(replace(MOVE, reason="Snow")),
        uid=MOVED,
        facts={"reason"},
    ),
    "where it is moved": Case(
        before=with_adjustments(MOVE),
        edit=with_adjustments(replace(MOVE, to=span((2026, 12, 11, 8), (2026, 12, 11, 10)))),
        uid=MOVED,
        facts={"start", "end"},
    ),
    "a freeze's name": Case(edit=with_freeze(name="Holidays"), uid=FREEZE, facts={"name"}),
    "a freeze without an end that gets one": Case(
        before=with_recorded_freeze(RECORDED_FREEZE),
        edit=with_recorded_freeze(replace(RECORDED_FREEZE, until=NOW + timedelta(hours=2))),
        uid="freeze.cf-1.x7",
        facts={"end", "is_open_ended"},
    ),
    "its first date": Case(edit=with_freeze(effective_until=date(2026, 12, 30)), uid=FREEZE, facts={"end"}),
    "the organizer": Case(
        edit=with_organizer(Organizer(name="Help", email="help@example.com")), uid=FREEZE, facts={"organizer"}
    ),
    "no organizer": Case(edit=with_organizer(None), uid=EMERGENCY, facts={"organizer"}),
    "a change's summary": Case(edit=with_plan(summary="Another"), uid=EMERGENCY, facts={"name"}),
    "its span": Case(
        edit=with_plan(span=Span(start=PLAN.span.start, end=PLAN.span.end + timedelta(hours=1))),
        uid=EMERGENCY,
        facts={"end"},
    ),
    "its impact noticed": Case(edit=with_plan(impact=Impact.NO_IMPACT), uid=EMERGENCY, facts={"impact"}),
    "its environment": Case(edit=with_plan(environments=frozenset({"preview"})), uid=EMERGENCY, facts={"environments"}),
    "its reason": Case(edit=with_plan(reason=""), uid=EMERGENCY, facts={"reason"}),
    "its ticket": Case(edit=with_plan(ticket="https://t.example.com/1"), uid=EMERGENCY, facts={"ticket"}),
    "a message": Case(edit=with_change(with_message("Still on it")), uid=EMERGENCY, facts={"messages"}),
    "its state": Case(
        edit=with_change(replace(CHANGE, updates=(replace(CHANGE.latest, state=State.IN_PROGRESS),))),
        uid=EMERGENCY,
        facts={"state"},
    ),
    "its actual start": Case(
        edit=with_change(advance(CHANGE, Step.START, message="", by="ann", at=PLAN.span.start + timedelta(minutes=20))),
        uid=EMERGENCY,
        facts={"state", "start", "end", "planned_start", "planned_end"},
    ),
    "a freeze that it comes to fall in": Case(
        edit=with_freeze(
            pattern=NamedDays(days=DateRange(first=date(2026, 12, 1), last=date(2026, 12, 31))),
        ),
        uid=EMERGENCY,
        facts={"freeze"},
    ),
    "back where the policy has it": Case(
        before=with_adjustments(replace(MOVE, day=date(2026, 12, 3), to=span((2026, 12, 3, 8), (2026, 12, 3, 9)))),
        edit=with_adjustments(),
        uid="maintenance.thursday.20261203T020000",
        facts={"start", "end", "reason", "moved_from"},
    ),
}


def event_of(events: PublishedEvents, uid: str) -> CalendarEvent:
    """The event with that UID, in either rendering."""
    (event, *_) = (each for each in events.current() if each.uid == f"{uid}@maintenance.example.com")
    return event


def changed_facts(before: EventFacts, after: EventFacts) -> set[str]:
    return {each.name for each in fields(EventFacts) if getattr(before, each.name) != getattr(after, each.name)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_change_of_a_fact_raises_its_event_by_one(case: Case) -> None:
    first = case.before(BEFORE)
    old, new = publish_events(first), publish_events(case.edit(first))
    assert changed_facts(event_of(old, case.uid).facts, event_of(new, case.uid).facts) == case.facts
    ledger = with_lines({}, old.missing_lines({}))
    after = with_lines(ledger, new.missing_lines(ledger))
    event = event_of(new, case.uid)
    assert revision_of(event, after).sequence == revision_of(event_of(old, case.uid), ledger).sequence + 1
    assert new.missing_lines(after) == ()
    untouched = {each.uid for each in new.current() if any(each.facts == other.facts for other in old.current())}
    assert {uid: lines[-1].revision.sequence for uid, lines in after.items() if uid in untouched} == dict.fromkeys(
        untouched, 0
    )


def test_there_is_a_case_for_every_fact() -> None:
    """A change with another kind or id is another event, and feeds that it left are tested apart."""
    assert set().union(*(case.facts for case in CASES.values())) == {each.name for each in fields(EventFacts)} - {
        "kind",
        "change_id",
        "left",
    }


def reworded(event: CalendarEvent) -> bytes:
    return event.content.replace(b"Impact:", b"Effect:").replace(b"\r\nSUMMARY:", b"\r\nSUMMARY:* ")


def test_other_words_raise_no_revision() -> None:
    """Releases, libraries and languages may word the same facts differently."""
    events = publish_events(BEFORE)
    ledger = with_lines({}, events.missing_lines({}))
    reworded_events = [replace(event, write=partial(reworded, event)) for event in events.current()]
    assert all(each.content != event.content for each, event in zip(reworded_events, events.current(), strict=True))
    assert missing_lines(reworded_events, ledger, now=NOW + timedelta(days=1)) == ()
    assert {revision_of(event, ledger).sequence for event in reworded_events} == {0}


def test_another_calendar_zone_changes_the_text_but_no_fact_of_a_change() -> None:
    """Messages show the same instants in another local time."""
    in_berlin = with_schedule(calendar=replace(ONE_WINDOW.calendar, zone=zone("Europe/Berlin")))(BEFORE)
    old, new = (event_of(publish_events(each), EMERGENCY) for each in (BEFORE, in_berlin))
    assert (old.digest, old.content != new.content) == (new.digest, True)


def test_a_window_on_another_day_is_another_series() -> None:
    """The old series is removed, and the new one starts at its first revision."""
    old, new = publish_events(BEFORE), publish_events(with_window(recurrence=weekly(1))(BEFORE))
    ledger = with_lines({}, old.missing_lines({}))
    after = with_lines(ledger, new.missing_lines(ledger))
    assert {lines[-1].revision.sequence for lines in after.values()} == {0}
