"""The facts of calendar items: what any medium in any language says of an occurrence, a freeze or a change."""

from __future__ import annotations

from icsfeed.domain.changes import Change, State
from icsfeed.domain.event_facts import EventFacts, Message
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.freezes import Freeze, FrozenSpan, freeze_touching
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import CalendarItem
from icsfeed.domain.spans import ONE_DAY


def facts_of(schedule: Schedule, item: CalendarItem) -> EventFacts:
    """The facts of one item; times are instants in UTC, or the dates of a freeze."""
    match item:
        case Occurrence():
            return _occurrence_facts(schedule, item)
        case FrozenSpan():
            return _freeze_facts(schedule, item)
        case Change():
            return _change_facts(schedule, item)


def environments_of(schedule: Schedule, ids: frozenset[str]) -> tuple[Environment, ...]:
    """By id; one that the schedule does not have is called by its id."""
    names = schedule.environment_names
    return tuple(Environment(id=each, name=names.get(each, each)) for each in sorted(ids))


def is_partial(schedule: Schedule, freeze: Freeze) -> bool:
    """Whether some public environments are not frozen: only then do its environments need to be named."""
    return not freeze.environments >= schedule.public_environments


def _occurrence_facts(schedule: Schedule, occurrence: Occurrence) -> EventFacts:
    window, span = occurrence.window, occurrence.span
    if span is None:
        msg = f"an occurrence of {window.id} that the clock skips has no time to state"
        raise AssertionError(msg)
    skipped = occurrence.excluded if isinstance(occurrence.excluded, Skipped) else None
    adjustment = skipped or occurrence.moved
    return EventFacts(
        kind=Kind.MAINTENANCE,
        name=window.name,
        start=span.start,
        end=span.end,
        state=State.CANCELLED if skipped else State.CONFIRMED,
        environments=environments_of(schedule, occurrence.environments),
        impact=window.impact,
        description=window.description,
        reason=adjustment.reason if adjustment else "",
        moved_from=occurrence.original_start if occurrence.moved else None,
        organizer=schedule.calendar.organizer,
    )


def _freeze_facts(schedule: Schedule, frozen: FrozenSpan) -> EventFacts:
    freeze = frozen.freeze
    start, end = frozen.days.first, frozen.days.last + ONE_DAY
    return EventFacts(
        kind=Kind.FREEZE,
        name=freeze.name,
        start=frozen.span.start if frozen.is_timed else start,
        end=frozen.span.end if frozen.is_timed else end,
        environments=environments_of(schedule, freeze.environments) if is_partial(schedule, freeze) else (),
        description=freeze.description,
        organizer=schedule.calendar.organizer,
        is_open_ended=freeze.is_open_ended,
    )


def _change_facts(schedule: Schedule, change: Change) -> EventFacts:
    plan, span = change.plan, change.shown_span
    is_as_planned = span == plan.span
    frozen = freeze_touching(schedule.placed_freezes, plan.span, plan.environments)
    return EventFacts(
        kind=change.kind,
        name=plan.summary,
        start=span.start,
        end=span.end,
        state=change.state,
        environments=environments_of(schedule, plan.environments),
        impact=plan.impact,
        reason=plan.reason,
        change_id=change.id,
        ticket=plan.ticket,
        freeze=frozen.freeze.name if frozen is not None else "",
        messages=tuple(Message(at=update.at, text=update.message) for update in change.updates if update.message),
        organizer=schedule.calendar.organizer,
        planned_start=None if is_as_planned else plan.span.start,
        planned_end=None if is_as_planned else plan.span.end,
    )
