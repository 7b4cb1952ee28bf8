"""Speech: what a telephone line says, and in which voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.publication.editions import Edition
from icsfeed.publication.reminders.phone_script import PhoneScript
from icsfeed.publication.reminders.phone_words import PhoneWords
from icsfeed.services.reminders import ReminderFacts
from icsfeed.services.upcoming import UpcomingItem, upcoming
from icsfeed.words.spoken import SpokenDates

_VOICES: Final = {"en": ("en-US", "en-GB", "en-AU", "en-IN"), "fr": ("fr-FR", "fr-CA")}
"""The locales that telephone services have voices for, the usual one of each language first.

Twilio, Amazon Polly, Google and Azure have all of these in common.
"""

_SEARCH_STEP: Final = timedelta(weeks=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """The ``sentences`` to be said, and the ``locale`` of the voice (BCP 47)."""

    sentences: tuple[str, ...]
    locale: str


def speech_of(edition: Edition, facts: ReminderFacts, environments: frozenset[str] | None = None) -> Speech:
    """What is said in that edition; the facts are those of these ``environments`` (``None``: all public ones)."""
    dates, situation = edition.dates, edition.situation
    spoken = SpokenDates(language=edition.language, zone=dates.zone, year=dates.year, today=facts.today)
    script = PhoneScript(
        facts=facts,
        next_freeze=next(_freezes_ahead(situation, environments or frozenset()), None),
        as_of=edition.as_of,
        words=PhoneWords(schedule=situation.schedule, spoken=spoken, is_live=edition.is_live),
    )
    return Speech(sentences=script.sentences(), locale=voice_locale(edition))


def voice_locale(edition: Edition) -> str:
    """The locale of a voice: the language as the calendar's country speaks it, where there are such voices."""
    tag, code = edition.dates.tag, edition.language.code
    voices = _VOICES.get(code, (tag,))
    return tag if tag in voices else voices[0]


def _freezes_ahead(situation: Situation, environments: frozenset[str]) -> Iterator[UpcomingItem]:
    """The freezes that have not begun, as far as feeds reach."""
    start, last = situation.now, situation.published_span.end
    while start < last:
        end = min(start + _SEARCH_STEP, last)
        for item in upcoming(situation, start, end - start, tuple(sorted(environments))):
            if item.kind is Kind.FREEZE and item.span.start > situation.now:
                yield item
        start = end
