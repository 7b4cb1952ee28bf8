"""Calendar months as texts and as spans."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.months import CalendarMonth
from icsfeed.domain.zones import zone
from tests.examples import utc


def test_a_month_reads_as_it_is_written() -> None:
    month = CalendarMonth.parse("2026-11")
    assert month == CalendarMonth(year=2026, number=11)
    assert str(month) == "2026-11"


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-00",
        "2026-1",
        "11-2026",
        "2026",
        "2026-11-01",
        "november",
        "",
        "\uff12\uff10\uff12\uff16-11",
        "2026-11\n\n-",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match=r" is not a month; write its year and number, such as 2026-11$"):
        CalendarMonth.parse(text)


@pytest.mark.parametrize("text", ["1970-12", "3000-01", "0000-01"])
def test_years_without_reliable_zones_are_refused(text: str) -> None:
    with pytest.raises(BadInputError, match=rf"^{text} is out of range; the year is one from 1971 through 2999$"):
        CalendarMonth.parse(text)


@pytest.mark.parametrize(
    ("zone_name", "text", "start", "hours"),
    [
        pytest.param("America/Toronto", "2026-12", utc(2026, 12, 1, 5), 31 * 24, id="no clock change"),
        pytest.param("America/Toronto", "2026-11", utc(2026, 11, 1, 4), 30 * 24 + 1, id="an hour more in November"),
        pytest.param("America/Toronto", "2026-03", utc(2026, 3, 1, 5), 31 * 24 - 1, id="an hour less in March"),
        pytest.param("America/Toronto", "2028-02", utc(2028, 2, 1, 5), 29 * 24, id="a leap February"),
        pytest.param("Asia/Kathmandu", "2026-11", utc(2026, 10, 31, 18, 15), 30 * 24, id="quarters of an hour"),
        pytest.param("Pacific/Apia", "2011-12", utc(2011, 12, 1, 10), 30 * 24, id="a month that lost a day"),
        pytest.param("America/Havana", "2020-10", utc(2020, 10, 1, 4), 31 * 24, id="before a midnight that repeats"),
        pytest.param("America/Havana", "2020-11", utc(2020, 11, 1, 4), 30 * 24 + 1, id="from the first midnight"),
    ],
)
def test_the_span_of_a_month(zone_name: str, text: str, start: datetime, hours: int) -> None:
    span = CalendarMonth.parse(text).span(zone(zone_name))
    assert span.start == start
    assert span.length == timedelta(hours=hours)
