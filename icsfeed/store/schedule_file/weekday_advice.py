"""Advice about weekdays: how to write ``weekdays``, ``Mon-Fri`` or ``second Saturday``."""

from __future__ import annotations

import re
from typing import Final

from icsfeed.domain.recurrence import WEEKDAY_CODES, WEEKDAYS
from icsfeed.store.schedule_file.near_matches import nearest
from icsfeed.store.schedule_file.notation import as_toml

_GROUPS: Final = {
    **dict.fromkeys(("weekday", "weekdays", "workdays", "working days", "business days"), WEEKDAYS[:5]),
    **dict.fromkeys(("weekend", "weekends"), WEEKDAYS[5:]),
    **dict.fromkeys(("daily", "every day", "everyday", "all"), WEEKDAYS),
}
_ORDINALS: Final = {
    **dict.fromkeys(("first", "1st"), "1"),
    **dict.fromkeys(("second", "2nd"), "2"),
    **dict.fromkeys(("third", "3rd"), "3"),
    **dict.fromkeys(("fourth", "4th"), "4"),
    "last": "-1",
}
_NTH_WEEKDAY: Final = re.compile(rf"(?:every |each |the )?({'|'.join(_ORDINALS)})[ -]([a-z]+)\b.*")
_RANGE: Final = re.compile(r"([a-z]+) ?(?:-|\u2013|to|through|until) ?([a-z]+)")
_MIN_LIKENESS: Final = 0.75


def days_remedy(text: str) -> str | None:
    """How to write the days in the text; ``None`` where it names no group, range or weekday of the month."""
    plain = text.strip().casefold()
    if plain in _GROUPS:
        return _days(_GROUPS[plain])
    if (nth := _NTH_WEEKDAY.fullmatch(plain)) is not None and (day := _weekday(nth[2])) is not None:
        return f'write rrule = "FREQ=MONTHLY;BYDAY={_ORDINALS[nth[1]]}{WEEKDAY_CODES[day]}" in place of days'
    if (ends := _RANGE.fullmatch(plain)) is not None:
        first, last = _weekday(ends[1]), _weekday(ends[2])
        if first is not None and last is not None and first < last:
            return _days(WEEKDAYS[first : last + 1])
    return None


def _weekday(word: str) -> int | None:
    match = nearest(word, WEEKDAYS, cutoff=_MIN_LIKENESS)
    return WEEKDAYS.index(match) if match is not None else None


def _days(days: tuple[str, ...]) -> str:
    return f"write days = [{', '.join(map(as_toml, days))}]"
