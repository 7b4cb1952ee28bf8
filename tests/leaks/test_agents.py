"""No answer to an agent without a token is about a private customer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from icsfeed.store.database.database import Database
from tests.agents.endpoint import Agent, an_agent
from tests.cli.running import run
from tests.leaks.conftest import Office
from tests.leaks.two_customers import BOTH, NOW, Customer, leaks

MONTHS = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=30 * month) for month in range(4)]
DAYS = [(datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=number)).date().isoformat() for number in range(40)]


@pytest.fixture
def database(office: Office) -> Iterator[Database]:
    database = Database(f"sqlite:///{office.folder / 'icsfeed.db'}")
    yield database
    database.close()


@pytest.fixture
def agent(office: Office, database: Database) -> Agent:
    internal = ("--internal", "--reason", "wolfram internal", "--until", "2026-12-05T12:37:00Z", "--yes")
    assert run("freeze", "start", *internal, "--now", "2026-11-23T11:00:00Z").status == 0
    silent = ("2026-12-10", "--silent", "--reason", "zirkon silent", "--yes", "--now", "2026-11-23T11:30:00Z")
    assert run("window", "skip", "thursday", *silent).status == 0
    return an_agent(schedule=office.folder / "schedule.toml", database=database, now=datetime.fromisoformat(NOW))


def test_nothing_private_is_told(agent: Agent) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("describe_calendar", {}),
        ("get_gate", {}),
        ("list_freezes", {"include_ended": True}),
        ("list_changes", {"include_closed": True, "limit": 100}),
        *(("list_upcoming", {"from": month.isoformat(), "days": 31}) for month in MONTHS),
        *(("explain_date", {"date": day}) for day in DAYS),
        *(("get_gate", {"at": f"{day}T12:00:00Z"}) for day in DAYS),
        *(("get_change", {"id": change}) for change in (*(f"PC-{each}" for each in range(1, 7)), "EC-1", "EC-2")),
        *((tool, {"environments": ["nowhere"]}) for tool in ("get_gate", "list_upcoming")),
        ("explain_date", {"date": DAYS[0], "environments": ["nowhere"]}),
    ]
    answers = {
        f"{tool} {arguments}": agent.send("tools/call", name=tool, arguments=arguments).data
        for tool, arguments in calls
    }
    texts = [json.loads(each) for each in answers.values()]
    assert sum("An upgrade" in json.dumps(each) for each in texts) > 1  # what is public is there
    assert leaks(answers) == {}


@pytest.mark.parametrize("customer", BOTH, ids=lambda each: each.word)
def test_a_private_name_is_as_unknown_as_any_other(agent: Agent, customer: Customer) -> None:
    word = customer.word
    refusals = [agent.refusal("get_gate", environments=[name]) for name in (f"{word}-environment", "nowhere")]
    assert [each.replace(f"{word}-environment", "nowhere") for each in refusals] == [refusals[1]] * 2
    refusals = [agent.refusal("get_change", id=name) for name in (f"{word}-change", "no-change")]
    assert refusals[0].replace(f"{word}-change", "no-change") == refusals[1]


def test_an_internal_freeze_has_its_effect_and_no_reason(agent: Agent) -> None:
    answer = agent.call("explain_date", date="2026-12-03")
    assert answer["why"] == "No change freeze is announced for Thu 2026-12-03 in preview, production."
    assert (answer["occurrences"], answer["freezes"]) == ([], [])
    gate = agent.call("get_gate", environments=["production"], at="2026-12-03T08:00:00Z")
    assert (gate["state"], gate["why"]) == (
        "CLOSED",
        "outside the maintenance windows and planned changes of production",
    )
    assert [each["id"] for each in agent.call("list_freezes")["freezes"]] == ["month-end"]


def test_a_silent_skip_was_never_there(agent: Agent) -> None:
    assert agent.call("explain_date", date="2026-12-10")["occurrences"] == []
    windows = {each["id"]: each["adjustments"] for each in agent.call("describe_calendar")["windows"]}
    assert windows["thursday"] == []


def test_a_withdrawn_change_was_never_there(agent: Agent) -> None:
    options = ("--environment", "production", "--summary", "A mistake", "--duration", "1h", "--yes")
    change = run("emergency", "announce", *options, "--now", NOW).stdout.strip()
    assert agent.call("get_change", id=change)["summary"] == "A mistake"
    assert run("emergency", "cancel", change, "--silent", "--yes", "--now", NOW).status == 0
    refusal = agent.refusal("get_change", id=change)
    assert refusal.startswith(f'there is no change "{change}"; ')
    assert change not in refusal.partition(";")[2]
    assert change not in json.dumps(agent.call("list_changes", include_closed=True))


def test_a_change_that_left_says_so(agent: Agent) -> None:
    assert agent.refusal("get_change", id="PC-1") == "PC-1 no longer affects a public environment"
