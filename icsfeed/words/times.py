"""Instants and spans in feeds: the same in every country in English, and as the country writes them otherwise.

English has weekday, date and time in one form for all, which is what feeds have always had.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from icsfeed.domain.times import day_text, instant_text, span_text
from icsfeed.words.languages import ENGLISH, Language

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta
    from zoneinfo import ZoneInfo

    from icsfeed.domain.spans import Span
    from icsfeed.words.dates import Dates

_NO_YEAR: Final = 0
"""As the year whose dates are written without it: feeds are read in any year."""


def span_in_words(span: Span, zone: ZoneInfo, language: Language) -> str:
    """The span on the clock of ``zone``, such as ``Thu 2026-12-03 02:00–06:00 EST``."""
    return span_text(span, zone) if language == ENGLISH else str(_dates(language, zone).span(span))


def instant_in_words(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """The instant on the clock of ``zone``, such as ``Thu 2026-12-03 02:00 EST``."""
    return instant_text(instant, zone) if language == ENGLISH else _dates(language, zone).moment(instant)


def clock_in_words(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """The time of day on the clock of ``zone``, such as ``02:00 EST``."""
    if language == ENGLISH:
        return f"{instant.astimezone(zone):%H:%M %Z}"
    dates = _dates(language, zone)
    return f"{dates.time(instant)}\u00a0{dates.abbreviation(instant)}"


def short_instant_in_words(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """The instant on the clock of ``zone`` without its weekday, such as ``2026-12-03 02:00 EST``."""
    local = instant.astimezone(zone)
    name = f"{local:%Z}" if language == ENGLISH else _dates(language, zone).abbreviation(instant)
    return f"{local:%Y-%m-%d %H:%M} {name}"


def day_in_words(day: date, zone: ZoneInfo, language: Language) -> str:
    """The date as the country of ``zone`` writes it, such as ``Thu 2026-12-03``."""
    return day_text(day) if language == ENGLISH else _dates(language, zone).dated_day(day)


def length_in_words(length: timedelta, zone: ZoneInfo, language: Language) -> str:
    """The length of time as the country of ``zone`` writes it, such as ``2 days 1 hour 30 minutes``."""
    return _dates(language, zone).length_in_days(length)


@lru_cache(maxsize=64)
def _dates(language: Language, zone: ZoneInfo) -> Dates:
    from icsfeed.words.dates import Dates  # noqa: PLC0415  (English does without Babel)

    return Dates(language=language, zone=zone, year=_NO_YEAR)
