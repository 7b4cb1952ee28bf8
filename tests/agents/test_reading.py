"""The tools that read: the same answers as everywhere else, and each as its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from icsfeed.store.database.database import Database
from tests.agents.endpoint import Agent, an_agent
from tests.applications import create_app
from tests.cli.running import NOW as NOW_TEXT
from tests.cli.running import SCHEDULE, run
from tests.examples import NOW

PRODUCTION = ("--environment", "production")
READING_TOOLS = [
    "describe_calendar",
    "get_gate",
    "list_upcoming",
    "explain_date",
    "list_changes",
    "get_change",
    "list_freezes",
]


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ICSFEED_NOW", NOW_TEXT)
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    yield database
    database.close()


@pytest.fixture
def agent(schedule: Path, database: Database) -> Agent:
    return an_agent(schedule=schedule, database=database, now=NOW)


@pytest.fixture
def change(schedule: Path) -> str:
    """An emergency change with a history."""
    assert schedule.is_file()
    texts = ("--summary", "Database failover", "--reason", "A disk is failing", "--ticket", "https://t.example/1")
    change = run("emergency", "announce", *PRODUCTION, *texts, "--duration", "2h", "--yes").stdout.strip()
    update = ("--summary", "Failover of the database", "--message", "The <b>standby</b> is ready")
    assert run("emergency", "update", change, *update, "--yes").status == 0
    return change


def printed(*arguments: str) -> object:
    return json.loads(run(*arguments, "--json").stdout)


def test_the_tools_are_listed_in_one_order_and_described(agent: Agent) -> None:
    tools = agent.send("tools/list").get_json()["result"]["tools"]
    assert [each["name"] for each in tools] == READING_TOOLS
    for tool in tools:
        assert len(tool["description"]) > 80
        assert tool["annotations"] == {
            "title": tool["title"],
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }
        for name in ("inputSchema", "outputSchema"):
            jsonschema.Draft202012Validator.check_schema(tool[name])
        assert tool["inputSchema"]["additionalProperties"] is False
        for argument in tool["inputSchema"]["properties"].values():
            assert argument["description"]


def test_every_answer_is_as_its_schema_says_and_repeated_as_text(agent: Agent, change: str) -> None:
    arguments = {"explain_date": {"date": "2026-11-26"}, "get_change": {"id": change}}
    schemas = {each["name"]: each["outputSchema"] for each in agent.send("tools/list").get_json()["result"]["tools"]}
    for tool, schema in schemas.items():
        result = agent.send("tools/call", name=tool, arguments=arguments.get(tool, {})).get_json()["result"]
        jsonschema.validate(result["structuredContent"], schema)
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]


def test_the_calendar_is_described(agent: Agent) -> None:
    answer = agent.call("describe_calendar")
    assert {key: answer[key] for key in ("name", "timezone", "now", "local_now", "access", "page")} == {
        "name": "Down, and up",
        "timezone": "America/Toronto",
        "now": "2026-11-23T12:00:00Z",
        "local_now": "2026-11-23T07:00:00-05:00",
        "access": "public",
        "page": None,
    }
    assert [each["id"] for each in answer["environments"]] == ["preview", "production"]
    assert answer["windows"] == printed("window", "list")


@pytest.mark.usefixtures("change")
def test_the_gate_answers_as_it_does_over_http(agent: Agent, schedule: Path) -> None:
    client = create_app(schedule=schedule).test_client()
    questions: list[dict[str, Any]] = [
        {"environments": ["production", "preview"]},
        {"environments": ["production"], "at": "2026-12-03T08:00:00Z"},
        {"environments": ["production"], "at": "2026-12-03T02:30:00-05:00", "runway": "4h"},
        {"change": "ec-1"},
    ]
    for question in questions:
        query = {("environment" if name == "environments" else name): each for name, each in question.items()}
        answer = client.get("/api/v1/state", query_string=query).get_json()
        del answer["stale"]
        assert agent.call("get_gate", **question) == answer
    assert agent.call("get_gate") == agent.call("get_gate", **questions[0])


@pytest.mark.usefixtures("change")
def test_what_comes_is_what_the_command_prints(agent: Agent) -> None:
    assert agent.call("list_upcoming") == {"items": printed("upcoming"), "omitted": 0}
    some = agent.call("list_upcoming", **{"from": "2026-12-01T00:00:00Z", "days": 60, "limit": 2})
    every = printed("upcoming", "--from", "2026-12-01T00:00:00Z", "--days", "60")
    assert isinstance(every, list)
    assert some == {"items": every[:2], "omitted": len(every) - 2}


def test_a_change_is_shown_without_what_customers_are_not_told(agent: Agent, change: str) -> None:
    shown, public = printed("emergency", "show", change), agent.call("get_change", id=change.lower())
    assert isinstance(shown, dict)
    hidden = {"withdrawn", "notice_minutes", "promised_notice_minutes"}
    assert {key: each for key, each in public.items() if key != "updates"} == {
        key: each for key, each in shown.items() if key not in {*hidden, "updates"}
    }
    assert public["updates"][1] == {
        "number": 2,
        "at": "2026-11-23T12:00:00Z",
        "message": "The <b>standby</b> is ready",
        "translations": {},
        "state": "confirmed",
        "changed": [{"what": "summary", "before": "", "after": ""}],
    }


def test_open_changes_are_listed_with_their_latest_update(agent: Agent, change: str) -> None:
    answer = agent.call("list_changes", kind="emergency")
    assert [each["id"] for each in answer["changes"]] == [change]
    assert answer["changes"][0]["latest_update"]["number"] == 2
    assert agent.call("list_changes", kind="planned") == {"changes": [], "omitted": 0}
    assert run("emergency", "complete", change, "--yes").status == 0
    assert agent.call("list_changes") == {"changes": [], "omitted": 0}
    assert [each["state"] for each in agent.call("list_changes", include_closed=True)["changes"]] == ["completed"]


def test_a_frozen_date_is_explained(agent: Agent) -> None:
    answer = agent.call("explain_date", date="2026-11-26", environments=["production"])
    assert answer["why"] == (
        'Thu 2026-11-26 is touched by the change freeze "month-end", Tue 2026-11-24 – Mon 2026-11-30: in production, '
        "no maintenance window takes place in that time, and no planned change that does not say why it can't wait."
    )
    assert answer["frozen_environments"] == ["production"]
    assert [(each["window"], each["happens"], each["why"]) for each in answer["occurrences"]] == [
        ("thursday", False, "Change freeze from 2026-11-24 through 2026-11-30")
    ]
    answer = agent.call("explain_date", date="2026-12-03")
    assert (answer["why"], answer["occurrences"][0]["happens"]) == (
        "No change freeze is announced for Thu 2026-12-03 in preview, production.",
        True,
    )


def test_freezes_are_listed_without_their_operators(agent: Agent) -> None:
    reason = ("--reason", "The core switches are failing")
    freeze = run("freeze", "start", *reason, *PRODUCTION, "--yes").stdout.strip()
    listed = agent.call("list_freezes")["freezes"]
    assert [(each["id"], each["active"]) for each in listed] == [(freeze, True), ("month-end", False)]
    assert not {"started_by", "ended_by"} & {*listed[0], *listed[1]}


@pytest.mark.parametrize(
    ("tool", "arguments", "refusal"),
    [
        ("describe_calendar", {"x": 1}, "describe_calendar takes no arguments"),
        ("list_changes", {"x": 1}, 'x: there is no field "x"; the fields are kind, include_closed, limit'),
        ("get_gate", {"environments": ["nowhere"]}, 'there is no environment "nowhere"; this schedule has '
         "preview, production"),
        ("get_gate", {"environments": "production"}, 'environments: "environments" is a list of texts, not '
         '"production"; write ["production"]'),
        ("get_gate", {"at": "2026-12-03T02:00"}, 'at: "2026-12-03T02:00" has no offset from UTC, so that nobody knows '
         "which clock it means; write 2026-12-03T02:00:00-05:00 if America/Toronto is meant"),
        ("get_gate", {"at": "2036-12-03T02:00Z"}, "2036-12-03T02:00:00Z is out of reach: the gate knows 2025-01-01 "
         "through 2027-12-31"),
        ("list_upcoming", {"days": 367}, 'days: "days" is at most 366, not 367; write a number from 1 to 366'),
        ("list_upcoming", {"days": 1.5, "limit": True}, 'days: "days" is a whole number, not 1.5; write a number from '
         '1 to 366\n'
         'limit: "limit" is a whole number, not true; write a number from 1 to 100'),
        ("explain_date", {}, "date: the date is missing; write one such as 2026-12-24"),
        ("explain_date", {"date": "0001-01-01"}, "0001-01-01 is out of reach: this calendar knows the years 2025 to "
         "2027"),
        ("get_change", {"id": "EC-9"}, 'there is no change "EC-9"; none has been announced'),
        ("list_changes", {"kind": "urgent"}, 'kind: "urgent" is not one of the values of "kind"; write "emergency" '
         'or "planned"'),
    ],
)  # fmt: skip
def test_wrong_arguments_are_answered_with_what_would_be_right(
    agent: Agent, tool: str, arguments: dict[str, object], refusal: str
) -> None:
    assert agent.refusal(tool, **arguments) == refusal


@pytest.mark.parametrize("tool", ["suggest_slots", "propose_announcement", "confirm_proposal"])
def test_without_a_token_there_is_no_tool_for_operators(agent: Agent, tool: str) -> None:
    response = agent.send("tools/call", name=tool, arguments={})
    assert (response.status_code, response.get_json()["error"]) == (
        400,
        {"code": -32602, "message": f'Unknown tool: "{tool}"'},
    )


def test_the_packaged_example_is_read_and_nothing_else() -> None:
    agent = an_agent()
    assert agent.tools() == READING_TOOLS
    assert agent.call("describe_calendar")["access"] == "public"
    assert agent.call("list_changes", include_closed=True) == {"changes": [], "omitted": 0}


def test_while_the_schedule_is_broken_from_the_start_nothing_is_answered(schedule: Path, database: Database) -> None:
    schedule.write_text("[calendar", encoding="utf-8")
    agent = an_agent(schedule=schedule, database=database)
    response = agent.send("tools/call", name="get_gate", arguments={})
    assert (response.status_code, response.headers["Retry-After"].isdecimal()) == (503, True)
    assert response.get_json()["error"]["message"] == ("this is not available at the moment; try again in a minute")
