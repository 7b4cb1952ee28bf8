"""A database of icsfeed 0.1 has an audit trail that says what each entry changed, and can take drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.domain.audit import AuditSelection
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operator_settings import OperatorSettings
from icsfeed.domain.spans import Span
from icsfeed.services.audit_trail import audit_line_as_json, audit_lines
from icsfeed.services.changes import Workspace
from icsfeed.services.drafting import DraftOutcome
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.drafts import SOON, approve_draft, draft_change, four_eyes
from tests.examples import utc
from tests.store.work import opened
from tests.upgrades.databases import SCHEDULE, restore

LATER = utc(2026, 12, 1, 12)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    restore(database_url, tmp_path)
    with opened(database_url) as database:
        yield database


@pytest.fixture
def workspace(database: Database, tmp_path: Path) -> Workspace:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    schedule = load_schedule(path).schedule
    return four_eyes(database, replace(schedule, operators=OperatorSettings(approval=frozenset({Kind.PLANNED}))))


def test_each_entry_of_icsfeed_0_1_says_what_it_changed(database: Database) -> None:
    lines = [audit_line_as_json(line) for line in audit_lines(database, AuditSelection())]
    assert [line["entry"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["kind"] for line in lines} == {None}
    of_changes = [line for line in lines if str(line["action"]).startswith(("emergency", "planned", "change"))]
    assert len(of_changes) > 5
    assert [line for line in of_changes if line["after"] is None] == []
    assert {line["before"] is None for line in of_changes if str(line["action"]).endswith(" announce")} == {True}
    adjustments = [line["after"] for line in lines if str(line["action"]).startswith("window ")]
    assert {after["action"] for after in adjustments if isinstance(after, dict)} <= {"skip", "move", "restore"}
    assert adjustments != []


def test_drafts_go_on_from_there(workspace: Workspace, database: Database) -> None:
    before = len(database.record().changes)
    plan = replace(SOON, span=Span(start=LATER + timedelta(days=1), end=LATER + timedelta(days=1, hours=1)))
    drafted = draft_change(workspace, plan=plan, now=LATER)
    assert isinstance(drafted, DraftOutcome)
    assert drafted.draft.id == "DR-1"
    number = sum(change.kind is Kind.PLANNED for change in database.record().changes.values()) + 1
    assert approve_draft(workspace, now=LATER).change.id == f"PC-{number}"
    assert len(database.record().changes) == before + 1
