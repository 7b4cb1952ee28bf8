"""The sentences of announcements: what happened, and what that means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.announcements import Announcement, OtherFreeze
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import plain_line
from icsfeed.words.change_sentences import change_sentence
from icsfeed.words.events import UNTIL_FURTHER_NOTICE, freeze_meaning
from icsfeed.words.languages import Language, language_named
from icsfeed.words.phrases import phrase
from icsfeed.words.terms import name_in_words
from icsfeed.words.times import day_in_words, instant_in_words, span_in_words

_AFTER_ALL: Final = phrase("The maintenance of {original} takes place after all.")
_PARTIAL: Final = phrase("The maintenance of {original} takes place as planned.")


def main_sentence(announcement: Announcement) -> str:
    """What the news means, with times on the clock of the calendar's zone."""
    language, span = language_named(announcement.language), announcement.span
    if announcement.kind is Kind.MAINTENANCE:
        return _occurrence_sentence(announcement, language)
    if announcement.kind is Kind.FREEZE and span is not None:
        return _freeze_sentence(announcement, span, language)
    return change_sentence(announcement, language)


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
    return language.say(_PARTIAL if announcement.left else _AFTER_ALL, original=when)


def occurrence_day(announcement: Announcement) -> date:
    """The original local date of the occurrence."""
    return date.fromisoformat(announcement.subject.rpartition("/")[2])


def _freeze_sentence(announcement: Announcement, span: Span, language: Language) -> str:
    if announcement.state is State.COMPLETED:
        return " ".join(_end_sentences(announcement, span, language))
    meaning = freeze_meaning(language, has_hours=True)
    return f"{meaning} {language.say(UNTIL_FURTHER_NOTICE)}" if announcement.is_open_ended else meaning


def _end_sentences(announcement: Announcement, span: Span, language: Language) -> Iterator[str]:
    end = instant_in_words(span.end, announcement.zone, language)
    yield language.say("This freeze ended {end}.", end=end)
    if announcement.other_freeze is not None:
        yield _other_freeze_sentence(announcement.other_freeze, announcement.zone, language)
    elif not announcement.still_frozen:
        yield language.say("Planned changes happen again.")


def _other_freeze_sentence(freeze: OtherFreeze, zone: ZoneInfo, language: Language) -> str:
    name, say = plain_line(name_in_words(Kind.FREEZE, freeze.name, language)), language.say
    if freeze.until is not None:
        until = instant_in_words(freeze.until, zone, language)
        return say("Another change freeze, “{name}”, lasts until {until}.", name=name, until=until)
    if freeze.through is not None:
        day = day_in_words(freeze.through, zone, language)
        return say("Another change freeze, “{name}”, lasts through {day}.", name=name, day=day)
    return say("Another change freeze lasts until further notice.")
