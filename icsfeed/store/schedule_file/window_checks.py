"""Checks of maintenance windows: on which days they recur, when they end, and that none meets itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from icsfeed.domain.lengths import length_text, parse_length
from icsfeed.domain.recurrence import offset_dates, parse_recurrence, weekly
from icsfeed.domain.rule_parts import WEEKDAYS
from icsfeed.domain.spans import ONE_DAY
from icsfeed.store.schedule_file.date_checks import effective_date_findings, interval_findings
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable

_WAYS: Final = ("days", "rrule", "dates")
"""The keys that say when a window recurs, of which it has one."""

_ALL_GAPS: Final = timedelta(days=28 * 366)
"""The weekdays of the months repeat within this time, between two leap years that are left out."""

_GAPS_OF_WEEKS: Final = timedelta(weeks=4 * 52)
"""Twice the longest interval of weeks."""

_ANY_ANCHOR: Final = date(2024, 1, 1)


def window_findings(window: RawTable) -> Iterator[Finding]:
    """Keys that do not go together, keys that it lacks, and a duration that reaches into its next occurrence."""
    yield from _recurrence(window)
    yield from _end(window)
    yield from effective_date_findings(window)
    yield from _overlap(window)


def _recurrence(window: RawTable) -> Iterator[Finding]:
    ways = [key for key in _WAYS if key in window.intended]
    if not ways:
        message = (
            'there is no recurrence; add days = ["Thursday"], rrule = "FREQ=MONTHLY;BYDAY=2TU" or dates = [2026-12-05]'
        )
        yield Finding(keys=window.keys, message=message)
    for way in ways[1:]:
        message = f"{way} and {ways[0]} both say when it recurs; keep one of them"
        yield Finding(keys=(*window.keys, way), message=message)
    if "offset_days" in window.raw and ways and "rrule" not in ways:
        remedy = {"days": "name the weekday on which it starts", "dates": "write the dates on which it starts"}[ways[0]]
        message = f"offset_days goes with rrule, not with {ways[0]}; remove it, and {remedy}"
        yield Finding(keys=(*window.keys, "offset_days"), message=message)
    if ways == ["dates"]:
        for key in ("effective_from", "effective_until"):
            if key in window.raw:
                message = f"{key} does not go with dates, which are all its occurrences; remove it"
                yield Finding(keys=(*window.keys, key), message=message)
    yield from interval_findings(window)


def _end(window: RawTable) -> Iterator[Finding]:
    ends = {"end", "duration"} & window.intended
    if not ends:
        message = 'there is no end; add one, such as end = 06:00, or duration = "63h" where it is longer than a day'
        yield Finding(keys=window.keys, message=message)
    elif len(ends) > 1:
        message = "end and duration both say when it ends; keep one of them"
        yield Finding(keys=(*window.keys, "duration"), message=message)


def _overlap(window: RawTable) -> Iterator[Finding]:
    """A duration longer than the time from one occurrence to the next."""
    written, start = window.sound.get("duration"), window.sound.get("start", time())
    length = parse_length(written) if written is not None else ONE_DAY
    if length <= ONE_DAY:
        return
    for day, following in pairwise(_dates(window)):
        if length > following - day:
            end = datetime.combine(day, start) + length
            message = (
                f"{as_toml(written)} is longer than the {length_text(following - day)} from {day} to its next "
                f"occurrence on {following}: it would still last until {end:%Y-%m-%d %H:%M}; write a shorter one"
            )
            yield Finding(keys=(*window.keys, "duration"), message=message)
            return


def _dates(window: RawTable) -> Iterator[date]:
    """Its dates, or as many as show every gap between two of them; none where it is not clear which they are."""
    sound = window.sound
    ways = [key for key in _WAYS if key in window.raw]
    if len(ways) != 1 or ways[0] not in sound:
        return iter(())
    if "dates" in sound:
        return iter(sorted(sound["dates"]))
    rule = parse_recurrence(sound["rrule"]) if "rrule" in sound else weekly(*map(WEEKDAYS.index, _weekdays(window)))
    first = sound.get("effective_from", _ANY_ANCHOR)
    last = first + (_GAPS_OF_WEEKS if rule.is_weekly else _ALL_GAPS)
    last = min(last, sound.get("effective_until", last))
    return offset_dates(rule, sound.get("offset_days", 0), first, last, anchor=first)


def _weekdays(window: RawTable) -> list[str]:
    return [day.capitalize() for _, day in window.sound_items("days")]
