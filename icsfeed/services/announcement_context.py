"""The circumstances of one delivery, from which its announcement is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.feeds import Kind
from icsfeed.domain.page_addresses import first_page_address
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.published import published_object

NEVER_INFORMED = "its receiver was never told of it"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementContext:
    """A delivery, and the ``view`` that its receiver has of the situation, in the receiver's language.

    ``environments`` are those that the receiver selects (``None``: all that it sees).
    """

    view: Situation
    delivery: Delivery
    was_informed: bool
    environments: frozenset[str] | None = None

    @property
    def is_reminder(self) -> bool:
        return self.delivery.event is ChannelEvent.REMINDER

    def is_move_to(self, span: Span) -> bool:
        """Whether the delivery is of a move to just that time, such as an edit of the schedule file makes it."""
        return self.delivery.event is ChannelEvent.MOVED and self.delivery.starts == span.start

    def touches(self, environments: Collection[str]) -> bool:
        """Whether the receiver wants to hear of any of those."""
        return bool(environments) and (self.environments is None or not self.environments.isdisjoint(environments))

    def draft(self, event: ChannelEvent, kind: Kind | None) -> Announcement:
        """An announcement that says nothing but its subject."""
        return Announcement(
            event=event,
            kind=kind,
            subject=self.delivery.subject,
            language=self.view.schedule.language,
            zone=self.view.zone,
            at=self.view.now,
            lead=self.delivery.lead if event is ChannelEvent.REMINDER else None,
        )

    def with_calendar(self, announcement: Announcement, events: Collection[CalendarEvent]) -> Announcement:
        """The announcement with those events, of which the first shows it best."""
        if not events:
            return announcement
        first = next(iter(events))
        return replace(
            announcement,
            uid=first.uid,
            sequence=first.revision.sequence,
            calendar=published_object(self.view, events),
        )

    def page_for(self, environments: Collection[str]) -> str:
        """The address of the first page, which shows the public ``environments`` alone."""
        is_public = not self.view.schedule.public_environments.isdisjoint(environments)
        return first_page_address(self.view.schedule) if is_public else ""

    def why_no_reminder(self, span: Span) -> NothingToTell | None:
        """The reason not to remind of a start that was due at the beginning of that ``span``, if there is one."""
        starts = self.delivery.starts
        if starts is not None and starts != span.start:
            return NothingToTell(reason="its start was moved")
        if span.start <= self.view.now:
            return NothingToTell(reason="its start is past")
        return None
