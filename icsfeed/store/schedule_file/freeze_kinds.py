"""Which keys of a change freeze go together: monthly, yearly, or on dates of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import written
from icsfeed.store.schedule_file.raw_tables import RawTable
from icsfeed.store.schedule_file.values import LAST_SEVEN_DAYS

_ENDS: Final = {"from": ("first", "12-18", "2026-12-18"), "through": ("last", "01-03", "2027-01-03")}
"""The two ends of a freeze: which day it is, and an example as a day of the year and as a date."""


def freeze_findings(freeze: RawTable) -> Iterator[Finding]:
    """The keys that do not go with the freeze's kind, those that it lacks, and dates that run backward."""
    if "every" not in freeze.given:
        yield from _dated(freeze)
        return
    yield from effective_dates(freeze)
    match freeze.sound.get("every"):
        case "month":
            yield from _monthly(freeze)
        case "year":
            yield from _yearly(freeze)


def effective_dates(table: RawTable) -> Iterator[Finding]:
    """An end before the beginning."""
    first, last = table.sound.get("effective_from"), table.sound.get("effective_until")
    if first is not None and last is not None and last < first:
        message = f"{last} is before effective_from = {first}; write that date or a later one"
        yield Finding(keys=(*table.keys, "effective_until"), message=message)


def _refused(freeze: RawTable, names: tuple[str, ...], why: str) -> Iterator[Finding]:
    for name in names:
        if name in freeze.raw:
            yield Finding(keys=(*freeze.keys, name), message=f"{name} does not go with {why}")


def _monthly(freeze: RawTable) -> Iterator[Finding]:
    yield from _refused(freeze, tuple(_ENDS), 'every = "month"; remove it, or write every = "year" or no every')
    whole = freeze.sound.get("week", LAST_SEVEN_DAYS if "week" not in freeze.given else None) != LAST_SEVEN_DAYS
    if not whole:
        why = (
            'the last 7 days of the month, which begin on any weekday; remove it, or write week = "week-of-last-day" '
            'or week = "last-full-week"'
        )
        yield from _refused(freeze, ("week_starts",), why)


def _yearly(freeze: RawTable) -> Iterator[Finding]:
    yield from _refused(freeze, ("week", "week_starts"), 'every = "year"; remove it, or write every = "month"')
    for name, (which, example, _) in _ENDS.items():
        keys = (*freeze.keys, name)
        if name not in freeze.given:
            message = f'{name} is missing; add the {which} day of each year\'s freeze, such as {name} = "{example}"'
            yield Finding(keys=keys, message=message)
        elif isinstance(value := freeze.sound.get(name), date):
            message = f'{value} is a single date; with every = "year" write month and day, "{value:%m-%d}"'
            yield Finding(keys=keys, message=message)


def _dated(freeze: RawTable) -> Iterator[Finding]:
    ends = {name: freeze.sound.get(name) for name in _ENDS}
    if not freeze.given & {"from", "through"}:
        yield _without_days(freeze)
        return
    why = 'dates of its own; remove it, or replace from and through by every = "month"'
    yield from _refused(freeze, ("week", "week_starts"), why)
    yield from _refused(
        freeze, ("effective_from", "effective_until"), "dates of its own; remove it: from and through are the bounds"
    )
    for name, (which, _, example) in _ENDS.items():
        if name not in freeze.given:
            message = f"{name} is missing; add the {which} date of the freeze, such as {name} = {example}"
            yield Finding(keys=(*freeze.keys, name), message=message)
    first, last = ends["from"], ends["through"]
    if isinstance(first, str) and isinstance(last, str):
        message = f'from {written(first)} through {written(last)} names no year; add every = "year", or write dates'
        yield Finding(keys=freeze.keys, message=message)
        return
    for name, value in ends.items():
        if isinstance(value, str):
            example = _ENDS[name][2]
            message = f'{written(value)} names no year; write a date, such as {example}, or add every = "year"'
            yield Finding(keys=(*freeze.keys, name), message=message)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        message = f"{last} is before from = {first}; write that date or a later one"
        yield Finding(keys=(*freeze.keys, "through"), message=message)


def _without_days(freeze: RawTable) -> Finding:
    if freeze.given & {"week", "week_starts"}:
        return Finding(keys=(*freeze.keys, "every"), message='every is missing; add every = "month"')
    message = (
        'nothing says which days are frozen; add every = "month", or from and through as dates, '
        'or every = "year" with from and through as month and day'
    )
    return Finding(keys=freeze.keys, message=message)
