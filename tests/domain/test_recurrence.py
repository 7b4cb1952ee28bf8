"""Recurrence rules: which are accepted, why others are refused, and their dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.recurrence import ListedDates, Recurrence, offset_dates, parse_recurrence, weekly
from icsfeed.domain.rule_parts import Frequency

EXAMPLES = "such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, FREQ=MONTHLY;BYDAY=2TU or FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"
WORKDAYS = tuple((None, day) for day in range(5))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=SU,TH", weekly(3, 6)),
        ("rrule:freq=weekly;byday=th", weekly(3)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", Recurrence(frequency=Frequency.WEEKLY, interval=2, by_day=((None, 1),))),
        (
            "FREQ=WEEKLY;BYMONTH=7,6;BYDAY=TU",
            Recurrence(frequency=Frequency.WEEKLY, by_day=((None, 1),), months=(6, 7)),
        ),
        ("FREQ=MONTHLY;BYDAY=2TU", Recurrence(frequency=Frequency.MONTHLY, by_day=((2, 1),))),
        ("FREQ=MONTHLY;BYDAY=-1SU", Recurrence(frequency=Frequency.MONTHLY, by_day=((-1, 6),))),
        ("FREQ=MONTHLY;BYDAY=-1TU,4TU,+2TU", Recurrence(frequency=Frequency.MONTHLY, by_day=((2, 1), (4, 1), (-1, 1)))),
        ("FREQ=MONTHLY;BYDAY=5TU", Recurrence(frequency=Frequency.MONTHLY, by_day=((5, 1),))),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", Recurrence(frequency=Frequency.MONTHLY, month_days=(-1,))),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1,1", Recurrence(frequency=Frequency.MONTHLY, month_days=(1, 15, -1))),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            Recurrence(frequency=Frequency.MONTHLY, by_day=WORKDAYS, positions=(-1,)),
        ),
        (
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31",
            Recurrence(frequency=Frequency.YEARLY, months=(12,), month_days=(31,)),
        ),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=1MO", Recurrence(frequency=Frequency.YEARLY, months=(5,), by_day=((1, 0),))),
        (
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,9;BYDAY=2SA",
            Recurrence(frequency=Frequency.YEARLY, interval=2, months=(3, 9), by_day=((2, 5),)),
        ),
    ],
)
def test_rules_that_are_accepted(text: str, expected: Recurrence) -> None:
    assert parse_recurrence(text) == expected


@pytest.mark.parametrize(
    ("text", "plainest"),
    [
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "FREQ=MONTHLY;BYDAY=2TU"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=4,-2,2", "FREQ=MONTHLY;BYDAY=2TU,4TU,-2TU"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1,-1", "FREQ=MONTHLY;BYMONTHDAY=1,-1"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-2",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-2",
        ),
        ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYDAY=2SA", "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=2SA"),
        ("FREQ=MONTHLY;BYMONTH=5;BYDAY=2SA", "FREQ=YEARLY;BYMONTH=5;BYDAY=2SA"),
        ("FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=2SA", "FREQ=MONTHLY;BYDAY=2SA"),
        ("FREQ=WEEKLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=SA,SU;BYSETPOS=1", "FREQ=YEARLY;BYMONTH=5;BYDAY=SA,SU;BYSETPOS=1"),
    ],
)
def test_rules_that_mean_the_same_are_the_same(text: str, plainest: str) -> None:
    rule = parse_recurrence(text)
    assert str(rule) == plainest
    assert rule == parse_recurrence(plainest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f'"" is not a part of a rule; write a rule {EXAMPLES}'),
        ("every Tuesday", f'"every Tuesday" is not a part of a rule; write a rule {EXAMPLES}'),
        ("BYDAY=TU", f'"BYDAY=TU" has no FREQ; write a rule {EXAMPLES}'),
        (
            "FREQ=DAILY",
            "FREQ=DAILY is not WEEKLY, MONTHLY or YEARLY; write FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        ),
        (
            "FREQ=HOURLY;BYDAY=TU",
            "FREQ=HOURLY is not WEEKLY, MONTHLY or YEARLY; write one of them",
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
            "FREQ=MONTHLY;BYDAY=TU;BYHOUR=2",
            f"BYHOUR is a part that not every calendar client holds; write a rule {EXAMPLES}",
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
            "BYSETPOS goes with FREQ=MONTHLY and BYDAY, such as FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=1",
            "BYSETPOS goes with FREQ=MONTHLY and BYDAY, such as FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3,6;BYDAY=MO,TU;BYSETPOS=1",
            "with FREQ=YEARLY and several months, BYSETPOS counts through all of them; write FREQ=MONTHLY",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2TU;BYSETPOS=1",
            "BYDAY=2TU is not a list of weekdays from MO, TU, WE, TH, FR, SA, SU, each once; 2TU and the like go with "
            "FREQ=MONTHLY, without BYSETPOS",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=11",
            "BYSETPOS=11 is not a position among a month's days of BYDAY: 1 to 10, or -1 for the last",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=0",
            "BYSETPOS=0 is not a position among a month's days of BYDAY: 1 to 10, or -1 for the last",
        ),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,1", "BYSETPOS=1,1 has a value twice; write each once"),
        ("FREQ=MONTHLY;BYDAY=2TU,2TU", "BYDAY=2TU,2TU has a weekday of the month twice; write each once"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,1", "BYMONTHDAY=1,1 has a value twice; write each once"),
        ("FREQ=YEARLY;BYMONTH=3,3;BYMONTHDAY=1", "BYMONTH=3,3 has a value twice; write each once"),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYMONTH=3,6;BYMONTHDAY=1",
            "INTERVAL=2 counts months that BYMONTH=3,6 names; write one of the two",
        ),
        ("FREQ=WEEKLY;INTERVAL=0;BYDAY=TU", "INTERVAL=0 is not a whole number from 1 to 99"),
        ("FREQ=WEEKLY;INTERVAL=²;BYDAY=TU", "INTERVAL=² is not a whole number from 1 to 99"),
        (
            "FREQ=WEEKLY;BYDAY=2TU",
            "BYDAY=2TU is not a list of weekdays from MO, TU, WE, TH, FR, SA, SU, each once; 2TU and the like go with "
            "FREQ=MONTHLY, without BYSETPOS",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU,TU",
            "BYDAY=TU,TU is not a list of weekdays from MO, TU, WE, TH, FR, SA, SU, each once",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2TU,6TU",
            "BYDAY=6TU is not a weekday of the month: 1 to 5, or -1 for the last, then the day, such as 2TU",
        ),
        (
            "FREQ=MONTHLY;BYDAY=TU",
            "BYDAY=TU is not a weekday of the month: 1 to 5, or -1 for the last, then the day, such as 2TU",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "BYMONTHDAY=31 is not a day that always comes: one of 1 to 28, or -1 for the last day of the month",
        ),
        (
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
            "BYMONTHDAY=31 is not a day that always comes: one of 1 to 30, or -1 for the last day of the month",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=31",
            "BYMONTHDAY=31 is not a day that always comes: one of 1 to 28, or -1 for the last day of the month",
        ),
        ("FREQ=YEARLY;BYMONTHDAY=3", "FREQ=YEARLY needs BYMONTH, such as FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1"),
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
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", (2026, 12, 1), (2027, 1, 12), ["2026-12-08", "2026-12-22", "2027-01-12"]),
        (
            "FREQ=MONTHLY;BYDAY=5TU",
            (2026, 1, 1),
            (2026, 12, 31),
            ["2026-03-31", "2026-06-30", "2026-09-29", "2026-12-29"],
        ),
        ("FREQ=MONTHLY;BYDAY=4TU,-1TU", (2026, 2, 1), (2026, 3, 31), ["2026-02-24", "2026-03-24", "2026-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=28,-1", (2027, 2, 1), (2027, 3, 31), ["2027-02-28", "2027-03-28", "2027-03-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", (2026, 10, 31), (2026, 12, 31), ["2026-11-30", "2026-12-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", (2026, 5, 29), (2026, 5, 31), ["2026-05-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", (2026, 8, 2), (2026, 9, 1), ["2026-08-03", "2026-09-01"]),
        (
            "FREQ=WEEKLY;BYMONTH=6;BYDAY=SA",
            (2026, 5, 1),
            (2026, 7, 31),
            [f"2026-06-{day:02}" for day in (6, 13, 20, 27)],
        ),
        (
            "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=2SA",
            (2026, 3, 15),
            (2027, 3, 13),
            ["2026-06-13", "2026-09-12", "2026-12-12", "2027-03-13"],
        ),
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
    assert [day.isoformat() for day in year[:4]] == ["2026-01-05", "2026-01-09", "2026-01-19", "2026-01-23"]
    june = list(rule.dates(date(2026, 6, 1), date(2026, 6, 30), anchor=anchor))
    assert june == [day for day in year if day.month == 6]


def test_an_offset_reaches_from_before_the_anchor_of_an_interval() -> None:
    """The Thursday after every second Tuesday, from a Wednesday on: that week's Thursday, 8 January, was missing."""
    rule = parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    wednesday = date(2026, 1, 7)
    thursdays = offset_dates(rule, 2, wednesday, date(2026, 2, 7), anchor=wednesday)
    assert [day.isoformat() for day in thursdays] == ["2026-01-08", "2026-01-22", "2026-02-05"]


