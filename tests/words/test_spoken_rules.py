"""The regular times as people say them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from icsfeed.domain.recurrence import ListedDates, parse_recurrence, weekly
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.languages import language_named
from icsfeed.words.spoken import SpokenDates
from icsfeed.words.spoken_rules import regular_times
from tests.examples import BERLIN, SUNDAY, THURSDAY, TORONTO, a_window

TODAY = date(2026, 12, 1)


def texts(*windows: MaintenanceWindow, code: str = "en") -> list[str]:
    spoken = SpokenDates(language=language_named(code), zone=TORONTO, year=2026, today=TODAY)
    return [f"{each.days}, {each.hours}" for each in regular_times(windows, spoken)]


def test_windows_with_the_same_hours_are_said_together() -> None:
    assert texts(THURSDAY, SUNDAY) == ["every Thursday and Sunday, from two to six a.m."]
    assert texts(THURSDAY, SUNDAY, code="fr") == ["tous les jeudis et dimanches, de deux heures à six heures du matin"]
    assert texts(THURSDAY, a_window(id="late", start=time(22), end=time(2))) == [
        "every Thursday, from two to six a.m.",
        "every Thursday, from ten p.m. to two a.m. the next day",
    ]


def test_windows_of_other_environments_are_said_apart() -> None:
    other = a_window(id="preview", environments=frozenset({"preview"}))
    spoken = SpokenDates(language=language_named("en"), zone=TORONTO, year=2026, today=TODAY)
    assert [each.environments for each in regular_times((THURSDAY, other), spoken)] == [
        frozenset({"production"}),
        frozenset({"preview"}),
    ]


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Monday to Friday", "du lundi au vendredi"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day", "tous les jours"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "every two weeks on Thursday", "toutes les deux semaines, le jeudi"),
        ("FREQ=MONTHLY;BYDAY=2TU", "the second Tuesday of every month", "le deuxième mardi de chaque mois"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "the first and the fifteenth of every month", "le premier et le quinze"),
        ("FREQ=WEEKLY;BYDAY=SU;BYMONTH=3", "every Sunday, in March", "tous les dimanches, en mars"),
    ],
)
def test_rules(rule: str, english: str, french: str) -> None:
    window = a_window(recurrence=parse_recurrence(rule))
    assert texts(window) == [f"{english}, from two to six a.m."]
    assert texts(window, code="fr")[0].startswith(french)


def test_days_after_those_of_a_rule() -> None:
    window = a_window(recurrence=parse_recurrence("FREQ=MONTHLY;BYDAY=2TU"), offset_days=2)
    assert texts(window) == ["two days after the second Tuesday of every month, from two to six a.m."]


@pytest.mark.parametrize(
    "overrides",
    [
        {"recurrence": ListedDates(days=(date(2026, 12, 5),))},
        {"zone": BERLIN},
        {"effective_from": TODAY + timedelta(days=1)},
    ],
    ids=["single dates", "another zone", "not yet in effect"],
)
def test_what_is_not_regular_here_and_now_is_left_out(overrides: dict[str, object]) -> None:
    assert texts(a_window(**overrides)) == []
    assert texts(a_window(effective_from=TODAY)) == ["every Thursday, from two to six a.m."]


def test_several_days_of_one_window() -> None:
    assert texts(a_window(recurrence=weekly(1, 3))) == ["every Tuesday and Thursday, from two to six a.m."]
