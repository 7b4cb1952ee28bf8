"""Editions: a situation in one language, for texts that say what is happening and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from icsfeed.domain.changes import Change
from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import CalendarItem, Situation
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.words.dates import Dates
from icsfeed.words.languages import Language, folder_of, languages_named


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What readers of one of the ``languages`` may see in the ``situation``, whose texts are in that language.

    ``base_url`` is the address of the site for customers, without the final slash; it may be empty. An edition that is
    not ``is_live`` may be read long after it was made: its texts name dates and ``as_of``, never "now" or "today".
    ``as_of`` (UTC) is the latest instant at which time or the record has changed what the texts may say.
    """

    situation: Situation
    language: Language
    languages: tuple[Language, ...]
    base_url: str
    is_live: bool
    as_of: datetime

    @property
    def folder(self) -> str:
        """That of the language below the site's root, with the final slash; empty for the first language."""
        return folder_of(self.language, self.languages)

    @cached_property
    def today(self) -> date:
        """The date in the calendar's zone."""
        return local_date(self.situation.now, self.situation.zone)

    @cached_property
    def dates(self) -> Dates:
        return Dates(language=self.language, zone=self.situation.zone, year=self.today.year)

    def url(self, path: str) -> str:
        """The address of a path of the site (with its slash): absolute where the site's own address is known."""
        return f"{self.base_url}{path}"


def editions(
    situation: Situation, *, base_url: str, is_live: bool, languages: tuple[Language, ...] = ()
) -> tuple[Edition, ...]:
    """The situation in each of the ``languages``, by default those of its calendar; the first has the site's root."""
    languages, as_of = languages or languages_named(situation.schedule.calendar.languages), _as_of(situation)
    return tuple(
        Edition(
            situation=situation.in_language(language.code),
            language=language,
            languages=languages,
            base_url=base_url,
            is_live=is_live,
            as_of=as_of,
        )
        for language in languages
    )


def turns_of_today(situation: Situation) -> Iterator[datetime]:
    """The instants (UTC) of today at which time alone changes such texts, those that have passed and midnights too.

    Today is that of the calendar's zone. A text may change where anything that is visible starts or ends, and at
    midnight, so that what it calls near goes by dates.
    """
    today = local_date(situation.now, situation.zone)
    start, end = (instant_of(midnight(day), situation.zone) for day in (today, today + ONE_DAY))
    yield from (start, end)
    day = Span(start=start, end=end)
    for item in situation.walk(day):
        for span in _spans_of(item):
            yield from (edge for edge in (span.start, span.end) if edge in day)


def _spans_of(item: CalendarItem) -> tuple[Span, ...]:
    match item:
        case Change():
            return item.plan.span, item.shown_span
        case Occurrence():
            return (item.span,) if item.is_shown and item.span is not None else ()
        case FrozenSpan():
            return (item.span,)


def _as_of(situation: Situation) -> datetime:
    turns = (*turns_of_today(situation), situation.record.changed_at)
    return max(turn for turn in turns if turn <= situation.now)
