"""Checks of change freezes: which keys go together in a monthly, yearly or one-off freeze."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable
from icsfeed.store.schedule_file.values import LAST_SEVEN_DAYS

_ENDS: Final = {"from": ("first", "12-18", "2026-12-18"), "through": ("last", "01-03", "2027-01-03")}
"""The two ends of a freeze: which day it is, and an example as a day of the year and as a date."""


def freeze_findings(freeze: RawTable) -> Iterator[Finding]:
    """Keys that do not go with the kind of freeze, keys that it lacks, and dates in the wrong order."""
    if "every" not in freeze.intended:
        yield from _one_off(freeze)
        return
    yield from effective_date_findings(freeze)
    match freeze.sound.get("every"):
        case "month":
            yield from _monthly(freeze)
        case "year":
            yield from _yearly(freeze)


def effective_date_findings(table: RawTable) -> Iterator[Finding]:
    """An effective_until before the effective_from."""
    first, last = table.sound.get("effective_from"), table.sound.get("effective_until")
    if first is not None and last is not None and last < first:
        message = f"{last} is before effective_from = {first}; write that date or a later one"
        yield Finding(keys=(*table.keys, "effective_until"), message=message)


def _refusals(freeze: RawTable, names: tuple[str, ...], reason: str) -> Iterator[Finding]:
    for name in names:
        if name in freeze.raw:
            yield Finding(keys=(*freeze.keys, name), message=f"{name} does not go with {reason}")


def _monthly(freeze: RawTable) -> Iterator[Finding]:
    yield from _refusals(freeze, tuple(_ENDS), 'every = "month"; remove it, or write every = "year" or no every')
    week = freeze.sound.get("week", None if "week" in freeze.intended else LAST_SEVEN_DAYS)
    if week == LAST_SEVEN_DAYS:
        reason = (
            'the last 7 days of the month, which begin on any weekday; remove it, or write week = "week-of-last-day" '
            'or week = "last-full-week"'
        )
        yield from _refusals(freeze, ("week_starts",), reason)


def _yearly(freeze: RawTable) -> Iterator[Finding]:
    yield from _refusals(freeze, ("week", "week_starts"), 'every = "year"; remove it, or write every = "month"')
    for name, (which, example, _) in _ENDS.items():
        if name not in freeze.intended:
            message = f'{name} is missing; add the {which} day of each year\'s freeze, such as {name} = "{example}"'
            yield Finding(keys=(*freeze.keys, name), message=message)
        elif isinstance(value := freeze.sound.get(name), date):
            message = f'{value} is a single date; with every = "year" write month and day, "{value:%m-%d}"'
            yield Finding(keys=(*freeze.keys, name), message=message)


def _one_off(freeze: RawTable) -> Iterator[Finding]:
    if not freeze.intended & {"from", "through"}:
        yield _no_days(freeze)
        return
    one_off = "a freeze from one date through another; remove it"
    yield from _refusals(freeze, ("week", "week_starts"), f'{one_off}, or replace from and through by every = "month"')
    yield from _refusals(freeze, ("effective_from", "effective_until"), f"{one_off}: from and through are its bounds")
    for name, (which, _, example) in _ENDS.items():
        if name not in freeze.intended:
            message = f"{name} is missing; add the {which} date of the freeze, such as {name} = {example}"
            yield Finding(keys=(*freeze.keys, name), message=message)
    first, last = (freeze.sound.get(name) for name in _ENDS)
    if isinstance(first, str) and isinstance(last, str):
        message = f'from {as_toml(first)} through {as_toml(last)} has no year; add every = "year", or write dates'
        yield Finding(keys=freeze.keys, message=message)
        return
    for (name, (_, _, example)), value in zip(_ENDS.items(), (first, last), strict=True):
        if isinstance(value, str):
            message = f'{as_toml(value)} has no year; write a date, such as {example}, or add every = "year"'
            yield Finding(keys=(*freeze.keys, name), message=message)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        message = f"{last} is before from = {first}; write that date or a later one"
        yield Finding(keys=(*freeze.keys, "through"), message=message)


def _no_days(freeze: RawTable) -> Finding:
    if freeze.intended & {"week", "week_starts"}:
        return Finding(keys=(*freeze.keys, "every"), message='every is missing; add every = "month"')
    message = (
        'there are no days to freeze; add every = "month", or from and through as dates, '
        'or every = "year" with from and through as month and day'
    )
    return Finding(keys=freeze.keys, message=message)
