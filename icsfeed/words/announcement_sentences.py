"""The sentences of announcements: in a few words what happened, and in one sentence what that means."""

from __future__ import annotations

from datetime import date
from typing import Final

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import plain_line
from icsfeed.words.events import UNTIL_FURTHER_NOTICE, freeze_meaning
from icsfeed.words.languages import Language, language_named
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.times import day_in_words, instant_in_words, span_in_words

_CHANGE_NEWS: Final = {
    ChannelEvent.ANNOUNCED: phrase_in("news of a change", "announced"),
    ChannelEvent.CONFIRMED: phrase_in("news of a change", "confirmed"),
    ChannelEvent.MOVED: phrase_in("news of a change", "moved"),
    ChannelEvent.STARTED: phrase_in("news of a change", "work has started"),
    ChannelEvent.COMPLETED: phrase_in("news of a change", "completed"),
    ChannelEvent.CANCELLED: phrase_in("news of a change", "cancelled"),
    ChannelEvent.UPDATED: phrase_in("news of a change", "update"),
    ChannelEvent.WITHDRAWN: phrase_in("news of a change", "text withdrawn"),
    ChannelEvent.REMINDER: phrase_in("news of a change", "reminder"),
}
_TENTATIVE: Final = phrase_in("news of a change", "announced tentatively")
_GONE: Final = phrase_in("news of a change", "withdrawn")
_LEFT: Final = phrase_in("news of a change", "no longer affects you")
_OCCURRENCE_NEWS: Final = {
    ChannelEvent.MOVED: phrase_in("news of a maintenance", "moved"),
    ChannelEvent.SKIPPED: phrase_in("news of a maintenance", "does not take place"),
    ChannelEvent.UPDATED: phrase_in("news of a maintenance", "takes place as planned"),
    ChannelEvent.WITHDRAWN: phrase_in("news of a maintenance", "does not take place"),
    ChannelEvent.REMINDER: phrase_in("news of a maintenance", "reminder"),
}
_FREEZE_STARTED: Final = phrase_in("news of a change freeze", "started")
_FREEZE_ENDED: Final = phrase_in("news of a change freeze", "ended")

_STATES: Final = {
    State.TENTATIVE: phrase("It is planned for {when}, but not confirmed yet."),
    State.CONFIRMED: phrase("It is planned for {when}."),
    State.IN_PROGRESS: phrase("Work has started. It is expected to end {end}."),
    State.COMPLETED: phrase("It took place {when}."),
    State.CANCELLED: phrase("It is cancelled."),
}
"""What holds of a change in that state."""

_CONFIRMED: Final = phrase("It is confirmed for {when}.")
_TEXT_WITHDRAWN: Final = phrase("Text that was sent about it is withdrawn: please disregard it.")
_ALL_WITHDRAWN: Final = phrase(
    "All that was sent about it is withdrawn: please disregard it, and delete it from your calendar if you added it "
    "there yourself."
)


def news_in_words(announcement: Announcement) -> str:
    """What happened, in a few words, such as ``moved``."""
    say, event = language_named(announcement.language).say, announcement.event
    if announcement.kind is Kind.FREEZE:
        return say(_FREEZE_ENDED if announcement.state is State.COMPLETED else _FREEZE_STARTED)
    if announcement.kind is Kind.MAINTENANCE:
        return say(_OCCURRENCE_NEWS[event])
    if announcement.is_gone:
        return say(_GONE)
    if announcement.left:
        return say(_LEFT)
    is_tentative = event is ChannelEvent.ANNOUNCED and announcement.state is State.TENTATIVE
    return say(_TENTATIVE if is_tentative else _CHANGE_NEWS[event])


def main_sentence(announcement: Announcement) -> str:
    """What the news means, with times on the clock of the calendar's zone."""
    language, span = language_named(announcement.language), announcement.span
    if announcement.kind is Kind.MAINTENANCE:
        return _occurrence_sentence(announcement, language)
    if span is None:
        return language.say(_ALL_WITHDRAWN)
    if announcement.kind is Kind.FREEZE:
        return _freeze_sentence(announcement, span, language)
    return _change_sentence(announcement, span, language)


def _change_sentence(announcement: Announcement, span: Span, language: Language) -> str:
    event, state, say = announcement.event, announcement.state or State.CONFIRMED, language.say
    if announcement.left:
        return say("No longer affects {environments}.", environments=_names(announcement.left))
    if event is ChannelEvent.MOVED and announcement.earlier is not None:
        return _moved_sentence(span, announcement.earlier, announcement, language)
    pattern = _CONFIRMED if event is ChannelEvent.CONFIRMED else _STATES[state]
    when = span_in_words(span, announcement.zone, language)
    holds = say(pattern, when=when, end=instant_in_words(span.end, announcement.zone, language))
    return f"{say(_TEXT_WITHDRAWN)} {holds}" if event is ChannelEvent.WITHDRAWN else holds


def _names(environments: tuple[Environment, ...]) -> str:
    return ", ".join(plain_line(each.name) for each in environments)


def _moved_sentence(span: Span, earlier: Span, announcement: Announcement, language: Language) -> str:
    zone = announcement.zone
    if span.start == earlier.start:
        old, new = (instant_in_words(each.end, zone, language) for each in (earlier, span))
        return language.say("Its end is moved from {old} to {new}.", old=old, new=new)
    old, new = (span_in_words(each, zone, language) for each in (earlier, span))
    return language.say("It is moved from {old} to {new}.", old=old, new=new)


def _occurrence_sentence(announcement: Announcement, language: Language) -> str:
    event, zone, span = announcement.event, announcement.zone, announcement.span
    if span is None:
        original = day_in_words(occurrence_day(announcement), zone, language)
        return language.say("The maintenance of {original} does not take place.", original=original)
    when = span_in_words(span, zone, language)
    if event is ChannelEvent.SKIPPED:
        return language.say("The maintenance of {original} does not take place.", original=when)
    if event is ChannelEvent.MOVED and announcement.earlier is not None:
        original = span_in_words(announcement.earlier, zone, language)
        return language.say("The maintenance of {original} takes place {new} instead.", original=original, new=when)
    if event in {ChannelEvent.REMINDER, ChannelEvent.MOVED}:
        return language.say("It takes place {when}.", when=when)
    return language.say("The maintenance of {original} takes place as planned.", original=when)


def occurrence_day(announcement: Announcement) -> date:
    """The original local date of the occurrence."""
    return date.fromisoformat(announcement.subject.rpartition("/")[2])


def _freeze_sentence(announcement: Announcement, span: Span, language: Language) -> str:
    if announcement.state is State.COMPLETED:
        end = instant_in_words(span.end, announcement.zone, language)
        return language.say("It ended {end}. Planned changes happen again.", end=end)
    meaning = freeze_meaning(language, has_hours=True)
    return f"{meaning} {language.say(UNTIL_FURTHER_NOTICE)}" if announcement.is_open_ended else meaning
