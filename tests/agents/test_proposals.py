"""Two steps: a proposal that changes nothing, and a confirmation that repeats what is going to be public."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.services import operator_tokens
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.agents.conftest import TestClock
from tests.agents.endpoint import Agent, an_agent
from tests.cli.running import NOW, SCHEDULE, run
from tests.examples import NOW as NOON
from tests.operators.access import create

FAILOVER: dict[str, object] = {
    "kind": "emergency",
    "summary": "Database failover",
    "environments": ["production"],
    "duration": "2h",
    "reason": "A disk is failing",
    "message": "Reads go on;\nwrites stop",
}
SENTENCE = """\
Emergency change EC-1: announced – Database failover
It is planned for Mon 2026-11-23 07:00–09:00 EST.
UTC: Mon 2026-11-23 12:00–14:00 · Environments: Production · Impact: outage
Reason: A disk is failing
Message: Reads go on; writes stop"""

AgentOf = Callable[..., Agent]


def confirmation(proposal: dict[str, Any], /, **other: object) -> dict[str, object]:
    return {"proposal": proposal["proposal"], "sentence": proposal["sentence"], **other}


def announced(agent: Agent, **fields: object) -> str:
    """The id of a change that the agent has announced."""
    proposal = agent.call("propose_announce_change", **{**FAILOVER, **fields})
    change: str = agent.call("confirm_proposal", **confirmation(proposal))["result"]["id"]
    return change


def test_a_proposal_says_all_that_is_to_be_agreed_to_and_changes_nothing(agent: Agent, database: Database) -> None:
    agent.call("propose_announce_change", **FAILOVER)  # the secret that signs is made
    before = database.entry()
    proposal = agent.call("propose_announce_change", **FAILOVER)
    assert {key: each for key, each in proposal.items() if key not in {"proposal", "next"}} == {
        "sentence": SENTENCE,
        "public": True,
        "expires_at": "2026-11-23T12:10:00Z",
        "warnings": [],
        "feeds": ["all", "emergency", "production"],
        "channels": None,
        "mails": None,
    }
    assert database.entry() == before


def test_a_confirmation_makes_it_public_under_the_name_of_the_token(
    agent: Agent, stranger: Agent, database: Database, clock: TestClock
) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    clock.pass_time(minutes=9)
    answer = agent.call("confirm_proposal", **confirmation(proposal))
    assert (answer["recorded"], answer["already_confirmed"], answer["sentence"]) == (True, False, SENTENCE)
    assert answer["result"]["id"] == "EC-1"
    shown = stranger.call("get_change", id="EC-1")
    assert (shown["summary"], shown["start"]) == ("Database failover", "2026-11-23T12:00:00Z")
    entry = database.entries()[-1]
    assert (entry.by, entry.kind, entry.address, entry.action, entry.subject) == (
        "chat bot",
        "agent",
        "127.0.0.1",
        "emergency announce",
        "EC-1",
    )


def test_confirming_twice_does_nothing_twice_even_when_it_has_expired(
    agent: Agent, database: Database, clock: TestClock
) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    first = agent.call("confirm_proposal", **confirmation(proposal))
    entry = database.entry()
    clock.pass_time(minutes=30)
    assert agent.call("confirm_proposal", **confirmation(proposal)) == {**first, "already_confirmed": True}
    assert database.entry() == entry
    assert list(database.record().changes) == ["EC-1"]


def test_confirmations_at_the_same_time_do_nothing_twice(agent: Agent, database: Database) -> None:
    announced(agent)
    proposal = agent.call("propose_extend_change", id="EC-1", length="30m")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: agent.call("confirm_proposal", **confirmation(proposal)), range(4)))
    assert sorted(each["already_confirmed"] for each in answers) == [False, True, True, True]
    assert len(database.record().changes["EC-1"].updates) == 2


@pytest.mark.parametrize(
    "sentence", ["", SENTENCE + " ", SENTENCE.replace("07:00", "08:00"), SENTENCE.replace("\n", " ")]
)
def test_another_sentence_is_refused(agent: Agent, database: Database, sentence: str) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    assert agent.refusal("confirm_proposal", **confirmation(proposal, sentence=sentence)) == (
        "the sentence is not the one that was proposed, letter for letter; nothing was changed. Repeat the whole "
        "sentence, with its line breaks, or propose what is meant instead"
    )
    assert not database.record().changes


def test_another_operator_is_refused(agent: Agent, agent_of: AgentOf, database: Database) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    assert agent_of("another bot").refusal("confirm_proposal", **confirmation(proposal)) == (
        "this proposal is another operator's; make one of your own"
    )
    assert not database.record().changes


def test_an_expired_proposal_is_refused(agent: Agent, database: Database, clock: TestClock) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    clock.pass_time(minutes=10)
    assert agent.refusal("confirm_proposal", **confirmation(proposal)) == (
        "the proposal expired at 2026-11-23T12:10:00Z; propose it again, and show the new sentence"
    )
    assert not database.record().changes


@pytest.mark.parametrize(
    "damage",
    [lambda _: "", lambda text: text[:-1], lambda text: f"x{text}", str.upper],
    ids=["empty", "cut", "longer", "in capitals"],
)
def test_a_proposal_that_was_not_signed_here_is_refused(agent: Agent, damage: Callable[[str], str]) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    assert agent.refusal("confirm_proposal", **confirmation(proposal, proposal=damage(proposal["proposal"]))) == (
        "this is no proposal of this calendar; repeat `proposal` exactly as the tool that proposes returned it"
    )


def test_a_change_that_somebody_has_updated_since_is_refused(agent: Agent, database: Database) -> None:
    announced(agent)
    proposal = agent.call("propose_extend_change", id="EC-1", length="30m")
    assert run("emergency", "update", "EC-1", "--message", "Half done", "--yes", "--now", NOW).status == 0
    refusal = agent.refusal("confirm_proposal", **confirmation(proposal))
    assert refusal.startswith("the calendar has changed since the proposal: ")
    assert refusal.endswith("; nothing was changed. Propose it again")
    assert len(database.record().changes["EC-1"].updates) == 2


def test_a_number_that_somebody_else_got_meanwhile_is_refused(agent: Agent) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    options = ("--environment", "preview", "--summary", "Another", "--duration", "1h", "--yes", "--now", NOW)
    assert run("emergency", "announce", *options).stdout.strip() == "EC-1"
    refusal = agent.refusal("confirm_proposal", **confirmation(proposal))
    assert refusal == (
        f"the calendar has changed since the proposal: it would read now: {SENTENCE.replace('EC-1', 'EC-2')}; nothing "
        "was changed. Propose it again"
    )


def test_an_occurrence_that_somebody_adjusted_since_is_refused(agent: Agent) -> None:
    occurrence = {"window": "thursday", "date": "2026-12-03"}
    proposal = agent.call("propose_skip_occurrence", **occurrence, reason="No staff")
    skip = ("thursday", "2026-12-03", "--reason", "No staff", "--yes", "--now", NOW)
    assert run("window", "skip", *skip).status == 0
    assert "the calendar has changed since the proposal: " in agent.refusal(
        "confirm_proposal", **confirmation(proposal)
    )


def test_a_schedule_that_was_edited_since_is_refused(agent: Agent, schedule: Path) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    schedule.write_text(SCHEDULE.replace('name = "Production"', 'name = "The platform"'), encoding="utf-8")
    assert "Environments: The platform" in agent.refusal("confirm_proposal", **confirmation(proposal))


def test_what_others_do_elsewhere_is_no_obstacle(agent: Agent) -> None:
    announced(agent)
    proposal = agent.call("propose_extend_change", id="EC-1", length="30m")
    announced(agent, environments=["preview"], summary="Another")
    assert agent.call("confirm_proposal", **confirmation(proposal))["result"]["end"] == "2026-11-23T14:30:00Z"


def test_a_token_that_was_revoked_confirms_nothing(agent: Agent, database: Database) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    operator_tokens.revoke(database, "chat bot", actor=operator("Alice", NOON))
    response = agent.send("tools/call", name="confirm_proposal", arguments=confirmation(proposal))
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="icsfeed", error="invalid_token"',
    )
    assert not database.record().changes


def test_a_new_token_of_that_name_confirms_nothing_either(agent: Agent, agent_of: AgentOf, database: Database) -> None:
    proposal = agent.call("propose_announce_change", **FAILOVER)
    operator_tokens.revoke(database, "chat bot", actor=operator("Alice", NOON))
    assert agent_of("chat bot").refusal("confirm_proposal", **confirmation(proposal)) == (
        "this proposal is another operator's; make one of your own"
    )
    assert not database.record().changes


def test_what_was_announced_already_is_not_proposed_again(agent: Agent) -> None:
    announced(agent)
    assert agent.refusal("propose_announce_change", **FAILOVER) == (
        "this emergency change has been announced already: EC-1, which is confirmed; nothing was changed"
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "refusal"),
    [
        ("propose_extend_change", {}, 'id: "id" is missing, or no text; Id of the change, such as EC-7 or PC-3; '
         "list_changes has them."),
        ("propose_start_change", {"id": "EC-9"}, 'there is no change "EC-9"; none has been announced'),
        ("propose_announce_change", {**FAILOVER, "key": "x"}, 'key: proposals take no "key"; leave it out'),
        ("propose_announce_change", {**FAILOVER, "start": "2026-11-24T02:00"}, 'start: "2026-11-24T02:00" has no '
         "offset from UTC, so that nobody knows which clock it means; write 2026-11-24T02:00:00-05:00 if "
         "America/Toronto is meant"),
        ("propose_announce_change", {"kind": "planned"}, "summary: the summary is missing; write what subscribers are "
         "to read\nenvironments: the environments are missing; name what the change touches\nduration: the change has "
         'no end; give "end" or "duration"'),
        ("confirm_proposal", {}, "proposal: the proposal is missing; repeat the one that a propose_ tool returned\n"
         "sentence: the sentence is missing; repeat the one that a propose_ tool returned"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_answered_with_what_would_be_right(
    agent: Agent, tool: str, arguments: dict[str, object], refusal: str
) -> None:
    assert agent.refusal(tool, **arguments) == refusal


def test_a_silent_step_says_that_it_leaves_no_trace(agent: Agent) -> None:
    announced(agent)
    proposal = agent.call("propose_cancel_change", id="EC-1", silent=True)
    assert proposal["feeds"] == []
    assert proposal["warnings"] == [
        "silent: it disappears from calendars without a trace, and only those read the sentence who were told of it "
        "before"
    ]


def test_an_internal_freeze_is_said_not_to_be_public(agent: Agent) -> None:
    proposal = agent.call("propose_start_freeze", reason="An audit", internal=True, environments=["production"])
    assert (proposal["public"], proposal["feeds"]) == (False, [])
    assert proposal["sentence"] == (
        "Internal change freeze CF-1: started\n"
        "From Mon 2026-11-23 07:00 EST until it is ended · Environments: Production\n"
        "Reason: An audit\n"
        "Nothing of it is public but its effect: no maintenance and no planned change in that time."
    )
    assert "times that depend on the minute" in proposal["next"]


def test_a_draft_is_proposed_as_one_and_another_agent_approves_it(
    agent: Agent, agent_of: AgentOf, stranger: Agent, schedule: Path, database: Database
) -> None:
    schedule.write_text(f'{SCHEDULE}\n[operators]\napproval = ["planned"]\n', encoding="utf-8")
    firewall = {"kind": "planned", "summary": "New firewall", "environments": ["production"], "duration": "1h"}
    proposal = agent.call("propose_announce_change", **firewall, start="2026-12-09T06:00:00Z")
    draft_note, public_text = proposal["sentence"].split("\n", 1)
    assert draft_note == (
        "Draft of a planned change: New firewall; public once another operator approves it. The number is given then; "
        "as of now, this is going to be read:"
    )
    assert public_text.startswith("Planned change PC-1: announced – New firewall\n")
    assert proposal["public"] is False
    assert "approval: this becomes a draft, and public only when another operator approves it" in proposal["warnings"]
    draft = agent.call("confirm_proposal", **confirmation(proposal))["result"]
    assert (draft["id"], draft["state"]) == ("DR-1", "draft")
    assert stranger.call("list_changes") == {"changes": [], "omitted": 0}
    assert [each["id"] for each in agent.call("list_drafts")["drafts"]] == ["DR-1"]
    assert agent.refusal("propose_approve_draft", id="DR-1") == (
        'DR-1 was drafted by "chat bot", and another operator has to approve it; ask one'
    )
    by = Actor(name="chat bot", kind=ActorKind.AGENT, at=NOON)
    own = an_agent(schedule=schedule, database=database, now=NOON, token=create(database, "own", now=NOON, by=by).text)
    assert own.refusal("propose_approve_draft", id="DR-1") == (
        'DR-1 was drafted by "chat bot", and the token "own" was created by "chat bot", so both count as one operator; '
        'another operator has to approve it, whose token or sign-in does not go back to "chat bot"; nothing was changed'
    )
    second = agent_of("second bot")
    approval = second.call("propose_approve_draft", id="DR-1")
    assert approval["sentence"] == public_text
    assert approval["public"] is True
    assert second.call("confirm_proposal", **confirmation(approval))["result"]["id"] == "PC-1"
    assert [each["id"] for each in stranger.call("list_changes")["changes"]] == ["PC-1"]


def test_only_those_who_may_write_see_tools_that_write(agent: Agent, reader: Agent, stranger: Agent) -> None:
    writing = [each for each in agent.tools() if each.startswith("propose_") or each == "confirm_proposal"]
    assert len(writing) == 16
    assert reader.tools() == [*stranger.tools(), "suggest_slots", "list_drafts"]
    assert agent.tools() == [*reader.tools(), *writing]
    for other in (reader, stranger):
        response = other.send("tools/call", name="propose_start_change", arguments={"id": "EC-1"})
        assert response.get_json()["error"]["message"] == 'Unknown tool: "propose_start_change"'
    assert "propose_" not in stranger.send("server/discover").get_json()["result"]["instructions"]
    assert "confirm_proposal" in agent.send("server/discover").get_json()["result"]["instructions"]


def test_tools_say_which_of_them_makes_something_public(agent: Agent) -> None:
    tools = {each["name"]: each for each in agent.send("tools/list").get_json()["result"]["tools"]}
    destructive = [name for name, each in tools.items() if each["annotations"]["destructiveHint"]]
    assert destructive == ["confirm_proposal"]
    assert [name for name, each in tools.items() if not each["annotations"]["readOnlyHint"]] == destructive
    for tool in tools.values():
        for name in ("inputSchema", "outputSchema"):
            jsonschema.Draft202012Validator.check_schema(tool[name])
        assert tool["inputSchema"]["additionalProperties"] is False
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument.get("description"), (tool["name"], name)


def test_answers_are_as_their_schemas_say(agent: Agent) -> None:
    schemas = {each["name"]: each["outputSchema"] for each in agent.send("tools/list").get_json()["result"]["tools"]}
    proposal = agent.call("propose_announce_change", **FAILOVER)
    jsonschema.validate(proposal, schemas["propose_announce_change"])
    jsonschema.validate(agent.call("confirm_proposal", **confirmation(proposal)), schemas["confirm_proposal"])
    slots = agent.call("suggest_slots", duration="1h", by="2026-11-24T12:00:00Z")
    jsonschema.validate(slots, schemas["suggest_slots"])


def test_operators_see_what_is_private(agent: Agent, reader: Agent, stranger: Agent) -> None:
    start = ("--internal", "--reason", "An audit", "--environment", "production", "--yes", "--now", NOW)
    assert run("freeze", "start", *start).status == 0
    assert "An audit" in json.dumps(reader.call("list_freezes"))
    assert "An audit" not in json.dumps(stranger.call("list_freezes"))
    announced(agent)
    assert reader.call("get_change", id="EC-1")["updates"][0]["by"] == "chat bot"
    assert "chat bot" not in json.dumps(stranger.call("get_change", id="EC-1"))
    assert (reader.call("describe_calendar")["access"], agent.call("describe_calendar")["access"]) == ("read", "write")
