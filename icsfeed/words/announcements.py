"""Announcements in words: the parts that mails and chat texts are made of. Every text is fit for any reader.

Lines have no line break and, like all text, no control for the direction of text; markup is the medium's to escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.event_facts import Message
from icsfeed.domain.feeds import Kind
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import plain_line, plain_paragraphs
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import is_utc
from icsfeed.words.announcement_news import news_in_words
from icsfeed.words.announcement_sentences import main_sentence, occurrence_day
from icsfeed.words.change_sentences import names_of
from icsfeed.words.consequences import consequence_facts
from icsfeed.words.dates import Dates
from icsfeed.words.events import IMPACTS, label_line, latest_messages
from icsfeed.words.labeled_texts import LabeledText
from icsfeed.words.languages import Language, language_named, uncapitalized
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.terms import IMPACT_NAMES, KIND_NAMES, STATE_NAMES
from icsfeed.words.times import (
    day_in_words,
    instant_in_words,
    length_in_words,
    span_in_words,
)
from icsfeed.words.updates import new_value_text

_UTC: Final = ZoneInfo("UTC")
_MAX_SUBJECT_NAME_CHARS: Final = 90
CHANGE_KINDS: Final = frozenset({Kind.EMERGENCY, Kind.PLANNED})
_WITH_TIME: Final = {ChannelEvent.ANNOUNCED, ChannelEvent.CONFIRMED, ChannelEvent.MOVED, ChannelEvent.REMINDER}
"""The events whose subject line says when it is."""

_WITH_STATE: Final = {ChannelEvent.UPDATED, ChannelEvent.WITHDRAWN, ChannelEvent.MOVED}
"""The events that don't say by themselves in which state a change is."""

_IN_FREEZE: Final = phrase("It falls in the change freeze “{freeze}”.")
_IN_FREEZE_EVENTS: Final = {
    ChannelEvent.ANNOUNCED,
    ChannelEvent.CONFIRMED,
    ChannelEvent.MOVED,
    ChannelEvent.UPDATED,
}
"""The events that say so."""

_WOULD_BE_FROZEN: Final = phrase("It would fall in the change freeze “{freeze}”.")
_WITHDRAWN: Final = phrase_in("in place of a text", "[withdrawn]")
_RETRACTED: Final = phrase("{time} (no longer holds)")
_IMPACT_ALTERED: Final = phrase("Impact changed from {before} to {after}")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementText:
    """An announcement in words.

    ``subject`` is the line for lists of mails, which begins alike for all that is said of one subject. ``headline``
    names the subject and says what happened, ``title`` is a change's summary, ``sentence`` says what it means,
    ``description`` what customers are told of every such window.
    ``alterations``, ``notes`` and, after the facts, ``remarks`` are whole sentences or lines; ``facts`` are all that
    holds. ``messages`` are new,
    ``earlier_messages`` are not; of these, ``left_out`` older ones are missing. ``ticket`` and ``page`` are addresses.
    """

    language: Language
    subject: str
    headline: str
    title: str
    sentence: str
    description: str
    facts: tuple[LabeledText, ...]
    alterations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    messages: tuple[LabeledText, ...] = ()
    earlier_messages: tuple[LabeledText, ...] = ()
    left_out: int = 0
    ticket: str = ""
    page: str = ""


def announcement_text(announcement: Announcement) -> AnnouncementText:
    """The announcement in words, with times on the clock of the calendar's zone and in UTC."""
    language = language_named(announcement.language)
    if announcement.is_test:
        return _test_text(announcement, language)
    news = news_in_words(announcement)
    earlier = latest_messages(announcement.earlier_messages)
    return AnnouncementText(
        language=language,
        subject=_subject_line(announcement, news, language),
        headline=label_line(_name_of_subject(announcement, language), news, language),
        title="" if announcement.kind is Kind.MAINTENANCE else _name(announcement),
        sentence=main_sentence(announcement),
        description="" if announcement.state is State.CANCELLED else plain_paragraphs(announcement.description),
        facts=tuple(_facts(announcement, language)),
        alterations=tuple(_alterations(announcement, language)),
        notes=tuple(_notes(announcement, language)),
        remarks=tuple(_remarks(announcement, language)),
        messages=tuple(_messages(announcement.messages, announcement, language)),
        earlier_messages=tuple(_messages(earlier, announcement, language)),
        left_out=len(announcement.earlier_messages) - len(earlier),
        ticket=plain_line(announcement.ticket),
        page=announcement.page,
    )


def _test_text(announcement: Announcement, language: Language) -> AnnouncementText:
    title = language.say("Test message from {calendar}", calendar=plain_line(announcement.name))
    sentence = language.say("No maintenance is planned. Somebody is testing where announcements are sent.")
    return AnnouncementText(
        language=language, subject=title, headline=title, title="", sentence=sentence, description="", facts=()
    )


def _subject_line(announcement: Announcement, news: str, language: Language) -> str:
    name = _name(announcement)
    if len(name) > _MAX_SUBJECT_NAME_CHARS:
        name = f"{name[: _MAX_SUBJECT_NAME_CHARS - 1].rstrip()}…"
    if announcement.kind is Kind.MAINTENANCE:
        beginning = _name_of_occurrence(announcement, language)
    else:
        name = language.say(KIND_NAMES[Kind.FREEZE]) if announcement.kind is Kind.FREEZE else name
        beginning = f"[{announcement.subject}] {name}" if name else ""
    says_end = announcement.has_other_end and announcement.correction is None
    if announcement.event in _WITH_TIME and announcement.span is not None and not says_end:
        news = f"{news}, {span_in_words(announcement.span, announcement.zone, language)}"
    return label_line(beginning, news, language) if beginning else f"[{announcement.subject}] {news}"


