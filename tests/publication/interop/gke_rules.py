"""GKE's maintenance policy, by the rules of its documentation.

https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions: automatic maintenance runs
"when there is an open maintenance window and no active maintenance exclusion". The window's recurrence is "an RRULE
(RFC 5545)"; the first one lasts from the start to the end time. Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr

SECOND = timedelta(seconds=1)
FOUR_HOURS = timedelta(hours=4)
LONGEST_EXCLUSION = timedelta(days=30)


class Policy:
    """What a cluster with that policy does."""

    def __init__(self, document: dict[str, Any]) -> None:
        assert document.keys() == {"maintenancePolicy"}
        assert document["maintenancePolicy"].keys() == {"window"}
        window = document["maintenancePolicy"]["window"]
        assert window.keys() <= {"recurringWindow", "maintenanceExclusions"}
        recurring = window["recurringWindow"]
        assert recurring.keys() == {"window", "recurrence"}
        self._first = _span(recurring["window"])
        self._rule = rrulestr(recurring["recurrence"], dtstart=self._first[0])
        self.exclusions = {name: _exclusion(each) for name, each in window.get("maintenanceExclusions", {}).items()}
        assert len(self.exclusions) <= 3
        assert all(end - start <= LONGEST_EXCLUSION for start, end in self.exclusions.values())

    def may_run(self, at: datetime) -> bool:
        if any(start <= at < end for start, end in self.exclusions.values()):
            return False
        begun = self._rule.before(at, inc=True)
        return begun is not None and at < begun + (self._first[1] - self._first[0])

    def least_hours(self, begin: datetime, days: int) -> float:
        """The fewest hours of maintenance in stretches of four within 32 days, of those that begin within ``days``."""
        stretches = list(self._stretches(begin, begin + timedelta(days=days + 32)))
        starts = [
            begin,
            *(edge for start, end in stretches for edge in (start + SECOND, end - FOUR_HOURS + SECOND, end)),
        ]
        return min(
            sum(_hours_within(start, start + timedelta(days=32), *each) for each in stretches)
            for start in starts
            if begin <= start <= begin + timedelta(days=days)
        )

    def _stretches(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When maintenance may run, joined where it goes on."""
        length = self._first[1] - self._first[0]
        edges = {each + step for each in self._rule.between(begin - length, end) for step in (timedelta(), length)}
        edges |= {edge for exclusion in self.exclusions.values() for edge in exclusion}
        edges = {begin, end, *(edge for edge in edges if begin < edge < end)}
        since: datetime | None = None
        for edge in sorted(edges):
            is_open = edge < end and self.may_run(edge)
            if is_open and since is None:
                since = edge
            if not is_open and since is not None:
                yield since, edge
                since = None


def _hours_within(begin: datetime, end: datetime, start: datetime, finish: datetime) -> float:
    length = min(end, finish) - max(begin, start)
    return length / timedelta(hours=1) if length >= FOUR_HOURS else 0


def _exclusion(window: dict[str, Any]) -> tuple[datetime, datetime]:
    assert window["maintenanceExclusionOptions"] == {"scope": "NO_UPGRADES"}
    return _span({key: value for key, value in window.items() if key != "maintenanceExclusionOptions"})


def _span(window: dict[str, Any]) -> tuple[datetime, datetime]:
    assert window.keys() == {"startTime", "endTime"}
    assert all(isinstance(each, str) and each.endswith("Z") for each in window.values())
    start, end = (datetime.fromisoformat(window[key]) for key in ("startTime", "endTime"))
    assert start < end
    return start, end
