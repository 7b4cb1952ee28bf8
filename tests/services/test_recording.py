"""Operators' work in real databases: the record equals what the services return."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from icsfeed.domain.adjustments import Move
from icsfeed.domain.changes import Step
from icsfeed.domain.errors import ConflictError, IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import span, utc
from tests.services.workspace import NIGHT, TWO_ENVIRONMENTS, a_plan, advance_change, amend_change, announce_plan

FRIDAY = span((2026, 12, 11, 7), (2026, 12, 11, 11))


@pytest.fixture
def workspace(database_url: str) -> Iterator[Workspace]:
    with contextlib.closing(Database(database_url)) as database:
        yield Workspace(schedule=TWO_ENVIRONMENTS, repository=database)


def reread(url: str) -> Record:
    with contextlib.closing(Database(url)) as database:
        return database.record()


def test_every_step_can_be_read_back(workspace: Workspace, database_url: str) -> None:
    texts = a_plan(summary="Ünïcödé 🛠", reason="A line\n\nand another; with, 'marks'", ticket="https://t.example/1")
    announce_plan(workspace, texts, tentative=True, message="Soon")
    announce_plan(workspace, kind=Kind.PLANNED)
    advance_change(workspace, Step.CONFIRM, by="Bob")
    last = amend_change(workspace, environments=frozenset({"preview", "production"}), end=utc(2026, 12, 8, 9)).change
    record = reread(database_url)
    assert (list(record.changes), record.changes["EC-1"]) == (["EC-1", "PC-1"], last)
    assert record == workspace.repository.record()
    assert record.entry == 4


def test_a_key_can_not_be_reused(workspace: Workspace) -> None:
    announce_plan(workspace, key="incident-42")
    advance_change(workspace, Step.CANCEL)
    entry = workspace.repository.entry()
    again = announce_plan(workspace, key="incident-42")
    assert (again.change.id, again.repeats) == ("EC-1", True)
    with pytest.raises(ConflictError):
        announce_plan(workspace, a_plan(summary="Another"), key="incident-42")
    assert workspace.repository.entry() == entry


def test_refused_actions_leave_no_audit_entry(workspace: Workspace) -> None:
    announce_plan(workspace)
    refused = (
        lambda: announce_plan(workspace, a_plan(ticket="42")),
        lambda: advance_change(workspace, Step.CONFIRM),
        lambda: advance_change(workspace, Step.CANCEL, expected=9),
        lambda: adjust(
            workspace,
            AdjustmentRequest(window_id="thursday", day=date(2026, 12, 11), reason="x", skip=True),
            actor=operator("a", NIGHT),
        ),
    )
    for request in refused:
        with pytest.raises(IcsfeedError):
            request()
    assert workspace.repository.entry() == 1


def test_adjustments_can_be_read_back(workspace: Workspace, database_url: str) -> None:
    day = date(2026, 12, 10)
    request = AdjustmentRequest(window_id="thursday", day=day, reason="A holiday", skip=True)
    adjust(workspace, request, actor=operator("ann", NIGHT))
    adjust(workspace, replace(request, skip=False, to=FRIDAY), actor=operator("bob", NIGHT))
    assert reread(database_url).adjustments == {
        ("thursday", day): Move(window_id="thursday", day=day, to=FRIDAY, reason="A holiday")
    }
    adjust(workspace, replace(request, skip=False), actor=operator("bob", NIGHT))
    assert reread(database_url).adjustments == {}


def test_the_slower_of_two_workspaces_gets_a_conflict(workspace: Workspace, database_url: str) -> None:
    announce_plan(workspace)
    with contextlib.closing(Database(database_url)) as elsewhere:
        other = replace(workspace, repository=elsewhere)
        assert elsewhere.record().changes["EC-1"].latest.number == 1
        advance_change(workspace, Step.START, by="ann", expected=1)
        with pytest.raises(ConflictError) as refusal:
            advance_change(other, Step.CANCEL, expected=1)
        assert str(refusal.value) == (
            "EC-1 has changed since update 1: update 2 by ann: state: confirmed → in progress. Nothing was changed now"
        )
