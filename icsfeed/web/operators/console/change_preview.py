"""What customers will see of a change, and what an operator should know, before it is public."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from icsfeed.domain.changes import Change
from icsfeed.domain.deliveries import CHANNEL_PREFIX
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import ALL
from icsfeed.domain.situation import Situation
from icsfeed.ical.events import CalendarEvent
from icsfeed.publication.pages.announcements import AnnouncementCard, announcement_card
from icsfeed.services.changes import Outcome
from icsfeed.services.gate import Verdict, gate
from icsfeed.services.listeners import listeners_of
from icsfeed.services.outbox import queue_change
from icsfeed.services.warnings import warnings_about
from icsfeed.web.operators.console.change_words import differences
from icsfeed.web.operators.console.layout import Visit
from icsfeed.web.operators.console.mail_preview import MailPreview, mail_preview
from icsfeed.words.dates import Dates
from icsfeed.words.events import event_description, event_title
from icsfeed.words.languages import language_named
from icsfeed.words.phrases import phrase_in

_NOBODY: Final = phrase_in("those who are informed", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPreview:
    """An entry as calendar programs show it: the date of its start, its title, time and text."""

    weekday: str
    day: int
    month: str
    title: str
    time: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GateEffect:
    """The gate of an environment ``at`` the change's start, without the change and with it."""

    environment: str
    at: str
    before: Verdict
    after: Verdict
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePreview:
    """A change as it is going to be.

    ``card`` and ``entry`` are what the page and calendars show, and ``None`` where nothing of it is public (now).
    ``differences`` are what the step alters, ``feeds`` those that show it, ``informed`` who gets a message about it;
    that is empty where the schedule has neither channels nor mail.
    ``mail`` is what customers get by mail, if they do. Where the change ``is_unnumbered``, another may
    take its number before it is public.
    """

    change: Change
    card: AnnouncementCard | None
    entry: EntryPreview | None
    differences: tuple[str, ...]
    warnings: tuple[str, ...]
    is_repetition: bool
    feeds: tuple[str, ...]
    informed: str
    mail: MailPreview | None
    gates: tuple[GateEffect, ...]
    is_unnumbered: bool = False


def change_preview(outcome: Outcome, visit: Visit, *, is_draft: bool = False) -> ChangePreview:
    """The preview of a dry run, or of what a draft makes public once it is approved.

    Customers' texts are in the operator's language, where the calendar has it.
    """
    change = outcome.change
    # In the calendar's first language, as the outcome is: else every translated message looked like a difference.
    before = visit.situation.in_language(visit.workspace.schedule.language).changes.get(change.id)
    record = visit.situation.record
    after = visit.situation.with_record(replace(record, changes={**record.changes, change.id: change}))
    dates = customer_dates(visit)
    return ChangePreview(
        change=change,
        card=public_card(after, change, dates),
        entry=_entry(outcome.event, dates) if outcome.event is not None else None,
        differences=differences(change, change.latest_recorded.number, visit),
        warnings=_warnings(outcome, visit),
        is_repetition=outcome.repeats,
        feeds=() if outcome.event is None else feeds_with(change, visit),
        informed="" if outcome.repeats else _informed(before, change, visit),
        mail=None if outcome.repeats else mail_preview(before, change, after),
        gates=tuple(_gate_effects(visit.situation, after, change, visit)),
        is_unnumbered=is_draft,
    )


def _warnings(outcome: Outcome, visit: Visit) -> tuple[str, ...]:
    """The outcome's warnings in the operator's language; that nothing is new is English alone."""
    if outcome.repeats:
        return outcome.warnings
    return tuple(each.in_words(visit.dates) for each in warnings_about(visit.situation, outcome.change))


def customer_dates(visit: Visit) -> Dates:
    """Writes what customers read: in the operator's language, or the calendar's first where it lacks that."""
    codes = visit.workspace.schedule.calendar.languages
    code = visit.language.code if visit.language.code in codes else codes[0]
    return replace(visit.dates, language=language_named(code))


def feeds_with(change: Change, visit: Visit) -> tuple[str, ...]:
    """The names of the feeds that have the change."""
    schedule = visit.situation.schedule
    feeds = dict.fromkeys((schedule.feed(ALL), *schedule.feeds))
    return tuple(each.slug for each in feeds if each.selects(change.kind, change.plan.environments))


def public_card(situation: Situation, change: Change, dates: Dates) -> AnnouncementCard | None:
    """The change as the public page shows it; ``None`` where it does not."""
    view = situation.visible_to()
    public = next((each for each in view.public_changes() if each.id == change.id), None)
    return announcement_card(public, view, dates) if public is not None else None


def _entry(event: CalendarEvent, dates: Dates) -> EntryPreview:
    facts = event.translations.get(dates.language.code, event.facts)
    start = dates.local(event.span.start)
    return EntryPreview(
        weekday=dates.weekday(start.weekday(), "abbreviated"),
        day=start.day,
        month=str(dates.locale.months["format"]["abbreviated"][start.month]),
        title=event_title(facts, dates.language),
        time=str(dates.span(event.span)),
        text=event_description(facts, dates.language, dates.zone),
    )


def _informed(before: Change | None, after: Change, visit: Visit) -> str:
    schedule, language = visit.workspace.schedule, visit.language
    listeners = listeners_of(schedule, visit.outbox, lambda queue: queue_change(queue, schedule, before, after))
    if listeners is None:
        return ""
    mails = language.say_count("{count} person by mail", "{count} people by mail", listeners.mails)
    channels = (each.removeprefix(CHANNEL_PREFIX) for each in listeners.channels)
    return language.join([*channels, *([mails] if listeners.mails else [])]) or language.say(_NOBODY)


def _gate_effects(before: Situation, after: Situation, change: Change, visit: Visit) -> Iterator[GateEffect]:
    if change.state.is_final:
        return
    at = max(visit.now, change.shown_span.start)
    for each, name in sorted(visit.situation.schedule.environment_names.items()):
        if each not in change.plan.environments:
            continue
        try:
            old, new = (gate(situation, (each,), at=at) for situation in (before, after))
        except BadInputError:  # Beyond what the gate knows.
            return
        why = new.reason.in_words(visit.dates)
        yield GateEffect(environment=name, at=visit.dates.moment(at), before=old.verdict, after=new.verdict, why=why)
