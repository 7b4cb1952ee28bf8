"""Texts in several languages: the parts of a schedule or a change with the texts of one of them.

Only texts differ between languages. Whatever is taken away from a schedule, such as a private environment, is also
missing from it in another language, since only the parts that it has get texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from icsfeed.domain.changes import Change, Plan, Update
from icsfeed.domain.translated_texts import text_in

if TYPE_CHECKING:
    from icsfeed.domain.schedule import Calendar, Schedule


class _Described(Protocol):
    """A part of a schedule with an id and texts."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


_Part = TypeVar("_Part", bound=_Described)


def plan_in_language(plan: Plan, language: str) -> Plan:
    """The plan with its texts in that language; itself where it has no translations."""
    if not (plan.summary_translations or plan.reason_translations):
        return plan
    return replace(
        plan,
        summary=text_in(language, plan.summary, plan.summary_translations),
        reason=text_in(language, plan.reason, plan.reason_translations),
    )


def update_in_language(update: Update, language: str) -> Update:
    """The update with its texts in that language; itself where it has no translations."""
    plan = plan_in_language(update.plan, language)
    if plan is update.plan and not update.message_translations:
        return update
    return replace(update, message=text_in(language, update.message, update.message_translations), plan=plan)


def change_in_language(change: Change, language: str) -> Change:
    """The change with its texts in that language, as far as they are translated; itself where none is."""
    updates = tuple(update_in_language(update, language) for update in change.updates)
    return change if updates == change.updates else replace(change, updates=updates)


def schedule_in_language(schedule: Schedule, language: str) -> Schedule:
    """The schedule with its texts in that language, as far as they are translated."""
    texts = schedule.translations.get(language)
    changes = tuple(change_in_language(change, language) for change in schedule.changes)
    if texts is None:
        return replace(schedule, language=language, changes=changes)
    windows = {window.id: window.description for window in texts.windows}
    freezes = {freeze.id: freeze.description for freeze in texts.freezes}
    feeds = {feed.slug: feed for feed in texts.feeds}
    return replace(
        schedule,
        language=language,
        calendar=_calendar_with_texts(schedule.calendar, texts.calendar),
        environments=tuple(_named(schedule.environments, texts.environments)),
        windows=tuple(
            replace(each, description=windows.get(each.id, each.description))
            for each in _named(schedule.windows, texts.windows)
        ),
        freezes=tuple(
            replace(each, description=freezes.get(each.id, each.description))
            for each in _named(schedule.freezes, texts.freezes)
        ),
        feeds=tuple(
            replace(each, name=feeds[each.slug].name, description=feeds[each.slug].description)
            if each.slug in feeds
            else each
            for each in schedule.feeds
        ),
        changes=changes,
    )


def _calendar_with_texts(calendar: Calendar, texts: Calendar) -> Calendar:
    return replace(
        calendar,
        name=texts.name,
        description=texts.description,
        vendor=texts.vendor,
        organizer=texts.organizer,
    )


def _named(parts: Iterable[_Part], texts: Iterable[_Part]) -> Iterable[_Part]:
    """The parts with the names that those of the same id have in another language."""
    names: Mapping[str, str] = {each.id: each.name for each in texts}
    return (replace(each, name=names.get(each.id, each.name)) for each in parts)  # type: ignore[type-var]
