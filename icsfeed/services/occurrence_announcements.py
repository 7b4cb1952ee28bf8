"""Announcements of single occurrences: reminders, and those that were skipped, moved or frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.fates import Frozen, Skipped
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.item_facts import environments_of
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.spans import Span
from icsfeed.services.announcement_context import NEVER_INFORMED, AnnouncementContext
from icsfeed.services.announcement_events import events_of_occurrence


def occurrence_announcement(context: AnnouncementContext, window_id: str, day: date) -> Announcement | NothingToTell:
    """What holds of the occurrence of that window which the policy has start on that local date."""
    window = context.view.schedule.windows_by_id.get(window_id)
    fates = context.view.occurrences_on(window, day) if window is not None else ()
    mine = [each for each in fates if context.touches(each.environments)]
    occurrence = min(mine, key=lambda each: each.excluded is not None, default=None)
    if occurrence is None or occurrence.span is None:
        if context.is_reminder or not context.was_informed:
            return NothingToTell(reason="the policy has no such occurrence")
        gone = context.draft(ChannelEvent.WITHDRAWN, Kind.MAINTENANCE)
        return gone if window is None else replace(gone, name=window.name)
    if occurrence.excluded is not None:
        return _without_it(context, occurrence, occurrence.span)
    if context.is_reminder:
        refusal = context.why_no_reminder(occurrence.span)
        return refusal or _with_facts(context, occurrence, ChannelEvent.REMINDER, occurrence.span)
    unaffected = frozenset[str]().union(*(each.environments for each in mine if each.excluded is not None))
    return _news(context, occurrence, occurrence.span, unaffected)


def _news(
    context: AnnouncementContext, occurrence: Occurrence, span: Span, unaffected: frozenset[str]
) -> Announcement | NothingToTell:
    """What is to be said of an occurrence that takes place, though not in the ``unaffected`` environments."""
    if occurrence.moved is None and not context.was_informed:
        return NothingToTell(reason=f"it takes place as planned, and {NEVER_INFORMED}")
    left = environments_of(context.view.schedule, unaffected)
    if occurrence.moved is None:
        # Only an edit of the schedule file moves one without an adjustment.
        is_moved = (context.delivery.event, context.delivery.starts) == (ChannelEvent.MOVED, span.start)
        event = ChannelEvent.MOVED if is_moved else ChannelEvent.UPDATED
        return replace(_with_facts(context, occurrence, event, span), left=left)
    moved = _with_facts(context, occurrence, ChannelEvent.MOVED, span)
    return replace(moved, earlier=occurrence.policy.span, reason=occurrence.moved.reason, left=left)


def _without_it(context: AnnouncementContext, occurrence: Occurrence, span: Span) -> Announcement | NothingToTell:
    """What is to be said of one that does not take place; to all, only where an operator skipped it, and not silently.

    ``span`` is the time that it would have had.
    """
    if context.is_reminder:
        return NothingToTell(reason="it does not take place")
    if not (context.was_informed or occurrence.is_cancelled):
        return NothingToTell(reason=f"it does not take place, and {NEVER_INFORMED}")
    announcement = replace(_with_facts(context, occurrence, ChannelEvent.SKIPPED, span), state=State.CANCELLED)
    match occurrence.excluded:
        case Skipped(reason=reason, silent=False):
            return replace(announcement, reason=reason)
        case Frozen(by=FrozenSpan(freeze=freeze)) if not freeze.is_internal:
            name = freeze.name or freeze.id  # one that was recorded has no name of its own
            return replace(announcement, freeze=name, reason=freeze.description if freeze.is_recorded else "")
    return announcement


def _with_facts(context: AnnouncementContext, occurrence: Occurrence, event: ChannelEvent, span: Span) -> Announcement:
    view, window = context.view, occurrence.window
    announcement = replace(
        context.draft(event, Kind.MAINTENANCE),
        name=window.name,
        description=window.description,
        state=State.CONFIRMED,
        environments=environments_of(view.schedule, occurrence.environments),
        impact=window.impact,
        span=span,
        page=context.page_for(occurrence.environments),
    )
    return context.with_calendar(announcement, events_of_occurrence(view, occurrence))
