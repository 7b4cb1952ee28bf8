"""Announcements: changes with all that was said of them. Who said it is the operators' own affair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.changes import Alteration, Change, State, Update
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import freeze_touching
from icsfeed.domain.record import Record, public_changes
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.publication.pages.dates import Dates, When
from icsfeed.publication.pages.entries import anchor_of, span_of_day
from icsfeed.publication.pages.policies import environments_text
from icsfeed.services.upcoming import utc_text

KEPT: timedelta = timedelta(days=30)
"""So long is a change shown after its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An update in words: ``details`` are what it changed."""

    at: str
    instant: str
    title: str
    message: str
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementCard:
    """A change in words, the latest update first; ``freeze`` is called what it falls in."""

    anchor: str
    number: str
    kind: Kind
    kind_name: str
    state: State
    state_name: str
    summary: str
    span: Span
    when: When
    environments: str
    impact: str
    reason: str
    freeze: str
    ticket: str
    updates: tuple[Said, ...]

    @property
    def starts(self) -> str:
        """When it starts, for the browser."""
        return utc_text(self.span.start)

    @property
    def ends(self) -> str:
        """When it ends, for the browser."""
        return utc_text(self.span.end)


def announcements(
    schedule: Schedule, record: Record, dates: Dates, today: date
) -> tuple[tuple[AnnouncementCard, ...], tuple[AnnouncementCard, ...]]:
    """What is yet to come or in progress, the next one first; and what is over, the latest first."""
    begin = span_of_day(today, dates).start
    current, past = [], []
    for change in public_changes(schedule, record):
        if not change.is_over(begin):
            current.append(change)
        elif change.plan.span.end + KEPT > begin:
            past.append(change)
    current.sort(key=lambda each: (each.state is not State.IN_PROGRESS, each.plan.span.start, each.id))
    past.sort(key=lambda each: (each.plan.span.end, each.id), reverse=True)
    return tuple(_announcement(each, schedule, dates) for each in current), tuple(
        _announcement(each, schedule, dates) for each in past
    )


def _announcement(change: Change, schedule: Schedule, dates: Dates) -> AnnouncementCard:
    plan, say = change.plan, dates.language.say
    frozen = freeze_touching(schedule.freezes, schedule.calendar.zone, plan.span)
    return AnnouncementCard(
        anchor=anchor_of(change.kind, change.id),
        number=change.id,
        kind=change.kind,
        kind_name=say(f"kind {change.kind}"),
        state=change.state,
        state_name=say(f"state {change.state}"),
        summary=plan.summary,
        span=plan.span,
        when=dates.span(plan.span),
        environments=environments_text(schedule, plan.environments),
        impact=say(f"impact {plan.impact}"),
        reason=plan.reason,
        freeze=frozen.freeze.name if frozen is not None else "",
        ticket=plan.ticket if plan.ticket.startswith(("https://", "http://")) else "",
        updates=tuple(_said(change, update, schedule, dates) for update in reversed(change.updates)),
    )


def _said(change: Change, update: Update, schedule: Schedule, dates: Dates) -> Said:
    altered = change.alterations(update.number)
    return Said(
        at=dates.moment(update.at),
        instant=utc_text(update.at),
        title=dates.language.say(_title(update, altered)),
        message=update.message,
        details=tuple(_details(altered, schedule, dates)),
    )


def _title(update: Update, altered: tuple[Alteration, ...]) -> str:
    if update.number == 1:
        return "update announced"
    if any(each.what == "state" for each in altered):
        return f"update {update.state}"
    return "update altered" if altered else "update told"


def _details(altered: tuple[Alteration, ...], schedule: Schedule, dates: Dates) -> Iterator[str]:
    for each in altered:
        value = each.after
        if isinstance(value, Span):
            value = dates.span(value)
        elif isinstance(value, frozenset):
            value = environments_text(schedule, value)
        elif each.what == "impact":
            value = dates.language.say(f"impact {value}")
        if each.what != "state" and value:
            yield dates.language.say(f"now {each.what}", value=value)
