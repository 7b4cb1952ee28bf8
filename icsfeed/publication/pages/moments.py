"""Times within sentences: the page has them as elements, so that browsers can show them in the visitor's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from icsfeed.domain.spans import Span
from icsfeed.services.upcoming import utc_text
from icsfeed.words.dates import Dates, When
from icsfeed.words.phrases import phrase

PLACE: Final = "\0"
"""Stands for a time while a sentence is translated; no text of the schedule or of operators can hold it."""

HOURS_WITHOUT_END: Final = phrase("from {time} until further notice")
"""Of what has a start, and no end that anybody knows."""

UNTIL_FURTHER_NOTICE: Final = phrase("until further notice")


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """An instant in words and, in ISO 8601, for the browser; of a ``date`` only the day is shown."""

    text: str
    instant: str
    style: str = "moment"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanTime:
    """A span in words and, in ISO 8601, for the browser."""

    when: When
    starts: str
    ends: str
    is_open_ended: ClassVar[bool] = False


Sentence: TypeAlias = tuple[str | Moment | SpanTime, ...]
"""A sentence with times in it; empty: none."""


def moment_of(instant: datetime, dates: Dates) -> Moment:
    return Moment(text=dates.moment(instant), instant=utc_text(instant))


def date_of(instant: datetime, dates: Dates) -> Moment:
    return Moment(text=dates.day(dates.local(instant).date()), instant=utc_text(instant), style="date")


def time_of(span: Span, dates: Dates) -> SpanTime:
    return SpanTime(when=dates.span(span), starts=utc_text(span.start), ends=utc_text(span.end))


def time_from(start: datetime, dates: Dates) -> When:
    """The time of what has no end."""
    time = f"{dates.time(start)}\u00a0{dates.abbreviation(start)}"
    return When(day=dates.day(dates.local(start).date()), hours=dates.language.say(HOURS_WITHOUT_END, time=time))


def with_times(text: str, times: Sequence[Moment | SpanTime]) -> Sentence:
    """The text, with each ``PLACE`` replaced by the next of the times."""
    start, *rest = text.split(PLACE, len(times))
    parts: list[str | Moment | SpanTime] = [start]
    for time, after in zip(times, rest, strict=True):
        parts += [time, after]
    return tuple(part for part in parts if part)
