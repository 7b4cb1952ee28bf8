"""Schedules of the whole language over ten years, in one zone of tzdata after the other, as long as there is time.

``python -m tests.benchmarks.comparing [MINUTES]`` compares the domain's occurrences and frozen spans with the
brute-force reading of ``tests/properties``; the suite does the same with fewer schedules.
"""

from __future__ import annotations

import sys
import time
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import zone, zone_names
from tests.properties import test_occurrences as occurrences
from tests.properties.schedules import schedules

ROUND = 1
"""Schedules in each zone before it is the next one's turn."""


class Totals:
    """What was compared so far."""

    def __init__(self) -> None:
        self.schedules = self.occurrences = 0
        self.zones: set[str] = set()

    def __str__(self) -> str:
        return f"{self.schedules} schedules in {len(self.zones)} zones, {self.occurrences} occurrences: all agree"


def compare_in(name: str, totals: Totals) -> None:
    """Compare some schedules whose home is that zone."""

    @settings(
        max_examples=ROUND,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), schedule=schedules(home=zone(name)), first=st.integers(2005, 2027))
    def compare(data: st.DataObject, schedule: Schedule, first: int) -> None:
        situation = occurrences.situation_in(data, schedule, first + 5)
        span = Span(start=datetime(first, 1, 1, tzinfo=UTC), end=datetime(first + 10, 1, 1, tzinfo=UTC))
        occurrences.assert_agreement(situation, span)
        occurrences.assert_frozen_spans_agree(schedule, span)
        totals.schedules += 1
        totals.occurrences += len(situation.occurrences(span))

    compare()
    totals.zones.add(name)


def in_rotation() -> Iterator[str]:
    """All zones again and again, neighbours of the alphabet far from each other."""
    names = sorted(zone_names())
    return cycle(name for start in range(7) for name in islice(names, start, None, 7))


if __name__ == "__main__":
    zoneinfo.reset_tzpath(to=())
    end = time.monotonic() + 60 * float(sys.argv[1] if len(sys.argv) > 1 else 10)
    totals = Totals()
    for name in in_rotation():
        compare_in(name, totals)
        if time.monotonic() > end:
            break
    print(totals)  # noqa: T201  (a benchmark's output)
