"""Checks of change freezes: which keys go together in each kind of freeze."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from icsfeed.domain.lengths import parse_length
from icsfeed.store.schedule_file.date_checks import effective_date_findings, interval_findings
from icsfeed.store.schedule_file.freeze_end_checks import ENDS, named_findings, yearly_findings
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable
from icsfeed.store.schedule_file.values import FIRST_SEVEN_DAYS, LAST_SEVEN_DAYS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_BOUNDS: Final = ("effective_from", "effective_until")
_OWN_KEYS: Final = {
    "every": ("week", "week_starts", "from", "through"),
    "rrule": ("offset_days", "start", "duration", *_BOUNDS),
    "from": ENDS,
    "dates": ("start", "duration"),
    "holidays": _BOUNDS,
}
"""For each key that says what is frozen, those that go with it, beside those that go with all."""

_KINDS: Final = {
    "every": "every",
    "rrule": "an rrule",
    "from": "a freeze from one date through another",
    "dates": "dates",
    "holidays": "holidays",
}
_OTHER_REMEDIES: Final = {
    ("from", "week"): 'remove it, or replace from and through by every = "month"',
    ("from", "week_starts"): 'remove it, or replace from and through by every = "month"',
    ("from", "effective_from"): "remove it: from and through are its bounds",
    ("from", "effective_until"): "remove it: from and through are its bounds",
    ("dates", "effective_from"): "remove it: the dates are all that is frozen",
    ("dates", "effective_until"): "remove it: the dates are all that is frozen",
    ("dates", "offset_days"): "remove it, and write the dates that are frozen",
    ("holidays", "offset_days"): "write days_before and days_after in the table of holidays",
    ("holidays", "start"): "remove it: holidays are whole days",
    ("holidays", "duration"): "write days_before and days_after in the table of holidays",
    ("every", "start"): "remove it: these are whole days",
    ("every", "duration"): "remove it: these are whole days",
    ("every", "offset_days"): "remove it, or write an rrule in place of every",
}


def freeze_findings(freeze: RawTable, calendar_zone: ZoneInfo | None) -> Iterator[Finding]:
    """Keys that do not go with the kind of freeze, keys that it lacks, and dates in the wrong order.

    ``calendar_zone`` is the zone of a freeze without one; ``None`` where the calendar lacks it.
    """
    if isinstance(freeze.raw.get("start"), date):
        return  # the message about its value already suggests "from"
    kinds: list[str] = [key for key in ("every", "rrule", "dates", "holidays") if key in freeze.intended]
    if "every" not in kinds and freeze.intended & set(ENDS):
        kinds.append("from")
    if not kinds:
        yield _no_days(freeze)
        return
    if len(kinds) > 1:
        second = next((key for key in (kinds[1], *ENDS) if key in freeze.raw), kinds[1])
        message = f"{second} and {kinds[0]} both say what is frozen; keep one of them"
        yield Finding(keys=(*freeze.keys, second), message=message)
        return
    (kind,) = kinds
    yield from _strangers(freeze, kind)
    yield from effective_date_findings(freeze)
    match kind:
        case "every":
            yield from _every(freeze)
        case "rrule":
            yield from interval_findings(freeze)
            yield from _hours(freeze)
        case "dates":
            yield from _hours(freeze)
        case "holidays":
            yield from _holidays(freeze)
        case _:
            yield from named_findings(freeze, calendar_zone)


def _strangers(freeze: RawTable, kind: str) -> Iterator[Finding]:
    """Keys that go with other kinds of freeze; not where every says how often in words that belong in a rule."""
    if kind == "every" and "every" in freeze.raw and "every" not in freeze.sound:
        return
    others = dict.fromkeys(key for keys in _OWN_KEYS.values() for key in keys if key not in _OWN_KEYS[kind])
    for key in others:
        if key in freeze.raw and (kind, key) != ("every", "until") and not (kind == "every" and key in _BOUNDS):
            remedy = _OTHER_REMEDIES.get((kind, key), "remove it")
            yield Finding(keys=(*freeze.keys, key), message=f"{key} does not go with {_KINDS[kind]}; {remedy}")


def _every(freeze: RawTable) -> Iterator[Finding]:
    every = freeze.sound.get("every")
    if every == "year":
        yield from yearly_findings(freeze)
    elif every is not None:
        for key in ENDS:
            if key in freeze.raw:
                message = f'{key} does not go with every = "{every}"; remove it, or write every = "year" or no every'
                yield Finding(keys=(*freeze.keys, key), message=message)
    week = freeze.sound.get("week", None if "week" in freeze.intended else LAST_SEVEN_DAYS)
    has_week = every is not None and freeze.intended.isdisjoint(ENDS)
    if has_week and "week_starts" in freeze.raw and week in (FIRST_SEVEN_DAYS, LAST_SEVEN_DAYS):
        which = "first" if week == FIRST_SEVEN_DAYS else "last"
        message = (
            f"week_starts does not go with the {which} 7 days of the {every}, which begin on any weekday; "
            'remove it, or write week = "week-of-last-day" or week = "last-full-week"'
        )
        yield Finding(keys=(*freeze.keys, "week_starts"), message=message)


def _hours(freeze: RawTable) -> Iterator[Finding]:
    """A start without a duration, and a duration without a start that is not whole days."""
    if "start" in freeze.intended and "duration" not in freeze.intended:
        message = 'duration is missing; add how long it is frozen from start on, such as duration = "4h"'
        yield Finding(keys=(*freeze.keys, "duration"), message=message)
    length = freeze.sound.get("duration")
    if length is not None and "start" not in freeze.intended and parse_length(length) % timedelta(days=1):
        message = (
            f"{as_toml(length)} is not a number of whole days; "
            'add the time at which it starts, such as start = 17:00, or write days, such as "2d"'
        )
        yield Finding(keys=(*freeze.keys, "duration"), message=message)


def _holidays(freeze: RawTable) -> Iterator[Finding]:
    """A subdivision that the country does not have, and names that none of its holidays has."""
    holidays = freeze.table("holidays")
    if holidays is None or "country" not in holidays.sound:
        return
    from icsfeed.store.schedule_file.holiday_values import (  # noqa: PLC0415  (few schedules have holidays)
        name_refusal,
        subdivision_refusal,
    )

    country, subdivision = holidays.sound["country"], holidays.sound.get("subdivision", "")
    if subdivision and (refusal := subdivision_refusal(country, subdivision)) is not None:
        yield Finding(keys=(*holidays.keys, "subdivision"), message=refusal)
        return
    for keys, name in holidays.sound_items("only"):
        if (refusal := name_refusal(country, subdivision, name)) is not None:
            yield Finding(keys=keys, message=refusal)


def _no_days(freeze: RawTable) -> Finding:
    if freeze.intended & {"week", "week_starts"}:
        return Finding(keys=(*freeze.keys, "every"), message='every is missing; add every = "month"')
    if freeze.intended & {"offset_days", "start", "duration"}:
        message = 'rrule is missing; add one, such as rrule = "FREQ=WEEKLY;BYDAY=FR", or dates = [2026-12-24]'
        return Finding(keys=(*freeze.keys, "rrule"), message=message)
    message = (
        'there are no days to freeze; add every = "month", or from and through as dates, '
        'or every = "year" with from and through as month and day, or an rrule, dates or holidays'
    )
    return Finding(keys=freeze.keys, message=message)
