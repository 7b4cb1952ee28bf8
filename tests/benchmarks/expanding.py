"""Expanding ten years of occurrences, against a plain datetime loop: ``python -m tests.benchmarks.expanding``."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.spans import Span
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.benchmarks.measuring import report, time_ratio

TORONTO = ZoneInfo("America/Toronto")
TEN_YEARS = Span(start=datetime(2025, 1, 1, 5, tzinfo=UTC), end=datetime(2035, 1, 1, 5, tzinfo=UTC))
POLICY = load_schedule(example_path()).schedule


def expand() -> list[tuple[datetime, datetime]]:
    """What icsfeed does, including freezes, clock changes and reasons."""
    return [(span.start, span.end) for _, span in happening(occurrences(POLICY, TEN_YEARS), TEN_YEARS)]


def loop() -> list[tuple[datetime, datetime]]:
    """The floor: a loop over days with this one policy hard-coded."""
    spans = []
    day = date(2025, 1, 1)
    while day < date(2035, 1, 1):
        if day.weekday() in {3, 6} and day.day <= calendar.monthrange(day.year, day.month)[1] - 7:
            start = datetime.combine(day, time(2), TORONTO).astimezone(UTC)
            spans.append((start, datetime.combine(day, time(6), TORONTO).astimezone(UTC)))
        day += timedelta(days=1)
    return spans


if __name__ == "__main__":
    assert [start for start, _ in expand()] == [start for start, _ in loop()]
    report("ten years expanded", time_ratio(expand, loop, rounds=31), 5)
