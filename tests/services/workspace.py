"""An operator's workspace over a record in memory, for what does not need a database."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.changes import Change, Plan
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.lifecycle import Step
from icsfeed.domain.plans import Amendment
from icsfeed.domain.record import NOTHING, RELEASE_PREFIX, Record
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.subscribers import SubscriberStep
from icsfeed.domain.windows import Impact
from icsfeed.services.changes import AnnouncementRequest, Outcome, StepRequest, Workspace, announce, take_step
from tests.actors import operator
from tests.examples import POLICY, span, utc

TWO: tuple[Environment, ...] = (
    Environment(id="preview", name="Preview"),
    Environment(id="production", name="Production"),
)
TWO_ENVIRONMENTS = replace(POLICY, environments=TWO)
NIGHT = utc(2026, 12, 8, 6)
"""Tuesday, 01:00 in Toronto: no window, no freeze, no peak."""

TWO_HOURS = span((2026, 12, 8, 6), (2026, 12, 8, 8))
PLAN = Plan(
    summary="Database failover",
    environments=frozenset({"production"}),
    impact=Impact.OUTAGE,
    span=TWO_HOURS,
    reason="A disk is failing",
)


@dataclass
class Memory:
    """A repository in memory."""

    held: Record = NOTHING
    keys: dict[str, str] = field(default_factory=dict)
    trail: list[AuditEntry] = field(default_factory=list)
    look_every: timedelta = timedelta()

    def entry(self) -> int:
        """Tell the number of the last entry."""
        return self.held.entry

    def record(self) -> Record:
        """Give all that is recorded."""
        return self.held

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        """Read the audit trail."""
        return tuple(
            entry for entry in self.trail if entry.number > since and (subject is None or entry.subject == subject)
        )

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        """Who did what, to which subject."""
        return [(entry.by, entry.action, entry.subject) for entry in self.trail]

    def fetches(self) -> dict[tuple[str, str], datetime]:
        """Tell that nobody has fetched a private feed."""
        return {}

    @contextlib.contextmanager
    def writing(self, *, actor: Actor, action: str, subject: str) -> Generator[Draft]:
        """Record something, whole or not at all."""
        draft = Draft(record=self.held, drafted=self.held, subject=subject, keys=dict(self.keys))
        yield draft
        if draft.drafted is not self.held:
            self.held = replace(draft.drafted, entry=self.held.entry + 1, at=actor.at, changed_at=actor.at)
            self.keys = draft.keys
            entry = AuditEntry(number=self.held.entry, at=actor.at, by=actor.name, action=action, subject=draft.subject)
            self.trail.append(entry)


@dataclass
class Draft:
    """What is recorded in one go, before it is."""

    record: Record
    drafted: Record
    subject: str
    keys: dict[str, str]

    def set_subject(self, subject: str) -> None:
        """Say what it is about."""
        self.subject = subject

    def leave_entry(self) -> None:
        """Make an entry, also where nothing else is recorded."""
        self.drafted = replace(self.drafted, release=self.subject.removeprefix(RELEASE_PREFIX))

    def announced_with(self, key: str) -> str | None:
        """Tell the change that was announced with that key."""
        return self.keys.get(key)

    def add_update(self, change: Change, *, key: str | None = None) -> None:
        """Record the latest update of a change."""
        self.drafted = replace(self.drafted, changes={**self.drafted.changes, change.id: change})
        if key is not None:
            self.keys[key] = change.id

    def adjust(self, window_id: str, day: date, adjustment: Adjustment | None, *, reason: str) -> None:
        """Record an adjustment, or that there is none any more."""
        del reason
        others = {key: each for key, each in self.drafted.adjustments.items() if key != (window_id, day)}
        if adjustment is not None:
            others[window_id, day] = adjustment
        self.drafted = replace(self.drafted, adjustments=others)

    def add_subscriber_step(self, step: SubscriberStep) -> None:
        """Record a step of a subscriber."""
        self.drafted = replace(self.drafted, subscribers=self.drafted.subscribers.after([step]))

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        """Record lines of the ledger."""
        ledger = with_lines(self.drafted.ledger, lines)
        if ledger is not self.drafted.ledger:
            self.drafted = replace(self.drafted, ledger=ledger)


def a_workspace(schedule: Schedule = TWO_ENVIRONMENTS) -> tuple[Workspace, Memory]:
    """A workspace with nothing on it yet."""
    repository = Memory()
    return Workspace(schedule=schedule, repository=repository), repository


def a_plan(**overrides: Any) -> Plan:  # noqa: ANN401  (any field)
    """The failover, with other values where given."""
    return replace(PLAN, **overrides)


def announced(
    workspace: Workspace,
    plan: Plan = PLAN,
    *,
    kind: Kind = Kind.EMERGENCY,
    tentative: bool = False,
    message: str = "",
    key: str | None = None,
    by: str = "ann",
    now: datetime = NIGHT,
    dry_run: bool = False,
) -> Outcome:
    """Announce it."""
    request = AnnouncementRequest(kind=kind, plan=plan, tentative=tentative, message=message, key=key)
    return announce(workspace, request, actor=operator(by, now), dry_run=dry_run)


def stepped(workspace: Workspace, step: Step, change_id: str = "EC-1", **how: Any) -> Outcome:  # noqa: ANN401  (any argument)
    """Take a change a step further."""
    actor = operator(how.pop("by", "bob"), how.pop("now", NIGHT))
    dry_run = how.pop("dry_run", False)
    return take_step(workspace, StepRequest(change_id=change_id, step=step, **how), actor=actor, dry_run=dry_run)


def updated(workspace: Workspace, change_id: str = "EC-1", **what: Any) -> Outcome:  # noqa: ANN401  (any field)
    """Amend a change."""
    return stepped(workspace, Step.UPDATE, change_id, amendment=Amendment(**what))
