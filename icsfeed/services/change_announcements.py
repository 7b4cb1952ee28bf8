"""Announcements of changes: what holds of one now, whatever its delivery was queued for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from icsfeed.domain.alterations import Alteration, alterations
from icsfeed.domain.announcements import Announcement, CorrectedPart, NothingToTell
from icsfeed.domain.changes import PREFIXES, Change, State, Step, Update, kind_of
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.departures import Departure
from icsfeed.domain.event_facts import Message
from icsfeed.domain.feeds import Kind
from icsfeed.domain.item_facts import environments_of, facts_of
from icsfeed.domain.page_addresses import announcement_address
from icsfeed.services.announcement_context import NEVER_INFORMED, AnnouncementContext
from icsfeed.services.announcement_events import events_of_change

_STATES: Final = {
    ChannelEvent.ANNOUNCED: {State.TENTATIVE, State.CONFIRMED},
    ChannelEvent.CONFIRMED: {State.CONFIRMED},
    ChannelEvent.MOVED: {State.TENTATIVE, State.CONFIRMED, State.IN_PROGRESS},
    ChannelEvent.STARTED: {State.IN_PROGRESS},
    ChannelEvent.COMPLETED: {State.COMPLETED},
    ChannelEvent.CANCELLED: {State.CANCELLED},
}
"""The states in which an event is still what there is to tell."""

_EVENTS: Final = {
    State.IN_PROGRESS: ChannelEvent.STARTED,
    State.COMPLETED: ChannelEvent.COMPLETED,
    State.CANCELLED: ChannelEvent.CANCELLED,
}
_NEWS_TO_THE_INFORMED: Final = {ChannelEvent.MOVED, ChannelEvent.UPDATED, ChannelEvent.WITHDRAWN}
_CORRECTING: Final = {ChannelEvent.MOVED, ChannelEvent.UPDATED}
_WITHOUT_START: Final = {
    State.IN_PROGRESS: "it has begun",
    State.COMPLETED: "it is completed",
    State.CANCELLED: "it is cancelled",
}


def change_announcement(context: AnnouncementContext) -> Announcement | NothingToTell:
    """What holds of the change that the delivery is about."""
    change = context.view.changes.get(context.delivery.subject)
    if change is None or change.is_withdrawn:
        return _withdrawal(context, change)
    if not context.touches(change.plan.environments):
        return _departure(context, change)
    if context.is_reminder:
        return _reminder(context, change)
    if change.state is State.CANCELLED and not context.was_informed:
        return NothingToTell(reason=f"it is cancelled, and {NEVER_INFORMED}")
    return _news(context, change)


def _withdrawal(context: AnnouncementContext, change: Change | None) -> Announcement | NothingToTell:
    if context.is_reminder:
        return NothingToTell(reason="it is withdrawn")
    if not context.was_informed:
        return NothingToTell(reason=f"it is withdrawn, and {NEVER_INFORMED}")
    if change is None:
        return context.draft(ChannelEvent.WITHDRAWN, _kind_of(context))
    has_begun = change.entered(State.IN_PROGRESS, State.COMPLETED) is not None
    is_called_off = change.state is State.CANCELLED and not has_begun
    return replace(context.draft(ChannelEvent.WITHDRAWN, change.kind), is_called_off=is_called_off)


def _kind_of(context: AnnouncementContext) -> Kind | None:
    """The kind of a change that is gone, as far as its id tells."""
    subject = context.delivery.subject
    return kind_of(subject) if subject.startswith(tuple(f"{each}-" for each in PREFIXES.values())) else None


def _reminder(context: AnnouncementContext, change: Change) -> Announcement | NothingToTell:
    if change.state in _WITHOUT_START:
        return NothingToTell(reason=_WITHOUT_START[change.state])
    return context.why_no_reminder(change.plan.span) or _with_facts(context, change, ChannelEvent.REMINDER)


def _departure(context: AnnouncementContext, change: Change) -> Announcement | NothingToTell:
    """What is to be said of a change that touches no environment that the receiver selects, to one who knows it."""
    if context.is_reminder or not context.was_informed:
        return NothingToTell(reason="it touches no environment that its receiver selects")
    left = change.left_environments() & (context.environments or change.left_environments())
    announcement = replace(
        context.draft(ChannelEvent.CANCELLED, change.kind),
        name=change.plan.summary,
        state=State.CANCELLED,
        left=environments_of(context.view.schedule, left),
        span=Departure(change=change, environments=left).span if left else None,
    )
    return context.with_calendar(announcement, events_of_change(context.view, change, left) if left else ())


def _news(context: AnnouncementContext, change: Change) -> Announcement:
    """The announcement with what is new to its receiver."""
    event = context.delivery.event
    old, new = _updates(context, change)
    if event is not ChannelEvent.WITHDRAWN and not _still_holds(event, change):
        is_undone = change.latest.step is Step.UNDO
        event = ChannelEvent.UPDATED if is_undone else _EVENTS.get(change.state, ChannelEvent.UPDATED)
    if not context.was_informed and event in _NEWS_TO_THE_INFORMED:
        event = _EVENTS.get(change.state, ChannelEvent.ANNOUNCED)
    before = replace(change, updates=old, unrecorded=0) if old and context.was_informed else None
    is_moved = before is not None and before.shown_span != change.shown_span
    was_edited = not change.is_recorded and context.is_move_to(change.shown_span)
    if event is ChannelEvent.MOVED and not (is_moved or was_edited):
        event = ChannelEvent.UPDATED
    undone = {update.target for update in change.updates if update.step is Step.UNDO}
    return replace(
        _with_facts(context, change, event),
        told_state=before.state if before is not None else None,
        correction=_correction(before, change, new) if before is not None and event in _CORRECTING else None,
        has_no_texts=any(update.step is Step.REDACT and update.target is None for update in new),
        earlier=before.shown_span if before is not None and is_moved and event is ChannelEvent.MOVED else None,
        alterations=_alterations(before, change, event) if before is not None else (),
        messages=_messages(new, undone) if event is not ChannelEvent.WITHDRAWN else (),
        earlier_messages=_messages(old),
        retracted_messages=_messages([update for update in old if update.number in undone]),
    )


def _correction(before: Change, change: Change, new: Sequence[Update]) -> CorrectedPart | None:
    """What a ``new`` undo of a step that the receiver heard of makes untrue."""
    heard = len(before.updates)
    targets = [update.target for update in new if update.step is Step.UNDO and update.target is not None]
    if not any(target <= heard for target in targets):
        return None
    if before.state is not change.state:
        return CorrectedPart.STATE
    if before.shown_span != change.shown_span:
        return CorrectedPart.TIMES
    return CorrectedPart.PLAN if any(alterations(before.latest, change.latest)) else None


def _still_holds(event: ChannelEvent, change: Change) -> bool:
    if event is ChannelEvent.UPDATED:
        return not any(each.what == "state" for each in change.alterations(change.latest.number))
    return change.state in _STATES.get(event, ())


def _updates(context: AnnouncementContext, change: Change) -> tuple[tuple[Update, ...], tuple[Update, ...]]:
    """The updates that the receiver has heard of, and those that are new to it: at least the latest."""
    if not context.was_informed:
        return (), change.updates
    delivery = context.delivery
    if delivery.informed_at is not None:
        count = sum(update.at <= delivery.informed_at for update in change.updates)
    else:
        count = sum(update.at < delivery.queued_at for update in change.updates)
    count = min(count, len(change.updates) - 1)
    return change.updates[:count], change.updates[count:]


def _alterations(before: Change, change: Change, event: ChannelEvent) -> tuple[Alteration, ...]:
    """The differences that the event itself does not tell."""
    elsewhere = {"state", "span"} if event is not ChannelEvent.UPDATED else {"state"}
    return tuple(each for each in alterations(before.latest, change.latest) if each.what not in elsewhere)


def _messages(updates: Sequence[Update], undone: Collection[int | None] = ()) -> tuple[Message, ...]:
    """The messages of the updates, except those that are ``undone``."""
    standing = (update for update in updates if update.message and update.number not in undone)
    return tuple(Message(at=update.at, text=update.message) for update in standing)


def _was_stopped(change: Change) -> bool:
    has_begun = change.entered(State.IN_PROGRESS) is not None
    return change.state is State.CANCELLED and has_begun and change.actual_end is not None


def _with_facts(context: AnnouncementContext, change: Change, event: ChannelEvent) -> Announcement:
    """The announcement of that event, with all that holds of the change but its updates."""
    facts, span = facts_of(context.view.schedule, change), change.shown_span
    home = context.page_for(change.plan.environments)
    announcement = replace(
        context.draft(event, change.kind),
        name=facts.name,
        state=change.state,
        environments=facts.environments,
        impact=facts.impact,
        span=span,
        planned=change.plan.span if change.plan.span != span else None,
        was_stopped=_was_stopped(change),
        reason=facts.reason,
        ticket=facts.ticket,
        freeze=facts.freeze,
        page=announcement_address(home, change) if home else "",
    )
    return context.with_calendar(announcement, events_of_change(context.view, change))
