"""What a delivery tells: worked out when it is sent, from what holds then, and never from what was queued."""

from __future__ import annotations

from datetime import date

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.changes import ID_PREFIXES
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.services.announcement_context import AnnouncementContext
from icsfeed.services.change_announcements import change_announcement
from icsfeed.services.freeze_announcements import freeze_announcement
from icsfeed.services.occurrence_announcements import occurrence_announcement

_FREEZE_PREFIX = f"{ID_PREFIXES[Kind.FREEZE]}-"


def announcement_for(
    situation: Situation,
    delivery: Delivery,
    *,
    was_informed: bool,
    environments: frozenset[str] | None = None,
) -> Announcement | NothingToTell:
    """What the delivery tells now, or why nothing.

    ``situation`` must be the receiver's view (``visible_to``), in the receiver's language (``in_language``).
    ``was_informed`` says whether the receiver was ever sent anything about the subject; since when updates are new to
    it is the delivery's ``informed_at`` or, where that is unknown, when it was queued. ``environments`` are those that
    the receiver selects (``None``: all that it sees).

    Deliveries that differ in their numbers and attempts alone, to receivers with the same view, selection and past,
    tell the same, so a sender makes that once.
    """
    context = AnnouncementContext(
        view=situation,
        delivery=delivery,
        was_informed=was_informed,
        environments=environments,
    )
    if delivery.event is ChannelEvent.CONFIRMATION:
        return context.draft(delivery.event, None)
    if "/" in delivery.subject:
        window_id, _, day = delivery.subject.rpartition("/")
        return occurrence_announcement(context, window_id, date.fromisoformat(day))
    if delivery.subject.startswith(_FREEZE_PREFIX):
        return freeze_announcement(context)
    return change_announcement(context)
