"""Advice about weekdays: how to write ``weekdays``, ``Mon-Fri`` or ``second Saturday``."""

from __future__ import annotations

import re
from typing import Final

from icsfeed.domain.rule_parts import WEEKDAY_CODES, WEEKDAYS
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
_ORDINAL: Final = "|".join(_ORDINALS)
_FORTNIGHTLY: Final = (
    'write rrule = "FREQ=WEEKLY;INTERVAL=2;BYDAY={code}" in place of days, and the first of these dates as '
    "effective_from"
)
_SECOND_OF_MONTH: Final = 'for the second {name} of each month, write rrule = "FREQ=MONTHLY;BYDAY=2{code}"'
_TWICE_A_MONTH: Final = 'write rrule = "FREQ=MONTHLY;BYDAY={n}{code},{m}{code}" in place of days'
_FIFTH: Final = (
    'few months have a fifth {name}; for the last one, write rrule = "FREQ=MONTHLY;BYDAY=-1{code}" in place of days'
)
_MONTHLY: Final = 'write rrule = "FREQ=MONTHLY;BYDAY={n}{code}" in place of days'
_LATER: Final = 'write rrule = "FREQ=MONTHLY;BYDAY={n}{code}" and offset_days = {later} in place of days'
_OTHER: Final = r"(?:(?:every )?(?:other|alternate|alternating)|bi-?weekly(?: on)?|fortnightly(?: on)?)"
_EVERY: Final = r"(?:every |each |on |the )*"
_DAY: Final = "(?P<day>[a-z]+)"
_RULES: Final = (
    (rf"every (?:second|2nd) {_DAY}", f"{_FORTNIGHTLY}; {_SECOND_OF_MONTH}"),
    (rf"{_OTHER} {_DAY}", _FORTNIGHTLY),
    (rf"{_EVERY}(?P<n>{_ORDINAL})(?:,| and| &| \+) ?(?P<m>{_ORDINAL}) {_DAY}\b.*", _TWICE_A_MONTH),
    (rf"{_EVERY}(?:fifth|5th)[ -]{_DAY}\b.*", _FIFTH),
    (rf"{_EVERY}(?P<n>{_ORDINAL})[ -]{_DAY}\b.*?(?:\+|plus) ?(?P<later>[0-9]{{1,2}})\b.*", _LATER),
    (rf"(?P<later>[0-9]{{1,2}}) days? after {_EVERY}(?P<n>{_ORDINAL})[ -]{_DAY}\b.*", _LATER),
    (rf"{_EVERY}(?P<n>{_ORDINAL})[ -]{_DAY}\b.*", _MONTHLY),
    (rf"(?:every|each|on|weekly on) {_DAY}", 'write days = ["{name}"]'),
)
"""Ways to say on which weekdays, and how to write them; ``n`` and ``m`` are ordinals. Compiled only for mistakes."""

_LAST_DAY: Final = r"(?:the )?last day(?: of (?:the|each|every) month)?"
_RANGE: Final = r"([a-z]+) ?(?:-|\u2013|to|through|until) ?([a-z]+)"
_DAYS: Final = "write days = ["
_MIN_LIKENESS: Final = 0.75


def days_remedy(text: str) -> str | None:
    """How to write the days in the text; ``None`` where it names no group, range or weekday of the month."""
    plain = text.strip().casefold()
    if plain in _GROUPS:
        return _days(_GROUPS[plain])
    if (remedy := _rule_remedy(plain)) is not None:
        return remedy
    if (ends := re.fullmatch(_RANGE, plain)) is not None:
        first, last = _weekday(ends[1]), _weekday(ends[2])
        if first is not None and last is not None and first < last:
            return _days(WEEKDAYS[first : last + 1])
    return None


def rule_remedy(text: str) -> str | None:
    """How to write the days in the text as a rule; ``None`` as above."""
    remedy = days_remedy(text)
    if remedy is None:
        return None
    if remedy.startswith(_DAYS):
        codes = [WEEKDAY_CODES[WEEKDAYS.index(day)] for day in re.findall('"([A-Za-z]+)"', remedy)]
        return f'write rrule = "FREQ=WEEKLY;BYDAY={",".join(codes)}"'
    return remedy.replace(" in place of days", "")


def weekly_rule(days: object) -> str | None:
    """The weekly rule for weekdays such as ``["Friday"]`` or ``"Friday"``; ``None`` where they are none."""
    numbers = [_weekday(str(day)) for day in (days if isinstance(days, list) else [days])]
    codes = [WEEKDAY_CODES[number] for number in numbers if number is not None]
    return f"FREQ=WEEKLY;BYDAY={','.join(codes)}" if codes and None not in numbers else None


def _rule_remedy(plain: str) -> str | None:
    """How to write days that a rule or a plainer word stands for."""
    if re.fullmatch(_LAST_DAY, plain):
        return 'write rrule = "FREQ=MONTHLY;BYMONTHDAY=-1" in place of days'
    for pattern, remedy in _RULES:
        match = re.fullmatch(pattern, plain)
        day = _weekday(match["day"]) if match is not None else None
        if match is not None and day is not None:
            numbers = {name: _ORDINALS.get(word, word) for name, word in match.groupdict().items() if name != "day"}
            return remedy.format(name=WEEKDAYS[day], code=WEEKDAY_CODES[day], **numbers)
    return None


def _weekday(word: str) -> int | None:
    match = nearest(word, WEEKDAYS, cutoff=_MIN_LIKENESS)
    return WEEKDAYS.index(match) if match is not None else None


def _days(days: tuple[str, ...]) -> str:
    return f"{_DAYS}{', '.join(map(as_toml, days))}]"
