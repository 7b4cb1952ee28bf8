"""GKE's maintenance policy, by the rules of its documentation.

https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions: automatic maintenance runs
"when there is an open maintenance window and no active maintenance exclusion". The window's recurrence is "an RRULE
(RFC 5545)"; the first one lasts from the start to the end time. Times are in UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr

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
        """The fewest hours of maintenance within 32 days, for so many days from ``begin`` on, tried hour by hour."""
        hours = [self.may_run(begin + timedelta(hours=hour)) for hour in range((days + 32) * 24)]
        counted = [is_open and _stretch(hours, hour) >= 4 for hour, is_open in enumerate(hours)]
        return min(sum(counted[hour : hour + 32 * 24]) for hour in range(days * 24))


def _stretch(hours: list[bool], hour: int) -> int:
    """The length of the open stretch that the hour belongs to."""
    first, last = hour, hour
    while first > 0 and hours[first - 1]:
        first -= 1
    while last + 1 < len(hours) and hours[last + 1]:
        last += 1
    return last - first + 1


def _exclusion(window: dict[str, Any]) -> tuple[datetime, datetime]:
    assert window["maintenanceExclusionOptions"] == {"scope": "NO_UPGRADES"}
    return _span({key: value for key, value in window.items() if key != "maintenanceExclusionOptions"})


def _span(window: dict[str, Any]) -> tuple[datetime, datetime]:
    assert window.keys() == {"startTime", "endTime"}
    assert all(isinstance(each, str) and each.endswith("Z") for each in window.values())
    start, end = (datetime.fromisoformat(window[key]) for key in ("startTime", "endTime"))
    assert start < end
    return start, end
