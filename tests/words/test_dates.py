"""Dates, times and zones in words."""

from __future__ import annotations

from datetime import date

import pytest

from icsfeed.domain.zones import zone
from icsfeed.words.languages import ENGLISH
from tests.examples import span, utc
from tests.words.writing import FRENCH, dates_in


def test_french_counts_the_first_of_a_month() -> None:
    assert dates_in(FRENCH).long_day(date(2027, 1, 1)) == "vendredi 1er janvier 2027"
    assert dates_in(FRENCH).long_day(date(2027, 1, 11)) == "lundi 11 janvier 2027"
    assert dates_in().long_day(date(2027, 1, 1)) == "Friday, January 1, 2027"


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("America/Toronto", "Eastern Time (America/Toronto)", "heure de l’Est (America/Toronto)"),
        ("Asia/Kolkata", "India Standard Time (Asia/Kolkata)", "heure de l’Inde (Asia/Kolkata)"),
        ("Europe/London", "Europe/London", "Europe/London"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_zones_by_name(name: str, english: str, french: str) -> None:
    assert [dates_in(language, name).zone_name for language in (ENGLISH, FRENCH)] == [english, french]


def test_another_zone_is_named_as_the_vendor_names_its_own() -> None:
    """It used to be a bare "America/New_York" beside the vendor's "Central European Time (Europe/Paris)"."""
    new_york = zone("America/New_York")
    assert [dates_in(language, "Europe/Paris").name_of_zone(new_york) for language in (ENGLISH, FRENCH)] == [
        "Eastern Time (America/New_York)",
        "heure de l’Est nord-américain (America/New_York)",
    ]


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [
        ("America/Toronto", "EST", "EDT"),
        ("America/Sao_Paulo", "UTC−3", "UTC−3"),
        ("Asia/Kathmandu", "UTC+5:45", "UTC+5:45"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_zones_in_short(name: str, winter: str, summer: str) -> None:
    assert [dates_in(zone_name=name).abbreviation(utc(2026, month, 1)) for month in (1, 7)] == [winter, summer]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((2026, 12, 10, 7), (2026, 12, 10, 11), "Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST"),
        ((2026, 12, 11, 1), (2026, 12, 11, 5), "Thu, Dec 10, 8:00 p.m. – 12:00 a.m. EST"),
        ((2026, 12, 11, 1), (2026, 12, 11, 7), "Thu, Dec 10, 8:00 p.m. – Fri, Dec 11, 2:00 a.m. EST"),
        ((2027, 3, 14, 6), (2027, 3, 14, 10), "Sun, Mar 14, 2027, 1:00 a.m. EST – 6:00 a.m. EDT"),
    ],
    ids=["a night", "until midnight", "over midnight", "over a change of the clock"],
)
def test_spans(start: tuple[int, ...], end: tuple[int, ...], expected: str) -> None:
    assert str(dates_in().span(span(start, end))).replace("\u00a0", " ") == expected
