"""Steps, adjustments, slots and subscribers from plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.changes import Step
from icsfeed.domain.errors import NotFoundError, RefusedError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.plans import Amendment
from icsfeed.domain.windows import Impact
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import StepRequest
from icsfeed.services.freezing import FreezeRequest
from icsfeed.services.requests.adjustments import AdjustmentAction, adjustment_request
from icsfeed.services.requests.change_ids import change_id
from icsfeed.services.requests.errors import InvalidRequestError
from icsfeed.services.requests.freezes import freeze_id, freeze_request
from icsfeed.services.requests.slots import slot_request
from icsfeed.services.requests.steps import extension_request, step_request
from icsfeed.services.requests.subscribers import (
    RotationRequest,
    SubscriberRequest,
    rotation_request,
    subscriber_request,
)
from icsfeed.services.suggestions import SlotRequest
from tests.examples import span, utc
from tests.services.requests.plain_data import JSON, attempt, errors_of
from tests.services.workspace import TWO_ENVIRONMENTS

HOUR = timedelta(hours=1)
THURSDAY = date(2026, 12, 10)


def step_of(data: object, step: Step = Step.UPDATE) -> StepRequest:
    return step_request(data, change_id="EC-1", step=step, schedule=TWO_ENVIRONMENTS)


def adjustment_of(data: object, action: AdjustmentAction) -> AdjustmentRequest:
    return adjustment_request(data, action=action, schedule=TWO_ENVIRONMENTS)


def test_a_step_takes_a_message_and_the_latest_update_seen() -> None:
    assert step_of({"message": " Off we go ", "expect": 3}, Step.START) == StepRequest(
        change_id="EC-1", step=Step.START, message="Off we go", expected=3
    )
    assert step_of({}, Step.CANCEL) == StepRequest(change_id="EC-1", step=Step.CANCEL)


def test_only_a_cancellation_is_silent_and_only_a_redaction_names_an_update() -> None:
    assert step_of({"silent": True}, Step.CANCEL) == StepRequest(change_id="EC-1", step=Step.CANCEL, silent=True)
    assert step_of({"update": 2}, Step.REDACT) == StepRequest(change_id="EC-1", step=Step.REDACT, target=2)
    assert step_of({}, Step.REDACT) == StepRequest(change_id="EC-1", step=Step.REDACT)
    assert errors_of(lambda: step_of({"silent": "yes", "update": 1}, Step.CANCEL)) == {
        "silent": ['"silent" is true or false, not "yes"; write true or false'],
        "update": ['there is no field "update"; the fields are message, expect, silent'],
    }
    assert errors_of(lambda: step_of({"update": 0, "silent": True}, Step.REDACT)) == {
        "silent": ['there is no field "silent"; the fields are message, expect, update'],
        "update": ['"update" is at least 1, not 0; write 1 or more'],
    }
    assert errors_of(lambda: step_of({"update": 1}, Step.UNDO)) == {
        "update": ['there is no field "update"; the fields are message, expect']
    }


def test_an_extension_is_an_update_with_a_length() -> None:
    extension = extension_request(
        {"length": "1h30m", "message": "Longer", "expect": 2}, change_id="EC-1", schedule=TWO_ENVIRONMENTS
    )
    assert extension == StepRequest(
        change_id="EC-1",
        step=Step.UPDATE,
        amendment=Amendment(extension=1.5 * HOUR),
        message="Longer",
        expected=2,
    )
    assert errors_of(lambda: extension_request({"expect": 0}, change_id="EC-1", schedule=TWO_ENVIRONMENTS)) == {
        "length": ["the length is missing; write how much later the change ends, such as 30m"],
        "expect": ['"expect" is at least 1, not 0; write 1 or more'],
    }
    assert errors_of(
        lambda: extension_request({"length": "30", "end": "x"}, change_id="EC-1", schedule=TWO_ENVIRONMENTS)
    ) == {
        "length": ['"30" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d'],
        "end": ['there is no field "end"; the fields are message, expect, length'],
    }


def test_only_updates_amend() -> None:
    amended = {"start": "2026-12-08T01:00", "duration": "90m", "reason": "", "environments": ["preview"]}
    assert step_of(amended).amendment == Amendment(
        start=utc(2026, 12, 8, 6), duration=1.5 * HOUR, reason="", environments=frozenset({"preview"})
    )
    assert errors_of(lambda: step_of({"summary": "x"}, Step.CANCEL)) == {
        "summary": ['there is no field "summary"; the fields are message, expect, silent']
    }


def test_every_error_of_an_update_is_reported() -> None:
    assert errors_of(
        lambda: step_of({"expect": 0, "summary": "", "end": "soon", "duration": "1h", "impact": 3, "environments": [1]})
    ) == {
        "expect": ['"expect" is at least 1, not 0; write 1 or more'],
        "duration": ["an end and a duration both say when it ends; give one of them"],
        "end": [
            '"soon" is not an instant; write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in America/Toronto'
        ],
        "summary": ["the summary is empty; write what subscribers are to read"],
        "environments": ['"environments" is a list of texts, not [1]; write one such as ["a", "b"]'],
        "impact": [
            '"impact" is one of no-impact, reduced-redundancy, degraded, outage, not 3; write "no-impact", '
            '"reduced-redundancy", "degraded" or "outage"'
        ],
    }


@pytest.mark.parametrize(
    "value",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1), datetime(9999, 12, 31, 23, tzinfo=timezone(-HOUR))],  # noqa: DTZ001
)
def test_a_date_time_of_toml_is_in_the_years_that_icsfeed_knows(value: datetime) -> None:
    """The conversion to UTC used to overflow."""
    assert errors_of(lambda: step_of({"start": value})) == {
        "start": [f'"{value.isoformat()}" is out of reach: icsfeed knows the years 1971 to 2999']
    }


def test_a_value_that_json_cannot_write_is_refused_by_its_type() -> None:
    """A number of 5,000 digits, and lists within lists, used to raise an error without a name."""
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert errors_of(lambda: step_of({"message": 10**5000, "reason": nested})) == {
        "message": ['"message" is a text, not a value of type int; write a text in quotes'],
        "reason": ['"reason" is a text, not a value of type list; write a text in quotes'],
    }


def test_true_is_not_a_number() -> None:
    assert errors_of(lambda: step_of({"expect": True})) == {
        "expect": ['"expect" is a whole number, not true; write 1 or more']
    }


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("7", Kind.EMERGENCY, "EC-7"),
        ("7", Kind.PLANNED, "PC-7"),
        ("ec-7", Kind.EMERGENCY, "ec-7"),
        ("PC-12", Kind.PLANNED, "PC-12"),
    ],
)
def test_a_number_is_an_id_of_the_requests_kind(text: str, kind: Kind, expected: str) -> None:
    assert change_id(text, kind, TWO_ENVIRONMENTS) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("PC-1", "PC-1 is a planned change; use `icsfeed planned` instead of `icsfeed emergency`"),
        ("x", '"x" is not the id of an emergency change; those are written EC-7'),
        ("", '"" is not the id of an emergency change; those are written EC-7'),
        ("\u0667", '"\u0667" is not the id of an emergency change; those are written EC-7'),
    ],
)
def test_another_id_is_refused(text: str, sentence: str) -> None:
    """The id of the other kind belongs to another command; what is none at all is a bad value."""
    with pytest.raises(InvalidRequestError) as refusal:
        change_id(text, Kind.EMERGENCY, TWO_ENVIRONMENTS)
    assert (str(refusal.value), refusal.value.is_wrong_usage) == (
        sentence,
        text == "PC-1",
    )


def test_an_occurrence_is_skipped_moved_and_restored() -> None:
    occurrence = {"window": "thursday", "date": "2026-12-10"}
    assert adjustment_of({**occurrence, "reason": " x ", "silent": True}, AdjustmentAction.SKIP) == AdjustmentRequest(
        window_id="thursday", day=THURSDAY, reason="x", skip=True, silent=True
    )
    moved = {**occurrence, "reason": "x", "start": "2026-12-11T02:00"}
    assert adjustment_of(moved, AdjustmentAction.MOVE) == AdjustmentRequest(
        window_id="thursday", day=THURSDAY, reason="x", to=span((2026, 12, 11, 7), (2026, 12, 11, 11))
    )
    assert adjustment_of({"window": "thursday", "date": THURSDAY}, AdjustmentAction.RESTORE) == AdjustmentRequest(
        window_id="thursday", day=THURSDAY, reason=""
    )


def test_every_error_of_an_adjustment_is_reported() -> None:
    assert errors_of(lambda: adjustment_of({"date": "10.12.2026", "start": 7}, AdjustmentAction.MOVE)) == {
        "window": ["the window is missing; write its id"],
        "date": ['"10.12.2026" is not a date; write one such as 2026-12-07'],
        "reason": ["the reason is missing; write it for customers, who read it"],
        "start": ['"start" is an instant, not 7; write one such as "2026-03-08T07:00:00Z"'],
    }
    backwards = {
        "window": "thursday",
        "date": "2026-12-10",
        "reason": "x",
        "start": "2026-12-11T02:00",
        "end": "2026-12-11T01:00",
    }
    assert errors_of(lambda: adjustment_of(backwards, AdjustmentAction.MOVE)) == {
        "end": ["the end, Fri 2026-12-11 01:00 EST, is not after the start, Fri 2026-12-11 02:00 EST"]
    }


def test_a_duration_for_a_nonexistent_occurrence_is_refused() -> None:
    moved = {"window": "thursday", "date": "2026-12-11", "reason": "x", "start": "2026-12-11T02:00"}
    with pytest.raises(RefusedError, match="thursday has no occurrence on Fri 2026-12-11"):
        adjustment_of(moved, AdjustmentAction.MOVE)
    with pytest.raises(NotFoundError):
        adjustment_of({**moved, "window": "friday"}, AdjustmentAction.MOVE)


def test_a_slot_is_for_an_outage_of_everything_by_default() -> None:
    data = {"duration": "2h", "by": "2026-12-08T18:00"}
    assert slot_request(data, schedule=TWO_ENVIRONMENTS) == SlotRequest(
        duration=2 * HOUR, by=utc(2026, 12, 8, 23), environments=(), impact=Impact.OUTAGE
    )
    assert errors_of(lambda: slot_request({}, schedule=TWO_ENVIRONMENTS)) == {
        "duration": ["the duration is missing; write how long the change takes, such as 1h30m"],
        "by": ["the deadline is missing; write when the change must be done"],
    }


def test_a_subscriber_gets_everything_without_alarms_by_default() -> None:
    assert subscriber_request({"name": " Acme Inc. "}, schedule=TWO_ENVIRONMENTS) == SubscriberRequest(
        name="Acme Inc.", feed="all", alarms=()
    )
    assert rotation_request({"name": "Acme"}) == RotationRequest(name="Acme", overlap=timedelta(days=14))


def test_every_error_of_a_subscriber_is_reported() -> None:
    data = {"name": "a\nb", "feed": "nothing", "alarms": ["40d"]}
    assert errors_of(lambda: subscriber_request(data, schedule=TWO_ENVIRONMENTS)) == {
        "name": ["\"a\\nb\" can't be a subscriber's name; write one line of at most 100 characters"],
        "feed": ['there is no feed "nothing"; this schedule has all'],
        "alarms": ["an alarm rings whole minutes before an event, and at most 28 days, not 40 days, 0:00:00"],
    }


READERS: dict[str, Callable[[object], object]] = {
    "update": step_of,
    "start": lambda data: step_of(data, Step.START),
    **{action.value: lambda data, action=action: adjustment_of(data, action) for action in AdjustmentAction},  # type: ignore[misc]
    "slot": lambda data: slot_request(data, schedule=TWO_ENVIRONMENTS),
    "subscriber": lambda data: subscriber_request(data, schedule=TWO_ENVIRONMENTS),
    "rotation": rotation_request,
}
NAMES = ["message", "expect", "summary", "environments", "impact", "start", "end", "duration", "reason", "ticket"]
NAMES += ["window", "date", "silent", "by", "name", "feed", "alarms", "overlap"]


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
@given(data=JSON | st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_json_is_a_request_or_an_error_message(read: Callable[[object], object], data: object) -> None:
    request, error = attempt(lambda: read(data))
    assert request is not None or str(error)


def test_a_freeze_needs_a_reason_and_is_for_all_public_environments_by_default() -> None:
    both = frozenset({"preview", "production"})
    assert freeze_request({"reason": " Too hot "}, schedule=TWO_ENVIRONMENTS) == FreezeRequest(
        reason="Too hot", environments=both
    )
    fields = {"reason": "x", "environments": ["preview"], "until": "2026-12-08T01:00", "internal": True}
    assert freeze_request(fields, schedule=TWO_ENVIRONMENTS) == FreezeRequest(
        reason="x", environments=frozenset({"preview"}), until=utc(2026, 12, 8, 6), is_internal=True
    )
    with_private = replace(
        TWO_ENVIRONMENTS,
        environments=(*TWO_ENVIRONMENTS.environments, Environment(id="acme", name="Acme", public=False)),
    )
    assert freeze_request({"reason": "x"}, schedule=with_private).environments == both
    assert errors_of(lambda: freeze_request({"environments": [], "until": 5}, schedule=TWO_ENVIRONMENTS)) == {
        "reason": ["the reason is missing; write why nothing may change; customers read it"],
        "environments": ["a freeze of no environment freezes nothing; leave them out for all"],
        "until": ['"until" is an instant, not 5; write one such as "2026-03-08T07:00:00Z"'],
    }
    assert errors_of(lambda: freeze_request({"reason": " ", "environments": ["stage"]}, schedule=TWO_ENVIRONMENTS)) == {
        "reason": ["the reason is empty; write why nothing may change"],
        "environments": ['there is no environment "stage"; this schedule has preview, production'],
    }


@given(JSON)
def test_anything_else_is_a_freeze_or_a_refusal(data: object) -> None:
    attempt(lambda: freeze_request(data, schedule=TWO_ENVIRONMENTS))


def test_the_number_of_a_freeze_is_enough() -> None:
    assert [freeze_id(text) for text in ("7", "cf-7", "EC-7")] == ["CF-7", "cf-7", "EC-7"]
