"""Peak hours, compared with the brute-force reading of local times."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.spans import Span
from tests.properties import brute_force
from tests.properties.brute_force import DAY
from tests.properties.rules import times
from tests.properties.schedules import NOWS, zones


@settings(max_examples=60)
@given(
    zone=zones(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    start=times(),
    end=times(),
    begin=NOWS,
    length=st.timedeltas(DAY / 24, 300 * DAY),
)
def test_each_days_peak_follows_the_local_clock(  # noqa: PLR0917  (as hypothesis draws them)
    zone: ZoneInfo, weekdays: frozenset[int], start: time, end: time, begin: datetime, length: timedelta
) -> None:
    """Decision 2, for peak hours: "An occurrence lasts from the first to the last instant at which the wall clock of
    the zone reads at or after the start and before the end".
    """  # noqa: D205  (a quotation)
    within = Span(start=begin, end=begin + length)
    expected = []
    for day in brute_force.days(begin.date() - 4 * DAY, within.end.date() + 4 * DAY):
        last = day + DAY if end <= start else day
        peak = brute_force.hull(datetime.combine(day, start), datetime.combine(last, end), zone)
        if day.weekday() in weekdays and peak and peak[0] < within.end and within.start < peak[1]:
            expected.append(peak)
    peak_hours = PeakHours(weekdays=weekdays, start=start, end=end, zone=zone)
    assert [(span.start, span.end) for span in peak_hours.spans(within)] == expected
