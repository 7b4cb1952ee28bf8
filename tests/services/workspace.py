"""An operator's workspace with a repository in memory, for tests that need no database."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.changes import Change, Plan, Step
from icsfeed.domain.drafts import Draft as AnnouncementDraft
from icsfeed.domain.drafts import DraftDecision
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.news import Audience, News
from icsfeed.domain.plans import Amendment
from icsfeed.domain.record import NOTHING, RELEASE_PREFIX, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.subscribers import SubscriberStep
from icsfeed.domain.translated_texts import Translations
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import Outcome, StepRequest, Workspace, take_step
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
class MemoryRepository:
    current: Record = NOTHING
    keys: dict[str, str] = field(default_factory=dict)
    trail: list[AuditEntry] = field(default_factory=list)
    look_every: timedelta = timedelta()
    queued: list[tuple[News, Audience]] = field(default_factory=list)
    drafted: dict[int, AnnouncementDraft] = field(default_factory=dict)

    def entry(self) -> int:
        return self.current.entry

    def record(self) -> Record:
        return self.current

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        return tuple(
            entry for entry in self.trail if entry.number > since and (subject is None or entry.subject == subject)
        )

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[AnnouncementDraft, ...]:
        return tuple(
            each
            for each in self.drafted.values()
            if each.number == (number or each.number) and not (waiting and each.decision)
        )

    def next_draft_number(self) -> int:
        return len(self.drafted) + 1

    def operator_rows(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        """Operator, action and subject of each audit entry."""
        return [(entry.by, entry.action, entry.subject) for entry in self.trail]

    def fetches(self) -> dict[tuple[str, str], datetime]:
        return {}

    @contextlib.contextmanager
    def writing(self, *, actor: Actor, action: str, subject: str) -> Generator[Draft]:
        """Record everything in the block, or nothing if it raises."""
        draft = Draft(
            record=self.current,
            result=self.current,
            subject=subject,
            keys=dict(self.keys),
            queued=[],
            drafted=dict(self.drafted),
        )
        yield draft
        self.queued.extend(draft.queued)
        self.drafted = draft.drafted
        if draft.result is not self.current:
            self.current = replace(draft.result, entry=self.current.entry + 1, at=actor.at, changed_at=actor.at)
            self.keys = draft.keys
            entry = AuditEntry(
                number=self.current.entry, at=actor.at, by=actor.name, action=action, subject=draft.subject
            )
            self.trail.append(entry)


@dataclass
class Draft:
    """A transaction: changes to the record before they are committed."""

    record: Record
    result: Record
    subject: str
    keys: dict[str, str]
    queued: list[tuple[News, Audience]]
    drafted: dict[int, AnnouncementDraft]

    def set_subject(self, subject: str) -> None:
        self.subject = subject

    def leave_entry(self) -> None:
        """Add an audit entry even if nothing else is recorded."""
        self.result = replace(self.result, release=self.subject.removeprefix(RELEASE_PREFIX))

    def announced_with(self, key: str) -> str | None:
        """The id of the change that was announced with that key."""
        return self.keys.get(key)

    def add_update(self, change: Change, *, key: str | None = None) -> None:
        self.result = replace(self.result, changes={**self.result.changes, change.id: change})
        if key is not None:
            self.keys[key] = change.id

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[AnnouncementDraft, ...]:
        return MemoryRepository(drafted=self.drafted).drafts(number=number, waiting=waiting)

    def next_draft_number(self) -> int:
        return len(self.drafted) + 1

    def add_draft(self, draft: AnnouncementDraft) -> None:
        self.drafted[draft.number] = draft
        self.leave_entry()

    def decide_draft(self, number: int, decision: DraftDecision) -> None:
        self.drafted[number] = replace(self.drafted[number], decision=decision)
        self.leave_entry()

    def adjust(self, window_id: str, day: date, adjustment: Adjustment | None, *, reason: str) -> None:
        """Record an adjustment, or remove it if it is ``None``."""
        del reason
        others = {key: each for key, each in self.result.adjustments.items() if key != (window_id, day)}
        if adjustment is not None:
            others[window_id, day] = adjustment
        self.result = replace(self.result, adjustments=others)

    def start_freeze(self, freeze: RecordedFreeze) -> None:
        self.result = replace(self.result, freezes={**self.result.freezes, freeze.id: freeze})

    end_freeze = start_freeze

    def queue(self, news: News, audience: Audience) -> None:
        """Remember what was queued."""
        self.queued.append((news, audience))

    def drop_waiting(self, subject: str, *, problem: str, only_uninformed: bool = False) -> None:
        """Do nothing: nothing waits here."""

    def add_subscriber_step(self, step: SubscriberStep) -> None:
        self.result = replace(self.result, subscribers=self.result.subscribers.after([step]))

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        ledger = with_lines(self.result.ledger, lines)
        if ledger is not self.result.ledger:
            self.result = replace(self.result, ledger=ledger)


def a_workspace(schedule: Schedule = TWO_ENVIRONMENTS) -> tuple[Workspace, MemoryRepository]:
    """A workspace with an empty repository, and that repository."""
    repository = MemoryRepository()
    return Workspace(schedule=schedule, repository=repository), repository


def a_plan(**overrides: Any) -> Plan:  # noqa: ANN401  (any field)
    """The plan of the database failover, with those fields replaced."""
    return replace(PLAN, **overrides)


def announce_plan(
    workspace: Workspace,
    plan: Plan = PLAN,
    *,
    kind: Kind = Kind.EMERGENCY,
    tentative: bool = False,
    message: str = "",
    message_translations: Translations = (),
    key: str | None = None,
    by: str = "ann",
    now: datetime = NIGHT,
    dry_run: bool = False,
    automatic: bool = False,
    uid_part: str = "",
) -> Outcome:
    request = AnnouncementRequest(
        kind=kind,
        plan=plan,
        tentative=tentative,
        automatic=automatic,
        message=message,
        message_translations=message_translations,
        key=key,
    )
    return announce(workspace, request, uid_part=uid_part, actor=operator(by, now), dry_run=dry_run)


def advance_change(workspace: Workspace, step: Step, change_id: str = "EC-1", **how: Any) -> Outcome:  # noqa: ANN401  (any argument)
    actor = operator(how.pop("by", "bob"), how.pop("now", NIGHT))
    dry_run = how.pop("dry_run", False)
    return take_step(workspace, StepRequest(change_id=change_id, step=step, **how), actor=actor, dry_run=dry_run)


def amend_change(workspace: Workspace, change_id: str = "EC-1", **fields: Any) -> Outcome:  # noqa: ANN401  (any field)
    return advance_change(workspace, Step.UPDATE, change_id, amendment=Amendment(**fields))
