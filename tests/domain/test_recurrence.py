"""Recurrence rules: which are accepted, why others are refused, and their dates."""

from __future__ import annotations

from datetime import date

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.recurrence import Frequency, Recurrence, parse_recurrence, weekly

EXAMPLES = "such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, FREQ=MONTHLY;BYDAY=2TU or FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=SU,TH", weekly(3, 6)),
        ("rrule:freq=weekly;byday=th", weekly(3)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", Recurrence(frequency=Frequency.WEEKLY, interval=2, weekdays=(1,))),
        ("FREQ=MONTHLY;BYDAY=2TU", Recurrence(frequency=Frequency.MONTHLY, ordinal=2, weekdays=(1,))),
        ("FREQ=MONTHLY;BYDAY=-1SU", Recurrence(frequency=Frequency.MONTHLY, ordinal=-1, weekdays=(6,))),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", Recurrence(frequency=Frequency.MONTHLY, month_day=-1)),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", Recurrence(frequency=Frequency.YEARLY, month=12, month_day=31)),
        (
            "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO",
            Recurrence(frequency=Frequency.YEARLY, month=5, ordinal=1, weekdays=(0,)),
        ),
    ],
)
def test_rules_that_outlook_supports_are_accepted(text: str, expected: Recurrence) -> None:
    assert parse_recurrence(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f'"" is not a part of a rule; write a rule {EXAMPLES}'),
        ("every Tuesday", f'"every Tuesday" is not a part of a rule; write a rule {EXAMPLES}'),
        ("BYDAY=TU", f'"BYDAY=TU" has no FREQ; write a rule {EXAMPLES}'),
        (
            "FREQ=DAILY",
            "FREQ=DAILY has two occurrences of one series side by side, which Outlook does not hold; name the days",
        ),
        (
            "FREQ=HOURLY;BYDAY=TU",
            "FREQ=HOURLY is none that a maintenance window can have: WEEKLY, MONTHLY or YEARLY",
        ),
        (
            "FREQ=WEEKLY;FREQ=MONTHLY;BYDAY=TU",
            "FREQ=WEEKLY and FREQ=MONTHLY are the same part twice; write one, such as FREQ=WEEKLY",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU;byday=we",
            "BYDAY=TU and BYDAY=WE are the same part twice; write one, such as BYDAY=TU,WE",
        ),
        (
            "rrule:FREQ=WEEKLY; BYDAY=TU",
            '"rrule:FREQ=WEEKLY; BYDAY=TU" has a space or a semicolon too many; write FREQ=WEEKLY;BYDAY=TU',
        ),
        (
            "freq=weekly;byday=tu;",
            '"freq=weekly;byday=tu;" has a space or a semicolon too many; write freq=weekly;byday=tu',
        ),
        ("FREQ=WEEKLY", f"FREQ=WEEKLY needs BYDAY; write a rule {EXAMPLES}"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", f"FREQ=WEEKLY needs BYDAY; write a rule {EXAMPLES}"),
        ("FREQ=MONTHLY", f"FREQ=MONTHLY needs either BYDAY or BYMONTHDAY; write a rule {EXAMPLES}"),
        (
            "FREQ=MONTHLY;BYDAY=2TU;BYMONTHDAY=3",
            f"FREQ=MONTHLY needs either BYDAY or BYMONTHDAY; write a rule {EXAMPLES}",
        ),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "COUNT does not belong in the rule; say effective_until = (a date) instead"),
        (
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270101",
            "UNTIL does not belong in the rule; say effective_until = (a date) instead",
        ),
        (
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2",
            f"BYSETPOS is a part that not every calendar client holds; write a rule {EXAMPLES}",
        ),
        ("FREQ=WEEKLY;INTERVAL=0;BYDAY=TU", "INTERVAL=0 is not a whole number from 1 to 99"),
        ("FREQ=WEEKLY;INTERVAL=²;BYDAY=TU", "INTERVAL=² is not a whole number from 1 to 99"),
        (
            "FREQ=WEEKLY;BYDAY=2TU",
            "BYDAY=2TU is not a list of weekdays from MO, TU, WE, TH, FR, SA, SU, each once",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU,TU",
            "BYDAY=TU,TU is not a list of weekdays from MO, TU, WE, TH, FR, SA, SU, each once",
        ),
        (
            "FREQ=MONTHLY;BYDAY=5TU",
            "BYDAY=5TU is not one weekday of the month: 1 to 4 or -1 (the last), then the day, such as 2TU",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "BYMONTHDAY=31 is not a day that always comes: one of 1 to 28, or -1 for the last day of the month",
        ),
        (
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
            "BYMONTHDAY=31 is not a day that always comes: one of 1 to 30, or -1 for the last day of the month",
        ),
        ("FREQ=YEARLY;BYMONTHDAY=3", "BYMONTH goes with FREQ=YEARLY, and FREQ=YEARLY with BYMONTH"),
        ("FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=3", "BYMONTH goes with FREQ=YEARLY, and FREQ=YEARLY with BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=3", "BYMONTH=13 is not a whole number from 1 to 12"),
    ],
)
def test_other_rules_are_refused_with_a_correction(text: str, message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        parse_recurrence(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", (2026, 1, 1), (2026, 1, 15), ["2026-01-01", "2026-01-08", "2026-01-15"]),
        ("FREQ=MONTHLY;BYDAY=-1SU", (2026, 1, 1), (2026, 3, 1), ["2026-01-25", "2026-02-22"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", (2024, 2, 1), (2024, 3, 30), ["2024-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", (2023, 1, 1), (2024, 12, 31), ["2023-02-28", "2024-02-29"]),
    ],
)
def test_dates(text: str, first: tuple[int, int, int], last: tuple[int, int, int], expected: list[str]) -> None:
    days = parse_recurrence(text).dates(date(*first), date(*last))
    assert [day.isoformat() for day in days] == expected


def test_an_interval_counts_from_its_anchor_in_any_query() -> None:
    """Every second week from 2026-01-05 on, whether a year or a month is queried."""
    rule = parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR")
    anchor = date(2026, 1, 7)
    year = list(rule.dates(date(2026, 1, 1), date(2026, 12, 31), anchor=anchor))
    assert [day.isoformat() for day in year[:4]] == ["2026-01-09", "2026-01-19", "2026-01-23", "2026-02-02"]
    june = list(rule.dates(date(2026, 6, 1), date(2026, 6, 30), anchor=anchor))
    assert june == [day for day in year if day.month == 6]


def test_an_interval_without_an_anchor_is_refused() -> None:
    rule = parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    with pytest.raises(BadInputError) as refusal:
        list(rule.dates(date(2026, 1, 1), date(2026, 12, 31)))
    assert str(refusal.value) == "a rule with an interval of 2 needs a date to count from"


def test_a_weekly_rule_splits_into_one_for_each_weekday() -> None:
    assert [str(rule) for rule in weekly(6, 3).by_weekday()] == ["FREQ=WEEKLY;BYDAY=TH", "FREQ=WEEKLY;BYDAY=SU"]


def test_a_monthly_rule_is_not_split() -> None:
    rule = parse_recurrence("FREQ=MONTHLY;BYDAY=2TU")
    assert rule.by_weekday() == (rule,)
    assert str(rule) == "FREQ=MONTHLY;BYDAY=2TU"
