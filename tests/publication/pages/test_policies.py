"""The tables of the policy."""

from __future__ import annotations

from datetime import date, time, timedelta

from icsfeed.publication.pages.policies import window_rows
from tests.examples import BERLIN, POLICY, a_schedule, a_window
from tests.words.writing import FRENCH, dates_in

TODAY = date(2026, 12, 8)


def test_the_table_of_the_example_policy() -> None:
    """Every Thursday and Sunday, 2:00 AM to 6:00 AM EST, 4 hours each, as of January 2020."""
    rows = window_rows(POLICY, dates_in(), TODAY)
    assert [(row.days, row.hours.replace("\u00a0", " "), row.length, row.effective) for row in rows] == [
        ("Every Thursday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
        ("Every Sunday", "2:00 a.m. – 6:00 a.m.", "4 hours", "since January 1, 2020"),
    ]


def test_past_windows_are_omitted_and_later_ones_come_last() -> None:
    schedule = a_schedule(
        a_window(id="over", effective_until=TODAY - timedelta(days=1)),
        a_window(id="new", effective_from=date(2027, 3, 1), start=time(22), end=time(0, 30), zone=BERLIN),
        a_window(id="old", effective_until=date(2027, 2, 28), end=time(0)),
    )
    rows = window_rows(schedule, dates_in(FRENCH), TODAY)
    assert [(row.effective, row.hours.replace("\u00a0", " "), row.length, row.zone) for row in rows] == [
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
