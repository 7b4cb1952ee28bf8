"""Announcements of change freezes that operators started or ended."""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.domain.item_facts import environments_of
from icsfeed.services.announcement_context import NEVER_INFORMED, AnnouncementContext
from icsfeed.services.announcement_events import events_of_freeze


def freeze_announcement(context: AnnouncementContext) -> Announcement | NothingToTell:
    """What holds of the recorded freeze that the delivery is about; of an internal one, nothing is ever told."""
    view = context.view
    freeze = view.record.freezes.get(context.delivery.subject)
    if freeze is None or not context.touches(freeze.environments):
        return NothingToTell(reason="it freezes no environment that its receiver selects")
    if freeze.is_internal:
        return NothingToTell(reason="it is internal")
    is_over = freeze.is_over(view.now)
    if is_over and not context.was_informed:
        return NothingToTell(reason=f"it is over, and {NEVER_INFORMED}")
    announcement = replace(
        context.draft(ChannelEvent.FREEZE, Kind.FREEZE),
        state=State.COMPLETED if is_over else State.IN_PROGRESS,
        environments=environments_of(view.schedule, freeze.environments),
        span=freeze.span,
        is_open_ended=freeze.is_open_ended,
        reason=freeze.reason,
        page=context.page_for(freeze.environments),
    )
    return context.with_calendar(announcement, events_of_freeze(view, freeze.id))
