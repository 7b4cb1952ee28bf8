"""Messages in several languages from plain data."""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.changes import Step
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.translated_texts import translations_of
from icsfeed.services.changes import StepRequest
from icsfeed.services.requests.announcements import announcement_request
from icsfeed.services.requests.steps import extension_request, step_request
from tests.services.requests.plain_data import errors_of
from tests.services.workspace import NIGHT, TWO_ENVIRONMENTS

FRENCH_FIRST = replace(TWO_ENVIRONMENTS, calendar=replace(TWO_ENVIRONMENTS.calendar, languages=("fr", "en")))
BOTH = {"en": " We begin ", "fr": "On commence"}


def started(message: object, schedule: Schedule = TWO_ENVIRONMENTS) -> StepRequest:
    return step_request({"message": message}, change_id="EC-1", step=Step.START, schedule=schedule)


def test_a_message_by_language() -> None:
    request = started(BOTH)
    assert (request.message, request.message_translations) == (
        "We begin",
        translations_of({"en": "We begin", "fr": "On commence"}),
    )
    request = started(BOTH, FRENCH_FIRST)
    assert (request.message, request.message_translations) == (
        "On commence",
        translations_of({"fr": "On commence", "en": "We begin"}),
    )


def test_a_message_in_one_language_has_no_translations() -> None:
    for message in ("We begin", {"en": "We begin"}, {"en": "We begin", "fr": " "}):
        request = started(message)
        assert (request.message, request.message_translations) == ("We begin", ())


def test_announcements_and_extensions_take_them_too() -> None:
    extension = extension_request({"length": "1h", "message": BOTH}, change_id="EC-1", schedule=TWO_ENVIRONMENTS)
    announcement = announcement_request(
        {"kind": "emergency", "summary": "S", "environments": ["production"], "duration": "1h", "message": BOTH},
        schedule=TWO_ENVIRONMENTS,
        now=NIGHT,
    )
    for request in (extension, announcement):
        assert (request.message, len(request.message_translations)) == ("We begin", 2)


def test_errors() -> None:
    assert errors_of(lambda: started({"fr": "On commence", "de": "Los"})) == {
        "message": [
            '"de" is not a language of this calendar, in which "message" can be written; its languages are en, fr',
            'the message has no text in "en", the calendar\'s first language; add it',
        ]
    }
    assert errors_of(lambda: started({"en": "We begin", "fr": 3})) == {
        "message": ['"message" in "fr" is a text, not 3']
    }
    assert errors_of(lambda: started({"en": "", "fr": "On commence"})) == {
        "message": ['the message has no text in "en", the calendar\'s first language; add it']
    }
    assert errors_of(lambda: started({})) == {
        "message": ['the message has no text in "en", the calendar\'s first language; add it']
    }
    assert errors_of(lambda: started({"en": "We begin", "fr": "a\u202eb"})) == {
        "message": [
            "the message has the direction control U+202E at position 2, with which text can be shown in another order "
            "than it is written; remove it"
        ]
    }
    assert errors_of(lambda: started(["We begin"])) == {
        "message": ['"message" is a text, not ["We begin"]; write a text in quotes']
    }
