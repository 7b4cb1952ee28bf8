"""Events in the other languages of the calendar: their facts, and their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from icsfeed.domain.changes import Change
from icsfeed.domain.departures import Departure
from icsfeed.domain.event_facts import EventFacts
from icsfeed.domain.freezes import ChangeFreeze, Freeze, FrozenSpan
from icsfeed.domain.item_facts import environments_of, facts_of
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.translations import change_in_language
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.ical.outlines import PolicySource
from icsfeed.ical.series import Series, Single

Source: TypeAlias = PolicySource | Change | Departure
"""The source of an event."""


def translated_facts(schedule: Schedule, source: Source, facts: EventFacts) -> Mapping[str, EventFacts]:
    """The facts in each language in which they differ from the ``facts``, those in the language of the schedule."""
    others = [code for code in schedule.calendar.languages if code != schedule.language]
    if not schedule.translations and not _has_translations(source, others):
        return {}
    translated = {code: _facts_in(schedule.in_language(code), source, facts) for code in others}
    return {code: each for code, each in translated.items() if each != facts}


def source_in_language(source: Source, schedule: Schedule) -> Source:
    """The source with its texts in the language of the schedule."""
    match source:
        case Change():
            return change_in_language(source, schedule.language)
        case Departure(change=change):
            return replace(source, change=change_in_language(change, schedule.language))
        case FrozenSpan(freeze=ChangeFreeze() as freeze):
            texts = schedule.freezes_by_id.get(freeze.id, freeze)
            return replace(source, freeze=replace(freeze, name=texts.name, description=texts.description))
        case FrozenSpan():
            return source  # it was recorded, in one language
        case Single(occurrence=occurrence):
            window = schedule.windows_by_id.get(occurrence.window.id, occurrence.window)
            return replace(source, occurrence=replace(occurrence, window=window))
        case Series(window=window):
            return replace(source, window=schedule.windows_by_id.get(window.id, window))


def _has_translations(source: Source, languages: Iterable[str]) -> bool:
    change = source.change if isinstance(source, Departure) else source
    return isinstance(change, Change) and any(change_in_language(change, code) is not change for code in languages)


def _facts_in(schedule: Schedule, source: Source, facts: EventFacts) -> EventFacts:
    """The facts in the language of the schedule."""
    match source_in_language(source, schedule):
        case Change() as change:
            return facts_of(schedule, change)
        case Departure() as departure:
            return departure.facts(schedule)
        case FrozenSpan(freeze=freeze):
            return _policy_facts(schedule, freeze, facts)
        case policy_source:
            return _policy_facts(schedule, policy_source.window, facts)


def _policy_facts(schedule: Schedule, part: MaintenanceWindow | Freeze, facts: EventFacts) -> EventFacts:
    """The facts with the texts of the window or freeze in the language of the schedule."""
    return replace(
        facts,
        name=part.name,
        description=part.description,
        environments=environments_of(schedule, frozenset(each.id for each in facts.environments)),
        organizer=schedule.calendar.organizer,
    )
