"""What operators do with changes, for every interface alike: take them step by step (see ``announcing``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import Change, Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.lifecycle import advance, with_clock_steps
from icsfeed.domain.plans import Amendment, check_plan, free_text, tidied, tidied_translations
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine, revision_of, with_lines
from icsfeed.domain.schedule import Schedule, shows_change
from icsfeed.domain.situation import Situation
from icsfeed.domain.translated_texts import Translations
from icsfeed.ical.calendar import current_events
from icsfeed.ical.events import CalendarEvent, change_event
from icsfeed.services.change_json import change_as_json
from icsfeed.services.conflicts import OutdatedChangeError
from icsfeed.services.events import clock_lines
from icsfeed.services.freeze_effects import check_recorded_freezes
from icsfeed.services.ledger import lines_between
from icsfeed.services.notice import under_promise
from icsfeed.services.outbox import queue_step
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
            raise OutdatedChangeError(before, request.expected, zone)
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
        return after, ledger_lines(situation, before, after)

    situation = workspace.situation(now=actor.at)
    # Tried before the database is locked, so that a refused request creates none.
    change, lines = advanced(situation)
    if dry_run:
        return outcome_of(situation, change, lines, recorded=False)
    with workspace.repository.writing(actor=actor, action=request.action, subject=change.id) as writing:
        situation = workspace.situation(writing.record, now=actor.at)
        change, lines = advanced(situation)
        writing.add_update(change)
        writing.add_revisions(lines)
        queue_step(writing, workspace.schedule, situation.change(change.id), change)
    return outcome_of(situation, change, lines)


def random_uid_part(random_bytes: Callable[[int], bytes]) -> str:
    """The random part of a new change's UID."""
    return random_bytes(_UID_BYTES).hex()


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


def ledger_lines(situation: Situation, before: Change | None, after: Change) -> tuple[LedgerLine, ...]:
    """The lines of the ledger that a change adds to it, which was another ``before``, if it was announced."""
    old, new = _events(situation, before), _events(situation, after)
    of_clock = _clock_lines(situation, before) if before is not None else ()
    ledger = with_lines(situation.record.ledger, of_clock)
    return (*of_clock, *lines_between(old, new, ledger, now=situation.now))


def _clock_lines(situation: Situation, change: Change) -> tuple[LedgerLine, ...]:
    lines = (line for view, own in _views_of(situation, change) for line in clock_lines(view, [own]))
    return tuple(dict.fromkeys(lines))


def outcome_of(
    situation: Situation, change: Change, lines: tuple[LedgerLine, ...] = (), *, recorded: bool = True
) -> Outcome:
    """The outcome of an action after which the change is this one, and the ledger has those lines as well."""
    change = with_clock_steps(change, situation.now)
    ledger = with_lines(situation.record.ledger, lines)
    ledger = with_lines(ledger, _clock_lines(situation.with_record(replace(situation.record, ledger=ledger)), change))
    event = next((each for each in _events(situation, change) if each.environments), None)
    return Outcome(
        change=change,
        event=event.revised(revision_of(event, ledger)) if event is not None else None,
        warnings=tuple(map(str, warnings_about(situation, change))),
        recorded=recorded,
    )
