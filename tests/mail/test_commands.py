"""``icsfeed mail``, as operators call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import MailChoice
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.services.mail_subscribing import choose, confirm
from icsfeed.store.database.database import Database
from tests.cli.running import NOW, run
from tests.cli.terminal import at_a_terminal
from tests.examples import NOW as NOW_AS_INSTANT
from tests.mail.customers import ask, link, mail_id, subscriber
from tests.mail.vendors import SCHEDULE, WITHOUT_MAIL

ADDRESS = "customer@example.com"
ID = mail_id(ADDRESS)


@pytest.fixture(autouse=True)
def _schedule_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    yield database
    database.close()


def test_counting(database: Database) -> None:
    assert run("mail", "list").stdout == "0 active, 0 paused, 0 unconfirmed\n"
    ask(database)
    ask(database, "other@example.com")
    confirm(database, link(database, LinkPurpose.CONFIRM), now=NOW_AS_INSTANT)
    assert run("mail", "list").stdout == "1 active, 0 paused, 1 unconfirmed\n"
    assert json.loads(run("mail", "list", "--json").stdout) == {"active": 1, "paused": 0, "unconfirmed": 1}


def test_all_that_is_known_of_one(database: Database) -> None:
    ask(database)
    facts, _, table = run("mail", "show", "Customer@Example.com").stdout.partition("\n\n")
    assert facts == (
        "Address:      customer@example.com\n"
        f"Id:           {ID}\n"
        "State:        unconfirmed\n"
        "Requested:    Mon 2026-11-23 07:00 EST\n"
        "Refusals:     0\n"
        "Language:     en\n"
        "Environments: all\n"
        "Kinds:        all\n"
        "Reminders:    all"
    )
    row = [cell.strip() for cell in table.splitlines()[3].strip("│").split("│")]
    assert row == ["1", "subscription", "confirmation", "waiting", "Mon 2026-11-23 07:00 EST", "0", ""]
    assert "Next attempt" in table.splitlines()[1]
    choice = MailChoice(
        language="fr", environments=frozenset({"production"}), kinds=frozenset(Kind), reminders=frozenset()
    )
    choose(database, link(database, LinkPurpose.CONFIRM), choice, now=NOW_AS_INSTANT)
    assert json.loads(run("mail", "show", ADDRESS, "--json").stdout) == {
        "id": ID,
        "address": ADDRESS,
        "state": "active",
        "language": "fr",
        "environments": ["production"],
        "kinds": ["emergency", "freeze", "maintenance", "planned"],
        "reminders": [],
        "requested": "2026-11-23T12:00:00Z",
        "confirmed": "2026-11-23T12:00:00Z",
        "paused": None,
        "refusals": 0,
        "deliveries": [
            {
                "number": 1,
                "subject": "subscription",
                "event": "confirmation",
                "state": "waiting",
                "queued": "2026-11-23T12:00:00Z",
                "due": "2026-11-23T12:00:00Z",
                "ended": None,
                "attempts": 0,
                "problem": "",
            }
        ],
    }


def test_erasing(database: Database) -> None:
    ask(database)
    outcome = run("mail", "remove", ADDRESS, "--operator", "op", "--now", NOW)
    assert outcome.stdout == f"erased; the audit trail calls this subscriber mail:{ID}\n"
    assert subscriber(database) is None
    assert [(each.action, each.subject, each.by) for each in database.entries()] == [
        ("mail remove", f"mail:{ID}", "op")
    ]
    again = run("mail", "remove", ADDRESS)
    assert (again.status, again.stdout, again.stderr) == (1, "", "there is no mail subscriber with this address\n")


@pytest.mark.parametrize(("arguments", "answer"), [((), "n"), (("--yes",), "")])
def test_a_person_is_asked_before_somebody_is_erased(
    database: Database, arguments: tuple[str, ...], answer: str
) -> None:
    ask(database)
    session = at_a_terminal("mail", "remove", ADDRESS, *arguments, answers=answer)
    assert session.asked == (f"Erase {ADDRESS}? This can't be undone." if answer else None)
    assert (subscriber(database) is None) == (not answer)


def test_erasing_for_programs(database: Database) -> None:
    ask(database)
    assert json.loads(run("mail", "remove", ADDRESS, "--json").stdout) == {"removed": ID}


@pytest.mark.parametrize("command", ["show", "remove"])
def test_no_address(command: str) -> None:
    outcome = run("mail", command, "customer")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == "this is not a mail address; write one such as name@example.com\n"


@pytest.mark.usefixtures("no_database")
def test_without_a_database_there_is_nobody() -> None:
    outcome = run("mail", "list", "--json")
    assert json.loads(outcome.stdout)["active"] == 0
    outcome = run("mail", "show", ADDRESS)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.splitlines()[-1] == "there is no mail subscriber with this address"


EMERGENCY = ("emergency", "announce", "--summary", "Failover", "--reason", "A disk fails", "--impact", "outage")
WHEN = ("--start", "2026-12-08T06:00:00Z", "--duration", "2h", "--now", NOW)
CHANNELS = """
[[channels]]
id = "operations"
url = "json://localhost/"
environments = ["production"]

[[channels]]
id = "tickets"
url = "json://localhost/"
events = ["announced"]
environments = ["production"]
"""


def told(*arguments: str) -> list[str]:
    """The line of a preview that says who is told."""
    lines = run(*arguments, "--dry-run", "--now", NOW).stdout.splitlines()
    return [line.removeprefix("  Told:").strip() for line in lines if line.startswith("  Told:")]


def test_a_preview_says_who_is_told(database: Database, tmp_path: Path) -> None:
    announce = (*EMERGENCY, *WHEN[:-2], "--environment", "production")
    assert told(*announce) == ["nobody"]
    for address in (ADDRESS, "other@example.com", "unconfirmed@example.com"):
        ask(database, address)
    for address in (ADDRESS, "other@example.com"):
        confirm(database, link(database, LinkPurpose.CONFIRM, address), now=NOW_AS_INSTANT)
    assert told(*announce) == ["2 by mail"]
    (tmp_path / "schedule.toml").write_text(SCHEDULE + CHANNELS, encoding="utf-8")
    assert told(*announce) == ["operations, tickets; 2 by mail"]
    assert run(*announce, "--now", NOW).stdout == "EC-1\n"
    assert told("emergency", "start", "EC-1") == ["operations; 2 by mail"]
    # Those who never heard of it hear nothing of its end: nothing was sent yet.
    assert told("emergency", "cancel", "EC-1") == ["nobody"]
    assert told("freeze", "start", "--reason", "Audit", "--environment", "production") == ["operations; 2 by mail"]
    assert told("freeze", "start", "--reason", "Audit", "--internal") == ["nobody"]


def test_where_nobody_can_be_told_no_preview_speaks_of_it(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text(WITHOUT_MAIL, encoding="utf-8")
    assert told(*EMERGENCY, *WHEN[:-2], "--environment", "production") == []
