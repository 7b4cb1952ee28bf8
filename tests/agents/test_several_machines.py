"""Proposals need no machine that remembers them: any server with the same database confirms them, once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.agents.endpoint import Agent, an_agent
from tests.examples import NOW
from tests.operators.access import create

FREEZE = {"reason": "The core switches are failing", "environments": ["production"]}


@pytest.fixture
def machines(schedule: Path, database_url: str) -> Iterator[tuple[Agent, Agent]]:
    """The same agent at two servers of one database."""
    with closing(Database(database_url)) as one, closing(Database(database_url)) as other:
        token = create(one, lasts=timedelta(days=1), now=NOW).text
        first, second = (an_agent(schedule=schedule, database=each, now=NOW, token=token) for each in (one, other))
        yield first, second


def test_what_one_proposed_the_other_confirms_once(machines: tuple[Agent, Agent]) -> None:
    first, second = machines
    proposal = first.call("propose_start_freeze", **FREEZE)
    arguments = {"proposal": proposal["proposal"], "sentence": proposal["sentence"]}
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda agent: agent.call("confirm_proposal", **arguments), (second, first, second, first))
        )
    assert sorted(each["already_confirmed"] for each in answers) == [False, True, True, True]
    assert {each["result"]["id"] for each in answers} == {"CF-1"}
    assert [each["id"] for each in first.call("list_freezes")["freezes"]] == ["CF-1", "month-end"]


def test_of_two_proposals_of_one_thing_the_first_that_is_confirmed_wins(machines: tuple[Agent, Agent]) -> None:
    proposals = [agent.call("propose_start_freeze", **FREEZE) for agent in machines]
    results = [
        agent.send(
            "tools/call",
            name="confirm_proposal",
            arguments={"proposal": proposal["proposal"], "sentence": proposal["sentence"]},
        ).get_json()["result"]
        for agent, proposal in zip(machines, proposals, strict=True)
    ]
    assert [each["isError"] for each in results] == [False, True]
    assert results[1]["content"][0]["text"] == (
        "the calendar has changed since the proposal: this freeze has been started already: CF-1, by chat bot; nothing "
        "was changed. Propose it again"
    )
