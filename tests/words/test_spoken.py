"""Dates and times as people say them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import zone
from icsfeed.words.languages import LANGUAGES, Language, language_named
from icsfeed.words.spoken import SpokenDates
from icsfeed.words.spoken_numbers import NUMBER_LISTS, number_in_words, spell_out, year_in_words
from tests.words.spoken_parsing import english_number, french_number

TODAY = date(2026, 12, 1)
BOTH = tuple(map(language_named, ("en", "fr")))


def spoken(code: str, name: str = "America/Toronto", today: date = TODAY) -> SpokenDates:
    return SpokenDates(language=language_named(code), zone=zone(name), year=today.year, today=today)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_every_language_has_a_word_for_each_number(language: Language) -> None:
    assert {phrase.context: len(language.say(phrase).split(", ")) for phrase in NUMBER_LISTS} == {
        phrase.context: count for phrase, count in NUMBER_LISTS.items()
    }


@pytest.mark.parametrize(("code", "number_of"), [("en", english_number), ("fr", french_number)])
def test_numbers_are_those_that_their_rules_form(code: str, number_of: Callable[[int], str]) -> None:
    language = language_named(code)
    assert [number_in_words(number, language) for number in range(60)] == [number_of(number) for number in range(60)]


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (71, "seventy-one", "soixante et onze"),
        (79, "seventy-nine", "soixante-dix-neuf"),
        (80, "eighty", "quatre-vingts"),
        (81, "eighty-one", "quatre-vingt-un"),
        (91, "ninety-one", "quatre-vingt-onze"),
        (99, "ninety-nine", "quatre-vingt-dix-neuf"),
        (100, "100", "100"),
    ],
)
def test_large_numbers(number: int, english: str, french: str) -> None:
    assert [number_in_words(number, language) for language in BOTH] == [english, french]


@pytest.mark.parametrize(
    ("year", "english", "french"),
    [
        (2027, "twenty twenty-seven", "deux mille vingt-sept"),
        (2031, "twenty thirty-one", "deux mille trente et un"),
        (2150, "2150", "2150"),
    ],
)
def test_years(year: int, english: str, french: str) -> None:
    assert [year_in_words(year, language) for language in BOTH] == [english, french]


def test_small_numbers_within_a_text_are_spelled_out() -> None:
    assert spell_out("every 2 weeks on the 15th, version 1.5, in 2026", BOTH[0]) == (
        "every two weeks on the 15th, version 1.5, in 2026"
    )


@pytest.mark.parametrize(
    ("start", "end", "english", "french"),
    [
        # Toronto is five hours behind UTC in December.
        ((7, 0), (11, 0), "from two to six a.m.", "de deux heures à six heures du matin"),
        ((7, 30), (8, 0), "from two thirty to three a.m.", "de deux heures trente à trois heures du matin"),
        ((16, 0), (18, 0), "from eleven a.m. to one p.m.", "de onze heures du matin à une heure de l’après-midi"),
        ((5, 0), (7, 0), "from midnight to two a.m.", "de minuit à deux heures du matin"),
        ((5, 30), (7, 0), "from twelve thirty to two a.m.", "de minuit trente à deux heures du matin"),
        ((17, 0), (19, 5), "from noon to two oh five p.m.", "de midi à deux heures cinq de l’après-midi"),
        ((17, 1), (18, 21), "from twelve oh one to one twenty-one p.m.", "de midi une à une heure vingt et une"),
        ((22, 0), (24, 0), "from five to seven p.m.", "de cinq heures de l’après-midi à sept heures du soir"),
        ((27, 0), (29, 0), "from ten p.m. to midnight", "de dix heures du soir à minuit"),
        ((27, 0), (27, 30), "from ten to ten thirty p.m.", "de dix heures à dix heures trente du soir"),
        (
            (28, 0),
            (30, 0),
            "from eleven p.m. to one a.m. on Friday",
            "de onze heures du soir à une heure du matin vendredi",
        ),
        ((5, 0), (29, 0), "all day", "toute la journée"),
        ((5, 0), (53, 0), "from midnight to the end of Friday", "de minuit à la fin de vendredi"),
        ((6, 0), (8, 0), "from one to three a.m.", "d’une heure à trois heures du matin"),
        ((18, 30), (29, 0), "from one thirty p.m. to midnight", "d’une heure trente de l’après-midi à minuit"),
        (
            (5, 0),
            (29 + 24 * 7, 0),
            "from midnight to the end of Thursday, December tenth",
            "de minuit à la fin du jeudi dix décembre",
        ),
        (
            (28, 0),
            (27 + 24 * 7, 0),
            "from eleven p.m. to ten p.m. on Thursday, December tenth",
            "de onze heures du soir à dix heures du soir le jeudi dix décembre",
        ),
        (
            (28, 0),
            (28 + 24 * 8, 0),
            "from eleven p.m. to eleven p.m. on Friday, December eleventh",
            "de onze heures du soir à onze heures du soir le vendredi onze décembre",
        ),
    ],
)
def test_hours(start: tuple[int, int], end: tuple[int, int], english: str, french: str) -> None:
    midnight = utc(2026, 12, 3)
    span = Span(
        start=midnight + timedelta(hours=start[0], minutes=start[1]),
        end=midnight + timedelta(hours=end[0], minutes=end[1]),
    )
    texts = [str(spoken(code).span(span)) for code in ("en", "fr")]
    assert texts[0] == f"Thursday, December third, {english}"
    assert texts[1].startswith(f"jeudi trois décembre, {french}")


def test_a_window_on_the_sunday_in_march_lasts_three_hours() -> None:
    span = Span(start=utc(2026, 3, 8, 7), end=utc(2026, 3, 8, 10))
    assert str(spoken("en", today=date(2026, 3, 7)).span(span)) == "Sunday, March eighth, from three to six a.m."


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # Clocks in Toronto go back at 06:00Z, from 2:00 a.m. to 1:00 a.m.
        ((5, 30), (7, 0), "from one thirty to two a.m."),
        (
            (5, 30),
            (6, 15),
            "from one thirty a.m. before the clocks go back to one fifteen a.m. after the clocks go back",
        ),
        ((6, 30), (7, 0), "from one thirty a.m. after the clocks go back to two a.m."),
        ((4, 30), (5, 30), "from twelve thirty a.m. to one thirty a.m. before the clocks go back"),
        ((4, 30), (6, 30), "from twelve thirty to one thirty a.m."),
    ],
)
def test_of_a_time_that_comes_twice_it_is_said_which_unless_it_is_the_whole_of_both(
    start: tuple[int, int], end: tuple[int, int], hours: str
) -> None:
    span = Span(start=utc(2026, 11, 1, *start), end=utc(2026, 11, 1, *end))
    assert spoken("en").span(span).hours == hours


def test_moments_and_days() -> None:
    english, french = spoken("en"), spoken("fr")
    assert english.moment(utc(2026, 12, 4, 11)) == "Friday, December fourth, at six a.m."
    assert french.moment(utc(2026, 12, 4, 11)) == "vendredi quatre décembre, à six heures du matin"
    assert english.dated_moment(utc(2026, 12, 4, 11)) == "Friday, December fourth, twenty twenty-six, at six a.m."
    assert (
        french.dated_moment(utc(2026, 12, 4, 11))
        == "vendredi quatre décembre deux mille vingt-six, à six heures du matin"
    )
    days = DateRange(first=date(2026, 12, 18), last=date(2027, 1, 1))
    assert str(english.days(days)) == "from Friday, December eighteenth, through Friday, January first"
    assert str(french.days(days)) == "du vendredi dix-huit décembre au vendredi premier janvier"
    assert str(english.days(DateRange(first=TODAY, last=TODAY))) == "Tuesday, December first"


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [
        (date(2027, 10, 27), "Wednesday, October twenty-seventh", "mercredi vingt-sept octobre"),
        (
            date(2027, 10, 28),
            "Thursday, October twenty-eighth, twenty twenty-seven",
            "jeudi vingt-huit octobre deux mille vingt-sept",
        ),
        (date(2026, 10, 31), "Saturday, October thirty-first", "samedi trente et un octobre"),
        (
            date(2026, 10, 30),
            "Friday, October thirtieth, twenty twenty-six",
            "vendredi trente octobre deux mille vingt-six",
        ),
    ],
)
def test_dates_that_could_be_those_of_another_year_have_theirs(day: date, english: str, french: str) -> None:
    for code, expected in (("en", english), ("fr", french)):
        dates = spoken(code)
        assert [dates.day(day), dates.long_day(day)] == [expected] * 2


def test_parts_of_rules() -> None:
    english, french = spoken("en"), spoken("fr")
    assert [english.ordinal(31), french.ordinal(1)] == ["thirty-first", "premier"]
    assert [english.plain_day(TODAY), french.plain_day(TODAY)] == ["December first", "premier décembre"]
    assert [english.yearly_day(12, 18), french.yearly_day(12, 18)] == ["December eighteenth", "dix-huit décembre"]
    assert english.length(timedelta(hours=1, minutes=30)) == "one hour thirty minutes"


@pytest.mark.parametrize(
    ("end", "english", "french"),
    [
        (
            (1, 6, 0),
            "from ten p.m. to six a.m. the next day",
            "de dix heures du soir à six heures du matin le lendemain",
        ),
        ((1, 0, 0), "from ten p.m. to midnight", "de dix heures du soir à minuit"),
        (
            (3, 13, 0),
            "from ten p.m. to one p.m., three days later",
            "de dix heures du soir à une heure de l’après-midi, trois jours plus tard",
        ),
    ],
)
def test_hours_of_any_day(end: tuple[int, int, int], english: str, french: str) -> None:
    start = datetime(2000, 1, 1, 22)  # noqa: DTZ001  (local)
    last = datetime(2000, 1, 1) + timedelta(days=end[0], hours=end[1], minutes=end[2])  # noqa: DTZ001
    assert [spoken(code).hours(start, last) for code in ("en", "fr")] == [english, french]


def test_hours_of_whole_days() -> None:
    first = datetime(2000, 1, 1)  # noqa: DTZ001  (local)
    ends = [first + timedelta(days=days) for days in (1, 3)]
    assert [spoken("en").hours(first, end) for end in ends] == ["all day", "for three days"]
    assert [spoken("fr").hours(first, end) for end in ends] == ["toute la journée", "pendant trois jours"]


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("America/Toronto", "Eastern Time", "heure de l’Est"),
        ("America/Panama", "Eastern Standard Time", "heure normale de l’Est nord-américain"),
        ("Europe/Berlin", "Central European Time", "heure d’Europe centrale"),
        ("Europe/London", "London time", "heure de Londres"),
        ("Asia/Kathmandu", "Nepal Time", "heure du Népal"),
        ("Europe/Istanbul", "UTC plus three", "UTC plus trois"),
        ("Asia/Kolkata", "India Standard Time", "heure de l’Inde"),
        ("Etc/GMT+3", "UTC minus three", "UTC moins trois"),
        ("Etc/UTC", "Coordinated Universal Time", "temps universel coordonné"),
    ],
)
def test_zones(name: str, english: str, french: str) -> None:
    assert [spoken(code, name).zone_name for code in ("en", "fr")] == [english, french]
    assert spoken("en", name).abbreviation(utc(2026, 12, 1)) == english


def test_every_zone_has_a_name_without_signs() -> None:
    for name in ("Asia/Colombo", "America/St_Johns", "Australia/Eucla", "Pacific/Chatham", "America/Nuuk"):
        assert spoken("en", name).zone_name.replace(" ", "").replace("-", "").isalpha(), name
