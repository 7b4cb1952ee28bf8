"""``icsfeed subscriber``, as support calls it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from icsfeed.domain.tokens import TokenKey
from icsfeed.store.database.database import Database
from tests.cli.running import NOW, SCHEDULE, Outcome, run, token_key_file
from tests.examples import NOW as NOW_AS_INSTANT
from tests.store.work import read

PATH = re.compile(r"/private/([\w-]{32})/(\w+)\.ics\n")


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")


def call(command: str, *arguments: str) -> Outcome:
    return run("subscriber", command, *arguments, "--now", NOW)


def path_of(outcome: Outcome) -> re.Match[str]:
    assert (outcome.status, outcome.stderr) == (0, "")
    result = PATH.fullmatch(outcome.stdout)
    assert result, outcome.stdout
    return result


def test_the_path_is_printed_once_and_is_different_each_time() -> None:
    tokens = {path_of(call("add", name, "--feed", "production"))[1] for name in ("Acme Inc.", "Other", "Third")}
    assert len(tokens) == 3
    listed = call("list").stdout + call("list", "--json").stdout
    assert ("Acme Inc." in listed, [token for token in tokens if token in listed]) == (True, [])


def test_the_feed_is_the_named_one_or_all() -> None:
    assert path_of(call("add", "Acme Inc.", "--feed", "production"))[2] == "production"
    assert path_of(call("add", "Other"))[2] == "all"


def test_json_has_the_url_where_the_schedule_has_one(tmp_path: Path) -> None:
    without = json.loads(call("add", "Acme Inc.", "--json").stdout)
    (tmp_path / "schedule.toml").write_text(
        SCHEDULE.replace("[[env", 'url = "https://maintenance.example.com/calendar/"\n\n[[env', 1), encoding="utf-8"
    )
    added = json.loads(call("rotate", "Acme Inc.", "--json").stdout)
    assert without.keys() == {"name", "feed", "path", "page_path"}
    assert added == {
        "name": "Acme Inc.",
        "feed": "all",
        "path": added["path"],
        "page_path": added["path"].removesuffix("all.ics"),
        "page_url": f"https://maintenance.example.com/calendar{added['path'].removesuffix('all.ics')}",
        "url": f"https://maintenance.example.com/calendar{added['path']}",
    }


@pytest.mark.parametrize("command", ["add", "rotate"])
def test_a_token_made_with_a_key_can_be_derived_again(tmp_path: Path, command: str) -> None:
    key = token_key_file(tmp_path, f"{'k' * 32}\n")
    if command == "rotate":
        call("add", "Acme Inc.")
    token = path_of(call(command, "Acme Inc.", "--token-key-file", str(key)))[1]
    *_, (_, recorded_token) = read(f"sqlite:///{tmp_path}/icsfeed.db").subscribers.valid(now=NOW_AS_INSTANT)
    assert re.fullmatch("[0-9a-f]{32}", recorded_token.salt)
    assert recorded_token.derived(TokenKey(secret=b"k" * 32)) == token


def test_addresses_made_with_a_key_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = token_key_file(tmp_path)
    monkeypatch.setenv("ICSFEED_TOKEN_KEY_FILE", str(key))
    outcomes = [call("add", "Acme Inc."), call("add", "Other"), call("rotate", "Acme Inc."), call("rotate", "Other")]
    assert len({path_of(outcome)[1] for outcome in outcomes}) == 4
    valid = list(read(f"sqlite:///{tmp_path}/icsfeed.db").subscribers.valid(now=NOW_AS_INSTANT))
    assert len({token.salt for _, token in valid} - {""}) == 4


def test_without_a_key_the_token_has_no_salt(tmp_path: Path) -> None:
    call("add", "Acme Inc.")
    ((_, token),) = read(f"sqlite:///{tmp_path}/icsfeed.db").subscribers.valid(now=NOW_AS_INSTANT)
    assert token.salt == ""


@pytest.mark.parametrize("command", ["add", "rotate"])
@pytest.mark.usefixtures("no_database")
def test_an_invalid_key_is_refused_before_anything_is_created(tmp_path: Path, command: str) -> None:
    (tmp_path / "short.key").write_text("secret\n", encoding="utf-8")
    hint = "make a token key with: (umask 077; openssl rand -base64 32 >"
    refusals = {
        "short.key": f"short.key: a token key of 6 characters is too short; 32 is the least; {hint} short.key)\n",
        "none.key": f"none.key: there is no such file; {hint} none.key)\n",
    }
    for name, message in refusals.items():
        outcome = call(command, "Acme Inc.", "--token-key-file", name)
        assert (outcome.status, outcome.stdout, outcome.stderr.splitlines(keepends=True)[-1]) == (1, "", message)
    assert {path.name for path in tmp_path.iterdir()} == {"schedule.toml", "short.key"}


def test_a_rotation_leaves_the_old_token_for_the_overlap() -> None:
    old = path_of(call("add", "Acme Inc."))[1]
    new = path_of(call("rotate", "acme inc.", "--overlap", "2d"))[1]
    assert old != new
    (listed,) = json.loads(call("list", "--json").stdout)
    assert listed["old_token_until"] == "2026-11-25T12:00:00Z"


def test_a_list_for_people() -> None:
    call("add", "Acme [b]Inc.[/b]", "--alarm", "30m", "--alarm", "1h")
    call("add", "Gone")
    call("revoke", "Gone")
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in call("list").stdout.splitlines()
        if line.startswith("│")
    ]
    assert rows == [
        ["Acme [b]Inc.[/b]", "all", "1 h, 30 min", "2026-11-23", "never", "", ""],
        ["Gone", "all", "", "2026-11-23", "never", "", "2026-11-23"],
    ]


def test_a_removed_feed_is_marked_and_gets_no_new_address(tmp_path: Path) -> None:
    call("add", "Acme Inc.", "--feed", "preview")
    gone = SCHEDULE.replace('[[environments]]\nid = "preview"\nname = "Preview"\n', "")
    (tmp_path / "schedule.toml").write_text(gone, encoding="utf-8")
    assert call("rotate", "Acme Inc.") == Outcome(
        status=1,
        stdout="",
        stderr=(
            'there is no feed "preview"; this schedule has all, emergency, freeze, maintenance, planned, production; '
            'revoke "Acme Inc." and add it again with one of these\n'
        ),
    )
    assert "│ Acme Inc. │ preview (no such feed) │" in call("list").stdout
    assert json.loads(call("list", "--json").stdout)[0]["feed_exists"] is False
    assert call("revoke", "Acme Inc.") == Outcome(status=0, stdout="Acme Inc. is revoked\n", stderr="")
    assert path_of(call("add", "Acme Inc.", "--feed", "production"))[2] == "production"


def test_the_list_says_when_and_by_which_clients_it_was_fetched(tmp_path: Path) -> None:
    call("add", "Acme Inc.")
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    database.note_fetches({("acme inc.", "google"): NOW_AS_INSTANT, ("acme inc.", "apple"): NOW_AS_INSTANT})
    database.close()
    (listed,) = json.loads(call("list", "--json").stdout)
    assert (listed["last_fetch"], sorted(listed["clients"])) == ("2026-11-23T12:00:00Z", ["apple", "google"])
    assert "│ 2026-11-23 07:00 │" in call("list").stdout


def test_an_empty_list() -> None:
    assert call("list") == Outcome(status=0, stdout="there is no subscriber\n", stderr="")
    assert call("list", "--json").stdout == "[]\n"


def test_revoking_twice_is_harmless() -> None:
    call("add", "Acme Inc.")
    assert call("revoke", "acme inc.") == Outcome(status=0, stdout="Acme Inc. is revoked\n", stderr="")
    assert call("revoke", "acme inc.").stdout == "Acme Inc. is revoked\n"
    assert json.loads(call("revoke", "Acme Inc.", "--json").stdout)["revoked"] == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        pytest.param(
            ("add", "Acme Inc.", "--feed", "nothing"),
            'there is no feed "nothing"; this schedule has all, emergency, freeze, maintenance, planned, preview, '
            "production",
            id="a feed that is not there",
        ),
        pytest.param(
            ("add", "Acme Inc.", "--alarm", "soon"),
            '"soon" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d',
            id="no length",
        ),
        pytest.param(("rotate", "Acme Inc."), 'there is no subscriber "Acme Inc."; there is none yet', id="nobody"),
        pytest.param(
            ("revoke", "Acme Inc."), 'there is no subscriber "Acme Inc."; there is none yet', id="nobody here"
        ),
    ],
)
def test_a_refusal_is_one_line(command: tuple[str, str], message: str) -> None:
    assert call(*command) == Outcome(status=1, stdout="", stderr=f"{message}\n")
