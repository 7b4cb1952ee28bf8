"""Checks of the ends of change freezes: days of every year, dates, or local dates and times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from icsfeed.domain.civil import readings
from icsfeed.domain.instants import readings_around
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

ENDS: Final = ("from", "through", "until")
_DAYS: Final = {"from": ("first", "12-18", "2026-12-18"), "through": ("last", "01-03", "2027-01-03")}
"""The two ends of a freeze of whole days: which day it is, and an example as a day of the year and as a date."""


def yearly_findings(freeze: RawTable) -> Iterator[Finding]:
    """Mistakes in the days of a freeze that recurs every year: a week, or from one day through another."""
    weeks, days = {"week", "week_starts"} & freeze.intended, set(ENDS) & freeze.intended
    if not weeks and not days:
        message = (
            'every = "year" needs from and through as month and day, such as from = "12-18" and through = "01-03", '
            'or a week, such as week = "last-7-days"'
        )
        yield Finding(keys=(*freeze.keys, "every"), message=message)
    if not days:
        return
    for name in ("week", "week_starts"):
        if name in freeze.raw:
            message = f"{name} does not go with from and through; remove it, or remove from and through"
            yield Finding(keys=(*freeze.keys, name), message=message)
    if "until" in freeze.raw:
        message = 'until does not go with every = "year"; write the last day, such as through = "01-03"'
        yield Finding(keys=(*freeze.keys, "until"), message=message)
    for name, (which, example, _) in _DAYS.items():
        if name not in freeze.intended:
            message = f'{name} is missing; add the {which} day of each year\'s freeze, such as {name} = "{example}"'
            yield Finding(keys=(*freeze.keys, name), message=message)
        elif isinstance(value := freeze.sound.get(name), date):
            right = f"{value:%m-%d}"
            message = f'{as_toml(value)} is a single date; with every = "year" write month and day, "{right}"'
            yield Finding(keys=(*freeze.keys, name), message=message)


def named_findings(freeze: RawTable, calendar_zone: ZoneInfo | None) -> Iterator[Finding]:
    """Mistakes in the ends of a single freeze."""
    if {"through", "until"} <= freeze.intended:
        message = "until and through both say when it ends; keep through for whole days, or until for a time"
        yield Finding(keys=(*freeze.keys, "until"), message=message)
    elif "until" in freeze.intended or isinstance(freeze.sound.get("from"), datetime):
        yield from _named_hours(freeze, calendar_zone)
    else:
        yield from _named_days(freeze)


def _named_days(freeze: RawTable) -> Iterator[Finding]:
    for name, (which, _, example) in _DAYS.items():
        if name not in freeze.intended:
            message = f"{name} is missing; add the {which} date of the freeze, such as {name} = {example}"
            yield Finding(keys=(*freeze.keys, name), message=message)
    first, last = (freeze.sound.get(name) for name in _DAYS)
    if isinstance(first, str) and isinstance(last, str):
        message = f'from {as_toml(first)} through {as_toml(last)} has no year; add every = "year", or write dates'
        yield Finding(keys=freeze.keys, message=message)
        return
    for (name, (_, _, example)), value in zip(_DAYS.items(), (first, last), strict=True):
        if isinstance(value, str):
            message = f'{as_toml(value)} has no year; write a date, such as {example}, or add every = "year"'
            yield Finding(keys=(*freeze.keys, name), message=message)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        message = f"{last} is before from = {first}; write that date or a later one"
        yield Finding(keys=(*freeze.keys, "through"), message=message)


def _named_hours(freeze: RawTable, calendar_zone: ZoneInfo | None) -> Iterator[Finding]:
    start, last, end = (freeze.sound.get(name) for name in ENDS)
    if "from" not in freeze.intended:
        message = "from is missing; add the date and time at which it starts, such as from = 2026-12-18T17:00:00"
        yield Finding(keys=(*freeze.keys, "from"), message=message)
    elif "from" in freeze.sound and not isinstance(start, datetime) and not ("until" in freeze.raw and end is None):
        right = f"{as_toml(start)}T00:00:00" if isinstance(start, date) else "2026-12-18T17:00:00"
        message = f"{as_toml(start)} has no time, as until has; write one such as from = {right}"
        yield Finding(keys=(*freeze.keys, "from"), message=message)
    if last is not None:
        midnight = as_toml(last + timedelta(days=1)) if isinstance(last, date) else "2027-01-04"
        message = (
            f"{as_toml(last)} has no time, as from has; write until = {midnight}T00:00:00 in place of through, "
            "or from without its time"
        )
        yield Finding(keys=(*freeze.keys, "through"), message=message)
    elif not {"until", "through"} & freeze.intended:
        message = "until is missing; add the date and time at which it ends, such as until = 2027-01-04T09:00:00"
        yield Finding(keys=(*freeze.keys, "until"), message=message)
    if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
        message = f"{as_toml(end)} is not after from = {as_toml(start)}; write a later time"
        yield Finding(keys=(*freeze.keys, "until"), message=message)
    yield from _unclear_times(freeze, calendar_zone)


def _unclear_times(freeze: RawTable, calendar_zone: ZoneInfo | None) -> Iterator[Finding]:
    """Local times that the zone skips or repeats."""
    own = freeze.sound.get("timezone")
    tz = zone(own) if own is not None else calendar_zone
    if tz is None or ("timezone" in freeze.raw and own is None):
        return
    for name in ("from", "until"):
        local = freeze.sound.get(name)
        if not isinstance(local, datetime):
            continue
        instants = readings(local, tz)
        if len(instants) == 1:
            continue
        if instants:
            both = " and ".join(instant.astimezone(tz).isoformat() for instant in instants)
            message = f"{as_toml(local)} comes twice in {tz.key}, as {both}; write a time that comes once"
        else:
            either = " or ".join(as_toml(each.replace(tzinfo=None)) for each in readings_around(local, tz))
            message = f"{as_toml(local)} does not exist in {tz.key}, where the clock is put forward; write {either}"
        yield Finding(keys=(*freeze.keys, name), message=message)
