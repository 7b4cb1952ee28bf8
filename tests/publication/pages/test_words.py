"""What the pages say in words: both languages alike, and policies as people put them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.freezes import (
    LastFullWeek,
    LastSevenDays,
    NamedDays,
    Pattern,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.recurrence import parse_recurrence
from icsfeed.domain.spans import DateRange
from icsfeed.domain.zones import zone
from icsfeed.publication.pages import rendering
from icsfeed.publication.pages.colors import contrast, palette
from icsfeed.publication.pages.dates import Dates
from icsfeed.publication.pages.english import WORDS as ENGLISH_WORDS
from icsfeed.publication.pages.french import WORDS as FRENCH_WORDS
from icsfeed.publication.pages.languages import ENGLISH, FRENCH, Language
from icsfeed.publication.pages.policies import freeze_rows, recurrence_text, window_rows
from icsfeed.web import application
from tests.examples import BERLIN, MONTH_END, POLICY, a_schedule, a_window, span, utc

TODAY = date(2026, 12, 8)


def dates(language: Language = ENGLISH, name: str = "America/Toronto") -> Dates:
    return Dates(language=language, zone=zone(name), year=2026)


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    places = [
        {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in words.items()}
        for words in (ENGLISH_WORDS, FRENCH_WORDS)
    ]
    assert places[0] == places[1]
    assert list(ENGLISH_WORDS) == list(FRENCH_WORDS)


def test_french_breaks_no_line_before_a_sign_that_stands_apart() -> None:
    assert not [words for words in FRENCH_WORDS.values() if re.search(" [:;?!»]|« ", words)]
    assert FRENCH_WORDS["as of"] == "Situation\N{NO-BREAK SPACE}: {when}"
    assert "«\N{NO-BREAK SPACE}par URL\N{NO-BREAK SPACE}»" in FRENCH_WORDS["address hint"]


def test_every_word_is_said_somewhere() -> None:
    """Those with a space are put together from a kind of word and what it is about."""
    here = Path(rendering.__file__).parent
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (*here.rglob("*"), Path(application.__file__))
        if path.suffix in {".py", ".html", ".js"} and path.stem not in {"english", "french"}
    )
    unsaid = [
        key
        for key in ENGLISH_WORDS
        if not re.search(rf"""["'.]{re.escape(key)}["'\]\b]|words\.{re.escape(key)}\b""", sources)
        and f'"{key.partition(" ")[0]} ' not in sources
        and f'"{key.rpartition(" ")[0]} ' not in sources
    ]
    assert [key for key in unsaid if key not in {"monthly", "monthly interval", "yearly", "yearly interval"}] == []


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", "Every Thursday", "Chaque jeudi"),
        ("FREQ=WEEKLY;BYDAY=TH,SU", "Every Thursday and Sunday", "Chaque jeudi et dimanche"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Tous les jours"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "Every 2 weeks on Tuesday", "Toutes les 2 semaines, le mardi"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,SU",
            "Every 2 weeks on Thursday and Sunday",
            "Toutes les 2 semaines, le jeudi et le dimanche",
        ),
        ("FREQ=MONTHLY;BYDAY=2TU", "The second Tuesday of every month", "Le deuxième mardi de chaque mois"),
        (
            "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU",
            "The last Sunday of every 3 months",
            "Le dernier dimanche, tous les 3 mois",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "The 15th of every month", "Le 15 de chaque mois"),
        ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "The 1st of October", "Le 1er octobre"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=22", "The 22nd of March", "Le 22 mars"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=13", "The 13th of March", "Le 13 mars"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "The last day of every month", "Le dernier jour de chaque mois"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=1MO", "The first Monday of May", "Le premier lundi de mai"),
        (
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=8;BYMONTHDAY=-1",
            "The last day of August, every 2 years",
            "Le dernier jour d’août, tous les 2 ans",
        ),
    ],
)
def test_rules(rule: str, english: str, french: str) -> None:
    assert recurrence_text(parse_recurrence(rule), dates()) == english
    assert recurrence_text(parse_recurrence(rule), dates(FRENCH)) == french


@pytest.mark.parametrize(
    ("pattern", "english", "french"),
    [
        (LastSevenDays(), "The last 7 days of every month", "Les 7 derniers jours de chaque mois"),
        (
            LastFullWeek(week_starts=6),
            "The last full week of every month, Sunday through Saturday",
            "La dernière semaine complète de chaque mois, du dimanche au samedi",
        ),
        (
            WeekOfLastDay(),
            "The week, Monday through Sunday, that holds the last day of the month",
            "La semaine, du lundi au dimanche, qui contient le dernier jour du mois",
        ),
        (
            NamedDays(days=DateRange(first=date(2026, 12, 18), last=date(2027, 1, 3))),
            "Fri, Dec 18 – Sun, Jan 3, 2027",
            "ven. 18 déc. – dim. 3 janv. 2027",
        ),
        (
            YearlyDays(start=(12, 18), through=(1, 3)),
            "Every year from December 18 through January 3",
            "Chaque année du 18 décembre au 3 janvier",
        ),
    ],
)
def test_freezes(pattern: Pattern, english: str, french: str) -> None:
    schedule = replace(POLICY, freezes=(replace(MONTH_END, pattern=pattern, effective_from=None),))
    assert [row.days for row in freeze_rows(schedule, dates(), TODAY)] == [english]
    assert [row.days for row in freeze_rows(schedule, dates(FRENCH), TODAY)] == [french]


