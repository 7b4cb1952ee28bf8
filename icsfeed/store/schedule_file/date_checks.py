"""Checks of the dates from which, and until which, something recurs."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.domain.recurrence import parse_recurrence
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable


def effective_date_findings(table: RawTable) -> Iterator[Finding]:
    """An effective_until before the effective_from."""
    first, last = table.sound.get("effective_from"), table.sound.get("effective_until")
    if first is not None and last is not None and last < first:
        message = f"{last} is before effective_from = {first}; write that date or a later one"
        yield Finding(keys=(*table.keys, "effective_until"), message=message)


def interval_findings(table: RawTable) -> Iterator[Finding]:
    """An interval without a date to count from."""
    rule = table.sound.get("rrule")
    if rule is not None and "effective_from" not in table.intended and parse_recurrence(rule).interval > 1:
        message = (
            f"{as_toml(rule)} has an interval and no date to count from; "
            "add the date of a first occurrence, such as effective_from = 2020-01-01"
        )
        yield Finding(keys=(*table.keys, "rrule"), message=message)
