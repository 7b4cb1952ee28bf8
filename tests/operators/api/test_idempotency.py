"""Requests with an idempotency key happen once, whatever happens between them."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from icsfeed.domain.idempotency import RequestKey
from icsfeed.services.idempotency import KeyedRepository, once
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.operators.access import DAY, NOW, create
from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of, new_client, on_both_databases, problem_of

ROOT = Path(__file__).parents[3]
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def other_database(database_url: str) -> Iterator[Database]:
    """The same database, as another server uses it."""
    with closing(Database(database_url)) as one:
        yield one


def entries(database: Database) -> list[str]:
    """The actions on changes in the audit trail."""
    return [entry.action for entry in database.entries() if "token" not in entry.action]


@on_both_databases
def test_a_repeated_announcement_gets_the_same_answer(api: ApiClient, database: Database) -> None:
    first = api.post("/changes", ANNOUNCEMENT, headers=KEY)
    assert (first.status_code, "Idempotent-Replayed" in first.headers) == (201, False)
    api.post("/changes/EC-1/cancel")
    again = api.post("/changes", ANNOUNCEMENT, headers=KEY)
    assert (again.status_code, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert (again.headers["Location"], again.headers["ETag"]) == (first.headers["Location"], first.headers["ETag"])
    assert entries(database) == ["emergency announce", "change cancel"]


def test_a_repeated_step_gets_the_same_answer_though_it_would_be_refused_now(
    api: ApiClient, database: Database
) -> None:
    api.post("/changes", ANNOUNCEMENT)
    first, again = (api.post("/changes/EC-1/start", {"message": "Begun"}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert entries(database) == ["emergency announce", "change start"]


def test_a_key_in_quotes_is_the_same_key(api: ApiClient) -> None:
    first = api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": "one"})
    again = api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": '"one"'})
    assert (again.status_code, again.json) == (201, first.json)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        pytest.param("/changes", {**ANNOUNCEMENT, "summary": "Another"}, id="another field"),
        pytest.param("/changes/EC-1/start", {}, id="another operation"),
    ],
)
def test_a_key_of_another_request_is_refused(
    api: ApiClient, database: Database, path: str, fields: dict[str, Any]
) -> None:
    api.post("/changes", ANNOUNCEMENT, headers=KEY)
    response = api.post(path, fields, headers=KEY)
    assert (response.status_code, problem_of(response)["errors"]) == (
        422,
        [
            {
                "field": "Idempotency-Key",
                "detail": f'the idempotency key "{KEY["Idempotency-Key"]}" belongs to another request',
                "remedy": "take a new key for each request",
            }
        ],
    )
    assert entries(database) == ["emergency announce"]


def test_a_refused_request_leaves_its_key_free(api: ApiClient) -> None:
    assert api.post("/changes", {**ANNOUNCEMENT, "kind": "urgent"}, headers=KEY).status_code == 400
    assert api.post("/changes", ANNOUNCEMENT, headers=KEY).status_code == 201


def test_a_dry_run_takes_no_key(api: ApiClient) -> None:
    assert api.post("/changes?dry_run=true", ANNOUNCEMENT, headers=KEY).status_code == 200
    assert api.post("/changes", ANNOUNCEMENT, headers=KEY).status_code == 201


@on_both_databases
def test_keys_of_one_operator_never_meet_those_of_another(api: ApiClient) -> None:
    token = json_of(api.post("/tokens", {"name": "second bot", "scope": "write"}))["token"]
    first = api.post("/changes", ANNOUNCEMENT, headers=KEY)
    second = replace(api, token=token).post("/changes", {**ANNOUNCEMENT, "summary": "Another"}, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)


def test_a_request_that_records_nothing_is_answered_as_before_too(api: ApiClient, database: Database) -> None:
    """A repeat of somebody's announcement must not announce anew once the change is over."""
    api.post("/changes", ANNOUNCEMENT)
    first = api.post("/changes", ANNOUNCEMENT, headers=KEY)
    assert (first.status_code, json_of(first)["recorded"]) == (200, False)
    api.post("/changes/EC-1/cancel")
    assert api.post("/changes", ANNOUNCEMENT, headers=KEY).json == first.json
    assert entries(database) == ["emergency announce", "change cancel"]


