"""The facts of occurrences, freezes and changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.event_facts import EventFacts, Message
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.freezes import frozen_spans
from icsfeed.domain.item_facts import facts_of
from icsfeed.domain.occurrences import occurrence_on
from icsfeed.domain.windows import Impact
from tests.examples import span, utc
from tests.publication.pages.stories import EMERGENCY, SCHEDULE

THURSDAY = SCHEDULE.window("thursday")
BOTH = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
AS_PLANNED = EventFacts(
    kind=Kind.MAINTENANCE,
    name=THURSDAY.name,
    start=utc(2026, 12, 10, 7),
    end=utc(2026, 12, 10, 11),
    environments=BOTH,
    impact=THURSDAY.impact,
    description=THURSDAY.description,
    organizer=SCHEDULE.calendar.organizer,
)


@pytest.mark.parametrize(
    ("adjustments", "expected"),
    [
        pytest.param((), AS_PLANNED, id="as scheduled"),
        pytest.param(
            (Skip(window_id="thursday", day=date(2026, 12, 10), reason="A conference."),),
            replace(AS_PLANNED, state=State.CANCELLED, reason="A conference."),
            id="skipped",
        ),
        pytest.param(
            (
                Move(
                    window_id="thursday",
                    day=date(2026, 12, 10),
                    to=span((2026, 12, 11, 7), (2026, 12, 11, 9)),
                    reason="A harvest.",
                ),
            ),
            replace(
                AS_PLANNED,
                start=utc(2026, 12, 11, 7),
                end=utc(2026, 12, 11, 9),
                reason="A harvest.",
                moved_from=datetime(2026, 12, 10, 2),  # noqa: DTZ001
            ),
            id="moved",
        ),
    ],
)
def test_an_occurrence(adjustments: tuple[Skip | Move, ...], expected: EventFacts) -> None:
    occurrence = occurrence_on(SCHEDULE, THURSDAY, date(2026, 12, 10), adjustments)
    assert occurrence is not None
    assert facts_of(SCHEDULE, occurrence) == expected


def test_an_occurrence_skipped_by_the_clock_states_no_time() -> None:
    window = replace(SCHEDULE.window("sunday"), start=time(2), end=time(3))
    schedule = replace(SCHEDULE, windows=(window,))
    skipped = occurrence_on(schedule, window, date(2026, 3, 8), ())
    assert skipped is not None
    with pytest.raises(AssertionError, match=r"^an occurrence of sunday that the clock skips has no time to state$"):
        facts_of(schedule, skipped)


def test_a_freeze_states_its_dates_with_an_exclusive_end() -> None:
    frozen = next(iter(frozen_spans(SCHEDULE.freezes, span((2026, 12, 5), (2026, 12, 31)))))
    assert facts_of(SCHEDULE, frozen) == EventFacts(
        kind=Kind.FREEZE,
        name="Change freeze",
        start=date(2026, 12, 25),
        end=date(2027, 1, 1),
        description=frozen.freeze.description,
        organizer=SCHEDULE.calendar.organizer,
    )


def test_a_change() -> None:
    """Updates without a message are not listed."""
    assert facts_of(SCHEDULE, EMERGENCY) == EventFacts(
        kind=Kind.EMERGENCY,
        name="Security patch for the login service",
        start=utc(2026, 12, 8, 16),
        end=utc(2026, 12, 8, 18, 30),
        state=State.IN_PROGRESS,
        environments=(BOTH[1],),
        impact=Impact.OUTAGE,
        reason="The vulnerability is being exploited elsewhere.",
        change_id="EC-7",
        ticket="https://support.example.com/tickets/4711",
        messages=(
            Message(
                at=utc(2026, 12, 8, 14, 5),
                text="We patch the login service today. You may be asked to log in again.",
            ),
            Message(at=utc(2026, 12, 8, 15, 30), text="The patch takes half an hour longer."),
        ),
        organizer=SCHEDULE.calendar.organizer,
    )


def test_a_change_names_the_freeze_that_it_falls_in() -> None:
    plan = replace(EMERGENCY.plan, span=span((2026, 12, 28, 1), (2026, 12, 28, 2)))
    frozen = replace(EMERGENCY, updates=(*EMERGENCY.updates[:-1], replace(EMERGENCY.latest, plan=plan)))
    assert facts_of(SCHEDULE, frozen).freeze == "Change freeze"


def test_an_unknown_environment_is_called_by_its_id() -> None:
    schedule = replace(SCHEDULE, environments=(BOTH[0],))
    assert facts_of(schedule, EMERGENCY).environments == (Environment(id="production", name="production"),)
