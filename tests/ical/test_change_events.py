"""The events of changes, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.windows import Impact
from icsfeed.ical.events import change_event
from tests.changes import after_step
from tests.examples import POLICY, span, utc

ANNOUNCED = utc(2026, 12, 8, 5)
PLAN = Plan(
    summary="Failover, at last; see\\n",
    environments=frozenset({"production"}),
    impact=Impact.DEGRADED,
    span=span((2026, 12, 8, 6), (2026, 12, 8, 8)),
    reason="A disk is failing",
    ticket="https://tickets.example.com/42?a=1,2;3",
)


def a_change(state: State, *messages: str, kind: Kind = Kind.EMERGENCY, plan: Plan = PLAN) -> Change:
    """A change with one update a minute."""
    updates = [
        Update(
            number=number,
            at=ANNOUNCED + timedelta(minutes=number, microseconds=7),
            by="ann",
            message=message,
            state=state,
            plan=plan,
        )
        for number, message in enumerate(messages or ("",), start=1)
    ]
    return Change(kind=kind, id=recorded_id(kind, 7), updates=tuple(updates))


def lines_of(change: Change) -> list[str]:
    return change_event(POLICY, change).content.decode().replace("\r\n ", "").split("\r\n")


def description_of(change: Change) -> Sequence[str]:
    (line,) = [each for each in lines_of(change) if each.startswith("DESCRIPTION:")]
    return line.removeprefix("DESCRIPTION:").split("\\n\\n")


def test_a_complete_event() -> None:
    assert lines_of(a_change(State.CONFIRMED, "On it", "Still, on it")) == [
        "BEGIN:VEVENT",
        "SUMMARY:Emergency change: Failover\\, at last\\; see\\\\n",
        "DTSTART:20261208T060000Z",
        "DTEND:20261208T080000Z",
        "DTSTAMP:20261208T050100Z",
        "UID:emergency.ec-7@maintenance.example.com",
        "SEQUENCE:0",
        "CATEGORIES:Emergency change",
        "DESCRIPTION:Environments: Production\\nImpact: degraded service\\nState: confirmed\\nNumber: EC-7\\n\\n"
        "Reason: A disk is failing\\n\\nTicket: https://tickets.example.com/42?a=1\\,2\\;3\\n\\n"
        "2026-12-08 00:02 EST: Still\\, on it\\n2026-12-08 00:01 EST: On it",
        "LAST-MODIFIED:20261208T050100Z",
        'ORGANIZER;CN="Customer Support":mailto:support@example.com',
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "URL:https://tickets.example.com/42?a=1,2;3",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "END:VEVENT",
        "",
    ]


@pytest.mark.parametrize(
    ("state", "summary", "status"),
    [
        (State.TENTATIVE, "Tentative: Planned change: Failover", "TENTATIVE"),
        (State.CONFIRMED, "Planned change: Failover", "CONFIRMED"),
        (State.IN_PROGRESS, "In progress: Planned change: Failover", "CONFIRMED"),
        (State.COMPLETED, "Completed: Planned change: Failover", "CONFIRMED"),
        (State.CANCELLED, "Cancelled: Planned change: Failover", "CANCELLED"),
    ],
)
def test_the_summary_shows_every_state(state: State, summary: str, status: str) -> None:
    """calendar-clients, 9: VEVENT has three statuses, and Outlook may show a cancelled event like any other."""
    lines = lines_of(a_change(state, kind=Kind.PLANNED, plan=replace(PLAN, summary="Failover")))
    assert (lines[1], [each for each in lines if each.startswith("STATUS")]) == (
        f"SUMMARY:{summary}",
        [f"STATUS:{status}"],
    )


@pytest.mark.parametrize("state", State)
def test_only_cancelled_changes_lapse_after_their_time(state: State) -> None:
    expected = PLAN.span.end if state is State.CANCELLED else None
    assert change_event(POLICY, a_change(state)).lapses == expected


@pytest.mark.parametrize(
    ("start", "end", "in_freeze"),
    [
        pytest.param((2026, 12, 25, 3), (2026, 12, 25, 5), False, id="until the freeze"),
        pytest.param((2026, 12, 25, 3), (2026, 12, 25, 5, 0, 1), True, id="until a second into the freeze"),
    ],
)
def test_a_change_in_a_freeze_says_so(start: tuple[int, ...], end: tuple[int, ...], in_freeze: bool) -> None:
    change = a_change(State.CONFIRMED, plan=replace(PLAN, span=span(start, end)))
    says_so = "This emergency change falls in a change freeze (Change freeze)." in description_of(change)
    assert says_so is in_freeze


def test_a_change_that_ended_early_says_what_was_planned() -> None:
    """Its event used to stay in the future, as planned."""
    early = after_step(a_change(State.IN_PROGRESS), Step.COMPLETE, utc(2026, 12, 8, 6, 30))
    lines = lines_of(early)
    assert [each for each in lines if each.startswith("DT")] == [
        "DTSTART:20261208T060000Z",
        "DTEND:20261208T063000Z",
        "DTSTAMP:20261208T050100Z",
    ]
    assert description_of(early)[0].split("\\n")[:2] == [
        "Planned: Tue 2026-12-08 01:00–03:00 EST",
        "Environments: Production",
    ]
    assert "Planned" not in description_of(a_change(State.IN_PROGRESS))[0]


def test_missing_texts_leave_no_empty_paragraphs() -> None:
    change = a_change(State.CONFIRMED, plan=replace(PLAN, reason="", ticket=""))
    assert description_of(change) == (
        ["Environments: Production\\nImpact: degraded service\\nState: confirmed\\nNumber: EC-7"]
    )
    assert [each for each in lines_of(change) if each.startswith("URL")] == []


def test_the_latest_ten_messages_are_listed() -> None:
    messages = description_of(a_change(State.IN_PROGRESS, *(f"Number {number}" for number in range(1, 13))))[-1]
    assert messages.split("\\n") == [
        *(f"2026-12-08 00:{number:02} EST: Number {number}" for number in range(12, 2, -1)),
        "(2 earlier)",
    ]


def test_long_messages_are_dropped_in_favor_of_the_latest() -> None:
    """Ten messages of 10,000 characters would fill a tenth of a feed."""
    ten = description_of(a_change(State.IN_PROGRESS, "a" * 10_000, "b" * 10_000, "c" * 10_000))[-1]
    assert ten.split("\\n") == ["2026-12-08 00:03 EST: " + "c" * 10_000, "(2 earlier)"]
    both = description_of(a_change(State.IN_PROGRESS, "a" * 5_001, "b" * 5_000, "c" * 5_000))[-1]
    assert both.split("\\n")[1:] == ["2026-12-08 00:02 EST: " + "b" * 5_000, "(1 earlier)"]


def test_steps_without_a_message_are_not_listed() -> None:
    assert description_of(a_change(State.COMPLETED, "", "Done", ""))[-1] == "2026-12-08 00:02 EST: Done"
