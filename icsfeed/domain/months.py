"""Calendar months, from the first midnight in a zone until that of the next month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import instant_of, midnight
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.spans import YEARS, Span
from icsfeed.domain.texts import quoted


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class CalendarMonth:
    """A month of a year, such as ``2026-11``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> CalendarMonth:
        """The month that a text such as ``2026-11`` names.

        Raises:
            BadInputError: where it names none.
        """
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text.strip())
        if match is None:
            msg = f"{quoted(text)} is not a month; write its year and number, such as 2026-11"
            raise BadInputError(msg)
        month = cls(year=int(match[1]), number=int(match[2]))
        if month.year not in YEARS:
            msg = f"{month} is out of range; the year is one from {YEARS[0]} through {YEARS[-1]}"
            raise BadInputError(msg)
        return month

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def next(self) -> CalendarMonth:
        if self.number < 12:  # noqa: PLR2004  (December)
            return CalendarMonth(year=self.year, number=self.number + 1)
        return CalendarMonth(year=self.year + 1, number=1)

    def start(self, zone: ZoneInfo) -> datetime:
        """Its first midnight (UTC), where a clock change repeats it; so months don't overlap."""
        return instant_of(midnight(date(self.year, self.number, 1)), zone)

    def span(self, zone: ZoneInfo) -> Span:
        return Span(start=self.start(zone), end=self.next.start(zone))
