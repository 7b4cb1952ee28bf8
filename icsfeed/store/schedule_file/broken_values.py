"""What was probably meant by a value that is no TOML."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import Final

from icsfeed.store.schedule_file.notation import written

_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)
_CLOCK_WITH_ZONE: Final = re.compile(
    r"[+-]?(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)\s*(?P<zone>Z|[+-]\d{1,2}(?::?\d{2})?|[A-Z]{3,5})?", re.IGNORECASE
)
_DATE: Final = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_MOMENT: Final = re.compile(
    rf"{_DATE.pattern}(?:[Tt]| +|, *)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?"
    r"\s*(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?"
)
_MOMENT_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_FORMATS: Final = tuple(
    f"{day} {month} %Y" if day_first else f"{month} {day} %Y"
    for month in ("%B", "%b")
    for day, day_first in (("%d", True), ("%d", False))
)
_FIGURES: Final = re.compile(r"[\d/.,:h -]+")
_OPENING: Final = "\u201c\u201e\u2018\u00ab"
_CLOSING: Final = "\u201d\u2019\u00bb"
_TYPOGRAPHIC: Final = _OPENING + _CLOSING
_TYPOGRAPHIC_TEXT: Final = f"[{_TYPOGRAPHIC}]([^{_TYPOGRAPHIC}]*)[{_TYPOGRAPHIC}]"
_WORDS: Final = r"(\d[\d:-]*|[\w-]+(?: [\w-]+)*)"
_ELEMENT: Final = re.compile(rf"""\s*(?:"([^"]*)"|'([^']*)'|{_TYPOGRAPHIC_TEXT}|{_WORDS})\s*[,;]?""")
_NOON: Final = 12
_LONGEST: Final = 60
_QUOTES: Final = {'"': "double", "'": "single"}


def shortened(text: str) -> str:
    """The text, cut to what a message has room for."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def about_value(key: str, value: str, shown: str, reason: str) -> str:
    """What to write in place of ``value``, which is not read for that ``reason``; ``shown`` is the line."""
    if (right := value.rstrip(",; ")) != value and _is_toml(right):
        return f"{shown} ends with more than the value; write {key} = {shortened(right)}"
    message = (
        _about_moment(value)
        or _about_date(value)
        or _about_clock(value)
        or (_about_figures(value) if key != "duration" else None)
        or _about_words(value)
        or _about_array(key, value, shown, reason)
        or _about_quotes(key, value, shown)
    )
    if message is not None:
        return message
    if value[0] in "\"'[{":
        return f"{shown} is not a value of TOML; write one value on the line, and all quotes and brackets in pairs"
    return f"{shown} is not a value of TOML; write text in quotes: {key} = {written(value)}"


def _is_toml(value: str) -> bool:
    try:
        return bool(tomllib.loads(f"a = {value}"))
    except (ValueError, RecursionError):
        return False


def _about_moment(value: str) -> str | None:
    if (moment := _MOMENT.fullmatch(value)) is None:
        return None
    year, month, day, hour, minute, second = (int(moment[name] or 0) for name in _MOMENT_PARTS)
    try:
        right = datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001
    except ValueError:
        return f"{value} is a date and time that no calendar has; write one that there is, such as 2026-12-08T01:00:00"
    offset = moment["offset"] or ""
    if len(offset) == len("+0500"):
        offset = f"{offset[:3]}:{offset[3:]}"
    return f"{value} is not a date and time as TOML writes it; write {right}{offset.upper()}"


def _about_date(value: str) -> str | None:
    if (days := _DATE.fullmatch(value)) is not None:
        try:
            return f"{value} is not a date as TOML writes it; write {date(*(int(each) for each in days.groups()))}"
        except ValueError:
            return f"{value} is a date that no calendar has; write one that there is, such as 2020-01-01"
    words = " ".join(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", value.replace(",", " ").replace(".", " ")).split())
    for form in _FORMATS if re.search("[A-Za-z]{3}", words) and len(value) < _LONGEST else ():
        try:
            return f"{value} is not a date as TOML writes it; write {datetime.strptime(words, form).date()}"  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _about_clock(value: str) -> str | None:
    if (clock := _CLOCK.fullmatch(value)) is None:
        zoned = _CLOCK_WITH_ZONE.fullmatch(value)
        clock = _CLOCK.fullmatch(zoned["clock"]) if zoned is not None else None
    if clock is None:
        return None
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if clock["half"]:
        hour = hour % _NOON + (_NOON if clock["half"][0] in "pP" else 0)
    elif clock["minute"] is None:
        return f"{value} is not a value of TOML; write a time of day with minutes and seconds, such as 02:00:00"
    try:
        right = time(hour, minute, second)
    except ValueError:
        return f"{value} is a time of day that no clock shows; write one from 00:00:00 to 23:59:59"
    if clock.string != value:
        return f"{value} has an offset or a zone, which is timezone's to say; write the time alone: {right}"
    return f"{value} is not a time of day as TOML writes it; write hours, minutes and seconds: {right}"


def _about_figures(value: str) -> str | None:
    if _FIGURES.fullmatch(value) is None:
        return None
    right = "a date like 2020-01-31, a time of day like 02:00:00, text in quotes"
    return f"{shortened(value)} is not a value of TOML; write {right}"


def _about_words(value: str) -> str | None:
    if value in {"True", "False"}:
        return f"{value} is not TOML; write {value.lower()}"
    if value.casefold() in {"null", "none", "nil"}:
        return f"{value} is not TOML; leave the key out where there is nothing to say"
    return None


def _about_array(key: str, value: str, shown: str, reason: str) -> str | None:
    """What was to be an array of texts or dates: with parentheses, without a comma, without quotes."""
    inner = value[1:-1] if value[0] + value[-1] in ("[]", "()") else value if "," in value and value[0] in "\"'" else ""
    elements, position = [], 0
    while (element := _ELEMENT.match(inner, position)) is not None:
        elements.append(next(group for group in element.groups() if group is not None))
        position = element.end()
    if not elements or inner[position:].strip():
        return None
    right = f"{key} = [{', '.join(each if _is_toml(each) else written(each) for each in elements)}]"
    if value[0] != "[":
        what = "parentheses" if value[0] == "(" else "no brackets around its values"
        return f"{shown} has {what}; write square brackets: {shortened(right)}"
    what = "lacks a comma between two values" if reason == "Unclosed array" else "has text that is not in plain quotes"
    return f"{shown} {what}; write {shortened(right)}"


def _about_quotes(key: str, value: str, shown: str) -> str | None:
    if value[0] in _TYPOGRAPHIC:
        return f"{shown} has typographic quotes; write plain ones: {key} = {written(value.strip(_TYPOGRAPHIC))}"
    if value[0] not in _QUOTES or value[-1] != value[0] or value[0] not in value[1:-1]:
        return None
    inner, quotes = value[1:-1], _QUOTES[value[0]]
    other = next((quote for quote in "'\"" if quote not in inner and "\\" not in inner), None)
    right = f"{other}{inner}{other}" if other is not None else written(inner)
    return f"{shown} has {quotes} quotes within {quotes} quotes; write {key} = {shortened(right)}"
