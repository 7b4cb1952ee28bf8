"""What operators do with changes, for every interface alike: announce them and take them step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import CHANGE_NAMES, Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance, with_clock_steps
from icsfeed.domain.plans import Amendment, check_plan, free_text, line_of_text, tidied, tidied_translations
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine, revision_of, with_lines
from icsfeed.domain.schedule import Schedule, shows_change
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.domain.translated_texts import Translations
from icsfeed.ical.calendar import current_events
from icsfeed.ical.events import CalendarEvent, change_event
from icsfeed.services.change_json import change_as_json
from icsfeed.services.conflicts import conflict_text
from icsfeed.services.events import clock_lines
from icsfeed.services.freeze_effects import check_recorded_freezes
from icsfeed.services.ledger import lines_between
from icsfeed.services.notice import under_promise
from icsfeed.services.outbox import queue_announcement, queue_step
from icsfeed.services.repository import AuditedRepository
from icsfeed.services.warnings import warnings_about

PLACEHOLDER: Final = "new"
"""In the UID of a change that is not announced yet, in place of its random part."""

_UID_BYTES: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """The schedule and the record that an operator works with."""

    schedule: Schedule
    repository: AuditedRepository

    def situation(self, record: Record | None = None, *, now: datetime) -> Situation:
        """The situation with that record or, by default, the one in the repository."""
        return Situation(schedule=self.schedule, record=record or self.repository.record(), now=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The result of an operator's action on a change.

    ``event`` is what subscribers get, or ``None`` where they get nothing now. ``recorded`` is false for a dry run, and
    where the request ``repeats`` an earlier one and so changes nothing.
    """

    change: Change
    event: CalendarEvent | None
    warnings: tuple[str, ...]
    recorded: bool
    repeats: bool = False

    @property
    def events(self) -> tuple[CalendarEvent, ...]:
        return (self.event,) if self.event is not None else ()

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The whole change, and what the operator should know of the action."""
        return {
            **change_as_json(self.change, zone),
            "recorded": self.recorded,
            "warnings": list(self.warnings),
            "event": self.event.content.decode() if self.event is not None else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementRequest:
    """A change to announce; a second request with the same ``key`` announces nothing.

    The clock starts and completes an ``automatic`` one, unless somebody does.
    """

    kind: Kind
    plan: Plan
    tentative: bool = False
    automatic: bool = False
    message: str = ""
    message_translations: Translations = ()
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRequest:
    """A step to take with the change of that id.

    Only an update has an ``amendment``. ``target`` is the number of the update whose message a redaction withdraws
    (``None``: all texts). A ``silent`` cancellation withdraws the whole change. ``expected`` is the number of the
    latest update that the operator has seen: the step is refused where there is another.
    """

    change_id: str
    step: Step
    amendment: Amendment | None = None
    message: str = ""
    message_translations: Translations = ()
    target: int | None = None
    silent: bool = False
    expected: int | None = None

    @property
    def action(self) -> str:
        """The action in the audit trail."""
        extends = self.amendment is not None and self.amendment.extension is not None
        return "change extend" if extends else f"change {self.step}"


def announce(
    workspace: Workspace, announcement: AnnouncementRequest, *, uid_part: str, actor: Actor, dry_run: bool = False
) -> Outcome:
    """Announce a change.

    ``uid_part`` is random (``random_uid_part``), so that no other change ever has its UID, not even one of a restored
    database. An announcement with a known key, or with the plan of an open change, records nothing. A dry run ignores
    keys, and has a placeholder in the UID.

    Raises:
        IcsfeedError: where the policy does not allow it, or it can't be recorded; nothing has changed then.
    """
    request = replace(
        announcement,
        plan=tidied(announcement.plan),
        message=free_text(announcement.message, "message"),
        message_translations=tidied_translations(announcement.message_translations),
        key=line_of_text(announcement.key or "", "key") or None,
    )
    check_plan(workspace.schedule, request.kind, request.plan)
    if dry_run:
        situation = workspace.situation(now=actor.at)
        repeated = _open_duplicate(situation, request)
        if repeated is not None:
            return _repetition(situation, repeated, request)
        check_recorded_freezes(situation, request.kind, request.plan)
        change = _new_change(situation, request, PLACEHOLDER, actor)
        return _outcome(situation, change, _lines(situation, None, change), recorded=False)
    with workspace.repository.writing(actor=actor, action=f"{request.kind} announce", subject="") as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        earlier = writing.announced_with(request.key) if request.key is not None else None
        repeated = situation.changes[earlier] if earlier is not None else _open_duplicate(situation, request)
        if repeated is not None:
            return _repetition(situation, repeated, request)
        check_recorded_freezes(situation, request.kind, request.plan)
        change = _new_change(situation, request, uid_part, actor)
        lines = _lines(situation, None, change)
        writing.set_subject(change.id)
        writing.add_update(change, key=request.key)
        writing.add_revisions(lines)
        queue_announcement(writing, workspace.schedule, change)
    return _outcome(situation, change, lines)


def take_step(workspace: Workspace, request: StepRequest, *, actor: Actor, dry_run: bool = False) -> Outcome:
    """Take a change one step further.

    Raises:
        IcsfeedError: where the change's state or the policy does not allow it, somebody was faster, or it can't be
            recorded; nothing has changed then.
    """
    message, zone = free_text(request.message, "message"), workspace.schedule.calendar.zone

    def advanced(situation: Situation) -> tuple[Change, tuple[LedgerLine, ...]]:
        before = situation.change(request.change_id)
        if not before.is_recorded:
            msg = f"{before.id} is in the schedule file; add its next update there, in [[changes.updates]]"
            raise RefusedError(msg)
        if request.expected is not None and request.expected != before.latest.number:
            raise ConflictError(conflict_text(before, request.expected, zone))
        amendment = request.amendment
        plan = tidied(amendment.of(before, zone, now=actor.at), before.plan) if amendment is not None else before.plan
        after = advance(
            before,
            request.step,
            plan=plan,
            message=message,
            message_translations=tidied_translations(request.message_translations),
            by=actor.name,
            at=actor.at,
            target=request.target,
            silent=request.silent,
            sets_end=amendment is not None and amendment.sets_end,
        )
        if plan != before.plan:
            check_plan(workspace.schedule, before.kind, plan, before.plan)
            check_recorded_freezes(situation, before.kind, plan)
        after = under_promise(workspace.schedule, after)
        return after, _lines(situation, before, after)

    situation = workspace.situation(now=actor.at)
    # Tried before the database is locked, so that a refused request creates none.
    change, lines = advanced(situation)
    if dry_run:
        return _outcome(situation, change, lines, recorded=False)
    with workspace.repository.writing(actor=actor, action=request.action, subject=change.id) as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        change, lines = advanced(situation)
        writing.add_update(change)
        writing.add_revisions(lines)
        queue_step(writing, workspace.schedule, situation.change(change.id), change)
    return _outcome(situation, change, lines)


def random_uid_part(random_bytes: Callable[[int], bytes]) -> str:
    """The random part of a new change's UID."""
    return random_bytes(_UID_BYTES).hex()


