"""What operators do with changes: announce them and take them step by step. The one way in for every face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icsfeed.domain.changes import CHANGE_NAMES, Change, Plan, State, Update
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.lifecycle import Step, advance
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine, revision_of, with_lines
from icsfeed.domain.schedule import Schedule, published_span, shows_change
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.change_events import change_event
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.change_records import differences_of
from icsfeed.services.ledger import lines_between
from icsfeed.services.records import Records
from icsfeed.services.warnings import warnings_about


class RefusedPlanError(IcsfeedError):
    """A plan that the policy does not allow."""


class ConflictError(IcsfeedError):
    """Somebody else was faster; the message says what they changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What an operator works with: the policy, and where work is recorded."""

    schedule: Schedule
    records: Records


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an operator's wish.

    ``recorded`` is false for a dry run, and where a repetition changed nothing. ``event`` is what subscribers get;
    ``None`` where they get nothing of it now.
    """

    change: Change
    event: CalendarEvent | None
    warnings: tuple[str, ...]
    recorded: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A change to be announced; ``key`` is what a repetition of the same wish is known by."""

    kind: Kind
    plan: Plan
    tentative: bool = False
    message: str = ""
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """What is to be different in a plan; ``None`` is to stay. A start that is moved alone takes the end along."""

    summary: str | None = None
    environments: frozenset[str] | None = None
    impact: Impact | None = None
    start: datetime | None = None
    end: datetime | None = None
    duration: timedelta | None = None
    reason: str | None = None
    ticket: str | None = None

    def of(self, plan: Plan) -> Plan:
        """The plan as amended."""
        return Plan(
            summary=plan.summary if self.summary is None else self.summary,
            environments=plan.environments if self.environments is None else self.environments,
            impact=plan.impact if self.impact is None else self.impact,
            span=self._span(plan.span),
            reason=plan.reason if self.reason is None else self.reason,
            ticket=plan.ticket if self.ticket is None else self.ticket,
        )

    def _span(self, before: Span) -> Span:
        start = before.start if self.start is None else self.start
        if self.end is not None:
            return Span(start=start, end=self.end)
        moved_alone = self.duration is None and self.start is None
        length = before.end - before.start if self.duration is None else self.duration
        return before if moved_alone else Span(start=start, end=start + length)


def announce(desk: Desk, announcement: Announcement, *, by: str, now: datetime, dry_run: bool = False) -> Outcome:
    """Announce a change at ``now`` (aware), by whom.

    The same announcement again, by its key or because an open change says the same, records nothing.

    Raises:
        IcsfeedError: where the policy does not allow it, or it can't be recorded; nothing has changed then.
    """
    _check(desk.schedule, announcement.kind, announcement.plan)
    if dry_run:
        record = desk.records.record()
        return _outcome(desk, record, _announced(record, announcement, by, now), now, recorded=False)
    action = f"{announcement.kind} announce"
    with desk.records.writing(by=by, at=now, action=action, subject="") as transaction:
        record = transaction.record
        known = transaction.announced_with(announcement.key) if announcement.key is not None else None
        repeated = record.changes[known] if known is not None else _same(record, announcement)
        if repeated is not None:
            return _repeated(desk, record, repeated, announcement, now)
        change = _announced(record, announcement, by, now)
        lines = _lines(desk.schedule, record, None, change, now)
        transaction.sign(change.id)
        transaction.add_update(change, key=announcement.key)
        transaction.add_revisions(lines)
    return _outcome(desk, record, change, now, lines)


def take_step(
    desk: Desk,
    change_id: str,
    step: Step,
    *,
    amendment: Amendment | None = None,
    message: str = "",
    expected: int | None = None,
    by: str,
    now: datetime,
    dry_run: bool = False,
) -> Outcome:
    """Take a change one step further at ``now`` (aware), by whom.

    ``expected`` is the number of the latest update that the operator has seen.

    Raises:
        IcsfeedError: where the change's state or the policy does not allow it, somebody was faster, or it can't be
            recorded; nothing has changed then.
    """

    def stepped(record: Record) -> tuple[Change, Change]:
        before = record.change(change_id)
        if expected is not None and expected != before.latest.number:
            raise ConflictError(_conflict(before, expected))
        plan = amendment.of(before.plan) if amendment is not None else None
        after = advance(before, step, plan=plan, message=message, by=by, at=now)
        if plan is not None and plan != before.plan:
            _check(desk.schedule, before.kind, plan)
        return before, after

    if dry_run:
        record = desk.records.record()
        before, after = stepped(record)
        lines = _lines(desk.schedule, record, before, after, now)
        return _outcome(desk, record, after, now, lines, recorded=False)
    with desk.records.writing(by=by, at=now, action=f"change {step}", subject=change_id.upper()) as transaction:
        record = transaction.record
        before, after = stepped(record)
        lines = _lines(desk.schedule, record, before, after, now)
        transaction.add_update(after)
        transaction.add_revisions(lines)
    return _outcome(desk, record, after, now, lines)


def _check(schedule: Schedule, kind: Kind, plan: Plan) -> None:
    schedule.environments_named(sorted(plan.environments))
    if plan.ticket and urlsplit(plan.ticket).scheme not in {"http", "https"}:
        msg = f"{plan.ticket!r} is not the address of a ticket; write it from https:// on"
        raise RefusedPlanError(msg)
    frozen = freeze_touching(schedule.freezes, schedule.calendar.zone, plan.span)
    if kind is Kind.PLANNED and frozen is not None and not plan.reason:
        msg = (
            f"a planned change in a change freeze ({frozen.freeze.name}, {frozen.days.first} through "
            f"{frozen.days.last}) says why it can't wait; give the reason"
        )
        raise RefusedPlanError(msg)


def _announced(record: Record, announcement: Announcement, by: str, now: datetime) -> Change:
    numbers = (each.number for each in record.changes.values() if each.kind is announcement.kind)
    update = Update(
        number=1,
        at=now,
        by=by,
        message=announcement.message,
        state=State.TENTATIVE if announcement.tentative else State.CONFIRMED,
        plan=announcement.plan,
    )
    return Change(kind=announcement.kind, number=max(numbers, default=0) + 1, updates=(update,))


def _same(record: Record, announcement: Announcement) -> Change | None:
    """An open change that says what is to be announced already."""
    for change in record.changes.values():
        if change.kind is announcement.kind and change.plan == announcement.plan and not change.state.is_final:
            return change
    return None


def _repeated(desk: Desk, record: Record, change: Change, announcement: Announcement, now: datetime) -> Outcome:
    if change.updates[0].plan != announcement.plan and change.plan != announcement.plan:
        msg = f"the key {announcement.key!r} is that of {change.id}, which says something else; take another"
        raise ConflictError(msg)
    outcome = _outcome(desk, record, change, now, recorded=False)
    said = f"this {CHANGE_NAMES[change.kind]} has been announced already, as {change.id}; nothing was changed"
    return replace(outcome, warnings=(said,))


def _conflict(change: Change, expected: int) -> str:
    since = [update for update in change.updates if update.number > expected]
    if not since:
        return f"{change.id} has no update {expected}; its latest is {change.latest.number}"
    told = "; ".join(_told(change, update) for update in since)
    return f"{change.id} has changed since update {expected}: {told}; nothing was changed now"


def _told(change: Change, update: Update) -> str:
    changed = [
        f"{what} from {before or 'nothing'} to {after or 'nothing'}"
        for what, before, after in differences_of(change, update.number)
    ]
    said = [f'"{update.message}"'] if update.message else []
    return f"update {update.number} by {update.by}: {', '.join([*changed, *said])}"


def _events(schedule: Schedule, change: Change | None, now: datetime) -> Iterator[CalendarEvent]:
    if change is not None and shows_change(published_span(now, schedule.calendar.zone), change):
        yield change_event(schedule, change)


def _lines(
    schedule: Schedule, record: Record, before: Change | None, after: Change, now: datetime
) -> tuple[LedgerLine, ...]:
    return lines_between(_events(schedule, before, now), _events(schedule, after, now), record.ledger, now=now)


def _outcome(
    desk: Desk,
    record: Record,
    change: Change,
    now: datetime,
    lines: tuple[LedgerLine, ...] = (),
    *,
    recorded: bool = True,
) -> Outcome:
    ledger = with_lines(record.ledger, lines)
    events = [event.revised(revision_of(event, ledger, now=now)) for event in _events(desk.schedule, change, now)]
    return Outcome(
        change=change,
        event=events[0] if events else None,
        warnings=warnings_about(desk.schedule, record, change, now=now),
        recorded=recorded,
    )
