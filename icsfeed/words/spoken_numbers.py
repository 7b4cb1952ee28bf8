"""Numbers as people say them: lists in the catalogs, since no rule holds in every language.

French hours and minutes are feminine and days of the month are not, so each use has a list of its own.
"""

from __future__ import annotations

import re
from typing import Final

from icsfeed.words.languages import Language
from icsfeed.words.phrases import Phrase, phrase_in

_NUMBERS: Final = phrase_in(
    "numbers from 0 to 99, as people say them",
    "zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, "
    "sixteen, seventeen, eighteen, nineteen, twenty, twenty-one, twenty-two, twenty-three, twenty-four, twenty-five, "
    "twenty-six, twenty-seven, twenty-eight, twenty-nine, thirty, thirty-one, thirty-two, thirty-three, thirty-four, "
    "thirty-five, thirty-six, thirty-seven, thirty-eight, thirty-nine, forty, forty-one, forty-two, forty-three, "
    "forty-four, forty-five, forty-six, forty-seven, forty-eight, forty-nine, fifty, fifty-one, fifty-two, "
    "fifty-three, fifty-four, fifty-five, fifty-six, fifty-seven, fifty-eight, fifty-nine, sixty, sixty-one, "
    "sixty-two, sixty-three, sixty-four, sixty-five, sixty-six, sixty-seven, sixty-eight, sixty-nine, seventy, "
    "seventy-one, seventy-two, seventy-three, seventy-four, seventy-five, seventy-six, seventy-seven, seventy-eight, "
    "seventy-nine, eighty, eighty-one, eighty-two, eighty-three, eighty-four, eighty-five, eighty-six, eighty-seven, "
    "eighty-eight, eighty-nine, ninety, ninety-one, ninety-two, ninety-three, ninety-four, ninety-five, ninety-six, "
    "ninety-seven, ninety-eight, ninety-nine",
)
_HOURS: Final = phrase_in(
    "hours from 0 to 23, as people say them before the minutes and the part of the day",
    "twelve, one, two, three, four, five, six, seven, eight, nine, ten, eleven, "
    "twelve, one, two, three, four, five, six, seven, eight, nine, ten, eleven",
)
_MINUTES: Final = phrase_in(
    "minutes from 1 to 59, as people say them after the hour",
    "oh one, oh two, oh three, oh four, oh five, oh six, oh seven, oh eight, oh nine, ten, eleven, twelve, thirteen, "
    "fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty, twenty-one, twenty-two, twenty-three, "
    "twenty-four, twenty-five, twenty-six, twenty-seven, twenty-eight, twenty-nine, thirty, thirty-one, thirty-two, "
    "thirty-three, thirty-four, thirty-five, thirty-six, thirty-seven, thirty-eight, thirty-nine, forty, forty-one, "
    "forty-two, forty-three, forty-four, forty-five, forty-six, forty-seven, forty-eight, forty-nine, fifty, "
    "fifty-one, fifty-two, fifty-three, fifty-four, fifty-five, fifty-six, fifty-seven, fifty-eight, fifty-nine",
)
_DAYS: Final = phrase_in(
    "days of a month from 1 to 31, as people say them in a date",
    "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, "
    "fourteenth, fifteenth, sixteenth, seventeenth, eighteenth, nineteenth, twentieth, twenty-first, twenty-second, "
    "twenty-third, twenty-fourth, twenty-fifth, twenty-sixth, twenty-seventh, twenty-eighth, twenty-ninth, thirtieth, "
    "thirty-first",
)
NUMBER_LISTS: Final = {_NUMBERS: 100, _HOURS: 24, _MINUTES: 59, _DAYS: 31}
"""Every list, with how many it must have in each language."""

_YEAR: Final = phrase_in("year from 2010 to 2099, as people say it", "twenty {number}")
_YEARS: Final = range(2010, 2100)
_LARGEST: Final = 99


def number_in_words(number: int, language: Language) -> str:
    """A number from 0 to 99; a larger one in digits."""
    return _nth(_NUMBERS, number, language) if number <= _LARGEST else str(number)


def hour_in_words(hour: int, language: Language) -> str:
    """An hour from 0 to 23 as it is said before the part of the day."""
    return _nth(_HOURS, hour, language)


def minutes_in_words(minutes: int, language: Language) -> str:
    """Minutes from 1 to 59 as they are said after the hour."""
    return _nth(_MINUTES, minutes - 1, language)


def day_in_words(day: int, language: Language) -> str:
    """A day of a month as it is said in a date."""
    return _nth(_DAYS, day - 1, language)


def year_in_words(year: int, language: Language) -> str:
    """A year of this century from 2010 on; any other in digits."""
    return language.say(_YEAR, number=number_in_words(year % 100, language)) if year in _YEARS else str(year)


def spell_out(text: str, language: Language) -> str:
    """The text with its numbers of one or two digits in words."""
    return re.sub(
        r"(?<![\w.,])[0-9]{1,2}(?![\w]|[.,][0-9])", lambda match: number_in_words(int(match[0]), language), text
    )


def _nth(numbers: Phrase, index: int, language: Language) -> str:
    return language.say(numbers).split(", ")[index]
