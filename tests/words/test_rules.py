"""Rules and freezes in sentences, as people put them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    FreezeHours,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedDays,
    NamedHours,
    Pattern,
    Period,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.recurrence import ListedDates, parse_recurrence
from icsfeed.domain.spans import DateRange
from icsfeed.words.recurrences import days_text, recurrence_text
from icsfeed.words.rules import frozen_days_text
from tests.examples import BERLIN, MONTH_END
from tests.words.writing import FRENCH, dates_in

TODAY = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", "Every Thursday", "Tous les jeudis"),
        ("FREQ=WEEKLY;BYDAY=TH,SU", "Every Thursday and Sunday", "Tous les jeudis et dimanches"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Tous les jours"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Monday to Friday", "Du lundi au vendredi"),
        ("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", "Sunday to Thursday", "Du dimanche au jeudi"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "Every Saturday and Sunday", "Tous les samedis et dimanches"),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,TH",
            "Every Monday, Tuesday and Thursday",
            "Tous les lundis, mardis et jeudis",
        ),
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
        (
            "FREQ=MONTHLY;BYDAY=2TU,4TU",
            "The second Tuesday and the fourth Tuesday of every month",
            "Le deuxième mardi et le quatrième mardi de chaque mois",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
            "The 1st, the 15th and the last day of every month",
            "Le 1er, le 15 et le dernier jour de chaque mois",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=2SA",
            "The second Saturday of March, June, September and December",
            "Le deuxième samedi du mois, en mars, juin, septembre et décembre",
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,8;BYMONTHDAY=15",
            "The 15th of March and August, every 2 years",
            "Le 15 du mois, en mars et août, tous les 2 ans",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "The last weekday of every month",
            "Le dernier jour de semaine de chaque mois",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,3",
            "The first weekend day and the third weekend day of every month",
            "Le premier jour de week-end et le troisième jour de week-end de chaque mois",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-2",
            "The second-to-last day of every month",
            "Le deuxième jour en partant de la fin de chaque mois",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=10",
            "The 10th weekday of every month",
            "Le 10e jour de semaine de chaque mois",
        ),
        (
            "FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-7",
            "The 7th-to-last weekday of December",
            "Le 7e jour de semaine en partant de la fin de décembre",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
            "The last Monday or Tuesday of every month",
            "Le dernier lundi ou mardi de chaque mois",
        ),
        ("FREQ=WEEKLY;BYMONTH=6,7;BYDAY=TU", "Every Tuesday, in June and July", "Tous les mardis, en juin et juillet"),
    ],
)
def test_rules(rule: str, english: str, french: str) -> None:
    assert recurrence_text(parse_recurrence(rule), dates_in()) == english
    assert recurrence_text(parse_recurrence(rule), dates_in(FRENCH)) == french


@pytest.mark.parametrize(
    ("days", "english", "french"),
    [
        pytest.param(
            [date(2025, 12, 5), date(2026, 12, 5), date(2027, 1, 9)],
            "Sat, Dec 5, 2026 and Sat, Jan 9, 2027",
            "sam. 5 déc. 2026 et sam. 9 janv. 2027",
            id="those of this year and later ones",
        ),
        pytest.param([date(2025, 12, 5)], "Fri, Dec 5, 2025", "ven. 5 déc. 2025", id="none is left"),
        pytest.param(
            [date(2026, month, 1) for month in range(1, 8)],
            "Thu, Jan 1, 2026; Sun, Feb 1, 2026; Sun, Mar 1, 2026; Wed, Apr 1, 2026; Fri, May 1, 2026 and 2 more",
            "jeu. 1er janv. 2026\N{NO-BREAK SPACE}; dim. 1er févr. 2026\N{NO-BREAK SPACE}; "
            "dim. 1er mars 2026\N{NO-BREAK SPACE}; mer. 1er avr. 2026\N{NO-BREAK SPACE}; ven. 1er mai 2026 et 2 autres",
            id="more than five",
        ),
    ],
)
def test_lists_of_dates(days: list[date], english: str, french: str) -> None:
    listed = ListedDates(days=tuple(days))
    assert recurrence_text(listed, dates_in()) == english
    assert recurrence_text(listed, dates_in(FRENCH)) == french


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
            "The week, Monday through Sunday, that contains the last day of the month",
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
        (
            FirstSevenDays(period=Period.QUARTER),
            "The first 7 days of every quarter",
            "Les 7 premiers jours de chaque trimestre",
        ),
        (
            LastFullWeek(period=Period.YEAR),
            "The last full week of every year, Monday through Sunday",
            "La dernière semaine complète de chaque année, du lundi au dimanche",
        ),
        (
            NamedHours(hours=LocalSpan(start=datetime(2026, 12, 18, 17), end=datetime(2027, 1, 4, 9))),  # noqa: DTZ001
            "Fri, Dec 18, 5:00\N{NO-BREAK SPACE}p.m. – "
            "Mon, Jan 4, 2027, 9:00\N{NO-BREAK SPACE}a.m.\N{NO-BREAK SPACE}EST",
            "ven. 18 déc., 17\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 – lun. 4 janv. 2027, "
            "09\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}HNE",
        ),
        (
            RecurringDays(recurrence=parse_recurrence("FREQ=WEEKLY;BYDAY=SA,SU")),
            "Every Saturday and Sunday",
            "Tous les samedis et dimanches",
        ),
        (
            RecurringDays(
                recurrence=parse_recurrence("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
                offset_days=-3,
                hours=FreezeHours(length=timedelta(days=7)),
            ),
            "3 days before the fourth Thursday of November, for 7 days",
            "3 jours avant le quatrième jeudi de novembre, pendant 7 jours",
        ),
        (
            RecurringDays(
                recurrence=parse_recurrence("FREQ=WEEKLY;BYDAY=FR"),
                hours=FreezeHours(start=time(17), length=timedelta(hours=63)),
            ),
            "Every Friday, 5:00\N{NO-BREAK SPACE}p.m. – 8:00\N{NO-BREAK SPACE}a.m. 3 days later, "
            "Eastern Time (America/Toronto)",
            "Tous les vendredis, 17\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 – 08\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 "
            "3 jours plus tard, heure de l’Est (America/Toronto)",
        ),
        (
            ListedDays(dates=(date(2026, 12, 24), date(2026, 12, 31))),
            "Thu, Dec 24, 2026 and Thu, Dec 31, 2026",
            "jeu. 24 déc. 2026 et jeu. 31 déc. 2026",
        ),
        (
            PublicHolidays(country="CA", subdivision="ON", days_before=1, days_after=2),
            "Public holidays in Canada (Ontario), with 1 day before and 2 days after",
            "Jours fériés, Canada (Ontario), avec 1 jour avant et 2 jours après",
        ),
        (
            PublicHolidays(country="DE", only=("Christmas Day", "New Year's Day")),
            "Christmas Day and New Year's Day in Germany",
            "Christmas Day et New Year's Day, Allemagne",
        ),
    ],
)
def test_freezes(pattern: Pattern, english: str, french: str) -> None:
    freeze = replace(MONTH_END, pattern=pattern, effective_from=None)
    assert frozen_days_text(freeze, dates_in(), TODAY) == english
    assert frozen_days_text(freeze, dates_in(FRENCH), TODAY) == french


@pytest.mark.parametrize(
    ("offset", "english", "french"),
    [
        (0, "The second Tuesday of every month", "Le deuxième mardi de chaque mois"),
        (2, "2 days after the second Tuesday of every month", "2 jours après le deuxième mardi de chaque mois"),
        (-1, "1 day before the second Tuesday of every month", "1 jour avant le deuxième mardi de chaque mois"),
    ],
)
def test_days_after_those_of_a_rule(offset: int, english: str, french: str) -> None:
    rule = parse_recurrence("FREQ=MONTHLY;BYDAY=2TU")
    assert days_text(rule, offset, dates_in()) == english
    assert days_text(rule, offset, dates_in(FRENCH)) == french


def test_a_freeze_in_another_zone_than_the_calendar_names_it() -> None:
    freeze = replace(MONTH_END, zone=BERLIN)
    assert frozen_days_text(freeze, dates_in(), TODAY) == (
        "The last 7 days of every month, Central European Time (Europe/Berlin)"
    )


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
            ", sauf le mer. 28 janv. 2026\N{NO-BREAK SPACE}; le sam. 28 févr. 2026\N{NO-BREAK SPACE}; "
            "le sam. 28 mars 2026\N{NO-BREAK SPACE}; le mar. 28 avr. 2026\N{NO-BREAK SPACE}; "
            "le jeu. 28 mai 2026 et 2 autres",
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
    freeze = replace(MONTH_END, lifted=lifted)
    assert frozen_days_text(freeze, dates_in(), TODAY) == f"The last 7 days of every month{english}"
    assert frozen_days_text(freeze, dates_in(FRENCH), TODAY) == f"Les 7 derniers jours de chaque mois{french}"
