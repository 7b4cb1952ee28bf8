"""Statements: what services have to say, as a phrase and its values; in words once somebody reads it.

As a string, a statement is English with times in one form for all countries, which commands and programs get.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from icsfeed.domain.lengths import length_text
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.times import days_text, instant_text, span_text
from icsfeed.words.phrases import Phrase, phrase_in

if TYPE_CHECKING:
    from icsfeed.words.dates import Dates

_UTC: Final = ZoneInfo("UTC")
BETWEEN_REASONS: Final = phrase_in("between two reasons", "; ")
BETWEEN_THINGS: Final = phrase_in("between two things", " and ")

Value: TypeAlias = "str | int | date | timedelta | Span | DateRange | Phrase | Statement | Statements"
"""A ``datetime`` is a ``date``, too."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A phrase, and the ``values`` in the places that it names in braces; times are on the clock of ``zone``."""

    phrase: Phrase
    values: tuple[tuple[str, Value], ...] = ()
    zone: ZoneInfo = _UTC

    def __str__(self) -> str:
        return self.phrase.text.format(**{name: _english(value, self.zone) for name, value in self.values})

    def in_words(self, dates: Dates) -> str:
        """The statement in the language of ``dates``, with times as these write them."""
        return dates.language.say(self.phrase, **{name: _in_words(value, dates) for name, value in self.values})


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements with the same text ``between`` any two of them."""

    parts: tuple[Statement, ...]
    between: Phrase

    def __str__(self) -> str:
        return self.between.text.join(map(str, self.parts))

    def in_words(self, dates: Dates) -> str:
        return dates.language.say(self.between).join(each.in_words(dates) for each in self.parts)


def stated(phrase: Phrase, zone: ZoneInfo = _UTC, **values: Value) -> Statement:
    """The statement that the phrase makes of the values."""
    return Statement(phrase, tuple(values.items()), zone)


def _english(value: Value, zone: ZoneInfo) -> str:
    match value:
        case datetime():
            return instant_text(value, zone)
        case Span():
            return span_text(value, zone)
        case DateRange():
            return days_text(value)
        case timedelta():
            return length_text(value)
        case Phrase():
            return value.text
        case _:
            return str(value)


def _in_words(value: Value, dates: Dates) -> str:  # noqa: PLR0911  (one for each kind of value)
    match value:
        case datetime():
            return dates.moment(value)
        case Span():
            return str(dates.span(value))
        case DateRange():
            return str(dates.days(value))
        case date():
            return dates.day(value)
        case timedelta():
            return dates.length_in_days(value)
        case Phrase():
            return dates.language.say(value)
        case Statement() | Statements():
            return value.in_words(dates)
        case _:
            return str(value)
