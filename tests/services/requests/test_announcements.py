"""Announcements from plain data: typed requests, or the errors of all fields at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.changes import Plan
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.requests.announcements import FIELDS, announcement_request
from icsfeed.services.requests.errors import FieldFault, InvalidRequestError
from tests.examples import utc
from tests.services.requests.plain_data import JSON, attempt, errors_of
from tests.services.workspace import NIGHT, TWO_ENVIRONMENTS, TWO_HOURS

SMALLEST = {"kind": "emergency", "summary": "Failover", "environments": ["production"], "duration": "2h"}


def request_of(data: object, now: datetime = NIGHT) -> AnnouncementRequest:
    return announcement_request(data, schedule=TWO_ENVIRONMENTS, now=now)


def errors_of_announcement(data: object) -> dict[str, list[str]]:
    return errors_of(lambda: request_of(data))


def test_the_smallest_announcement_starts_now_to_the_minute_and_is_an_outage() -> None:
    assert request_of(SMALLEST, NIGHT + timedelta(seconds=59, microseconds=1)) == AnnouncementRequest(
        kind=Kind.EMERGENCY,
        plan=Plan(
            summary="Failover", environments=frozenset({"production"}), impact=Impact.OUTAGE, span=TWO_HOURS, reason=""
        ),
    )


def test_every_field_can_be_given() -> None:
    data = {
        "kind": "planned",
        "summary": "  New\nfirewall ",
        "environments": ["preview", "production"],
        "impact": "degraded",
        "start": "2026-12-08T01:00",
        "end": "2026-12-08T08:00:00Z",
        "reason": " It can't wait ",
        "ticket": " https://t.example/1 ",
        "tentative": True,
        "key": " incident\n42 ",
        "message": " Soon ",
    }
    assert request_of(data) == AnnouncementRequest(
        kind=Kind.PLANNED,
        plan=Plan(
            summary="New firewall",
            environments=frozenset({"preview", "production"}),
            impact=Impact.DEGRADED,
            span=TWO_HOURS,
            reason="It can't wait",
            ticket="https://t.example/1",
        ),
        tentative=True,
        message="Soon",
        key="incident 42",
    )


def test_date_times_of_toml_are_instants() -> None:
    local = datetime(2026, 12, 8, 1)  # noqa: DTZ001  (local in the calendar's zone)
    assert request_of({**SMALLEST, "start": local}).plan.span == TWO_HOURS
    assert request_of({**SMALLEST, "start": utc(2026, 12, 8, 6)}).plan.span == TWO_HOURS


def test_all_errors_are_reported_at_once() -> None:
    assert errors_of_announcement(
        {
            "kind": "freeze",
            "summary": 7,
            "environments": "production",
            "impact": "total",
            "start": None,
            "duration": "30",
            "ticket": "42",
            "tentative": "yes",
            "colour": "red",
        }
    ) == {
        "colour": ['there is no field "colour"; the fields are ' + ", ".join(FIELDS)],
        "kind": ['"freeze" is not one of the values of "kind"; write "emergency" or "planned"'],
        "summary": ['"summary" is a text, not 7; write a text in quotes'],
        "environments": ['"environments" is a list of texts, not "production"; write ["production"]'],
        "impact": [
            '"total" is not one of the values of "impact"; write "no-impact", '
            '"reduced-redundancy", "degraded" or "outage"'
        ],
        "start": ['"start" is an instant, not null; leave it out where it has no value'],
        "duration": ['"30" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d'],
        "ticket": ['"42" is not the address of a ticket; write it from https:// on'],
        "tentative": ['"tentative" is true or false, not "yes"; write true or false'],
    }


def test_missing_fields_are_reported() -> None:
    assert errors_of_announcement({}) == {
        "kind": ['the kind of the change is missing; write "emergency" or "planned"'],
        "summary": ["the summary is missing; write what subscribers are to read"],
        "environments": ["the environments are missing; name what the change touches"],
        "duration": ['the change has no end; give "end" or "duration"'],
    }


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        pytest.param(
            {"summary": " \n"},
            {"summary": ["the summary is empty; write what subscribers are to read"]},
            id="a blank summary",
        ),
        pytest.param(
            {"summary": "x" * 251},
            {"summary": ["the summary has 251 characters; a calendar has room for 250"]},
            id="too long a summary",
        ),
        pytest.param(
            {"environments": []},
            {"environments": ["a change touches an environment; name one at least"]},
            id="no environment",
        ),
        pytest.param(
            {"environments": ["prod", "production", "stage"]},
            {
                "environments": [
                    'there is no environment "prod"; this schedule has preview, production',
                    'there is no environment "stage"; this schedule has preview, production',
                ]
            },
            id="unknown environments",
        ),
        pytest.param(
            {"end": "2026-12-08T05:00"},
            {"duration": ["an end and a duration both say when it ends; give one of them"]},
            id="an end and a duration",
        ),
        pytest.param(
            {"duration": "367d"},
            {"duration": ["a change lasts at most 366 days, not 367 d; look at the years"]},
            id="more than a year",
        ),
    ],
)
def test_invalid_values(fields: dict[str, object], errors: dict[str, list[str]]) -> None:
    assert errors_of_announcement({**SMALLEST, **fields}) == errors


def test_an_end_before_the_start_is_an_error_of_the_field_end() -> None:
    data = {name: value for name, value in SMALLEST.items() if name != "duration"}
    assert errors_of_announcement({**data, "end": "2026-12-08T00:30"}) == {
        "end": ["the end, Tue 2026-12-08 00:30 EST, is not after the start, Tue 2026-12-08 01:00 EST"]
    }


def test_an_error_has_a_message_and_a_remedy() -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        request_of({**SMALLEST, "start": 'a "b; c" d'})
    (error,) = refusal.value.errors
    assert (error.field, error.fault, error.remedy) == (
        "start",
        FieldFault.VALUE,
        "write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in America/Toronto",
    )
    assert error.message == r'"a \"b; c\" d" is not an instant'
    assert isinstance(refusal.value, BadInputError)
    assert not refusal.value.is_wrong_usage


@given(JSON)
def test_any_json_is_a_request_or_named_errors(data: object) -> None:
    """A number as summary raised AttributeError; a string as environments, "there is no environment 'c'"."""
    request, error = attempt(lambda: request_of(data))
    if request is None:
        assert isinstance(error, InvalidRequestError)
        names = {"", *FIELDS, *(data if isinstance(data, dict) else ())}
        assert {each.field for each in error.errors} <= names
        assert all(each.message for each in error.errors)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sets(st.sampled_from(sorted(SMALLEST)), max_size=2))
def test_any_json_in_any_field_is_a_request_or_named_errors(data: dict[str, object], without: set[str]) -> None:
    whole = {name: value for name, value in {**SMALLEST, **data}.items() if name not in without}
    request, error = attempt(lambda: request_of(whole))
    if isinstance(request, AnnouncementRequest):
        assert request.plan.environments <= {"preview", "production"}
    else:
        assert isinstance(error, InvalidRequestError)
        assert {each.field for each in error.errors} <= set(FIELDS)
