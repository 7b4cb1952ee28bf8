"""``icsfeed token``, as an operator calls it on the machine; and what `check` says of operators who can't sign in."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.services.operator_access import authenticate
from icsfeed.store.database.database import Database
from tests.cli.running import IN_FORCE, NOW, SCHEDULE, Outcome, run
from tests.examples import NOW as NOW_AS_INSTANT
from tests.operators.access import create as create_token

TOKEN = re.compile(r"(icsfeed_[\w-]{43})\n")


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")


def call(command: str, *arguments: str, now: str = NOW) -> Outcome:
    return run("token", command, *arguments, "--now", now)


def create(name: str, *arguments: str) -> str:
    outcome = call("create", name, *arguments)
    result = TOKEN.fullmatch(outcome.stdout)
    assert result, outcome
    return result[1]


def test_the_token_stands_alone_on_standard_output_and_opens_the_database(tmp_path: Path) -> None:
    outcome = call("create", "chat bot", "--scope", "write", "--expires", "30d")
    result = TOKEN.fullmatch(outcome.stdout)
    assert result
    assert outcome.stderr == (
        '"chat bot" may read and write until Wed 2026-12-23 07:00 EST. This token is not shown again: store it now, '
        "where it is needed.\n"
    )
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        assert authenticate(database, result[1], address="", now=NOW_AS_INSTANT).name == "chat bot"


def keep_schedule(folder: Path) -> None:
    """Let the schedule have been public, as a server notes it."""
    with closing(Database(f"sqlite:///{folder}/icsfeed.db")) as database:
        database.keep_schedule((folder / "schedule.toml").read_bytes(), NOW_AS_INSTANT)


@pytest.mark.parametrize("edit", ["[calendar", "[[maintenance_windows]]\nid = 7\n"], ids=["syntax", "keys"])
def test_tokens_are_listed_created_and_revoked_while_an_edit_is_broken(tmp_path: Path, edit: str) -> None:
    create("alice", "--scope", "write")
    keep_schedule(tmp_path)
    schedule = tmp_path / "schedule.toml"
    schedule.write_text(f"{SCHEDULE}\n{edit}", encoding="utf-8")
    create("bob", "--scope", "read")
    revoked = call("revoke", "alice")
    assert (revoked.status, revoked.stdout) == (0, '"alice" is revoked\n')
    assert revoked.stderr == (
        f"icsfeed: {schedule.name} has mistakes, which `icsfeed check` lists; going on with the schedule that was "
        "public last\n"
    )
    states = {each["name"]: each["state"] for each in json.loads(call("list", "--json").stdout)}
    assert states == {"alice": "revoked", "bob": "valid"}


def test_without_a_schedule_that_was_public_a_broken_one_is_refused(tmp_path: Path) -> None:
    create("alice", "--scope", "write")
    (tmp_path / "schedule.toml").write_text(f"{SCHEDULE}\n[calendar", encoding="utf-8")
    refused = call("revoke", "alice")
    assert (refused.status, "schedule.toml" in refused.stderr) == (1, True)


def test_no_other_command_shows_a_token(tmp_path: Path) -> None:
    tokens = [create("one", "--scope", "read"), create("two", "--scope", "write", "--expires", "never")]
    printed = "".join(
        outcome.stdout + outcome.stderr
        for outcome in (
            call("list"),
            call("list", "--json"),
            call("revoke", "one", "--json"),
            call("revoke", tokens[1]),
            call("create", tokens[1], "--scope", "read"),
            run("check", "--now", NOW),
        )
    )
    assert '"two"' in printed
    assert [token for token in tokens if token in printed] == []
    stored = b"".join(each.read_bytes() for each in tmp_path.glob("icsfeed.db*"))
    assert b"two" in stored
    assert [token for token in tokens if token.encode() in stored] == []


def test_json_has_the_token_once() -> None:
    created = json.loads(call("create", "ci", "--scope", "read", "--expires", "2026-12-31", "--json").stdout)
    listed = json.loads(call("list", "--json").stdout)
    token = created.pop("token")
    assert TOKEN.fullmatch(f"{token}\n")
    assert listed == [created]
    assert created == {
        "name": "ci",
        "scope": "read",
        "state": "valid",
        "created": "2026-11-23T12:00:00Z",
        "created_by": created["created_by"],
        "expires": "2027-01-01T05:00:00Z",
        "revoked": None,
        "last_used": None,
    }


def test_a_list_says_when_each_token_ends() -> None:
    assert call("list").stdout == "there is no token; create one with `icsfeed token create`\n"
    create("alice", "--scope", "write", "--operator", "Bob")
    create("ci", "--scope", "read", "--expires", "never", "--operator", "Bob")
    lines = [re.findall(r"[^│┃\s][^│┃]*?(?=\s+[│┃])", line) for line in call("list").stdout.splitlines()]
    assert [line for line in lines if line] == [
        ["Name", "Scope", "State", "Created", "By", "Expires", "Last use"],
        ["alice", "write", "valid", "2026-11-23 07:00", "Bob", "2027-02-21 07:00", "never"],
        ["ci", "read", "valid", "2026-11-23 07:00", "Bob", "never", "never"],
    ]


def test_revoking_says_what_was_so_before() -> None:
    create("ci", "--scope", "read", "--expires", "2h")
    create("alice", "--scope", "write")
    assert call("revoke", "alice").stdout == '"alice" is revoked\n'
    assert call("revoke", "alice", now="2026-11-24T12:00:00Z").stdout == (
        '"alice" is revoked already since Mon 2026-11-23 07:00 EST; nothing was changed\n'
    )
    assert call("revoke", "ci", now="2026-11-23T14:00:00Z").stdout == (
        '"ci" is expired already since Mon 2026-11-23 09:00 EST; nothing was changed\n'
    )
    assert call("revoke", "bob") == Outcome(
        status=1, stdout="", stderr='there is no token "bob"; the valid tokens are "ci"\n'
    )


USAGE = "Usage: icsfeed token create [OPTIONS] NAME\nTry 'icsfeed token create --help' for help.\n\n"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("ci",), 2, f"{USAGE}Error: Missing option '--scope'.\n"),
        (("ci", "--scope", "all"), 1, '"all" is not one of the values of "scope"; write "read" or "write"\n'),
        (
            ("ci", "--scope", "read", "--expires", "2025-01-01"),
            1,
            '"2025-01-01" is over: the token would have expired at Thu 2025-01-02 00:00 EST\n',
        ),
    ],
)
def test_a_token_that_can_not_be_is_refused(arguments: tuple[str, ...], status: int, message: str) -> None:
    assert call("create", *arguments) == Outcome(status=status, stdout="", stderr=message)
    assert call("list", "--json").stdout == "[]\n"


def test_the_scope_never_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_SCOPE", "write")
    assert call("create", "ci").status == 2


@pytest.mark.usefixtures("no_database")
def test_the_first_token_creates_the_database(tmp_path: Path) -> None:
    assert call("list").stderr == f"icsfeed: there is no database {tmp_path}/icsfeed.db yet: nothing is recorded\n"
    outcome = call("create", "alice", "--scope", "write")
    assert TOKEN.fullmatch(outcome.stdout)
    assert f"icsfeed: created the database {tmp_path}/icsfeed.db\n" in outcome.stderr
    assert len(json.loads(call("list", "--json").stdout)) == 1


@pytest.mark.usefixtures("no_database")
def test_nothing_is_created_with_the_packaged_example(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").unlink()
    outcome = call("create", "alice", "--scope", "write")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "there is no schedule.toml in the current folder" in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_warns_where_nobody_can_sign_in_or_approve(tmp_path: Path) -> None:
    text = IN_FORCE + '\n[operators]\napproval = ["planned"]\n'
    (tmp_path / "schedule.toml").write_text(text, encoding="utf-8")
    remedy = "create a token on this machine with `icsfeed token create`"

    def about_operators() -> list[str]:
        lines = run("check", "--now", NOW).stdout.splitlines()
        return [line.partition("warning: ")[2] for line in lines if "operators" in line or "token" in line]

    assert about_operators() == [
        f"operators.oidc: nobody can sign in: there is no provider of OpenID Connect, and no valid token; {remedy}"
    ]
    create("alice", "--scope", "write", "--expires", "13d")
    assert about_operators() == [
        'operators.approval: only "alice" has a valid token with scope write, and another operator has to approve; '
        f"{remedy}",
        "token alice: it expires at Sun 2026-12-06 07:00 EST; create one with another name before, and revoke this one "
        "afterwards",
    ]
    at = datetime.fromisoformat(NOW)
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        second = Actor(name="alice", kind=ActorKind.TOKEN, at=at)
        create_token(database, "alice's bot", now=at, lasts=timedelta(days=13), by=second)
    assert about_operators()[0] == (
        'operators.approval: all valid tokens with scope write go back to "alice", and another operator has to '
        f"approve; {remedy}"
    )
    create("bob", "--scope", "write", "--expires", "15d")
    assert [line.partition(":")[0] for line in about_operators()] == ["token alice", "token alice's bot"]
