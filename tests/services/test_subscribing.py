"""Subscribers in a database: operators' steps reach every server and are in the audit trail."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text

from icsfeed.domain.errors import ConflictError, NotFoundError, RefusedError, UnavailableError
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.subscribers import digest_of
from icsfeed.services.subscribing import add, revoke, rotate, subscribers_as_json
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import NOW, POLICY

DAY = timedelta(days=1)
OPERATOR = operator("op", NOW)
LATER = operator("op", NOW + timedelta(days=1))


@pytest.fixture
def repository(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def other_server(database_url: str) -> Iterator[Database]:
    """The same database, opened by another server."""
    database = Database(database_url)
    yield database
    database.close()


def holders(repository: Database, *tokens: str) -> list[str | None]:
    result = [repository.record().subscribers.holder(token, now=NOW) for token in tokens]
    return [each.name if each is not None else None for each in result]


def test_each_step_reaches_other_servers(repository: Database, other_server: Database) -> None:
    assert holders(other_server, "one") == [None]
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    assert other_server.entry() == 1
    assert holders(other_server, "one") == ["Acme Inc."]
    add(POLICY, repository, "Other", feed="all", token="two", actor=OPERATOR)
    rotate(POLICY, repository, "acme inc.", token="three", overlap=DAY, actor=OPERATOR)
    assert holders(other_server, "one", "two", "three") == ["Acme Inc.", "Other", "Acme Inc."]
    revoke(repository, "Other", actor=OPERATOR)
    assert holders(other_server, "one", "two", "three") == ["Acme Inc.", None, "Acme Inc."]


def test_reading_all_steps_at_once_equals_reading_one_by_one(repository: Database, other_server: Database) -> None:
    alarms = (timedelta(hours=1), timedelta(minutes=5))
    add(POLICY, repository, "Acme Inc.", feed="all", alarms=alarms, token="one", actor=OPERATOR)
    rotate(POLICY, repository, "Acme Inc.", token="two", overlap=timedelta(days=3), actor=LATER)
    assert other_server.record().subscribers == repository.record().subscribers


def test_each_step_is_in_the_audit_trail_and_no_token_is_stored(repository: Database, database_url: str) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", token="a-token-of-acme", actor=OPERATOR)
    rotate(POLICY, repository, "Acme Inc.", token="another-token", overlap=DAY, actor=OPERATOR)
    revoke(repository, "Acme Inc.", actor=OPERATOR)
    engine = sqlalchemy.create_engine(database_url)
    with engine.connect() as connection:
        trail = connection.execute(text('SELECT "by", action, subject FROM audit_trail ORDER BY entry')).all()
        rows = str(connection.execute(text("SELECT * FROM subscriber_steps ORDER BY number")).all())
    engine.dispose()
    assert [tuple(entry) for entry in trail] == [
        ("op", "subscriber add", "Acme Inc."),
        ("op", "subscriber rotate", "Acme Inc."),
        ("op", "subscriber revoke", "Acme Inc."),
    ]
    assert (digest_of("a-token-of-acme") in rows, "token" in rows) == (True, False)


def test_the_audit_trail_can_not_be_rewritten(repository: Database, database_url: str) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    engine = sqlalchemy.create_engine(database_url)
    for statement in ("UPDATE subscriber_steps SET name = 'Other'", "DELETE FROM subscriber_steps"):
        with engine.connect() as connection, pytest.raises(sqlalchemy.exc.DBAPIError, match="never rewritten"):
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    "do",
    [
        pytest.param(
            lambda repository: rotate(POLICY, repository, "Acme", token="one", overlap=DAY, actor=OPERATOR), id="rotate"
        ),
        pytest.param(lambda repository: revoke(repository, "Acme", actor=OPERATOR), id="revoke"),
    ],
)
def test_an_unknown_name_is_refused_with_the_existing_ones(
    repository: Database, do: Callable[[Database], object]
) -> None:
    with pytest.raises(NotFoundError) as refusal:
        do(repository)
    assert str(refusal.value) == 'there is no subscriber "Acme"; there is none yet'
    add(POLICY, repository, "Acme Inc.", feed="all", token="two", actor=OPERATOR)
    add(POLICY, repository, "Gone", feed="all", token="three", actor=OPERATOR)
    revoke(repository, "Gone", actor=OPERATOR)
    with pytest.raises(NotFoundError) as refusal:
        do(repository)
    assert str(refusal.value) == 'there is no subscriber "Acme"; there are "Acme Inc."'


def test_an_unknown_feed_is_refused_and_nothing_is_recorded(repository: Database) -> None:
    with pytest.raises(NotFoundError):
        add(POLICY, repository, "Acme Inc.", feed="nothing", token="one", actor=OPERATOR)
    assert repository.record().entry == 0


def test_a_removed_feed_gets_no_new_token_but_can_be_revoked(repository: Database) -> None:
    """The address that had been handed out was answered with 404."""
    preview = Feed(slug="preview", name="Preview", environments=frozenset({"production"}), kinds=frozenset(Kind))
    add(replace(POLICY, feeds=(preview,)), repository, "Acme Inc.", feed="preview", token="one", actor=OPERATOR)
    with pytest.raises(NotFoundError) as refusal:
        rotate(POLICY, repository, "acme inc.", token="two", overlap=DAY, actor=OPERATOR)
    assert str(refusal.value) == (
        'there is no feed "preview"; this schedule has all; revoke "Acme Inc." and add it again with one of these'
    )
    assert (repository.record().entry, holders(repository, "one", "two")) == (1, ["Acme Inc.", None])
    assert [each["feed_exists"] for each in subscribers_as_json(POLICY, repository, now=NOW)] == [False]
    revoke(repository, "Acme Inc.", actor=OPERATOR)
    assert holders(repository, "one") == [None]


def test_a_name_that_is_taken_is_refused_and_nothing_is_recorded(repository: Database) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    with pytest.raises(RefusedError):
        add(POLICY, repository, "ACME INC.", feed="all", token="two", actor=OPERATOR)
    assert (repository.record().entry, holders(repository, "one", "two")) == (1, ["Acme Inc.", None])


def test_revoking_twice_is_recorded_once(repository: Database) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    first = revoke(repository, "Acme Inc.", actor=OPERATOR)
    assert revoke(repository, "Acme Inc.", actor=LATER) == first
    assert repository.record().entry == 2


def test_storing_fetches_adds_no_audit_entry(repository: Database, other_server: Database) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    before = other_server.record()
    hour = timedelta(hours=1)
    repository.note_fetches({("acme inc.", "google"): NOW, ("acme inc.", "apple"): NOW + hour})
    other_server.note_fetches({("acme inc.", "google"): NOW + 2 * hour, ("acme inc.", "apple"): NOW})
    assert repository.fetches() == {("acme inc.", "google"): NOW + 2 * hour, ("acme inc.", "apple"): NOW + hour}
    assert (other_server.entry(), other_server.record() is before) == (before.entry, True)


def test_a_new_database_has_no_fetches(repository: Database) -> None:
    assert repository.fetches() == {}


@pytest.mark.usefixtures("no_database")
def test_a_lost_database_is_not_recreated_for_a_fetch(tmp_path: Path) -> None:
    repository = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    with contextlib.suppress(UnavailableError):
        repository.note_fetches({("acme inc.", "google"): NOW})
    assert list(tmp_path.iterdir()) == []


def test_the_list_has_what_support_needs(repository: Database) -> None:
    add(POLICY, repository, "Acme Inc.", feed="all", alarms=(timedelta(hours=1),), token="one", actor=OPERATOR)
    add(POLICY, repository, "Gone", feed="all", token="two", actor=OPERATOR)
    rotate(POLICY, repository, "Acme Inc.", token="three", overlap=timedelta(days=2), actor=LATER)
    revoke(repository, "Gone", actor=LATER)
    hour = timedelta(hours=1)
    earlier = {("acme inc.", "browser"): NOW - hour}
    repository.note_fetches({**earlier, ("acme inc.", "google"): NOW, ("acme inc.", "apple"): NOW + hour})
    assert subscribers_as_json(POLICY, repository, now=LATER.at) == (
        {
            "name": "Acme Inc.",
            "feed": "all",
            "alarms": [60],
            "account": "public",
            "objects": [],
            "since": "2026-11-23T12:00:00Z",
            "last_fetch": "2026-11-23T13:00:00Z",
            "clients": {"apple": "2026-11-23T13:00:00Z", "google": "2026-11-23T12:00:00Z"},
            "old_token_until": "2026-11-26T12:00:00Z",
            "revoked": None,
            "feed_exists": True,
        },
        {
            "name": "Gone",
            "feed": "all",
            "alarms": [],
            "account": "public",
            "objects": [],
            "since": "2026-11-23T12:00:00Z",
            "last_fetch": None,
            "clients": {},
            "old_token_until": None,
            "revoked": "2026-11-24T12:00:00Z",
            "feed_exists": True,
        },
    )


def test_a_subscriber_changes_nothing_that_feeds_show(repository: Database, other_server: Database) -> None:
    before = other_server.record()
    add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR)
    assert other_server.record().changed_at == before.changed_at


def test_a_rotation_of_what_somebody_has_not_seen_is_refused(repository: Database) -> None:
    first = add(POLICY, repository, "Acme Inc.", feed="all", token="one", actor=OPERATOR).tokens[-1].since
    rotate(POLICY, repository, "Acme Inc.", token="two", overlap=DAY, actor=LATER, expected=first)
    match = r'^"Acme Inc\." got a new address at 2026-11-24T12:00:00Z already; nothing was changed now$'
    with pytest.raises(ConflictError, match=match):
        rotate(POLICY, repository, "Acme Inc.", token="three", overlap=DAY, actor=LATER, expected=first)
    assert holders(repository, "one", "two", "three") == ["Acme Inc.", "Acme Inc.", None]
