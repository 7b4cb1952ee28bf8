"""Public holidays in the schedule file: which places there are, and the names of their holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Final

from icsfeed.domain.public_holidays import countries, holidays_between, subdivisions
from icsfeed.store.schedule_file.near_matches import nearest, word_list
from icsfeed.store.schedule_file.notation import as_toml

_MIN_LIKENESS: Final = 0.75
_OTHER_CODES: Final = {"UK": "GB", "EL": "GR"}
_NAMED_YEARS: Final = (date(2000, 1, 1), date(2040, 12, 31))
"""The names of holidays within these are offered; some are in few years only."""


def country_refusal(text: str) -> str | None:
    """Why there are no holidays of a country of that code; ``None`` where there are."""
    if text in countries():
        return None
    return f"{as_toml(text)} is not the code of a country with holidays (ISO 3166); {_country_remedy(text)}"


def _country_remedy(text: str) -> str:
    from babel import Locale  # noqa: PLC0415  (only for mistakes)

    names = {str(name): code for code, name in Locale("en").territories.items() if code in countries()}
    if (code := _OTHER_CODES.get(text.upper(), text.upper())) in countries():
        return f"did you mean {as_toml(code)}?"
    match = nearest(text, names, cutoff=_MIN_LIKENESS)
    return f"did you mean {as_toml(names[match])} ({match})?" if match is not None else 'write one such as "CA"'


def subdivision_refusal(country: str, subdivision: str) -> str | None:
    """Why the country has no holidays of that subdivision; ``None`` where it has."""
    codes = subdivisions(country)
    if subdivision in codes:
        return None
    if not codes:
        return f"{country} has no subdivisions with holidays of their own; remove it"
    refusal = f"{as_toml(subdivision)} is not a subdivision of {country} (ISO 3166-2)"
    match = nearest(subdivision.removeprefix(f"{country}-"), codes, cutoff=_MIN_LIKENESS)
    if match is not None:
        return f"{refusal}; did you mean {as_toml(codes[match])}?"
    return f"{refusal}; write {word_list(sorted(set(codes.values())))}"


def name_refusal(country: str, subdivision: str, name: str) -> str | None:
    """Why the place has no holiday of that name; ``None`` where it has."""
    names = _names(country, subdivision)
    if name in names:
        return None
    place = f"{country} ({subdivision})" if subdivision else country
    match = nearest(name, names, cutoff=_MIN_LIKENESS)
    remedy = f"did you mean {as_toml(match)}?" if match is not None else f"write {word_list(sorted(names))}"
    return f"{as_toml(name)} is not a public holiday of {place}; {remedy}"


@cache
def _names(country: str, subdivision: str) -> Collection[str]:
    holidays = holidays_between(country, subdivision, *_NAMED_YEARS)
    return {each.name for each in holidays} | {each.plain_name for each in holidays}
