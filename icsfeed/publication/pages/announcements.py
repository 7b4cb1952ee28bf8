"""Announcements: changes with all their updates. Who made an update is not published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State, Update
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.item_facts import facts_of
from icsfeed.domain.page_addresses import change_anchor
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.pages.moments import PLACE, Moment, Sentence, SpanTime, moment_of, time_of, with_times
from icsfeed.publication.pages.page_items import span_of_day
from icsfeed.words.dates import Dates
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import phrase
from icsfeed.words.terms import IMPACT_NAMES, KIND_NAMES, STATE_NAMES
from icsfeed.words.updates import alteration_texts, update_title

PAST_CHANGES_SHOWN_FOR: Final = timedelta(days=30)
"""Counted from a change's end."""

_REASON_HEADINGS: Final = {
    Kind.EMERGENCY: phrase("Why it can’t wait"),
    Kind.PLANNED: phrase("Why at this time"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateCard:
    """An update in words: ``details`` are the new values."""

    at: Moment
    title: str
    message: str
    details: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementCard:
    """A change in words, the latest update first; ``freeze`` is the name of the change freeze it falls in.

    ``planned`` is given where its actual ``time`` differs.
    """

    anchor: str
    number: str
    kind: Kind
    kind_name: str
    state: State
    state_name: str
    summary: str
    time: SpanTime
    planned: SpanTime | None
    is_overdue: bool
    environments: str
    impact: str
    reason_heading: str
    reason: str
    freeze: str
    ticket: str
    updates: tuple[UpdateCard, ...]


def is_shown(situation: Situation, change_id: str, start_of_day: datetime) -> bool:
    """Whether the first page shows that change on the day that begins then."""
    change = situation.changes[change_id]
    return not change.is_over(start_of_day) or change.shown_span.end + PAST_CHANGES_SHOWN_FOR > start_of_day


def latest_update(situation: Situation, dates: Dates) -> Moment | None:
    """When anything public was last said of a change."""
    latest = max((change.latest.at for change in situation.public_changes()), default=None)
    return moment_of(latest, dates) if latest is not None else None


def announcements(
    situation: Situation, dates: Dates, today: date, only: Environment | None = None
) -> tuple[tuple[AnnouncementCard, ...], tuple[AnnouncementCard, ...]]:
    """The changes that are ahead or in progress, the next one first; and the past ones, the latest first.

    With ``only``, those that affect that environment.
    """
    start_of_day = span_of_day(today, dates).start
    current, past = [], []
    for change in situation.public_changes():
        if only is not None and only.id not in change.plan.environments:
            continue
        if not change.is_over(start_of_day):
            current.append(change)
        elif change.shown_span.end + PAST_CHANGES_SHOWN_FOR > start_of_day:
            past.append(change)
    current.sort(key=lambda each: (each.state is not State.IN_PROGRESS, each.shown_span.start, each.id))
    past.sort(key=lambda each: (each.shown_span.end, each.id), reverse=True)
    return tuple(announcement_card(each, situation, dates) for each in current), tuple(
        announcement_card(each, situation, dates) for each in past
    )


def announcement_card(change: Change, situation: Situation, dates: Dates) -> AnnouncementCard:
    """The change in words, as the public ``situation`` shows it."""
    schedule, span, say = situation.schedule, change.shown_span, dates.language.say
    facts = facts_of(schedule, change)
    return AnnouncementCard(
        anchor=change_anchor(change.kind, change.id),
        number=change.id,
        kind=change.kind,
        kind_name=say(KIND_NAMES[change.kind]),
        state=change.state,
        state_name=say(STATE_NAMES[change.state]),
        summary=facts.name,
        time=time_of(span, dates),
        planned=time_of(change.plan.span, dates) if span != change.plan.span else None,
        is_overdue=change.is_overdue(situation.now),
        environments=", ".join(each.name for each in facts.environments),
        impact=sentence(say(IMPACT_NAMES[change.plan.impact])),
        reason_heading=say(_REASON_HEADINGS[change.kind]),
        reason=facts.reason,
        freeze=facts.freeze,
        ticket=facts.ticket if facts.ticket.startswith(("https://", "http://")) else "",
        updates=tuple(_update_card(change, update, schedule, dates) for update in reversed(change.updates)),
    )


def _update_card(change: Change, update: Update, schedule: Schedule, dates: Dates) -> UpdateCard:
    times: list[SpanTime] = []

    def leave_place(span: Span) -> str:
        times.append(time_of(span, dates))
        return PLACE

    texts = alteration_texts(
        change,
        update.number,
        dates.language,
        write_span=leave_place,
        environment_names=schedule.environment_names,
    )
    details = tuple(with_times(text, times if PLACE in text else ()) for text in texts)
    return UpdateCard(
        at=moment_of(update.at, dates),
        title=update_title(change, update, dates.language),
        message=update.message,
        details=details,
    )
