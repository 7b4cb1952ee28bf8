"""What operators do with changes: announce them and take them step by step. The one way in for every face."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import CHANGE_NAMES, Change, Plan, State, Update, number_of, recorded_id
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import Step, advance
from icsfeed.domain.plans import Amendment, check_plan, free_text, line_of_text, tidied
from icsfeed.domain.record import Record, all_changes, find_change
from icsfeed.domain.revisions import LedgerLine, revision_of, with_lines
from icsfeed.domain.schedule import Schedule, published_span, shows_change
from icsfeed.domain.texts import one_line
from icsfeed.ical.calendar import shown
from icsfeed.ical.change_events import change_event
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.change_records import change_record, differences_in_words
from icsfeed.services.ledger import lines_between
from icsfeed.services.records import Records
from icsfeed.services.warnings import warnings_about


class ConflictError(IcsfeedError):
    """Somebody else was faster; the message says what they changed."""


class WrittenChangeError(IcsfeedError):
    """A step with a change that stands in the schedule file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What an operator works with: the policy, and where work is recorded."""

    schedule: Schedule
    records: Records


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of an operator's wish.

    ``event`` is what subscribers get; ``None`` where they get nothing of it now. ``recorded`` is false for a dry run,
    and where the wish ``repeats`` an earlier one and so changes nothing.
    """

    change: Change
    event: CalendarEvent | None
    warnings: tuple[str, ...]
    recorded: bool
    repeats: bool = False

    @property
    def events(self) -> tuple[CalendarEvent, ...]:
        """What subscribers get."""
        return (self.event,) if self.event is not None else ()

    def record(self, zone: ZoneInfo) -> dict[str, object]:
        """The whole change as JSON has it, and what is to be said of the wish."""
        return {
            **change_record(self.change, zone),
            "recorded": self.recorded,
            "warnings": list(self.warnings),
            "event": self.event.content.decode() if self.event is not None else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A change to be announced; ``key`` is what a repetition of the same wish is known by."""

    kind: Kind
    plan: Plan
    tentative: bool = False
    message: str = ""
    key: str | None = None


def announce(desk: Desk, announcement: Announcement, *, by: str, now: datetime, dry_run: bool = False) -> Outcome:
    """Announce a change at ``now`` (aware), by whom.

    The same announcement again, by its key or because an open change says the same, records nothing. (A dry run does
    not know keys.)

    Raises:
        IcsfeedError: where the policy does not allow it, or it can't be recorded; nothing has changed then.
    """
    by, now = line_of_text(by, "operator's name"), now.astimezone(UTC)
    wish = replace(
        announcement,
        plan=tidied(announcement.plan),
        message=free_text(announcement.message, "message"),
        key=line_of_text(announcement.key or "", "key") or None,
    )
    check_plan(desk.schedule, wish.kind, wish.plan)
    if dry_run:
        record = desk.records.record()
        repeated = _same(desk.schedule, record, wish)
        if repeated is not None:
            return _repeated(desk, record, repeated, wish, now)
        change = _announced(record, wish, by, now)
        return _outcome(desk, record, change, now, _lines(desk.schedule, record, None, change, now), recorded=False)
    with desk.records.writing(by=by, at=now, action=f"{wish.kind} announce", subject="") as writing:
        record = writing.record
        known = writing.announced_with(wish.key) if wish.key is not None else None
        repeated = record.changes[known] if known is not None else _same(desk.schedule, record, wish)
        if repeated is not None:
            return _repeated(desk, record, repeated, wish, now)
        change = _announced(record, wish, by, now)
        lines = _lines(desk.schedule, record, None, change, now)
        writing.sign(change.id)
        writing.add_update(change, key=wish.key)
        writing.add_revisions(lines)
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
    by, now, said = line_of_text(by, "operator's name"), now.astimezone(UTC), free_text(message, "message")
    zone = desk.schedule.calendar.zone

    def stepped(record: Record) -> tuple[Change, tuple[LedgerLine, ...]]:
        before = find_change(desk.schedule, record, change_id)
        if not before.is_recorded:
            msg = f"{before.id} stands in the schedule file; add its next update there, in [[changes.updates]]"
            raise WrittenChangeError(msg)
        if expected is not None and expected != before.latest.number:
            raise ConflictError(_conflict(before, expected, zone))
        plan = tidied(amendment.of(before.plan, zone)) if amendment is not None else before.plan
        after = advance(before, step, plan=plan, message=said, by=by, at=now)
        if plan != before.plan:
            check_plan(desk.schedule, before.kind, plan, before.plan)
        return after, _lines(desk.schedule, record, before, after, now)

    record = desk.records.record()
    # Tried before anything is locked: what is refused makes no database.
    change, lines = stepped(record)
    if dry_run:
        return _outcome(desk, record, change, now, lines, recorded=False)
    with desk.records.writing(by=by, at=now, action=f"change {step}", subject=change.id) as writing:
        record = writing.record
        change, lines = stepped(record)
        writing.add_update(change)
        writing.add_revisions(lines)
    return _outcome(desk, record, change, now, lines)


def _announced(record: Record, announcement: Announcement, by: str, now: datetime) -> Change:
    numbers = (number_of(each.id) for each in record.changes.values() if each.kind is announcement.kind)
    update = Update(
        number=1,
        at=now,
        by=by,
        message=announcement.message,
        state=State.TENTATIVE if announcement.tentative else State.CONFIRMED,
        plan=announcement.plan,
    )
    return Change(
        kind=announcement.kind, id=recorded_id(announcement.kind, max(numbers, default=0) + 1), updates=(update,)
    )


def _same(schedule: Schedule, record: Record, announcement: Announcement) -> Change | None:
    """An open change that says what is to be announced already."""
    for change in all_changes(schedule, record).values():
        if change.kind is announcement.kind and change.plan == announcement.plan and not change.state.is_final:
            return change
    return None


def _repeated(desk: Desk, record: Record, change: Change, wish: Announcement, now: datetime) -> Outcome:
    if change.kind is not wish.kind or wish.plan not in {change.updates[0].plan, change.plan}:
        msg = f"the key {wish.key!r} is that of {change.id}, which says something else; take another"
        raise ConflictError(msg)
    said = (
        f"this {CHANGE_NAMES[change.kind]} has been announced already: {change.id}, which is {change.state}; "
        "nothing was changed"
    )
    return replace(_outcome(desk, record, change, now, recorded=False), warnings=(said,), repeats=True)


def _conflict(change: Change, expected: int, zone: ZoneInfo) -> str:
    since = [update for update in change.updates if update.number > expected]
    if not since:
        return f"{change.id} has no update {expected}; its latest is {change.latest.number}"
    told = "; ".join(_told(change, update, zone) for update in since)
    return f"{change.id} has changed since update {expected}: {told}. Nothing was changed now"


def _told(change: Change, update: Update, zone: ZoneInfo) -> str:
    told = [*differences_in_words(change, update.number, zone)]
    if update.message:
        told.append(f'"{one_line(update.message)}"')
    return f"update {update.number} by {update.by}: {', '.join(told)}"


def _events(schedule: Schedule, change: Change | None, now: datetime) -> tuple[CalendarEvent, ...]:
    if change is None or not shows_change(published_span(now, schedule.calendar.zone), change):
        return ()
    return shown([change_event(schedule, change)], now=now)


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
    events = [event.revised(revision_of(event, ledger)) for event in _events(desk.schedule, change, now)]
    return Outcome(
        change=change,
        event=events[0] if events else None,
        warnings=warnings_about(desk.schedule, record, change, now=now),
        recorded=recorded,
    )
