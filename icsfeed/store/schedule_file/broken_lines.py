"""What a line says that is no TOML, in plain words: what was probably meant, and how TOML writes it."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final

from icsfeed.store.schedule_file.model import key_at
from icsfeed.store.schedule_file.notation import written

_POSITION: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_PAIR: Final = re.compile(r"\s*(?P<key>[\w.\"'-]+)\s*(?P<sign>[=:])\s*(?P<value>.*?)\s*(?:#[^\"']*)?$")
_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)
_DATE: Final = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_FIGURES: Final = re.compile(r"[\d/.,:h -]+")
_HEADER: Final = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[\w.-]+)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_THREE_QUOTES: Final = ('"""', "'''")
_NOON: Final = 12
_TYPOGRAPHIC: Final = "\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb"


def explained(text: str, error: str) -> tuple[str, int]:
    """What is wrong and on which line, going by what ``tomllib`` says in ``error``."""
    lines = text.replace("\r\n", "\n").split("\n")
    position = _POSITION.search(error)
    # An end of document is the last line that says something.
    last = max((number for number, each in enumerate(lines, 1) if each.strip()), default=1)
    number = min(int(position["line"]), last) if position is not None and position["line"] else last
    opened = [index for index, each in enumerate(lines, 1) if any(each.count(mark) % 2 for mark in _THREE_QUOTES)]
    if "Unterminated" in error and opened:
        return "a text in three quotes is not closed; close it with three quotes where it ends", opened[-1]
    line = lines[number - 1]
    reason = error[: position.start()] if position is not None else error
    return _message(line, reason), number


def _message(line: str, reason: str) -> str:  # noqa: PLR0911  (a sentence each)
    control = _CONTROL.search(line)
    line = "".join(char if char.isprintable() else " " for char in line).strip()
    shown = f"`{_shortened(line)}`"
    if reason == "Cannot overwrite a value" or reason.startswith(("Cannot declare", "Duplicate", "Cannot mutate")):
        return _twice(line, shown)
    if reason.startswith(("Illegal character '\\n'", "Unterminated string", 'Expected "\'"', 'Expected "\'"')):
        return f"{shown} has a quote that is not closed; close it on the same line"
    if reason.startswith(("Illegal character", "Found invalid character")):
        which = f" U+{ord(control[0]):04X} at position {control.start() + 1}" if control else ""
        return f"the line has the control character{which}; remove it"
    if reason.startswith(("Unclosed array", "Unclosed inline table")):
        what = "array" if "array" in reason else "inline table"
        return (
            f"{shown} comes where an {what} is not closed; close it with {']' if what == 'array' else '}'} before this"
        )
    if reason.startswith("Unescaped"):
        return rf"{shown} has a backslash that stands for nothing; write \\ for a backslash, or use single quotes"
    if header := _HEADER.match(line):
        key = key_at((header["name"],))
        several = header["open"] == "[[" or (key is not None and key.many)
        both = f"[[{header['name']}]]" if several else f"[{header['name']}]"
        return f"{shown} is not the heading of a table; write {both} on a line of its own"
    if pair := _PAIR.match(line):
        return _about_pair(pair, shown)
    return f'{shown} is not a line of TOML; write a key, an equals sign and a value, such as name = "Production"'


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004  (as ``written`` does)


def _twice(line: str, shown: str) -> str:
    if header := _HEADER.match(line):
        if header["open"] == "[[":
            return f"{shown} is a table or a value already; write it in one way only"
        key = key_at((header["name"],))
        several = f", or write [[{header['name']}]] above each" if key is not None and key.many else ""
        return f"{shown} stands here for the second time; keep one{several}"
    if pair := _PAIR.match(line):
        return f"{pair['key']} has a value already in this table; keep one of the two"
    return f"{shown} gives a key a second value; keep one of the two"


def _about_pair(pair: re.Match[str], shown: str) -> str:  # noqa: PLR0911  (a sentence each)
    key, value = pair["key"], pair["value"]
    if pair["sign"] == ":":
        return f"{shown} has a colon after the key; write an equals sign: {key} = {_shortened(value) or '…'}"
    if not value:
        return f"{shown} has no value; write one after the equals sign"
    if days := _DATE.fullmatch(value):
        return _about_date(days, value)
    if clock := _CLOCK.fullmatch(value):
        return _about_clock(clock, value)
    if _FIGURES.fullmatch(value):
        return (
            f"{value} is not a value of TOML; write a date like 2020-01-31, a time of day like 02:00:00, text in quotes"
        )
    if value in ("True", "False"):
        return f"{value} is not TOML; write {value.lower()}"
    if value[0] in "\"'[{":
        return f"{shown} is not a value of TOML; write one value on the line, and all quotes and brackets in pairs"
    if value[0] in _TYPOGRAPHIC:
        return f"{shown} has typographic quotes; write plain ones: {key} = {written(value.strip(_TYPOGRAPHIC))}"
    return f"{shown} is not a value of TOML; write text in quotes: {key} = {written(value)}"


def _about_date(match: re.Match[str], value: str) -> str:
    try:
        right = date(*(int(number) for number in match.groups()))
    except ValueError:
        return f"{value} is a date that no calendar has; write one that there is, such as 2020-01-01"
    return f"{value} is not a date as TOML writes it; write {right}"


def _about_clock(match: re.Match[str], value: str) -> str:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if match["half"]:
        hour = hour % _NOON + (_NOON if match["half"][0] in "pP" else 0)
    elif match["minute"] is None:
        return f"{value} is not a value of TOML; write a time of day with minutes and seconds, such as 02:00:00"
    try:
        right = time(hour, minute, second)
    except ValueError:
        return f"{value} is a time of day that no clock shows; write one from 00:00:00 to 23:59:59"
    return f"{value} is not a time of day as TOML writes it; write hours, minutes and seconds: {right}"
