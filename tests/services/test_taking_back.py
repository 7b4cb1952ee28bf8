"""What subscribers get of steps taken back, texts withdrawn, and changes cancelled silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.changes import State, Step
from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.plans import Amendment
from icsfeed.domain.revisions import GONE
from icsfeed.domain.spans import Span
from icsfeed.ical.events import CalendarEvent
from tests.services.workspace import (
    NIGHT,
    TWO_HOURS,
    a_plan,
    a_workspace,
    advance_change,
    amend_change,
    announce_plan,
)

MINUTE = timedelta(minutes=1)
UID = "emergency.ec-1@maintenance.example.com"


def sequence(event: CalendarEvent | None) -> int:
    assert event is not None
    return event.revision.sequence


def text_of(event: CalendarEvent | None) -> str:
    assert event is not None
    return event.content.decode().replace("\r\n ", "")


def test_a_start_of_the_wrong_change_is_taken_back() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START, now=NIGHT + 7 * MINUTE)
    outcome = advance_change(workspace, Step.UNDO, now=NIGHT + 8 * MINUTE, message="Wrong number")
    assert (outcome.change.state, outcome.change.shown_span) == (State.CONFIRMED, TWO_HOURS)
    assert sequence(outcome.event) == 2
    assert repository.actions[-1] == ("bob", "change undo", "EC-1")
    again = advance_change(workspace, Step.START, now=NIGHT + 9 * MINUTE)
    assert (again.change.state, sequence(again.event)) == (State.IN_PROGRESS, 3)


def test_a_taken_back_step_is_refused_where_somebody_was_faster() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START)
    with pytest.raises(ConflictError):
        advance_change(workspace, Step.UNDO, expected=1)


def test_a_password_in_a_message_leaves_the_event() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    public = advance_change(workspace, Step.UPDATE, message="Vendor late; password hunter2")
    assert "hunter2" in text_of(public.event)
    outcome = advance_change(workspace, Step.REDACT, target=2)
    assert "hunter2" not in text_of(outcome.event)
    assert "[withdrawn]" in text_of(outcome.event)
    assert sequence(outcome.event) == 2
    assert "hunter2" not in repr(outcome)


def test_all_texts_of_a_change_leave_the_event() -> None:
    workspace, repository = a_workspace()
    announce_plan(
        workspace,
        a_plan(summary="hunter2", reason="hunter2", ticket="https://t.example.com/hunter2"),
        message="hunter2",
    )
    outcome = advance_change(workspace, Step.REDACT, message="Sorry")
    assert "hunter2" not in text_of(outcome.event)
    assert "hunter2" not in repr(repository.current)


def test_a_silently_cancelled_change_is_gone_and_comes_back_as_a_later_revision() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    withdrawn = advance_change(workspace, Step.CANCEL, silent=True)
    assert (withdrawn.change.state, withdrawn.event) == (State.CANCELLED, None)
    assert repository.current.ledger[UID][-1].digest == GONE
    back = advance_change(workspace, Step.UNDO)
    assert (back.change.state, sequence(back.event)) == (State.CONFIRMED, 1)


def test_a_cancelled_change_that_is_withdrawn_later_is_gone() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    assert advance_change(workspace, Step.CANCEL).event is not None
    assert advance_change(workspace, Step.CANCEL, silent=True).event is None
    with pytest.raises(RefusedError) as refusal:
        advance_change(workspace, Step.CANCEL, silent=True)
    assert str(refusal.value) == "EC-1 is cancelled already; a message can be added"


def test_extending_adds_to_the_end_that_subscribers_see() -> None:
    workspace, repository = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START, now=NIGHT + 20 * MINUTE)
    amendment = Amendment(extension=30 * MINUTE)
    outcome = advance_change(workspace, Step.UPDATE, amendment=amendment, now=NIGHT + 60 * MINUTE)
    assert outcome.event is not None
    assert outcome.event.span == replace(TWO_HOURS, start=NIGHT + 20 * MINUTE, end=TWO_HOURS.end + 50 * MINUTE)
    assert repository.actions[-1] == ("bob", "change extend", "EC-1")


def test_a_completion_without_a_start_counts_as_both() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    outcome = advance_change(workspace, Step.COMPLETE, now=NIGHT + 45 * MINUTE)
    assert outcome.event is not None
    assert (outcome.change.state, outcome.event.span.end) == (State.COMPLETED, NIGHT + 45 * MINUTE)


def test_an_event_that_ended_early_says_both_times() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START)
    event = advance_change(workspace, Step.COMPLETE, now=NIGHT + 30 * MINUTE).event
    assert event is not None
    assert (event.span.end, event.facts.planned_start, event.facts.planned_end) == (
        NIGHT + 30 * MINUTE,
        TWO_HOURS.start,
        TWO_HOURS.end,
    )


def test_a_moved_change_left_an_environment() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    assert amend_change(workspace, environments=frozenset({"preview"})).change.left_environments() == {"production"}


def test_a_change_in_progress_is_shown_whatever_it_was_planned_for() -> None:
    """One started by mistake, or forgotten, closed the gate and was in no feed."""
    workspace, _ = a_workspace()
    far = Span(start=NIGHT + timedelta(days=700), end=NIGHT + timedelta(days=700, hours=1))
    announce_plan(workspace, a_plan(span=far))
    started = advance_change(workspace, Step.START)
    assert started.event is not None
    assert (started.event.span.start, started.event.span.end) == (NIGHT, far.end)


def test_a_change_that_is_cancelled_after_its_planned_end_stays_with_its_actual_time() -> None:
    workspace, _ = a_workspace()
    announce_plan(workspace)
    advance_change(workspace, Step.START)
    late = TWO_HOURS.end + timedelta(hours=1)
    cancelled = advance_change(workspace, Step.CANCEL, message="Rolled back", now=late)
    assert cancelled.event is not None
    assert (cancelled.event.span.end, cancelled.event.lapses) == (late, None)


def test_a_repeated_announcement_of_a_redacted_change_announces_nothing() -> None:
    """The answer was to take another key, and so to publish the withdrawn text again."""
    workspace, _ = a_workspace()
    announce_plan(workspace, key="incident")
    advance_change(workspace, Step.REDACT)
    assert announce_plan(workspace, key="incident").repeats
