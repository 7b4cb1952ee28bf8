"""What a telephone line says in a situation, for tests."""

from __future__ import annotations

from icsfeed.domain.situation import Situation
from icsfeed.publication.editions import Edition, editions
from icsfeed.publication.reminders.phone import speech_of
from icsfeed.services.reminders import reminder_facts
from icsfeed.words.languages import language_named
from tests.reminders.situations import URL


def edition_of(situation: Situation, code: str = "en", *, is_live: bool = True) -> Edition:
    (edition,) = editions(situation, base_url=URL, is_live=is_live, languages=(language_named(code),))
    return edition


def sentences_in(situation: Situation, code: str = "en", *, is_live: bool = True) -> list[str]:
    edition = edition_of(situation, code, is_live=is_live)
    return list(speech_of(edition, reminder_facts(edition.situation)).sentences)
