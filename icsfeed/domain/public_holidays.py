"""Public holidays of a country or a part of it, as the library `holidays` has them.

The only module that imports that library, and only when a schedule names a country: that takes twice as long as the
interpreter takes to start.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

_NOTE: Final = re.compile(r" \([^()]*\)$")
_MAX_CACHED_YEARS: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Holiday:
    """A public holiday; one day may be several."""

    day: date
    name: str

    @property
    def plain_name(self) -> str:
        """The name without a note such as ``(observed)``."""
        return _NOTE.sub("", self.name)

    def is_one_of(self, names: Collection[str]) -> bool:
        """Whether the names have this one; ``Christmas Day`` stands for the day on which it is observed as well."""
        return self.name in names or self.plain_name in names


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayCalendar:
    """The holidays of a country or one of its subdivisions, in order."""

    country: str
    subdivision: str
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedHolidays:
    """All holidays from ``first`` through ``last`` that a ``release`` of the library had when they became public."""

    release: str
    first: date
    last: date
    calendars: tuple[HolidayCalendar, ...]

    def of(self, country: str, subdivision: str) -> tuple[Holiday, ...] | None:
        """The holidays of that place; ``None`` where none of it were public."""
        place = (country, subdivision)
        return next((each.holidays for each in self.calendars if (each.country, each.subdivision) == place), None)


def holidays_between(country: str, subdivision: str, first: date, last: date) -> tuple[Holiday, ...]:
    """The public holidays from ``first`` through ``last``, in order; empty for years of which the library knows none.

    ``country`` is a code of ISO 3166-1 in two letters; ``subdivision`` is a code of ISO 3166-2 without the country, or
    a name that the library knows, or empty.

    Raises:
        BadInputError: for a country or subdivision that the library does not have.
    """
    check_place(country, subdivision)
    years = range(first.year, last.year + 1)
    return tuple(each for year in years for each in _of_year(country, subdivision, year) if first <= each.day <= last)


@cache
def check_place(country: str, subdivision: str) -> None:
    """Refuse a country or subdivision that the library does not have.

    Raises:
        BadInputError: with those that it has.
    """
    if country not in countries():
        msg = f"there are no holidays for the country {quoted(country)}; write a code of ISO 3166, such as CA"
        raise BadInputError(msg)
    if subdivision and subdivision not in subdivisions(country):
        codes = sorted(set(subdivisions(country).values()))
        remedy = f"its subdivisions are {', '.join(codes)}" if codes else "its holidays are the same everywhere"
        msg = f"there are no holidays for the subdivision {quoted(subdivision)} of {country}; {remedy}"
        raise BadInputError(msg)


@cache
def countries() -> frozenset[str]:
    """The codes of the countries that the library has."""
    import holidays  # noqa: PLC0415  (see above)

    return frozenset(holidays.list_supported_countries(include_aliases=False))


@cache
def subdivisions(country: str) -> dict[str, str]:
    """The codes of the subdivisions of a country, by code and by name."""
    import holidays  # noqa: PLC0415

    entity = getattr(holidays, country)
    return {**{code: code for code in entity.subdivisions}, **entity.subdivisions_aliases}


def data_version() -> str:
    """The release of the library: dates of holidays may differ between two."""
    from importlib.metadata import version  # noqa: PLC0415  (it takes as long as all of the domain)

    return version("holidays")


@lru_cache(maxsize=_MAX_CACHED_YEARS)
def _of_year(country: str, subdivision: str, year: int) -> tuple[Holiday, ...]:
    return tuple(_read_year(country, subdivision, year))


def _read_year(country: str, subdivision: str, year: int) -> Iterator[Holiday]:
    import holidays  # noqa: PLC0415

    calendar = holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, expand=False, language=_english(country)
    )
    for day in sorted(calendar):
        for name in calendar.get_list(day):
            yield Holiday(day=day, name=name)


def _english(country: str) -> str | None:
    """The English in which the library names a country's holidays, its own first; ``None`` where it has but one."""
    import holidays  # noqa: PLC0415

    entity = getattr(holidays, country)
    languages = (entity.default_language or "", *sorted(entity.supported_languages, reverse=True))
    return next((code for code in languages if code.startswith("en")), None)
