"""The API and the commands record the same, and make the same public, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.operators import Scope
from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from icsfeed.web.operators.application import make_operators_application
from tests.cli.running import run
from tests.examples import utc
from tests.operators.access import create
from tests.operators.api.clients import ApiClient, new_context
from tests.publication.fakes import Clock

BEGIN = utc(2026, 12, 1, 14)
ACTIONS: list[tuple[str, str, dict[str, object]]] = [
    (
        "emergency announce --summary Failover --environment production --duration 2h --reason Disk --tentative",
        "/changes",
        {
            "kind": "emergency",
            "summary": "Failover",
            "environments": ["production"],
            "duration": "2h",
            "reason": "Disk",
            "tentative": True,
        },
    ),
    ("emergency confirm EC-1 --message Agreed", "/changes/EC-1/confirm", {"message": "Agreed"}),
    ("emergency start EC-1", "/changes/EC-1/start", {}),
    ("emergency extend EC-1 30m", "/changes/EC-1/extend", {"length": "30m"}),
    ("emergency update EC-1 --impact degraded", "/changes/EC-1/update", {"impact": "degraded"}),
    ("emergency undo EC-1", "/changes/EC-1/undo", {}),
    ("emergency complete EC-1 --message Done", "/changes/EC-1/complete", {"message": "Done"}),
    ("emergency redact EC-1 --update 2", "/changes/EC-1/redact", {"update": 2}),
    (
        "planned announce --summary Switch --environment preview --start 2026-12-09T01:00-05:00 --duration 1h",
        "/changes",
        {
            "kind": "planned",
            "summary": "Switch",
            "environments": ["preview"],
            "start": "2026-12-09T01:00:00-05:00",
            "duration": "1h",
        },
    ),
    ("planned cancel PC-1 --message Later --expect 1", "/changes/PC-1/cancel", {"message": "Later", "expect": 1}),
    (
        "window skip thursday 2026-12-10 --reason Holiday",
        "/windows/thursday/occurrences/2026-12-10/skip",
        {"reason": "Holiday"},
    ),
    (
        "window move thursday 2026-12-17 --start 2026-12-16T02:00-05:00 --reason Fair",
        "/windows/thursday/occurrences/2026-12-17/move",
        {"reason": "Fair", "start": "2026-12-16T02:00:00-05:00"},
    ),
    ("window restore thursday 2026-12-10", "/windows/thursday/occurrences/2026-12-10/restore", {}),
    (
        "freeze start --environment production --reason Audit",
        "/freezes",
        {"environments": ["production"], "reason": "Audit"},
    ),
    ("freeze end CF-1", "/freezes/CF-1/end", {}),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/api.db", may_be_missing=True)) as one:
        yield one


@pytest.fixture
def commands_database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as one:
        yield one


def random_parts(record: Record) -> list[str]:
    """The random parts of UIDs, in the order in which they were recorded."""
    changes = [(change.announced_at, change.uid_part) for change in record.changes.values()]
    freezes = [(freeze.started_at, freeze.uid_part) for freeze in record.freezes.values()]
    return [part for _, part in sorted([*changes, *freezes])]


def public_bytes(schedule: Path, record: Record, now: datetime) -> dict[str, bytes]:
    situation = Situation(schedule=load_schedule(schedule).schedule, record=record, now=now)
    publication = publish(situation, changed_at=BEGIN, base_url="https://maintenance.example.com")
    return {path: each.body for path, each in publication.representations.items()}


def test_the_same_record_and_the_same_bytes(schedule: Path, database: Database, commands_database: Database) -> None:
    clock, minutes = Clock(now=BEGIN), timedelta(minutes=10)
    for number, (command, _, _) in enumerate(ACTIONS):
        at = (BEGIN + number * minutes).isoformat()
        outcome = run(*command.split(), "--schedule", schedule, "--now", at, "--operator", "chat bot", "--yes")
        assert outcome.status == 0, outcome.stderr
    by_commands = commands_database.record()
    parts = iter(random_parts(by_commands))
    context = new_context(schedule, database, clock)
    token = create(database, "chat bot", scope=Scope.WRITE, now=BEGIN).text
    randomness = replace(context.randomness, new_bytes=lambda _: bytes.fromhex(next(parts)))
    application = make_operators_application(replace(context, randomness=randomness))
    api = ApiClient(client=application.test_client(), token=token, clock=clock)
    for _, path, fields in ACTIONS:
        response = api.post(path, fields)
        assert response.status_code in {200, 201}, response.text
        clock.now += minutes
    by_api = database.record()
    assert replace(by_api, entry=0, at=by_commands.at) == replace(by_commands, entry=0)
    published = public_bytes(schedule, by_api, clock.now)
    assert published == public_bytes(schedule, by_commands, clock.now)
    assert b"SUMMARY:Completed: Emergency change: Failover" in published["/feeds/all.ics"]
    actions = [(entry.action, entry.subject, entry.by) for entry in database.entries() if "token" not in entry.action]
    assert actions == [(entry.action, entry.subject, entry.by) for entry in commands_database.entries()]
