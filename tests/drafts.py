"""Operators, and a workspace in which planned changes need the approval of a second one, for tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operator_settings import OperatorSettings
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.changes import Outcome, Workspace
from icsfeed.services.drafting import DraftOutcome, announce_or_draft
from icsfeed.services.drafts import approve
from icsfeed.services.repository import AuditedRepository
from tests.services.workspace import NIGHT, PLAN, TWO_ENVIRONMENTS
from tests.store.work import opened

DAY = timedelta(days=1)
FOUR_EYES = replace(TWO_ENVIRONMENTS, operators=OperatorSettings(approval=frozenset({Kind.PLANNED})))
SOON = replace(PLAN, span=Span(start=NIGHT + DAY, end=NIGHT + DAY + timedelta(hours=2)))
"""A day after ``NIGHT``, in no freeze."""


def an_operator(name: str = "bob", kind: ActorKind = ActorKind.TOKEN, scope: Scope = Scope.WRITE) -> Operator:
    return Operator(name=name, kind=kind, scope=scope, address="192.0.2.7")


def four_eyes(repository: AuditedRepository, schedule: Schedule = FOUR_EYES) -> Workspace:
    """The workspace in which planned changes need approval."""
    return Workspace(schedule=schedule, repository=repository)


@contextmanager
def four_eyes_at(url: str, schedule: Schedule = FOUR_EYES) -> Generator[Workspace]:
    """The workspace with the database at that URL."""
    with opened(url) as database:
        yield four_eyes(database, schedule)


def draft_change(
    workspace: Workspace,
    *,
    by: str = "ann",
    by_kind: ActorKind = ActorKind.COMMAND,
    now: datetime = NIGHT,
    dry_run: bool = False,
    **fields: Any,  # noqa: ANN401  (any field of a request)
) -> Outcome | DraftOutcome:
    """Announce a planned change a day ahead, or draft it where that needs approval."""
    request = replace(AnnouncementRequest(kind=Kind.PLANNED, plan=SOON), **fields)
    actor = Actor(name=by, kind=by_kind, at=now)
    return announce_or_draft(workspace, request, uid_part="0123456789", actor=actor, dry_run=dry_run)


def approve_draft(
    workspace: Workspace,
    draft_id: str = "DR-1",
    *,
    operator: Operator | None = None,
    **how: Any,  # noqa: ANN401
) -> Outcome:
    """Approve a draft as bob, with a token."""
    how = {"now": NIGHT + timedelta(hours=1), "uid_part": "abcdef0123", **how}
    return approve(workspace, draft_id, operator=operator or an_operator(), **how)