LIFTED = tuple(date(2026, month, 28) for month in range(1, 8))


@pytest.mark.parametrize(
    ("lifted", "english", "french"),
    [
        pytest.param((date(2026, 11, 29),), ", except Sun, Nov 29, 2026", ", sauf le dim. 29 nov. 2026", id="one"),
        pytest.param(
            (date(2027, 2, 28), date(2026, 11, 29)),
            ", except Sun, Nov 29, 2026 and Sun, Feb 28, 2027",
            ", sauf le dim. 29 nov. 2026 et le dim. 28 févr. 2027",
            id="in order",
        ),
        pytest.param(
            LIFTED,
            ", except Wed, Jan 28, 2026; Sat, Feb 28, 2026; Sat, Mar 28, 2026; Tue, Apr 28, 2026; Thu, May 28, 2026 "
            "and 2 more",
            ", sauf le mer. 28 janv. 2026; le sam. 28 févr. 2026; le sam. 28 mars 2026; le mar. 28 avr. 2026; "
            "le jeu. 28 mai 2026 et 2 de plus",
            id="more than five",
        ),
        pytest.param(
            (date(2024, 12, 31), date(2025, 1, 31), date(2027, 12, 31), date(2028, 1, 31)),
            ", except Fri, Jan 31, 2025 and Fri, Dec 31, 2027",
            ", sauf le ven. 31 janv. 2025 et le ven. 31 déc. 2027",
            id="only of the published years",
        ),
        pytest.param((date(2026, 11, 12),), "", "", id="not one that is not frozen anyway"),
    ],
)
def test_days_that_are_lifted_from_a_freeze(lifted: tuple[date, ...], english: str, french: str) -> None:
    schedule = replace(POLICY, freezes=(replace(MONTH_END, lifted=lifted),))
    assert [row.days for row in freeze_rows(schedule, dates(), TODAY)] == [f"The last 7 days of every month{english}"]
    assert [row.days for row in freeze_rows(schedule, dates(FRENCH), TODAY)] == [
        f"Les 7 derniers jours de chaque mois{french}"
    ]


def test_french_counts_the_first_of_a_month() -> None:
    assert dates(FRENCH).long_day(date(2027, 1, 1)) == "vendredi 1er janvier 2027"
    assert dates(FRENCH).long_day(date(2027, 1, 11)) == "lundi 11 janvier 2027"
    assert dates().long_day(date(2027, 1, 1)) == "Friday, January 1, 2027"


def test_the_table_says_what_the_policy_says() -> None:
    """Every Thursday and Sunday, 2:00 AM to 6:00 AM EST, 4 hours each, as of January 2020."""
    rows = window_rows(POLICY, dates(), TODAY)
    assert [(row.days, row.hours.replace("\u00a0", " "), row.length, row.bounds) for row in rows] == [
        ("Every Thursday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
        ("Every Sunday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
    ]


def test_windows_that_are_over_are_left_out_and_later_ones_come_last() -> None:
    schedule = a_schedule(
        a_window(id="over", effective_until=TODAY - timedelta(days=1)),
        a_window(id="new", effective_from=date(2027, 3, 1), start=time(22), end=time(0, 30), zone=BERLIN),
        a_window(id="old", effective_until=date(2027, 2, 28), end=time(0)),
    )
    rows = window_rows(schedule, dates(FRENCH), TODAY)
    assert [(row.bounds, row.hours.replace("\u00a0", " "), row.length, row.zone) for row in rows] == [
        ("depuis le 1er janvier 2020 jusqu’au 28 février 2027", "02 h 00 – 00 h 00", "22 heures", ""),
        ("à partir du 1er mars 2027", "22 h 00 – 00 h 30 le lendemain", "2 heures 30 minutes", "Europe/Berlin"),
    ]


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("America/Toronto", "Eastern Time (America/Toronto)", "heure de l’Est (America/Toronto)"),
        ("Asia/Kolkata", "India Standard Time (Asia/Kolkata)", "heure de l’Inde (Asia/Kolkata)"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_zones_by_name(name: str, english: str, french: str) -> None:
    assert [dates(language, name).zone_name for language in (ENGLISH, FRENCH)] == [english, french]


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
    assert [dates(name=name).abbreviation(utc(2026, month, 1)) for month in (1, 7)] == [winter, summer]


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
    assert str(dates().span(span(start, end))).replace("\u00a0", " ") == expected


@pytest.mark.parametrize("color", ["", "gold", "white", "black", "#00695c", "navy", "#777777", "hotpink"])
def test_any_color_of_a_vendor_is_made_legible(color: str) -> None:
    """WCAG 2.2, 1.4.3: text stands out at least 4.5 to 1, as link on each ground and as text on a button."""
    found = palette(color)
    for scheme, grounds in (("light", ("#ffffff", "#f4f5f7", "#ececec")), ("dark", ("#0f1318", "#1a2029"))):
        accent = rgb(found.accent[scheme])
        assert all(contrast(accent, rgb(ground)) >= 4.5 for ground in grounds)
        assert contrast(accent, rgb(found.on_accent[scheme])) >= 4.5


def rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def test_contrast_is_as_wcag_has_it() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert {palette("teal").accent["light"], palette("#006666").accent["light"]} == {"#007676", "#006666"}
