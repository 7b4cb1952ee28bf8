"""The MAINTNOTE feed of each subscriber: for their account, with their objects, and with nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from icsfeed.domain.actors import Actor
from icsfeed.domain.maintnote import Account
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey, private_path
from icsfeed.export.files import packed_files, private_files
from icsfeed.publication.private import private_feed, private_feeds
from icsfeed.publication.private_paths import PrivateFile
from icsfeed.publication.publishing import publish
from icsfeed.services.subscribing import add, change, rotate
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.applications import create_app
from tests.cli.running import NOW as NOW_TEXT
from tests.cli.running import SCHEDULE, run, token_key_file
from tests.examples import NOW, POLICY
from tests.maintnote.parser import Parser
from tests.publication.fakes import Clock

ORGANIZER: Final = '[calendar]\norganizer = { name = "Support", email = "support@example.com" }'
WITH_ORGANIZER: Final = SCHEDULE.replace("[calendar]", ORGANIZER)
KEY: Final = TokenKey(secret=b"k" * 32)
ACME: Final = Account(id="acme-1", objects=("circuit-1", "circuit-2"))
GLOBEX: Final = Account(id="globex-9", objects=("circuit-3",))


@dataclass(frozen=True, kw_only=True)
class Office:
    """A server, and the workspace in which support adds subscribers."""

    client: FlaskClient
    repository: Database
    clock: Clock
    schedule: Path

    def add(self, name: str, token: str, account: Account | None = None, alarms: tuple[timedelta, ...] = ()) -> str:
        """Add a subscriber, and return the path of their MAINTNOTE feed."""
        policy = load_schedule(self.schedule).schedule
        more: dict[str, Any] = {"account": account} if account is not None else {}
        add(policy, self.repository, name, feed="all", alarms=alarms, token=token, actor=self.actor, **more)
        self.clock.advance(seconds=2)
        return private_path(token, "all").replace(".ics", ".maintnote.ics")

    def change(self, name: str, **values: Any) -> None:  # noqa: ANN401  (as the command has them)
        change(self.repository, name, actor=self.actor, **values)
        self.clock.advance(seconds=2)

    @property
    def actor(self) -> Actor:
        return operator("support", self.clock.now)


@pytest.fixture
def office(schedule: Path, database_url: str) -> Iterator[Office]:
    schedule.write_text(WITH_ORGANIZER, encoding="utf-8")
    clock = Clock()
    with closing(Database(database_url)) as server, closing(Database(database_url)) as repository:
        app = create_app(schedule=schedule, repository=server, clock=clock, on_fetch=lambda *_: None)
        yield Office(client=app.test_client(), repository=repository, clock=clock, schedule=schedule)


def lines(content: bytes, name: str) -> set[str]:
    """The values of a property in all events."""
    unfolded = content.replace(b"\r\n ", b"").decode()
    return {line.partition(":")[2] for line in unfolded.splitlines() if line.startswith(f"{name}:")}


def account_in(content: bytes) -> Account:
    """The one account that all events name, with its objects."""
    (account,) = lines(content, "X-MAINTNOTE-ACCOUNT")
    return Account(id=account, objects=tuple(sorted(lines(content, "X-MAINTNOTE-OBJECT-ID"))))


def test_each_subscriber_gets_their_own_account_and_objects(office: Office) -> None:
    paths = [office.add("Acme Inc.", "one", ACME), office.add("Globex", "two", GLOBEX), office.add("Anybody", "three")]
    answers = [office.client.get(path) for path in (*paths, "/feeds/all.maintnote.ics")]
    public = Account(id="public", objects=("production",))
    assert [account_in(answer.data) for answer in answers] == [ACME, GLOBEX, public, public]
    assert answers[2].data == answers[3].data
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    foreign = ((b"globex", b"circuit-3"), (b"acme", b"circuit-1"), (b"acme", b"globex"))
    for answer, words in zip(answers, foreign, strict=False):
        assert [word for word in words if word in answer.data] == []


def test_the_other_forms_and_the_page_say_nothing_of_an_account(office: Office) -> None:
    path = office.add("Acme Inc.", "one", ACME)
    for form in ("", "all.ics", "all.expanded.ics", "all.json", "fr/", "fr/all.ics"):
        content = office.client.get(f"/private/one/{form}").data
        assert content
        assert b"acme-1" not in content
        assert b"circuit-1" not in content
    assert account_in(office.client.get(path.replace("/one/", "/one/fr/")).data) == ACME


def test_a_change_of_the_account_is_served_at_the_same_address(office: Office) -> None:
    """A client that asks with the date that it was told gets it, too: the feed of an account has none."""
    path = office.add("Acme Inc.", "one")
    first = office.client.get(path)
    office.change("Acme Inc.", account=ACME.id, objects=ACME.objects)
    second = office.client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (second.status_code, account_in(second.data), "Last-Modified" in second.headers) == (200, ACME, False)
    third = office.client.get(path, headers={"If-None-Match": second.headers["ETag"]})
    assert third.status_code == 304
    office.change("Acme Inc.", objects=("circuit-7",))
    fourth = office.client.get(path, headers={"If-None-Match": second.headers["ETag"]})
    assert account_in(fourth.data) == Account(id=ACME.id, objects=("circuit-7",))
    sequences = [lines(answer.data, name) for answer in (first, fourth) for name in ("SEQUENCE", "DTSTAMP")]
    assert sequences[:2] == sequences[2:]
    office.change("Acme Inc.", account="public", objects=())
    assert office.client.get(path).data == first.data


def test_a_new_address_keeps_the_account(office: Office) -> None:
    office.add("Acme Inc.", "one", ACME)
    policy, overlap = load_schedule(office.schedule).schedule, timedelta(days=1)
    rotate(policy, office.repository, "Acme Inc.", token="two", overlap=overlap, actor=office.actor)
    office.clock.advance(seconds=2)
    answers = [office.client.get(f"/private/{token}/all.maintnote.ics").data for token in ("one", "two")]
    assert [account_in(each) for each in answers] == [ACME, ACME]


def test_programs_have_no_use_for_alarms(office: Office) -> None:
    path = office.add("Acme Inc.", "one", ACME, alarms=(timedelta(minutes=30),))
    assert b"VALARM" not in office.client.get(path).data
    assert b"VALARM" in office.client.get("/private/one/all.expanded.ics").data


def test_it_is_recorded_once_and_audited(office: Office) -> None:
    office.add("Acme Inc.", "one")
    for _ in range(2):
        office.change("Acme Inc.", account="acme-1")
    steps = [(entry.action, entry.subject) for entry in office.repository.entries() if "subscriber" in entry.action]
    assert steps == [("subscriber add", "Acme Inc."), ("subscriber change", "Acme Inc.")]


def added(number: int, account: Account, alarms: tuple[timedelta, ...] = ()) -> SubscriberStep:
    return SubscriberStep(
        action=Action.ADD,
        name=f"Customer {number}",
        at=NOW,
        feed="all",
        alarms=alarms,
        digest=digest_of(KEY.token(f"{number}")),
        salt=f"{number}",
        account=account,
    )


def test_an_export_has_what_the_server_answers() -> None:
    publication = publish(Situation(schedule=POLICY, now=NOW), changed_at=NOW)
    accounts = [ACME, GLOBEX, Account(), ACME]
    subscribers = NOBODY.after(added(number, account) for number, account in enumerate(accounts))
    feeds = private_feeds(publication, subscribers, KEY, now=NOW)
    exported = {file.name: file.body for file in private_files(feeds) if file.name.endswith(".maintnote.ics")}
    assert len(exported) == 8
    for number, account in enumerate(accounts):
        for folder in ("", "fr/"):
            file = PrivateFile(slug="all", suffix=".maintnote.ics", folder=folder)
            served = private_feed(publication, "all", (), account=account, file=file)
            assert served is not None
            assert exported[f"private/{KEY.token(str(number))}/{file.name}"] == served.body


def test_a_thousand_accounts_take_no_memory_and_the_other_feeds_are_shared() -> None:
    publication = publish(Situation(schedule=POLICY, now=NOW), changed_at=NOW)
    subscribers: Subscribers = NOBODY.after(
        added(number, Account(id=f"{number}"), (timedelta(minutes=30),) if number % 2 else ()) for number in range(1000)
    )
    feeds = private_feeds(publication, subscribers, KEY, now=NOW)
    files = list(private_files(feeds))
    maintnote = [file for file in files if file.name.endswith(".maintnote.ics")]
    assert (len(maintnote), len({file.digest for file in maintnote})) == (2000, 2000)
    assert all(file.body is not file.body for file in maintnote[:4])
    assert len({id(each) for each in feeds.representations.values()}) == 2 * (3 + 2)
    assert [file.name for file in packed_files(feeds) if "maintnote" in file.name] == []


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return token_key_file(tmp_path)


def test_a_change_of_one_account_writes_that_feed_alone(schedule: Path, key: Path, tmp_path: Path) -> None:
    schedule.write_text(WITH_ORGANIZER.replace("[calendar]", '[calendar]\nlanguages = ["en"]'), encoding="utf-8")
    for name in ("Acme Inc.", "Globex"):
        run("subscriber", "add", name, "--account", name, "--token-key-file", key, "--now", NOW_TEXT)
    dest = ("export", tmp_path / "site", "--private", "--token-key-file", key, "--now", NOW_TEXT, "--json")
    assert json.loads(run(*dest).stdout)["written"]
    again = json.loads(run(*dest).stdout)
    assert (again["written"], again["removed"]) == ([], [])
    run("subscriber", "change", "Globex", "--object", "circuit-3", "--now", NOW_TEXT)
    assert json.loads(run(*dest).stdout)["written"] == ["private/{token}/all.maintnote.ics"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        pytest.param(
            ("change", "Acme Inc."), 2, "Error: there is nothing to change; give an account, or objects", id="nothing"
        ),
        pytest.param(
            ("change", "Nobody", "--account", "x"),
            1,
            'there is no subscriber "Nobody"; there are "Acme Inc."',
            id="an unknown subscriber",
        ),
        pytest.param(
            ("change", "Acme Inc.", "--account", "a\nb"),
            1,
            '"a\\nb" can\'t be an account; write one line of at most 100 characters',
            id="two lines",
        ),
        pytest.param(
            ("change", "Acme Inc.", "--object", "a", "--object", " "),
            1,
            '" " can\'t be the id of an object; write one line of at most 100 characters',
            id="an object without an id",
        ),
        pytest.param(
            ("add", "Other", *(word for number in range(101) for word in ("--object", f"{number}"))),
            1,
            "101 objects are too many, for each event names them all; 100 is the most",
            id="too many objects",
        ),
        pytest.param(
            ("add", "Other", "--account", "a\u202eb"),
            1,
            "the account has the direction control U+202E at position 2, with which text can be shown in another order "
            "than it is written; remove it",
            id="a text that reads as another",
        ),
    ],
)
@pytest.mark.usefixtures("schedule")
def test_bad_values_are_refused(arguments: tuple[str, ...], status: int, message: str) -> None:
    assert run("subscriber", "add", "Acme Inc.").status == 0
    outcome = run("subscriber", *arguments)
    assert (outcome.status, outcome.stdout, outcome.stderr.splitlines()[-1]) == (status, "", message)
    (subscriber,) = json.loads(run("subscriber", "list", "--json").stdout)
    assert (subscriber["account"], subscriber["objects"]) == ("public", [])


@pytest.mark.usefixtures("schedule")
def test_the_command_says_what_it_changed() -> None:
    run("subscriber", "add", "Acme Inc.", "--account", "1", "--object", "a", "--object", "b", "--object", "a")
    for arguments, printed in (
        (("--object", "c"), "Acme Inc.: account 1, objects: c\n"),
        (("--object", ""), "Acme Inc.: account 1, objects: the environments of each event\n"),
        (("--account", "2"), "Acme Inc.: account 2, objects: the environments of each event\n"),
        (("--account", "", "--object", "d"), "Acme Inc.: account public, objects: d\n"),
    ):
        assert run("subscriber", "change", "Acme Inc.", *arguments).stdout == printed
    changed = json.loads(run("subscriber", "change", "Acme Inc.", "--object", "e", "--json").stdout)
    assert (changed["account"], changed["objects"]) == ("public", ["e"])


@pytest.mark.parametrize("command", ["add", "change"])
def test_an_account_that_no_feed_names_is_warned_of(schedule: Path, command: str) -> None:
    run("subscriber", "add", "Acme Inc.")
    name = "Acme Inc." if command == "change" else "Globex"
    outcome = run("subscriber", command, name, "--account", "1")
    assert (outcome.status, outcome.stderr) == (
        0,
        'warning: the feed "all" has no MAINTNOTE rendering: it has to name an organizer; add one to [calendar], with '
        "a name and an email\n",
    )
    schedule.write_text(WITH_ORGANIZER, encoding="utf-8")
    assert run("subscriber", "change", name, "--account", "2").stderr == ""


@pytest.mark.usefixtures("schedule")
def test_the_list_has_a_column_for_accounts_where_there_are_any() -> None:
    run("subscriber", "add", "Anybody", "--now", NOW_TEXT)
    assert "Account" not in run("subscriber", "list").stdout
    run("subscriber", "add", "Acme Inc.", "--account", "137", "--object", "a", "--object", "b", "--now", NOW_TEXT)
    run("subscriber", "add", "Globex", "--object", "c", "--now", NOW_TEXT)
    table = run("subscriber", "list").stdout
    assert [each in table for each in ("Account", "137 (2 objects)", "public (1 object)")] == [True] * 3


def test_the_parser_reads_a_subscribers_feed(office: Office, parser: Parser) -> None:
    read = parser.read(office.client.get(office.add("Acme Inc.", "one", ACME)).data)
    assert read
    assert {each["account"] for each in read} == {ACME.id}
    assert {tuple(circuit["circuit_id"] for circuit in each["circuits"]) for each in read} == {ACME.objects}


def test_a_change_of_account_that_meets_another_keeps_both(database_url: str) -> None:
    """The account of one, the objects of the other."""
    with closing(Database(database_url)) as one, closing(Database(database_url)) as other:
        actor = operator("support", datetime.fromisoformat(NOW_TEXT))
        add(POLICY, one, "Acme Inc.", feed="all", token="one", actor=actor)
        other.record()
        change(one, "Acme Inc.", account="acme-1", actor=actor)
        changed = change(other, "Acme Inc.", objects=("circuit-1",), actor=replace(actor, name="other"))
    assert changed.account == Account(id="acme-1", objects=("circuit-1",))
