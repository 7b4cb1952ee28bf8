"""The updates of a change in words: a title, and what each of them altered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from icsfeed.domain.alterations import Alteration
from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.spans import Span
from icsfeed.domain.times import span_text
from icsfeed.domain.windows import Impact
from icsfeed.words.languages import Language, uncapitalized
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.terms import IMPACT_NAMES, STATE_NAMES

if TYPE_CHECKING:
    from icsfeed.words.dates import Dates

_ANNOUNCED: Final = phrase_in("title of an update", "Announced")
_STATE_TITLES: Final = {
    State.TENTATIVE: phrase_in("title of an update", "Tentative"),
    State.CONFIRMED: phrase_in("title of an update", "Confirmed"),
    State.IN_PROGRESS: phrase_in("title of an update", "Work has started"),
    State.COMPLETED: phrase_in("title of an update", "Completed"),
    State.CANCELLED: phrase_in("title of an update", "Cancelled"),
}
_ALTERED: Final = phrase_in("title of an update", "Changed")
_MESSAGE_ONLY: Final = phrase_in("title of an update", "Update")
_REDACTED: Final = phrase_in("title of an update", "Text withdrawn")
_TAKEN_BACK: Final = phrase_in("title of an update", "Taken back: {title}")

_ALTERATIONS: Final = {
    "summary": phrase("New title: {value}"),
    "environments": phrase("New environments: {value}"),
    "impact": phrase("New impact: {value}"),
    "span": phrase("New time: {value}"),
    "reason": phrase("New reason: {value}"),
    "ticket": phrase("New ticket: {value}"),
}
"""By field of the plan."""

_SUPERSEDED: Final = {
    "summary": phrase("Title changed"),
    "reason": phrase("Reason changed"),
    "ticket": phrase("Ticket changed"),
}
"""In place of texts that were corrected later: these are not repeated."""

_ALTERED_THINGS: Final = {
    "state": phrase_in("what an update altered", "state"),
    "summary": phrase_in("what an update altered", "summary"),
    "environments": phrase_in("what an update altered", "environments"),
    "impact": phrase_in("what an update altered", "impact"),
    "span": phrase_in("what an update altered", "time"),
    "reason": phrase_in("what an update altered", "reason"),
    "ticket": phrase_in("what an update altered", "ticket"),
}


def update_title(change: Change, update: Update, language: Language) -> str:
    """What kind of step it was, such as ``Work has started``."""
    altered = change.alterations(update.number)
    if update.number == 1:
        return language.say(_ANNOUNCED)
    if update.step is Step.REDACT:
        return language.say(_REDACTED)
    if update.step is Step.UNDO and update.target is not None:
        undone = change.updates[update.target - 1]
        return language.say(_TAKEN_BACK, title=update_title(change, undone, language))
    if any(each.what == "state" for each in altered):
        return language.say(_STATE_TITLES[update.state])
    return language.say(_ALTERED if altered else _MESSAGE_ONLY)


def alteration_texts(
    change: Change,
    number: int,
    language: Language,
    *,
    write_span: Callable[[Span], str],
    environment_names: Mapping[str, str],
) -> Iterator[str]:
    """The new values that the update of that number brought, a line each.

    A state is in the title, a text that was removed is not mentioned, and one that was corrected later is not repeated.
    """
    for each in change.alterations(number):
        if each.what == "state" or not each.after:
            continue
        if each.what in _SUPERSEDED and each.after != getattr(change.plan, each.what):
            yield language.say(_SUPERSEDED[each.what])
        else:
            yield new_value_text(each, language, write_span=write_span, environment_names=environment_names)


def new_value_text(
    alteration: Alteration,
    language: Language,
    *,
    write_span: Callable[[Span], str],
    environment_names: Mapping[str, str],
) -> str:
    """The new value that an alteration of the plan brought, such as ``New impact: outage``."""
    value = _value_text(alteration.after, language, write_span, environment_names)
    return language.say(_ALTERATIONS[alteration.what], value=value)


def difference_texts(change: Change, number: int, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """What the update of that number altered, such as ``state: confirmed → in progress``.

    Values are as operators type them, times on the clock of ``zone``.
    """
    return _difference_texts(change, number, language, lambda value: _typed_text(value, zone))


def differences_in_words(
    change: Change, number: int, dates: Dates, environment_names: Mapping[str, str]
) -> Iterator[str]:
    """What the update of that number altered, with values in words and times as ``dates`` write them."""
    language = dates.language

    def write_value(value: object) -> str:
        return _value_text(value, language, lambda span: str(dates.span(span)), environment_names)

    return _difference_texts(change, number, language, write_value)


def _difference_texts(
    change: Change, number: int, language: Language, write_value: Callable[[object], str]
) -> Iterator[str]:
    for each in change.alterations(number):
        before, after = (write_value(value) or language.say("nothing") for value in (each.before, each.after))
        name = language.say(_ALTERED_THINGS[each.what])
        yield language.say("{name}: {before} → {after}", name=name, before=before, after=after)


def _typed_text(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, Span):
        return span_text(value, zone)
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _value_text(
    value: object, language: Language, write_span: Callable[[Span], str], environment_names: Mapping[str, str]
) -> str:
    if isinstance(value, Span):
        return write_span(value)
    if isinstance(value, State):
        return uncapitalized(language.say(STATE_NAMES[value]))
    if isinstance(value, Impact):
        return language.say(IMPACT_NAMES[value])
    if isinstance(value, frozenset):
        return ", ".join(environment_names.get(each, each) for each in sorted(value))
    return str(value)
