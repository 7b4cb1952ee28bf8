"""Patterns of change freezes: which local times they freeze."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    FreezeHours,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedHours,
    Pattern,
    Period,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
)
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.recurrence import parse_recurrence, weekly

YEAR_2026 = (date(2026, 1, 1), date(2026, 12, 31))


def spans(pattern: Pattern, first: date = YEAR_2026[0], last: date = YEAR_2026[1]) -> list[str]:
    """The spans that touch a day of that time: dates, the last included, or times."""
    return [_text(each) for each in pattern.spans(first, last) if each.days.first <= last and first <= each.days.last]


def _text(span: LocalSpan) -> str:
    if span == LocalSpan.of_days(span.days):
        return f"{span.days.first:%m-%d}..{span.days.last:%m-%d}"
    return f"{span.start:%m-%d %H:%M}..{span.end:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param(
            FirstSevenDays(period=Period.QUARTER),
            ["01-01..01-07", "04-01..04-07", "07-01..07-07", "10-01..10-07"],
            id="the first 7 days of every quarter",
        ),
        pytest.param(
            LastSevenDays(period=Period.QUARTER),
            ["03-25..03-31", "06-24..06-30", "09-24..09-30", "12-25..12-31"],
            id="the last 7 days of every quarter",
        ),
        pytest.param(FirstSevenDays(period=Period.YEAR), ["01-01..01-07"], id="the first 7 days of the year"),
        pytest.param(LastSevenDays(period=Period.YEAR), ["12-25..12-31"], id="the last 7 days of the year"),
        pytest.param(
            WeekOfLastDay(period=Period.QUARTER),
            ["12-29..01-04", "03-30..04-05", "06-29..07-05", "09-28..10-04", "12-28..01-03"],
            id="the week of the last day of every quarter, over New Year too",
        ),
        pytest.param(
            LastFullWeek(period=Period.YEAR, week_starts=6), ["12-20..12-26"], id="the last full week of the year"
        ),
        pytest.param(
            ListedDays(dates=(date(2026, 12, 26), date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1))),
            ["12-24..12-26"],
            id="listed dates in a row are one stretch",
        ),
        pytest.param(
            ListedDays(
                dates=(date(2026, 3, 6), date(2026, 6, 5)),
                hours=FreezeHours(start=time(17), length=timedelta(hours=12)),
            ),
            ["03-06 17:00..03-07 05:00", "06-05 17:00..06-06 05:00"],
            id="listed dates with hours",
        ),
        pytest.param(
            RecurringDays(
                recurrence=parse_recurrence("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
                offset_days=-3,
                hours=FreezeHours(length=timedelta(days=7)),
            ),
            ["11-23..11-29"],
            id="the week of Thanksgiving",
        ),
        pytest.param(
            RecurringDays(
                recurrence=parse_recurrence("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1,3"),
                hours=FreezeHours(length=timedelta(days=4)),
            ),
            ["05-01..05-02", "05-03..05-06"],
            id="a stretch ends where the next one begins",
        ),
        pytest.param(
            RecurringDays(recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=1"), offset_days=-1),
            [
                "01-31..01-31",
                "02-28..02-28",
                "03-31..03-31",
                "04-30..04-30",
                "05-31..05-31",
                "06-30..06-30",
                "07-31..07-31",
                "08-31..08-31",
                "09-30..09-30",
                "10-31..10-31",
                "11-30..11-30",
                "12-31..12-31",
            ],
            id="the days before the first of the month, over New Year too",
        ),
        pytest.param(
            PublicHolidays(country="CA", subdivision="ON", only=("Christmas Day", "Boxing Day", "Labour Day")),
            ["09-07..09-07", "12-25..12-26", "12-28..12-28"],
            id="some public holidays of Ontario, two of them in a row, and the day on which one is observed",
        ),
        pytest.param(
            PublicHolidays(country="CA", days_before=1, days_after=2, only=("Christmas Day", "New Year's Day")),
            ["12-31..01-03", "12-24..12-27", "12-31..01-03"],
            id="days before and after, over New Year too",
        ),
        pytest.param(
            PublicHolidays(country="CA", days_before=4, days_after=4, only=("Christmas Day", "New Year's Day")),
            ["12-21..01-05", "12-21..01-05"],
            id="holidays whose days meet over New Year are one stretch",
        ),
        pytest.param(
            NamedHours(
                hours=LocalSpan(
                    start=datetime.fromisoformat("2025-12-31T18:00"), end=datetime.fromisoformat("2026-01-02T09:30")
                )
            ),
            ["12-31 18:00..01-02 09:30"],
            id="named hours over New Year",
        ),
    ],
)
def test_the_spans_of_a_year(pattern: Pattern, expected: list[str]) -> None:
    assert spans(pattern) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            kind(period=period)
            for kind in (FirstSevenDays, LastSevenDays, WeekOfLastDay, LastFullWeek)
            for period in Period
        ),
        RecurringDays(recurrence=weekly(4), hours=FreezeHours(start=time(17), length=timedelta(hours=63))),
        RecurringDays(recurrence=parse_recurrence("FREQ=MONTHLY;BYDAY=2TU"), offset_days=20),
        PublicHolidays(country="CA", subdivision="ON", days_before=3, days_after=3),
        ListedDays(
            dates=(date(2026, 12, 31), date(2027, 1, 1)), hours=FreezeHours(start=time(22), length=timedelta(hours=4))
        ),
    ],
)
def test_a_single_day_finds_every_span_that_touches_it(pattern: Pattern) -> None:
    """However short the time that is asked for, it has the same spans."""
    first, last = date(2025, 12, 20), date(2027, 1, 20)
    whole = {each for each in pattern.spans(first, last) if each.days.first <= last and first <= each.days.last}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        of_day = {each for each in pattern.spans(day, day) if day in each.days}
        assert of_day == {each for each in whole if day in each.days}


@pytest.mark.parametrize(
    ("start", "length", "message"),
    [
        (None, timedelta(hours=36), "a freeze without a start lasts whole days, not 1 day, 12:00:00"),
        (time(17), timedelta(0), "a freeze lasts some time, not 0:00:00"),
    ],
)
def test_a_length_that_makes_no_sense_is_refused(start: time | None, length: timedelta, message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        FreezeHours(start=start, length=length)
    assert str(refusal.value) == message