def _new_change(situation: Situation, announcement: AnnouncementRequest, uid_part: str, actor: Actor) -> Change:
    update = Update(
        number=1,
        at=actor.at,
        by=actor.name,
        message=announcement.message,
        message_translations=announcement.message_translations,
        state=State.TENTATIVE if announcement.tentative else State.CONFIRMED,
        plan=announcement.plan,
        automatic=announcement.automatic,
    )
    kind = announcement.kind
    change_id = recorded_id(kind, situation.record.next_number(kind))
    change = Change(kind=kind, id=change_id, updates=(update,), uid_part=uid_part)
    return under_promise(situation.schedule, change)


def _open_duplicate(situation: Situation, announcement: AnnouncementRequest) -> Change | None:
    """An open change with the plan that is to be announced."""
    for change in situation.changes.values():
        if change.kind is announcement.kind and change.plan == announcement.plan and not change.state.is_final:
            return change
    return None


def _repetition(situation: Situation, change: Change, request: AnnouncementRequest) -> Outcome:
    is_redacted = any(update.step is Step.REDACT for update in change.updates)
    is_same = is_redacted or request.plan in {change.updates[0].plan, change.plan}
    if change.kind is not request.kind or not is_same:
        msg = f"the key {quoted(request.key or '')} is that of {change.id}, which says something else; take another"
        raise ConflictError(msg)
    notice = (
        f"this {CHANGE_NAMES[change.kind]} has been announced already: {change.id}, which is {change.state}; "
        "nothing was changed"
    )
    return replace(_outcome(situation, change, recorded=False), warnings=(notice,), repeats=True)


def _events(situation: Situation, change: Change | None) -> tuple[CalendarEvent, ...]:
    """The event of the change as each of those sees it who may see it, the public first."""
    seen = _views_of(situation, change) if change is not None and not change.is_withdrawn else ()
    events = [change_event(view.schedule, own) for view, own in seen if shows_change(view.published_span, own)]
    return tuple(event for event in events if current_events([event], now=situation.now))


def _views_of(situation: Situation, change: Change) -> Iterator[tuple[Situation, Change]]:
    """The views in which the change is visible, and how."""
    alone = situation.with_record(replace(situation.record, changes={change.id: change}))
    for view in alone.views():
        if (own := view.record.changes.get(change.id)) is not None:
            yield view, own


def _lines(situation: Situation, before: Change | None, after: Change) -> tuple[LedgerLine, ...]:
    old, new = _events(situation, before), _events(situation, after)
    of_clock = _clock_lines(situation, before) if before is not None else ()
    ledger = with_lines(situation.record.ledger, of_clock)
    return (*of_clock, *lines_between(old, new, ledger, now=situation.now))


def _clock_lines(situation: Situation, change: Change) -> tuple[LedgerLine, ...]:
    lines = (line for view, own in _views_of(situation, change) for line in clock_lines(view, [own]))
    return tuple(dict.fromkeys(lines))


def _outcome(
    situation: Situation, change: Change, lines: tuple[LedgerLine, ...] = (), *, recorded: bool = True
) -> Outcome:
    change = with_clock_steps(change, situation.now)
    ledger = with_lines(situation.record.ledger, lines)
    ledger = with_lines(ledger, _clock_lines(situation.with_record(replace(situation.record, ledger=ledger)), change))
    event = next((each for each in _events(situation, change) if each.environments), None)
    return Outcome(
        change=change,
        event=event.revised(revision_of(event, ledger)) if event is not None else None,
        warnings=warnings_about(situation, change),
        recorded=recorded,
    )
