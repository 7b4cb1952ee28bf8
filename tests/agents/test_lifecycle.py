"""What agents record is what the same steps on the command line record: the same history, and the same feeds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.agents.endpoint import Agent, an_agent
from tests.cli.running import SCHEDULE, run
from tests.examples import NOW
from tests.operators.access import create

STEPS: tuple[tuple[str, str, dict[str, object]], ...] = (
    (
        "emergency announce --summary Failover --environment production --duration 2h --reason Disk --tentative "
        "--automatic --ticket https://tickets.example/1 --impact degraded --start 2026-11-23T18:00:00Z",
        "announce_change",
        {
            "kind": "emergency",
            "summary": "Failover",
            "environments": ["production"],
            "duration": "2h",
            "start": "2026-11-23T13:00:00-05:00",
            "reason": "Disk",
            "tentative": True,
            "automatic": True,
            "ticket": "https://tickets.example/1",
            "impact": "degraded",
        },
    ),
    ("emergency confirm EC-1 --message Confirmed", "confirm_change", {"id": "EC-1", "message": "Confirmed"}),
    ("emergency start EC-1", "start_change", {"id": "EC-1"}),
    (
        "emergency update EC-1 --summary Failing --environment production --environment preview --impact outage",
        "update_change",
        {"id": "EC-1", "summary": "Failing", "environments": ["production", "preview"], "impact": "outage"},
    ),
    (
        "emergency extend EC-1 30m --message Longer",
        "extend_change",
        {"id": "EC-1", "length": "30m", "message": "Longer"},
    ),
    ("emergency undo EC-1", "undo_change", {"id": "EC-1"}),
    ("emergency redact EC-1 --update 5", "redact_change", {"id": "EC-1", "update": 5}),
    ("emergency complete EC-1 --message Done", "complete_change", {"id": "EC-1", "message": "Done"}),
    (
        "planned announce --summary Firewall --environment production --start 2026-12-09T06:00:00Z "
        "--end 2026-12-09T08:00:00Z --message Soon",
        "announce_change",
        {
            "kind": "planned",
            "summary": "Firewall",
            "environments": ["production"],
            "start": "2026-12-09T06:00:00Z",
            "end": "2026-12-09T03:00:00-05:00",
            "message": "Soon",
        },
    ),
    ("planned cancel PC-1 --silent", "cancel_change", {"id": "PC-1", "silent": True}),
    (
        "window skip thursday 2026-12-03 --reason Staff",
        "skip_occurrence",
        {"window": "thursday", "date": "2026-12-03", "reason": "Staff"},
    ),
    (
        "window move thursday 2026-12-10 --start 2026-12-11T07:00:00Z --reason Staff",
        "move_occurrence",
        {"window": "thursday", "date": "2026-12-10", "start": "2026-12-11T07:00:00Z", "reason": "Staff"},
    ),
    (
        "window restore thursday 2026-12-03",
        "restore_occurrence",
        {"window": "thursday", "date": "2026-12-03"},
    ),
    (
        "freeze start --reason Switches --environment production --until 2026-12-05T12:00:00Z",
        "start_freeze",
        {"reason": "Switches", "environments": ["production"], "until": "2026-12-05T12:00:00Z"},
    ),
    ("freeze end CF-1", "end_freeze", {"id": "CF-1"}),
    ("freeze start --reason Audit --internal", "start_freeze", {"reason": "Audit", "internal": True}),
)
MINUTES = [NOW + timedelta(minutes=number) for number in range(1, len(STEPS) + 1)]


@pytest.fixture
def databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Database]]:
    """That of the command line, and that of the agent: both with a token, which counts as an entry."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    ours, other = tmp_path / "icsfeed.db", tmp_path / "agent.db"
    shutil.copy(ours, other)
    with closing(Database(f"sqlite:///{ours}")) as one, closing(Database(f"sqlite:///{other}")) as two:
        yield one, two


def test_the_whole_lifecycle_in_two_steps_records_and_publishes_the_same(
    databases: tuple[Database, Database], tmp_path: Path
) -> None:
    by_command, by_agent = databases
    token = create(by_agent, lasts=timedelta(days=30), now=NOW).text
    for at, (command, operation, arguments) in zip(MINUTES, STEPS, strict=True):
        outcome = run(*command.split(), "--yes", "--operator", "chat bot", "--now", at.isoformat())
        assert outcome.status == 0, outcome
        agent = an_agent(schedule=tmp_path / "schedule.toml", database=by_agent, now=at, token=token)
        confirm(agent, operation, arguments)
    assert sorted(agent.tools()) == sorted({*agent.tools(), *(f"propose_{operation}" for _, operation, _ in STEPS)})
    one, other = by_command.record(), by_agent.record()
    assert same(one) == same(other)
    assert [(each.action, each.subject, each.by) for each in by_command.entries()] == [
        (each.action, each.subject, each.by)
        for each in by_agent.entries()
        if each.action not in {"token create", "outbox secret"}
    ]
    paths = published(tmp_path, one)
    assert len(paths) > 50
    assert paths == published(tmp_path, other)


def confirm(agent: Agent, operation: str, arguments: dict[str, object]) -> None:
    proposal = agent.call(f"propose_{operation}", **arguments)
    answer = agent.call("confirm_proposal", proposal=proposal["proposal"], sentence=proposal["sentence"])
    assert answer["recorded"]


def same(record: Record) -> dict[str, Any]:
    """All that is recorded, but the random parts of UIDs, and the number and time of the last entry."""
    return {
        "changes": [replace(each, uid_part="") for each in record.changes.values()],
        "adjustments": record.adjustments,
        "freezes": [replace(each, uid_part="") for each in record.freezes.values()],
        "ledger": {
            without_random_parts(key, record): [line.revision for line in lines] for key, lines in record.ledger.items()
        },
    }


def without_random_parts(text: str, record: Record) -> str:
    """The text without the random parts of UIDs, and without the ids that Atom feeds derive from UIDs."""
    of_changes = [each.uid_part for each in record.changes.values()]
    parts = filter(None, (*of_changes, *(each.uid_part for each in record.freezes.values())))
    return re.sub("|".join((*map(re.escape, parts), "(?<=<id>urn:uuid:)[0-9a-f-]+")), "random", text)


def published(folder: Path, record: Record) -> dict[str, bytes]:
    """Every public path and its bytes, without the random parts of UIDs."""
    schedule, now = load_schedule(folder / "schedule.toml").schedule, MINUTES[-1]
    publication = publish(Situation(schedule=schedule, record=replace(record, entry=0), now=now), changed_at=now)
    return {
        path: without_random_parts(each.body.decode("latin-1"), record).encode("latin-1")
        for path, each in publication.representations.items()
        if not path.endswith((".gz", ".br")) and "/api/v2/" not in path  # ids there are digests of UIDs
    }