def test_an_interval_without_an_anchor_is_refused() -> None:
    rule = parse_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
    with pytest.raises(BadInputError) as refusal:
        list(rule.dates(date(2026, 1, 1), date(2026, 12, 31)))
    assert str(refusal.value) == "a rule with an interval of 2 needs a date to count from"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("FREQ=WEEKLY;BYDAY=SU,TH", {"th": "FREQ=WEEKLY;BYDAY=TH", "su": "FREQ=WEEKLY;BYDAY=SU"}),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", {"tu": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}),
        ("FREQ=MONTHLY;BYDAY=2TU", {"monthly": "FREQ=MONTHLY;BYDAY=2TU"}),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", {"monthly": "FREQ=MONTHLY;BYMONTHDAY=-1"}),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=1MO", {"yearly": "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"}),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,4TU",
            {
                "monthly-2tu": "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU",
                "monthly-4tu": "FREQ=MONTHLY;INTERVAL=2;BYDAY=4TU",
            },
        ),
        (
            "FREQ=MONTHLY;BYDAY=1TU,1WE,-1WE",
            {
                "monthly-1tu": "FREQ=MONTHLY;BYDAY=1TU",
                "monthly-1we": "FREQ=MONTHLY;BYDAY=1WE",
                "monthly-lastwe": "FREQ=MONTHLY;BYDAY=-1WE",
            },
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
            {
                "monthly-1": "FREQ=MONTHLY;BYMONTHDAY=1",
                "monthly-15": "FREQ=MONTHLY;BYMONTHDAY=15",
                "monthly-last": "FREQ=MONTHLY;BYMONTHDAY=-1",
            },
        ),
        ("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=2SA", {"monthly": "FREQ=MONTHLY;INTERVAL=3;BYDAY=2SA"}),
        ("FREQ=MONTHLY;BYMONTH=1,7;BYMONTHDAY=31", {"monthly": "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=31"}),
        (
            "FREQ=MONTHLY;BYMONTH=3,11;BYMONTHDAY=1,-1",
            {
                "yearly-3-1": "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1",
                "yearly-3-last": "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1",
                "yearly-11-1": "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1",
                "yearly-11-last": "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=-1",
            },
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,9;BYDAY=2SA",
            {
                "yearly-3-2sa": "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=2SA",
                "yearly-9-2sa": "FREQ=YEARLY;INTERVAL=2;BYMONTH=9;BYDAY=2SA",
            },
        ),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", {"monthly": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"}),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1",
            {
                "monthly-1-sa-su": "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
                "monthly-last-sa-su": "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1",
            },
        ),
    ],
)
def test_the_rules_that_templates_hold_and_their_labels(text: str, parts: dict[str, str]) -> None:
    rules = parse_recurrence(text).template_rules()
    assert {rule.label: str(rule) for rule in rules} == parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FREQ=WEEKLY;BYMONTH=6,7;BYDAY=TU", "no template is weekly in some months"),
        ("FREQ=MONTHLY;BYDAY=5TU", "no template skips months"),
        ("FREQ=MONTHLY;BYDAY=2TU,-2FR", "no template counts from the end, but for the last"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "no template has two weekdays"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,5", "the fifth weekday has no template"),
        ("FREQ=MONTHLY;BYDAY=4TU,-1TU", "one day twice, in most months"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,-1", "one day twice, in most Februaries"),
        ("FREQ=MONTHLY;BYMONTH=1,2;BYMONTHDAY=28,-1", "one day twice, in one of the months"),
    ],
)
def test_rules_that_no_template_holds(text: str, why: str) -> None:
    assert (why, parse_recurrence(text).template_rules()) == (why, ())


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=TH,SU",
        "FREQ=MONTHLY;BYDAY=2TU,4TU,-1WE",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
        "FREQ=MONTHLY;BYMONTH=2,5,8,11;BYMONTHDAY=1,28",
        "FREQ=MONTHLY;BYMONTH=1,2,12;BYDAY=1MO,-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
        "FREQ=YEARLY;INTERVAL=3;BYMONTH=3,6;BYDAY=4TU",
    ],
)
def test_each_date_of_a_rule_is_one_of_exactly_one_of_its_parts(text: str) -> None:
    rule, first, last = parse_recurrence(text), date(2020, 1, 1), date(2032, 12, 31)
    days = list(rule.dates(first, last, anchor=first))
    parts = {day: [part.label for part in rule.template_rules() if part.may_include(day)] for day in days}
    assert {day: labels for day, labels in parts.items() if len(labels) != 1} == {}
    assert len(days) >= 10


@pytest.mark.parametrize(("first", "last"), [("2026-12-05", "2027-01-09"), ("2026-12-06", "2027-01-08")])
def test_dates_of_a_list(first: str, last: str) -> None:
    days = tuple(date(2026, 12, 5) + week * timedelta(weeks=1) for week in range(6))
    listed = ListedDates(days=days)
    within = [day for day in days if date.fromisoformat(first) <= day <= date.fromisoformat(last)]
    assert list(listed.dates(date.fromisoformat(first), date.fromisoformat(last))) == within
    assert listed.template_rules() == ()
