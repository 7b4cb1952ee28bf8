"""The tables of the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from icsfeed.domain.freeze_patterns import ListedDays, NamedDays, Pattern, YearlyDays
from icsfeed.domain.spans import DateRange
from icsfeed.services.policy_rows import freeze_rows, window_rows
from tests.examples import BERLIN, MONTH_END, POLICY, THURSDAY, a_schedule, a_window
from tests.publication.pages.stories import SCHEDULE
from tests.words.writing import FRENCH, dates_in

TODAY = date(2026, 12, 8)


def test_the_table_of_the_example_policy() -> None:
    """Every Thursday and Sunday, 2:00 AM to 6:00 AM EST, 4 hours each, as of January 2020."""
    rows = window_rows(POLICY, dates_in(), TODAY)
    assert [(row.days, row.hours.replace("\u00a0", " "), row.length, row.effective) for row in rows] == [
        ("Every Thursday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
        ("Every Sunday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
    ]


def test_rows_are_in_the_order_of_the_file_and_say_what_has_ended() -> None:
    """They used to be by weekday, so that a window stood far from the one that takes its place."""
    schedule = a_schedule(
        a_window(id="old", effective_until=date(2027, 2, 28), end=time(0)),
        a_window(id="new", effective_from=date(2027, 3, 1), start=time(22), end=time(0, 30), zone=BERLIN),
        a_window(id="another", effective_until=TODAY - timedelta(days=1)),
    )
    rows = window_rows(schedule, dates_in(FRENCH), TODAY)
    assert [row.has_ended for row in rows] == [False, False, True]
    assert [(row.effective, row.hours.replace("\u00a0", " "), row.length, row.zone) for row in rows[:2]] == [
        (
            "du 1er janvier 2020 au 28 février 2027",
            "02 h 00 – 00 h 00",
            "22 heures",
            "heure de l’Est (America/Toronto)",
        ),
        (
            "à partir du 1er mars 2027",
            "22 h 00 – 00 h 30 le lendemain",
            "2 heures 30 minutes",
            "heure de l’Europe centrale (Europe/Berlin)",
        ),
    ]
    assert window_rows(replace(schedule, peak_hours=None), dates_in(FRENCH), TODAY) == rows


@pytest.mark.parametrize(
    ("pattern", "has_ended"),
    [
        (NamedDays(days=DateRange(first=date(2026, 12, 1), last=date(2026, 12, 7))), True),
        (NamedDays(days=DateRange(first=date(2026, 12, 1), last=date(2026, 12, 8))), False),
        (YearlyDays(start=(2, 29), through=(2, 29)), False),
        (ListedDays(dates=(date(2026, 12, 7),)), True),
        (ListedDays(dates=(date(2026, 12, 7), date(2026, 12, 8))), False),
    ],
)
def test_a_freeze_has_ended_when_nothing_of_it_is_ahead(pattern: Pattern, *, has_ended: bool) -> None:
    freeze = replace(MONTH_END, pattern=pattern, effective_from=None)
    (row,) = freeze_rows(replace(POLICY, freezes=(freeze,)), dates_in(), TODAY)
    assert row.has_ended is has_ended


def test_rows_of_one_environment() -> None:
    freezes = (
        replace(MONTH_END, id="z", name="For all"),
        replace(MONTH_END, id="a", name="For preview", environments=frozenset({"preview"})),
    )
    schedule = replace(
        SCHEDULE, windows=(replace(THURSDAY, environments=frozenset({"preview"})),), freezes=freezes, freeze_order=()
    )
    preview, production = schedule.environments
    assert [row.name for row in freeze_rows(schedule, dates_in(), TODAY, preview)] == ["For all", "For preview"]
    assert [row.name for row in freeze_rows(schedule, dates_in(), TODAY, production)] == ["For all"]
    assert [row.environments for row in freeze_rows(schedule, dates_in(), TODAY)] == ["Preview, Production", "Preview"]
    assert window_rows(schedule, dates_in(), TODAY, production) == ()
