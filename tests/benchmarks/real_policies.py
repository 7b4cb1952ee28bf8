"""Expanding ten years of the largest real policy, against a plain loop: ``python -m tests.benchmarks.real_policies``.

The largest of the policies in ``tests/policies`` is the one with most occurrences in ten years.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icsfeed.domain.occurrences import happening, occurrences
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from tests.benchmarks.measuring import report, time_ratio
from tests.policies.checked_dates import NAMES, schedule_of

LARGEST = "salesforce"
NEW_YORK = ZoneInfo("America/New_York")
TEN_YEARS = Span(start=datetime(2025, 1, 1, 5, tzinfo=UTC), end=datetime(2035, 1, 1, 5, tzinfo=UTC))


def expand(schedule: Schedule) -> list[tuple[datetime, datetime]]:
    """What icsfeed does, including freezes, clock changes and reasons."""
    return [(span.start, span.end) for _, span in happening(occurrences(schedule, TEN_YEARS), TEN_YEARS)]


def loop() -> list[tuple[datetime, datetime]]:
    """The floor: a loop over days with this one policy hard-coded."""
    spans = []
    day = date(2024, 12, 31)
    while day < date(2035, 1, 1):
        start = datetime.combine(day, time(20), NEW_YORK).astimezone(UTC)
        spans.append((start, datetime.combine(day + timedelta(days=1), time(5), NEW_YORK).astimezone(UTC)))
        if day.weekday() == 6:
            start = datetime.combine(day, time(2), NEW_YORK).astimezone(UTC)
            spans.append((start, datetime.combine(day, time(6), NEW_YORK).astimezone(UTC)))
        day += timedelta(days=1)
    return spans


if __name__ == "__main__":
    sizes = {name: len(expand(schedule_of(name))) for name in NAMES}
    assert max(sizes, key=lambda name: sizes[name]) == LARGEST
    policy = schedule_of(LARGEST)
    assert sorted(start for start, _ in expand(policy)) == sorted(start for start, _ in loop())
    label = f"ten years of {LARGEST}, {sizes[LARGEST]} occurrences, expanded"
    report(label, time_ratio(lambda: expand(policy), loop, rounds=31), 5)