def _name(announcement: Announcement) -> str:
    """The name of its subject, unless that was withdrawn."""
    return "" if announcement.name == WITHDRAWN_TEXT else plain_line(announcement.name)


def operators_text(text: str, language: Language) -> str:
    """A text of an operator as readers of that language see it: its words or, in their place, that it is withdrawn."""
    return language.say(_WITHDRAWN) if text == WITHDRAWN_TEXT else plain_paragraphs(text)


def _name_of_subject(announcement: Announcement, language: Language) -> str:
    """What is spoken of, such as ``Emergency change EC-7``."""
    if announcement.kind is Kind.MAINTENANCE:
        return _name_of_occurrence(announcement, language)
    kind = [language.say(KIND_NAMES[announcement.kind])] if announcement.kind is not None else []
    return " ".join((*kind, announcement.subject))


def _name_of_occurrence(announcement: Announcement, language: Language) -> str:
    day = day_in_words(occurrence_day(announcement), announcement.zone, language)
    name = plain_line(announcement.name) or language.say(KIND_NAMES[Kind.MAINTENANCE])
    return f"{name}, {day}"


def _facts(announcement: Announcement, language: Language) -> Iterator[LabeledText]:
    """All that holds, for a table."""
    yield from time_facts(announcement, language)
    yield from scope_facts(announcement, language)
    is_new_state = announcement.told_state is not None and announcement.told_state is not announcement.state
    if is_new_state and announcement.state is not None and announcement.event in _WITH_STATE:
        state = uncapitalized(language.say(STATE_NAMES[announcement.state]))
        yield LabeledText(label=language.say("State"), text=state)
    if announcement.reason:
        yield LabeledText(label=language.say("Reason"), text=operators_text(announcement.reason, language))
    yield from consequence_facts(announcement, language)


def time_facts(announcement: Announcement, language: Language) -> Iterator[LabeledText]:
    """When it is: on the clock of the calendar's zone, in UTC, and how long; the planned time, where that differs."""
    span, zone, say = announcement.span, announcement.zone, language.say
    if span is None:
        return
    is_only_planned = announcement.state is State.CANCELLED and not announcement.was_stopped
    label = say("Planned") if is_only_planned and announcement.planned is None else say("When")
    write = partial(_time, is_open_ended=announcement.is_open_ended, language=language)
    yield LabeledText(label=label, text=write(span, zone))
    if not is_utc(zone.key):
        dates = Dates(language=language, zone=zone, year=announcement.at.year)
        yield LabeledText(label="UTC", text=write(span, _UTC).removesuffix("UTC").rstrip())
        yield LabeledText(label=say("Time zone"), text=dates.zone_name)
    if announcement.kind is not Kind.FREEZE:
        yield LabeledText(label=say("Duration"), text=length_in_words(span.length, zone, language))
    if announcement.planned is not None:
        yield LabeledText(label=say("Planned"), text=write(announcement.planned, zone))


def _time(span: Span, zone: ZoneInfo, *, is_open_ended: bool, language: Language) -> str:
    return instant_in_words(span.start, zone, language) if is_open_ended else span_in_words(span, zone, language)


def scope_facts(announcement: Announcement, language: Language) -> Iterator[LabeledText]:
    """What it affects, and how much."""
    if announcement.environments:
        yield LabeledText(label=language.say("Environments"), text=names_of(announcement.environments))
    if announcement.impact is not None:
        yield LabeledText(label=language.say("Impact"), text=language.say(IMPACTS[announcement.impact]))


def _alterations(announcement: Announcement, language: Language) -> Iterator[str]:
    """What is new in the plan; a text that was removed is not mentioned."""
    write_span = partial(span_in_words, zone=announcement.zone, language=language)
    names = {each.id: plain_line(each.name) for each in announcement.environments}
    for each in announcement.alterations:
        if each.what == "impact" and isinstance(each.before, Impact) and isinstance(each.after, Impact):
            before, after = (language.say(IMPACT_NAMES[impact]) for impact in (each.before, each.after))
            yield language.say(_IMPACT_ALTERED, before=before, after=after)
        elif each.after and each.after != WITHDRAWN_TEXT:
            yield plain_line(new_value_text(each, language, write_span=write_span, environment_names=names))


def _notes(announcement: Announcement, language: Language) -> Iterator[str]:
    if announcement.kind is Kind.MAINTENANCE and announcement.left:
        yield language.say("It does not affect {environments}.", environments=names_of(announcement.left))
    if announcement.kind is Kind.MAINTENANCE and announcement.freeze:
        yield language.say(_WOULD_BE_FROZEN, freeze=plain_line(announcement.freeze))


def _remarks(announcement: Announcement, language: Language) -> Iterator[str]:
    """What is to be said after the facts."""
    is_current = announcement.state in {State.TENTATIVE, State.CONFIRMED, State.IN_PROGRESS}
    if announcement.kind in CHANGE_KINDS and is_current and announcement.event in _IN_FREEZE_EVENTS:
        freeze = plain_line(announcement.freeze)
        yield from [language.say(_IN_FREEZE, freeze=freeze)] if freeze else []


def _messages(messages: Iterable[Message], announcement: Announcement, language: Language) -> Iterator[LabeledText]:
    for each in messages:
        label = instant_in_words(each.at, announcement.zone, language)
        if each in announcement.retracted_messages:
            label = language.say(_RETRACTED, time=label)
        yield LabeledText(label=label, text=operators_text(each.text, language))
