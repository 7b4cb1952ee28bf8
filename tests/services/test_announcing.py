"""Announcing: refusals, cleaned texts, and repeated requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from icsfeed.domain.changes import Plan, State, Step
from icsfeed.domain.errors import BadInputError, ConflictError, IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.feeds import Kind
from tests.examples import span, utc
from tests.services.workspace import NIGHT, TWO_HOURS, a_plan, a_workspace, advance_change, amend_change, announce_plan

IN_FREEZE = span((2026, 11, 25, 6), (2026, 11, 25, 8))
"""01:00 to 03:00 in Toronto, in the last seven days of November."""

BEFORE_FREEZE = span((2026, 11, 24, 3), (2026, 11, 24, 5))
"""The freeze of 24 November begins at 05:00Z, midnight in Toronto."""

NO_REASON = 'a planned change in the change freeze "Change freeze", Tue 2026-11-24 – Mon 2026-11-30, needs a reason'
IN_AUTUMN = utc(2026, 11, 20)


def test_an_announcement_is_recorded_with_operator_and_time() -> None:
    workspace, repository = a_workspace()
    outcome = announce_plan(workspace, message="On it")
    assert outcome.recorded
    assert repository.current.changes == {"EC-1": outcome.change}
    assert (outcome.change.id, outcome.change.state, outcome.change.plan) == ("EC-1", State.CONFIRMED, a_plan())
    assert (outcome.change.latest.by, outcome.change.latest.at, outcome.change.latest.message) == (
        "ann",
        NIGHT,
        "On it",
    )
    assert repository.actions == [("ann", "emergency announce", "EC-1")]


def test_each_kind_is_numbered_separately() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    announce_plan(workspace, kind=Kind.PLANNED)
    announce_plan(workspace, a_plan(summary="Another"))
    assert list(repository.current.changes) == ["EC-1", "PC-1", "EC-2"]


def test_a_dry_run_returns_the_result_and_records_nothing() -> None:
    workspace, repository = a_workspace()
    preview = announce_plan(workspace, dry_run=True)
    assert (repository.current.entry, preview.recorded) == (0, False)
    assert preview.event is not None
    assert preview.event.uid == "emergency.ec-1.new@maintenance.example.com"
    done = announce_plan(workspace, uid_part="new")
    assert (preview.change, preview.event, preview.warnings) == (done.change, done.event, done.warnings)


def test_repeating_an_open_change_announces_nothing_new() -> None:
    workspace, repository = a_workspace()
    first = announce_plan(workspace, tentative=True)
    again = announce_plan(workspace, by="bob", now=NIGHT + timedelta(minutes=3), message="Me too")
    assert (again.change, again.recorded, again.repeats) == (first.change, False, True)
    assert again.warnings == (
        "this emergency change has been announced already: EC-1, which is tentative; nothing was changed",
    )
    assert again.event == first.event
    assert announce_plan(workspace, dry_run=True) == again
    assert repository.current.entry == 1
    advance_change(workspace, Step.CANCEL)
    assert announce_plan(workspace).change.id == "EC-2"


@pytest.mark.parametrize(
    "overrides",
    [
        {"summary": "Another"},
        {"environments": frozenset({"preview"})},
        {"span": span((2026, 12, 8, 6), (2026, 12, 8, 9))},
        {"reason": ""},
        {"ticket": "https://tickets.example.com/1"},
    ],
    ids=str,
)
def test_a_different_summary_is_a_different_change(overrides: dict[str, Any]) -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    assert announce_plan(workspace, a_plan(**overrides)).change.id == "EC-2"


def test_the_same_plan_of_the_other_kind_is_a_different_change() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    assert announce_plan(workspace, kind=Kind.PLANNED).change.id == "PC-1"


def test_a_key_announces_only_once_even_after_the_change_has_ended() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace, key="incident-42")
    amend_change(workspace, summary="Database failover, second attempt")
    advance_change(workspace, Step.CANCEL)
    again = announce_plan(workspace, key=" incident-42 ")
    assert (again.change.id, again.repeats) == ("EC-1", True)
    assert again.warnings == (
        "this emergency change has been announced already: EC-1, which is cancelled; nothing was changed",
    )
    assert repository.current.entry == 3


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        pytest.param(a_plan(summary="Another"), Kind.EMERGENCY, id="another summary"),
        pytest.param(a_plan(), Kind.PLANNED, id="the other kind"),
    ],
)
def test_a_key_with_different_content_is_refused(plan: Plan, kind: Kind) -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace, key="incident-42")
    with pytest.raises(ConflictError) as refusal:
        announce_plan(workspace, plan, kind=kind, key="incident-42")
    assert str(refusal.value) == ('the key "incident-42" is that of EC-1, which says something else; take another')
    assert repository.current.entry == 1


@pytest.mark.parametrize(
    ("overrides", "error", "expected"),
    [
        (
            {"environments": frozenset({"production", "prod"})},
            NotFoundError,
            'there is no environment "prod"; this schedule has preview, production',
        ),
        (
            {"ticket": "TICKET-42"},
            BadInputError,
            '"TICKET-42" is not the address of a ticket; write it from https:// on',
        ),
        (
            {"ticket": "javascript:alert(1)"},
            BadInputError,
            '"javascript:alert(1)" is not the address of a ticket; write it from https:// on',
        ),
        (
            {"ticket": "https://"},
            BadInputError,
            '"https://" is not the address of a ticket; write it from https:// on',
        ),
        (
            {"ticket": "http://["},
            BadInputError,
            '"http://[" is not the address of a ticket; write it from https:// on',
        ),
        (
            {"ticket": "https://a.example/\r\nATTACH:b"},
            BadInputError,
            '"https://a.example/\\r\\nATTACH:b" is not the address of a ticket; write it from https:// on',
        ),
        (
            {"ticket": "https://a.example/" + "x" * 2000},
            BadInputError,
            "the address of the ticket has 2,018 characters; a calendar has room for 2,000",
        ),
        (
            {"summary": "x" * 251},
            BadInputError,
            "the summary has 251 characters; a calendar has room for 250",
        ),
        (
            {"reason": "x" * 10_001},
            BadInputError,
            "the reason has 10,001 characters; a calendar has room for 10,000",
        ),
        ({"summary": "\x07\r\n"}, BadInputError, "a change needs a summary: the text that subscribers read"),
        (
            {"span": span((2026, 12, 8, 6), (2062, 12, 8, 8))},
            BadInputError,
            "a change lasts at most 366 days, not 13149 d 2 h; look at the years",
        ),
    ],
    ids=lambda each: each[:40] if isinstance(each, str) else None,  # sets have no stable order for an id
)
def test_refusals(overrides: dict[str, Any], error: type[IcsfeedError], expected: str) -> None:
    for dry_run in (True, False):
        workspace, repository = a_workspace()
        with pytest.raises(error) as refusal:
            announce_plan(workspace, a_plan(**overrides), dry_run=dry_run)
        assert str(refusal.value) == expected
        assert repository.current.entry == 0


def test_too_long_a_message_is_refused() -> None:
    workspace, repository = a_workspace()
    with pytest.raises(BadInputError) as refusal:
        announce_plan(workspace, message="x" * 10_001)
    assert str(refusal.value) == "the message has 10,001 characters; a calendar has room for 10,000"
    announce_plan(workspace)
    with pytest.raises(BadInputError):
        advance_change(workspace, Step.CANCEL, message="x" * 10_001)
    assert repository.current.entry == 1


def test_texts_are_cleaned_for_calendars() -> None:
    workspace, repository = a_workspace()
    plan = a_plan(
        summary=" Database\r\nfailover\x1b[31m\udcff ",
        reason="A disk\r\n\r\nis failing\x00 ",
        ticket=" https://tickets.example.com/42\n",
    )
    outcome = announce_plan(workspace, plan, message="\u2028On it\x07\n", by="Ann\nB.\x7f")
    assert outcome.change.plan == a_plan(
        summary="Database failover[31m\ufffd",
        reason="A disk\n\nis failing",
        ticket="https://tickets.example.com/42",
    )
    assert (outcome.change.latest.message, outcome.change.latest.by) == ("On it", "Ann B.")
    assert repository.actions == [("Ann B.", "emergency announce", "EC-1")]


def test_times_are_cut_to_whole_seconds() -> None:
    half = timedelta(milliseconds=500)
    workspace, _ = a_workspace()
    plan = a_plan(span=replace(TWO_HOURS, start=TWO_HOURS.start + half, end=TWO_HOURS.end + half))
    assert announce_plan(workspace, plan).change.plan.span == TWO_HOURS
    with pytest.raises(BadInputError) as refusal:
        announce_plan(workspace, a_plan(span=replace(TWO_HOURS, end=TWO_HOURS.start + half)))
    assert str(refusal.value) == (
        "a span ends after it starts, not 2026-12-08T06:00:00+00:00 to 2026-12-08T06:00:00+00:00"
    )


def test_an_emergency_in_a_freeze_is_allowed_and_says_so() -> None:
    workspace, _ = a_workspace()
    outcome = announce_plan(workspace, a_plan(span=IN_FREEZE), now=IN_AUTUMN)
    assert outcome.warnings == ('EC-1 lies in the change freeze "Change freeze", Tue 2026-11-24 – Mon 2026-11-30',)
    assert outcome.event is not None
    text = outcome.event.content.replace(b"\r\n ", b"")
    assert b"\\n\\nThis emergency change falls in a change freeze (Change freeze)." in text


def test_a_planned_change_in_a_freeze_needs_a_reason() -> None:
    workspace, repository = a_workspace()
    with pytest.raises(RefusedError) as refusal:
        announce_plan(workspace, a_plan(span=IN_FREEZE, reason=" \n"), kind=Kind.PLANNED, now=IN_AUTUMN)
    assert (str(refusal.value), repository.current.entry) == (NO_REASON, 0)
    outcome = announce_plan(workspace, a_plan(span=IN_FREEZE), kind=Kind.PLANNED, now=IN_AUTUMN)
    assert outcome.recorded


def test_a_planned_change_needs_a_reason_to_move_into_or_stay_in_a_freeze() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace, a_plan(span=BEFORE_FREEZE, reason=""), kind=Kind.PLANNED, now=IN_AUTUMN)
    with pytest.raises(RefusedError) as refusal:
        amend_change(workspace, "PC-1", end=utc(2026, 11, 24, 5, 0, 1))
    assert str(refusal.value) == NO_REASON
    amend_change(workspace, "PC-1", start=IN_FREEZE.start, reason="The vendor is here that day")
    with pytest.raises(RefusedError) as refusal:
        amend_change(workspace, "PC-1", reason="  ")
    assert (str(refusal.value), repository.current.entry) == (NO_REASON, 2)


@pytest.mark.parametrize("step", [Step.START, Step.CANCEL])
def test_a_new_freeze_over_a_planned_change_blocks_no_other_step(step: Step) -> None:
    workspace, repository = a_workspace(replace(a_workspace()[0].schedule, freezes=()))
    announce_plan(workspace, a_plan(span=IN_FREEZE, reason=""), kind=Kind.PLANNED, now=IN_AUTUMN)
    frozen = replace(workspace, schedule=a_workspace()[0].schedule)
    advance_change(frozen, step, "PC-1", now=IN_AUTUMN)
    assert repository.current.entry == 2
