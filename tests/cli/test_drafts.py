"""Four eyes at the command line: it may draft and withdraw; only a token approves."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.store.database.database import Database
from tests.cli.running import NOW, SCHEDULE, Outcome, run
from tests.operators.access import create

ANNOUNCE = ("announce", "--summary", "New firewall", "--environment", "production", "--start", "2026-12-09T01:00")
TIME = "Wed 2026-12-09 01:00–02:30 EST"


@pytest.fixture(autouse=True)
def _schedule(schedule: Path) -> None:
    schedule.write_text(f'{SCHEDULE}\n[operators]\napproval = ["planned"]\n', encoding="utf-8")


def planned(*arguments: str, token: str | None = None) -> Outcome:
    return run("planned", *arguments, "--now", NOW, environment={"ICSFEED_TOKEN": token} if token else {})


def draft(*arguments: str) -> Outcome:
    return planned(*ANNOUNCE, "--duration", "90m", "--operator", "ann", *arguments)


def create_token(name: str = "bob", scope: str = "write") -> str:
    outcome = run("token", "create", name, "--scope", scope, "--expires", "never", "--now", NOW)
    return outcome.stdout.strip()


def test_an_announcement_says_that_it_is_a_draft_and_prints_its_id() -> None:
    outcome = draft()
    assert (outcome.status, outcome.stdout) == (0, "DR-1\n")
    assert (
        f"DR-1 drafted: New firewall; {TIME}; is public once another operator approves it: icsfeed planned approve DR-1"
        in outcome.stderr.splitlines()
    )
    changes = planned("list")
    assert changes.stdout == "no planned change is open\n"
    assert changes.stderr == "waiting for approval: DR-1; see `icsfeed planned list --drafts`\n"
    assert json.loads(planned("list", "--json").stdout) == []


def test_a_dry_run_shows_what_would_be_public_and_that_it_will_be_a_draft() -> None:
    lines = draft("--dry-run").stdout.splitlines()
    assert lines[0] == "PC-1, planned change: New firewall"
    assert f"  When:         {TIME}" in lines
    assert lines[-2:] == [
        "  Draft:        DR-1, seen by operators only until another operator approves it",
        "  Number:       given then; PC-1 if nothing else is announced before",
    ]
    assert "SUMMARY:Planned change: New firewall" in draft("--dry-run", "--ics").stdout
    assert planned("list", "--drafts").stdout == "no draft waits for approval\n"


def test_an_emergency_is_announced_at_once() -> None:
    outcome = run("emergency", *ANNOUNCE, "--duration", "90m", "--now", NOW)
    assert outcome.stdout == "EC-1\n"


def test_drafts_are_listed_and_shown() -> None:
    draft("--message", "Soon")
    (listed,) = json.loads(planned("list", "--drafts", "--json").stdout)
    assert (listed["id"], listed["state"], listed["summary"], listed["message"]) == (
        "DR-1",
        "draft",
        "New firewall",
        "Soon",
    )
    assert (listed["drafted_by"], listed["drafted_by_kind"], listed["change"]) == ("ann", "command", None)
    assert "DR-1" in planned("list", "--drafts").stdout
    assert planned("show", "dr-1").stdout.splitlines()[:3] == [
        "DR-1: New firewall",
        "  State:        draft",
        f"  When:         {TIME}",
    ]
    assert json.loads(planned("show", "DR-1", "--json").stdout)["id"] == "DR-1"


def test_approval_takes_a_token_from_the_environment() -> None:
    draft()
    outcome = planned("approve", "DR-1")
    assert (outcome.status, outcome.stderr) == (
        1,
        "this needs proof of who you are: put your token of scope write into the variable ICSFEED_TOKEN; "
        "`icsfeed token create` makes one\n",
    )
    assert planned("approve", "DR-1", token="icsfeed_x").stderr == (
        "this token is not valid; use another; `icsfeed token create` makes one\n"
    )
    assert planned("approve", "DR-1", "--operator", "bob").status == 2
    reader = planned("approve", "DR-1", token=create_token("eve", "read"))
    assert (reader.status, reader.stderr.startswith('"eve" may only read; ')) == (1, True)
    outcome = planned("approve", "DR-1", token=create_token())
    assert (outcome.status, outcome.stdout) == (0, "PC-1\n")
    assert f"PC-1 announced: New firewall; {TIME}" in outcome.stderr
    change = json.loads(planned("show", "PC-1", "--json").stdout)
    assert change["updates"][0]["by"] == "ann"
    (drafted,) = json.loads(planned("list", "--drafts", "--all", "--json").stdout)
    assert (drafted["state"], drafted["change"], drafted["decided_by"]) == ("approved", "PC-1", "bob")


def test_nobody_approves_what_they_drafted() -> None:
    planned(*ANNOUNCE, "--duration", "90m", "--operator", " BOB ")
    outcome = planned("approve", "DR-1", token=create_token("Bob"))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == 'DR-1 was drafted by "BOB", and another operator has to approve it; ask one\n'


def test_nobody_approves_with_a_token_that_the_author_has_created_over_the_network(tmp_path: Path) -> None:
    draft()
    at = datetime.fromisoformat(NOW)
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        token = create(database, "bob", lasts=None, now=at, by=Actor(name="ann", kind=ActorKind.PERSON, at=at)).text
    outcome = planned("approve", "DR-1", token=token)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == (
        'DR-1 was drafted by "ann", and the token "bob" was created by "ann", so both count as one operator; another '
        'operator has to approve it, whose token or sign-in does not go back to "ann"; nothing was changed\n'
    )


def test_a_token_that_was_created_on_the_command_line_is_nobodys() -> None:
    draft()
    token = run("token", "create", "bob", "--scope", "write", "--operator", "ann", "--now", NOW, "--expires", "never")
    assert planned("approve", "DR-1", token=token.stdout.strip()).stdout == "PC-1\n"


def test_a_draft_is_withdrawn() -> None:
    draft()
    assert planned("withdraw", "dr-1").stdout == "DR-1 withdrawn\n"
    assert planned("list", "--drafts").stdout == "no draft waits for approval\n"
    again = planned("withdraw", "DR-1")
    assert (again.status, "DR-1 was withdrawn by " in again.stderr) == (1, True)


@pytest.mark.parametrize("kind", ["planned", "emergency"])
@pytest.mark.parametrize("step", [("cancel",), ("update",), ("start",), ("undo",), ("redact",), ("extend", "30m")])
def test_steps_of_changes_say_what_to_do_with_a_draft(kind: str, step: tuple[str, ...]) -> None:
    command, *rest = step
    outcome = run(kind, command, "DR-1", *rest, "--now", NOW)
    assert outcome.stderr.splitlines()[-1] == (
        "Error: DR-1 is a draft, not a change; use `icsfeed planned approve DR-1`, or `icsfeed planned withdraw DR-1` "
        "and announce it anew"
    )


def test_what_is_no_draft() -> None:
    assert planned("withdraw", "PC-3").stderr.splitlines()[-1] == (
        '"PC-3" is not the id of a draft; those are written DR-3'
    )
    assert planned("show", "DR-3").stderr.splitlines()[-1] == (
        "there is no draft DR-3, and none waits for approval; see `icsfeed planned list --drafts --all`"
    )


def test_the_audit_trail_names_both() -> None:
    draft()
    token = create_token()
    planned("approve", "DR-1", token=token)
    lines = [json.loads(line) for line in run("audit", "--json", "--change", "pc-1").stdout.splitlines()]
    assert [(line["by"], line["kind"], line["action"], line["subject"]) for line in lines] == [
        ("ann", "command", "planned draft", "DR-1"),
        ("bob", "token", "planned approve", "PC-1"),
    ]
    table = run("audit").stdout
    assert ("planned approve" in table, "token create" in table, token in table) == (True, True, False)
    assert run("audit", "--since", "2027-01-01", "--now", "2027-01-02").stdout == "nothing is recorded of that\n"
