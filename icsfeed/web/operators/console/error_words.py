"""Errors of forms in an operator's language: the services' own sentences are English.

An error has words here where its field is missing, or where its sentence is one that forms run into; any other one
stays as the service wrote it.
"""

from __future__ import annotations

import re
from typing import Final

from icsfeed.services.requests.errors import FieldError, FieldFault
from icsfeed.words.languages import ENGLISH, Language
from icsfeed.words.phrases import phrase

_MISSING: Final = {
    "summary": phrase("The summary is missing: write what customers are to read."),
    "environments": phrase("Choose at least one environment."),
    "duration": phrase("Say how long it takes, or when it ends."),
    "end": phrase("Say how long it takes, or when it ends."),
    "length": phrase("Say how much longer it takes, such as 30m or 1h30m."),
    "start": phrase("The start is missing."),
    "reason": phrase("The reason is missing."),
    "name": phrase("The name is missing."),
    "scope": phrase("Choose the scope."),
}
_SENTENCES: Final = (
    (
        r'"(?P<value>.*)" is not a length of time',
        phrase("“{value}” is not a length. Write one such as 30m, 1h30m or 2d."),
    ),
    (r'"(?P<value>.*)" is not an instant', phrase("“{value}” is not a time. Write one such as 2026-12-07 14:30.")),
    (r'"(?P<value>.*)" is not a date', phrase("“{value}” is not a date. Write one such as 2026-12-07.")),
    (r'"(?P<value>.*)" is out of reach', phrase("“{value}” is too far away: look at the year.")),
    (r".* comes twice in .*", phrase("The clock is put back then, so this time comes twice: choose one.")),
    (r".* does not exist in .*", phrase("The clock is put forward then, so this time does not exist: choose one.")),
    (r"the end, .*, is not after the start, .*", phrase("The end has to be after the start.")),
    (r".* lasts at most .* days, not .*", phrase("It lasts too long: look at the years.")),
    (r"an end and a duration both say when it ends", phrase("Give either a length or an end, not both.")),
    (r"the summary is empty", _MISSING["summary"]),
    (r"the reason is empty", _MISSING["reason"]),
    (
        r"a planned change in the change freeze .* needs a reason",
        phrase("In a change freeze, a planned change needs a reason."),
    ),
    (r"a change touches an environment", _MISSING["environments"]),
    (r"a change needs at least one environment that it touches", _MISSING["environments"]),
    (r"a freeze of no environment freezes nothing", _MISSING["environments"]),
    (r"the [\w ]+ has (?P<count>[\d,]+) characters", phrase("This text is too long: it has {count} characters.")),
    (
        r'"(?P<value>.*)" is not the address of a ticket',
        phrase("“{value}” is not the address of a ticket. Write it from https:// on."),
    ),
    (
        r'"(?P<value>.*)" can\'t be a (?:subscriber|token)\'s name',
        phrase("“{value}” can’t be a name. Write one line, and not too long."),
    ),
    (r"this is a token itself", phrase("This is a token itself. Write its name.")),
    (r".* alarms before each event are too many", phrase("There are too many reminders before each event.")),
    (
        r"an alarm rings whole minutes before an event.*",
        phrase("A reminder comes whole minutes before an event, such as 30m or 1d."),
    ),
)


def error_in_words(error: FieldError, language: Language) -> str:
    """What is wrong and what to write instead, in that language; empty where there is only the service's sentence."""
    if language == ENGLISH:
        return ""
    if error.fault is FieldFault.MISSING and error.field in _MISSING:
        return language.say(_MISSING[error.field])
    for pattern, text in _SENTENCES:
        if match := re.fullmatch(pattern, error.message, re.DOTALL):
            return language.say(text, **match.groupdict())
    return ""