def test_secrets_are_not_kept(api: ApiClient) -> None:
    first = api.post("/tokens", {"name": "phone", "scope": "read"}, headers=KEY)
    again = api.post("/tokens", {"name": "phone", "scope": "read"}, headers=KEY)
    assert json_of(first)["token"].startswith("icsfeed_")
    assert json_of(again) == {**json_of(first), "token": None}
    added = api.post("/subscribers", {"name": "Acme"}, headers={"Idempotency-Key": "acme"})
    again = api.post("/subscribers", {"name": "Acme"}, headers={"Idempotency-Key": "acme"})
    assert json_of(added)["path"].endswith("/all.ics")
    assert json_of(again) == {"name": "Acme", "feed": "all", "path": None, "page_path": None}


@pytest.mark.parametrize("key", ["", "two words", "é", 256 * "a", '""'])
def test_keys_that_are_none(api: ApiClient, key: str) -> None:
    response = api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": key})
    assert (response.status_code, "can't be an idempotency key" in problem_of(response)["detail"]) == (400, True)


@on_both_databases
def test_answers_are_kept_for_two_days(api: ApiClient, database: Database) -> None:
    api = replace(api, token=create(database, "lasting", lasts=3 * DAY, now=api.clock.now).text)
    first = api.post("/changes", ANNOUNCEMENT, headers=KEY)
    api.clock.advance(hours=47)
    api.post("/changes/EC-1/start", headers={"Idempotency-Key": "start"})
    assert api.post("/changes", ANNOUNCEMENT, headers=KEY).json == first.json
    api.clock.advance(hours=2)
    api.post("/changes/EC-1/complete", headers={"Idempotency-Key": "complete"})
    assert json_of(api.post("/changes", ANNOUNCEMENT, headers=KEY))["id"] == "EC-2"


@on_both_databases
def test_of_two_requests_at_once_at_two_servers_one_acts(
    schedule: Path, database: Database, other_database: Database
) -> None:
    clients = [new_client(schedule, database), new_client(schedule, other_database, name="of another server")]
    clients[1] = replace(clients[1], token=clients[0].token)
    answers: list[TestResponse] = []
    barrier = threading.Barrier(6)

    def send(client: ApiClient) -> None:
        barrier.wait()
        answers.append(client.post("/changes", ANNOUNCEMENT, headers=KEY))

    threads = [threading.Thread(target=send, args=(client,)) for client in 3 * clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, *5 * [True]]
    assert entries(database) == ["emergency announce"]


class CrashError(Exception):
    """What ends a process in the middle."""


@on_both_databases
def test_nothing_is_recorded_without_its_answer(api: ApiClient, database: Database) -> None:
    """Where the process ends after the action, and before its answer is kept, neither is there."""
    api.post("/changes", ANNOUNCEMENT)
    chris = operator("Chris", api.clock.now + timedelta(minutes=1))
    key = RequestKey(operator="token:Chris", key="1", digest="0")

    def act(repository: KeyedRepository) -> tuple[int, str]:
        with repository.writing(actor=chris, action="freeze start", subject="CF-1") as writing:
            writing.leave_entry()
        raise CrashError

    with pytest.raises(CrashError):
        once(database, key, act, actor=chris)
    assert (entries(database), database.kept_answer(key)) == (["emergency announce"], None)
    assert api.post("/changes/EC-1/start").status_code == 200, "the lock is free again"


KILLED = """
import os, signal, sys
from datetime import timedelta
from icsfeed.domain.idempotency import RequestKey
from icsfeed.services.idempotency import once
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.operators.access import NOW

def act(repository):
    with repository.writing(actor=operator("Chris", NOW), action="freeze start", subject="CF-1") as writing:
        writing.leave_entry()
    if sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return 201, "the first answer"

once(Database(sys.argv[1]), RequestKey(operator="token:Chris", key="1", digest="0"), act, actor=operator("Chris", NOW))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("moment", "answer", "is_repeated"),
    [
        pytest.param("before", "the second answer", False, id="before the commit"),
        pytest.param("after", "the first answer", True, id="between the commit and the answer"),
    ],
)
def test_a_killed_server_has_done_it_once(
    database: Database, database_url: str, moment: str, answer: str, is_repeated: bool
) -> None:
    database.upgrade()
    program = (sys.executable, "-c", KILLED, database_url, moment)
    assert subprocess.run(program, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    chris = operator("Chris", NOW)

    def act(repository: KeyedRepository) -> tuple[int, str]:
        with repository.writing(actor=chris, action="freeze start", subject="CF-1") as writing:
            writing.leave_entry()
        return 201, "the second answer"

    kept, was_repeated = once(database, RequestKey(operator="token:Chris", key="1", digest="0"), act, actor=chris)
    assert (kept.body, was_repeated) == (answer, is_repeated)
    assert entries(database) == ["freeze start"]
