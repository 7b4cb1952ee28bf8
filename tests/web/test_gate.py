"""The gate over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from icsfeed.domain.feeds import Environment
from icsfeed.web.application import make_application
from tests.applications import create_app
from tests.changes import a_change, record_of
from tests.examples import utc
from tests.publication.fakes import AFTER, BEFORE, Clock, FakeServer, mistakes

STATE = "/api/v1/state"
THURSDAY = utc(2026, 12, 3, 7)


def server(later: timedelta = timedelta()) -> tuple[FlaskClient, FakeServer]:
    """A client of the application, ``later`` than the start of Thursday's window, and the parts behind it."""
    parts = FakeServer(clock=Clock(now=THURSDAY + later))
    return make_application(parts.live).test_client(), parts


def test_the_state_now(reader: FlaskClient) -> None:
    response = reader.get(STATE, query_string={"environment": "production"})
    assert (response.status_code, response.mimetype, response.json) == (
        200,
        "application/json",
        {
            "environments": ["production"],
            "change": None,
            "runway_seconds": None,
            "state": "CLOSED",
            "why": "outside the maintenance windows and planned changes of production",
            "at_time": "2026-11-23T12:01:00Z",
            "local_at_time": "2026-11-23T07:01:00-05:00",
            "next_transition_time": "2026-12-03T07:00:00Z",
            "local_next_transition_time": "2026-12-03T02:00:00-05:00",
            "stale": False,
        },
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "public, max-age=10, must-revalidate"


def test_the_state_at_another_time(reader: FlaskClient) -> None:
    response = reader.get(STATE, query_string={"environment": "production", "at": "2026-12-03T05:59:59-05:00"})
    assert response.json is not None
    assert (response.json["state"], response.json["at_time"]) == ("OPEN", "2026-12-03T10:59:59Z")
    assert response.headers["Cache-Control"] == "public, max-age=10, must-revalidate"


@pytest.mark.parametrize(
    ("before_the_end", "expected"),
    [
        pytest.param(timedelta(seconds=11), "public, max-age=10, must-revalidate", id="long before the transition"),
        pytest.param(timedelta(seconds=9, milliseconds=999), "public, max-age=9, must-revalidate", id="whole seconds"),
        pytest.param(timedelta(seconds=1), "public, max-age=1, must-revalidate", id="one second"),
        pytest.param(timedelta(milliseconds=999), "no-store", id="less than a second"),
    ],
)
def test_caches_expire_at_the_next_transition(before_the_end: timedelta, expected: str) -> None:
    client, _ = server(timedelta(hours=4) - before_the_end)
    response = client.get(STATE, query_string={"environment": "production"})
    assert (response.json or {})["state"] == "OPEN"
    assert response.headers["Cache-Control"] == expected


def test_the_gate_uses_the_record_that_the_feeds_show() -> None:
    client, parts = server()
    parts.clock.advance(hours=1)
    parts.repository.add(parts.clock.now, changes=record_of(a_change()).changes)
    response = client.get(STATE, query_string={"environment": "production"})
    assert (response.json or {})["why"] == "the emergency change EC-7 is confirmed"
    assert b"UID:emergency.ec-7@" in parts.feed().body


def test_the_gate_says_that_its_sources_are_stale() -> None:
    client, parts = server()
    parts.disk.write(mistakes("no such key"), parts.clock.now)
    response = client.get(STATE, query_string={"environment": "production"})
    assert (response.status_code, (response.json or {})["stale"]) == (200, True)
    parts.disk.write(AFTER, parts.clock.now)
    assert (client.get(STATE, query_string={"environment": "production"}).json or {})["stale"] is False


@pytest.mark.parametrize(
    ("query", "detail", "field"),
    [
        pytest.param(
            "",
            "name an environment, such as environment=preview; this schedule has preview, production",
            "environment",
            id="none",
        ),
        pytest.param(
            "environment=prod",
            'there is no environment "prod"; this schedule has preview, production',
            "environment",
            id="an unknown environment",
        ),
        pytest.param(
            "environment=production&at=tomorrow",
            '"tomorrow" is not an instant; write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in '
            "America/Toronto",
            "at",
            id="not an instant",
        ),
        pytest.param(
            "environment=production&at=2040-01-01",
            "2040-01-01T05:00:00Z is out of reach: the gate knows 2025-01-01 through 2027-12-31",
            "",
            id="not published",
        ),
        pytest.param(
            "environment=production&atTime=2026-12-03",
            'there is no parameter "atTime"; the parameters are "environment", "at", "runway" and "change"',
            "atTime",
            id="an unknown parameter",
        ),
        pytest.param(
            "environment=production&at=2026-12-03T03:00&at=2026-11-25",
            '"at" takes one instant; this query has 2: 2026-12-03T03:00, 2026-11-25',
            "at",
            id="two instants",
        ),
        pytest.param(
            "environment=production&runway=45m&runway=2h",
            '"runway" takes one length; this query has 2: 45m, 2h',
            "runway",
            id="two runways",
        ),
        pytest.param(
            "change=EC-1&change=EC-2",
            '"change" takes one change; this query has 2: EC-1, EC-2',
            "change",
            id="two changes",
        ),
        pytest.param(
            "environment=production&runway=45",
            '"45" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d',
            "runway",
            id="not a length",
        ),
        pytest.param(
            "environment=production&runway=999d",
            "a runway of 999 d from 2026-11-23T12:01:00Z on is out of reach: the gate knows 2025-01-01 through "
            "2027-12-31",
            "",
            id="a runway beyond what is published",
        ),
        pytest.param(
            "environment=prod&change=EC-1",
            'there is no environment "prod"; this schedule has preview, production',
            "environment",
            id="an unknown environment and an unknown change",
        ),
    ],
)
def test_invalid_queries(reader: FlaskClient, query: str, detail: str, field: str) -> None:
    response = reader.get(f"{STATE}?{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    fault, _, remedy = detail.partition("; ")
    assert response.get_json(force=True) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
        "errors": [{"field": field, "detail": fault, "remedy": remedy}],
    }
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_method_that_the_gate_does_not_take_is_a_problem(client: FlaskClient) -> None:
    response = client.post(STATE)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert sorted(response.headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]
    (error,) = response.get_json(force=True)["errors"]
    assert error == {"field": "", "detail": "this path does not take POST", "remedy": "use one of GET, HEAD, OPTIONS"}


def test_runways_and_changes_over_http() -> None:
    """EC-7 runs on Thursday from 08:00Z to 09:00Z, in the middle of the window."""
    client, parts = server(timedelta(hours=1))
    parts.repository.add(parts.clock.now, changes=record_of(a_change()).changes)
    parts.clock.advance(minutes=30)
    response = client.get(STATE, query_string={"change": "ec-7", "runway": "30m"})
    assert response.json == {
        "environments": ["production"],
        "change": "EC-7",
        "runway_seconds": 1800,
        "state": "OPEN",
        "why": "the emergency change EC-7 is due",
        "at_time": "2026-12-03T08:30:00Z",
        "local_at_time": "2026-12-03T03:30:00-05:00",
        "next_transition_time": "2026-12-03T08:30:01Z",
        "local_next_transition_time": "2026-12-03T03:30:01-05:00",
        "stale": False,
    }
    assert response.headers["Cache-Control"] == "public, max-age=1, must-revalidate"
    too_long = client.get(STATE, query_string={"environment": "production", "change": "EC-7", "runway": "31m"})
    assert (too_long.json or {})["why"] == (
        "open for only 30 min of the 31 min needed: the emergency change EC-7 ends at Thu 2026-12-03 04:00 EST"
    )


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        pytest.param(
            "change=EC-8",
            404,
            'there is no change "EC-8"; write an id such as EC-7, which is the latest',
            id="an unknown change",
        ),
        pytest.param(
            "change=EC-7&environment=preview",
            400,
            'EC-7 does not touch "preview"; it touches production',
            id="a change of another environment",
        ),
    ],
)
def test_changes_that_the_gate_can_not_answer_for(query: str, status: int, detail: str) -> None:
    client, parts = server()
    preview = Environment(id="preview", name="Preview")
    parts.clock.advance(hours=1)
    parts.disk.write(replace(BEFORE, environments=(*BEFORE.environments, preview)), parts.clock.now)
    parts.repository.add(parts.clock.now, changes=record_of(a_change()).changes)
    response = client.get(f"{STATE}?{query}")
    assert (response.status_code, (response.get_json(force=True) or {})["detail"]) == (status, detail)


def test_without_a_publication_the_gate_is_unavailable(tmp_path: Path) -> None:
    client = create_app(schedule=tmp_path / "missing.toml", clock=Clock()).test_client()
    response = client.get(STATE, query_string={"environment": "production"})
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.get_json(force=True) == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "the calendar is not available at the moment",
        "errors": [{"field": "", "detail": "the calendar is not available at the moment", "remedy": ""}],
    }
    assert (response.headers["Retry-After"], response.headers["Cache-Control"]) == ("60", "no-store")
