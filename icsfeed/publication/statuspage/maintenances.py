"""Scheduled maintenances as Statuspage has them: the occurrences of windows, and the changes, of the expanded feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import local_date
from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.page_addresses import announcement_address
from icsfeed.domain.revisions import revision_of
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering, Single
from icsfeed.publication.editions import Edition
from icsfeed.publication.pages.months import month_path
from icsfeed.publication.statuspage.updates import (
    MaintenanceStatus,
    MaintenanceUpdate,
    change_updates,
    window_updates,
)
from icsfeed.services.events import PublishedEvents
from icsfeed.words.events import label_line, title_in_state
from icsfeed.words.terms import KIND_NAMES

DAYS_AHEAD: Final = 30
"""How many days after today windows are listed. Changes are listed however far ahead they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledMaintenance:
    """One occurrence of a window, or one change; its ``updates`` are in order, and the last one gives its status.

    ``span`` is what its event shows, ``page`` the address of the page that tells more. ``resolved_at`` is when it was
    over or called off.
    """

    uid: str
    kind: Kind
    name: str
    span: Span
    impact: Impact
    environments: frozenset[str]
    updates: tuple[MaintenanceUpdate, ...]
    revised_at: datetime
    resolved_at: datetime | None
    page: str

    @property
    def status(self) -> MaintenanceStatus:
        return self.updates[-1].status

    @property
    def created_at(self) -> datetime:
        return self.updates[0].at

    @property
    def updated_at(self) -> datetime:
        return max(self.revised_at, self.updates[-1].at)

    @property
    def is_open(self) -> bool:
        return self.status is not MaintenanceStatus.COMPLETED

    @property
    def is_noticed(self) -> bool:
        """Whether it takes its environments out of regular service while it is in progress."""
        return self.impact is not Impact.NO_IMPACT


def scheduled_maintenances(edition: Edition, events: PublishedEvents) -> tuple[ScheduledMaintenance, ...]:
    """What public feeds have of maintenance, by start: everything past, what is open, and the windows of next days.

    ``events`` are those that the readers of the edition see, in its language.
    """
    now = edition.situation.now
    every = edition.situation.schedule.feed(ALL)
    last = edition.today + timedelta(days=DAYS_AHEAD)
    selected = (
        event
        for event in events.of(Rendering.EXPANDED)
        if event.kind is not Kind.FREEZE
        and event.belongs_to(every)
        and (event.lapses is None or now < event.lapses)
        and (event.kind is not Kind.MAINTENANCE or local_date(event.span.start, edition.situation.zone) <= last)
    )
    maintenances = (each for event in selected for each in _maintenance(edition, event))
    return tuple(sorted(maintenances, key=lambda each: (each.span.start, each.uid)))


def _maintenance(edition: Edition, event: CalendarEvent) -> Iterator[ScheduledMaintenance]:
    """The maintenance of the event; that a change has left a feed's environments is none."""
    revised_at = revision_of(event, edition.situation.record.ledger).at
    match event.source:
        case Single():
            yield _of_window(edition, event, event.source, revised_at)
        case Change():
            yield _of_change(edition, event, event.source, revised_at)


def _of_window(edition: Edition, event: CalendarEvent, single: Single, revised_at: datetime) -> ScheduledMaintenance:
    occurrence, span = single.occurrence, event.span
    state = State.CANCELLED if occurrence.is_cancelled else State.CONFIRMED
    updates = tuple(window_updates(occurrence, span, edition, published=event.first.at, revised=revised_at))
    day = local_date(span.start, edition.situation.zone)
    return ScheduledMaintenance(
        uid=event.uid,
        kind=event.kind,
        name=title_in_state(occurrence.window.name, state, edition.language, event.kind),
        span=span,
        impact=occurrence.window.impact,
        environments=occurrence.environments,
        updates=updates,
        revised_at=revised_at,
        resolved_at=updates[-1].at if updates[-1].status is MaintenanceStatus.COMPLETED else None,
        page=f"{edition.url(f'/{edition.folder}{month_path(day)}')}#{day}",
    )


def _of_change(edition: Edition, event: CalendarEvent, change: Change, revised_at: datetime) -> ScheduledMaintenance:
    updates, span = tuple(change_updates(change, edition)), change.shown_span
    title = label_line(edition.language.say(KIND_NAMES[change.kind]), change.plan.summary, edition.language)
    # Statuspage tells by a status that a change is in progress or completed, but not that it is tentative or cancelled.
    has_status = change.state in {State.IN_PROGRESS, State.COMPLETED}
    resolved_at = None
    if updates[-1].status is MaintenanceStatus.COMPLETED:
        is_called_off = change.state is State.CANCELLED and change.actual_end is None
        is_lapsed = not change.state.is_final
        resolved_at = updates[-1].at if is_lapsed else change.entered(State.CANCELLED) if is_called_off else span.end
    return ScheduledMaintenance(
        uid=event.uid,
        kind=event.kind,
        name=title if has_status else title_in_state(title, change.state, edition.language, change.kind),
        span=span,
        impact=change.plan.impact,
        environments=change.plan.environments,
        updates=updates,
        revised_at=revised_at,
        resolved_at=resolved_at,
        page=announcement_address(edition.url(f"/{edition.folder}"), change),
    )
