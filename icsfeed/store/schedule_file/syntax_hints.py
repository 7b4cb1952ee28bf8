"""Hints for TOML syntax errors: what the author probably meant, for the most frequent slips.

These are a time or date in another notation, text without plain quotes, a quote that is not closed, a key without an
equals sign, and a key or table that is given twice. Other errors get the parser's reason in plain words.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final, NamedTuple

from icsfeed.store.schedule_file.model import key_at
from icsfeed.store.schedule_file.notation import MONTHS, as_toml, clock_text, shorten

_PAIR: Final = re.compile(r"\s*(?P<key>[^=:#\s][^=:#]*?)\s*(?P<sign>[=:])\s*(?P<value>.*?)\s*(?:#[^\"']*)?$")
_HEADING: Final = re.compile(r"\s*\[\[?\s*(?P<name>[\w.-]+)")
_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|[+-]\d{1,2}(?::?\d{2})?|[A-Z]{3,5})?",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?P<time>.*)")
_FIGURES: Final = re.compile(r"\d[\d/.,: -]*")
_ELEMENT: Final = re.compile(r"(?:^|(?<=[\[{,=]))\s*(?P<value>\d[^,\[\]{}=#\"']*?)\s*(?=[,\]}#]|$)")
"""A number, date or time within an array or inline table, of which this may be a line."""

_COMMENT_AFTER_FIGURES: Final = re.compile(r"\d[\d.,:TZ+-]*\s+(?P<comment>(?://|/\*|--|;).*)")
_TYPOGRAPHIC_QUOTES: Final = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_DATE_AND_TIME_KEYS: Final = frozenset(
    {"start", "end", "effective_from", "effective_until", "from", "through", "lifted", "announced", "at"}
)
_BOOLEAN_KEYS: Final = frozenset({"tentative"})
_NOON: Final = 12
_FOREIGN_COMMENT: Final = re.compile(r"//|/\*|--|;(?=\s*\S)")
"""The beginnings of comments in other notations."""

_REPEATED_INLINE_KEY: Final = re.compile("Duplicate inline table key '(.*)'")
_OPEN_QUOTE: Final = ("Illegal character '\\n'", "Unterminated string", "Expected \"'")
_NOT_A_LINE: Final = 'this is not a line of TOML; write a key, an equals sign and a value, such as name = "Production"'
_BACKSLASH: Final = r"a backslash begins a code in double quotes; write \\ for a backslash, or use single quotes"
_UNCLOSED: Final = ("Unclosed array", "Unclosed inline table")
_WITHIN_BRACKETS: Final = (*_UNCLOSED, "Invalid date")
_VALUE_REASONS: Final = ("Invalid value", "Invalid date", "Expected newline")
_REASONS: Final = {
    **dict.fromkeys(_OPEN_QUOTE, "a quote is not closed; close it where the text ends"),
    "Unclosed array": "the array before this is not closed with ], or lacks a comma",
    "Unclosed inline table": "the table in braces before this is not closed with }, or lacks a comma",
    "Unescaped": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Expected newline": 'more follows the value; write several values in brackets, and a quote within a text as \\"',
    "Expected ']": "a heading is a name in brackets, such as [calendar] or [[environments]]",
    "Invalid value": "this is not a value of TOML",
    "Invalid statement": _NOT_A_LINE,
}
"""The beginnings of tomli's reasons, in plain words."""

_REASONS_AT_THE_END: Final = {
    "Invalid value": "Unclosed array",
    "Invalid initial character for a key part": "Unclosed inline table",
}
"""The reasons for which tomli stops at the end of a file after a comma or bracket, and what they mean."""


class Explanation(NamedTuple):
    """A syntax error in plain words, and the index of the column that the caret marks."""

    message: str
    column: int


def explain(reason: str, line: str, column: int) -> Explanation:
    """The error that tomli reports with that ``reason`` at that index of a line, whose characters are all printable."""
    pair = _PAIR.match(line)
    indent, last_column = len(line) - len(line.lstrip()), len(line.rstrip()) - 1
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return Explanation("this line marks a merge conflict; keep one of the two sides and remove the marks", 0)
    if reason.startswith(("Cannot", "Duplicate")):
        return Explanation(_repetition(reason, line), indent)
    if reason.startswith("Expected '='"):
        return Explanation(_missing_equals_sign(line, pair), column)
    if reason == "Invalid value" and _HEADING.match(line) is not None:
        return Explanation(_REASONS["Unclosed array"], indent)
    if _ends_within_brackets(line, column, pair):
        reason = _REASONS_AT_THE_END.get(reason, reason)
    elif pair is not None and min(pair.start("value"), last_column) <= column and reason.startswith(_VALUE_REASONS):
        unquoted = pair["value"][:1].isalnum()  # tomli stops in it, where it begins like a number
        column = pair.start("value") if unquoted else column
        if unquoted or reason == "Invalid value":
            return Explanation(_date_or_time(pair["value"]) or _unquoted_text(line, column, pair), column)
    other = Explanation(_plain_reason(reason, line[column:].lstrip()), column)
    return (reason.startswith(_WITHIN_BRACKETS) and _date_or_time_within_brackets(line, column)) or other


def _plain_reason(reason: str, rest: str) -> str:
    """The parser's reason in plain words, where ``rest`` is what follows on the line."""
    if reason.startswith(("Invalid statement", "Expected newline")) and _FOREIGN_COMMENT.match(rest):
        return _comment_remedy(rest)
    plain = next((words for start, words in _REASONS.items() if reason.startswith(start)), None)
    return plain or f"this is not TOML: {reason[:1].lower()}{reason[1:]}"


def _ends_within_brackets(line: str, column: int, pair: re.Match[str] | None) -> bool:
    """Whether the column is that of a comma or bracket with which the last line of the file ends."""
    ends = line.rstrip().endswith((",", "[", "{")) and column == len(line.rstrip()) - 1
    return ends and (pair is None or pair["value"].startswith(("[", "{")))


def _date_or_time_within_brackets(line: str, column: int) -> Explanation | None:
    """The hint for a date or time in another notation, in an array or inline table, in or after which tomli stops."""
    element = next((each for each in _ELEMENT.finditer(line) if each.start() <= column <= each.end()), None)
    message = _date_or_time(element["value"]) if element is not None else None
    return Explanation(message, element.start("value")) if element is not None and message is not None else None


def _repetition(reason: str, line: str) -> str:
    if (repeated := _REPEATED_INLINE_KEY.match(reason)) is not None:
        return f"{repeated[1]} is given twice in a table in braces; keep one of the two"
    if (heading := _HEADING.match(line)) is not None:
        name = heading["name"]
        key = key_at(tuple(name.split(".")))
        several = f"; write [[{name}]] above each, or keep one" if key is not None and key.many else "; keep one"
        return f"[{name}] is given twice{several}"
    key_text = shorten(line.partition("=")[0].strip())
    return f"{key_text} has a value in this table already; keep one of the two"


def _missing_equals_sign(line: str, pair: re.Match[str] | None) -> str:
    key, value = (pair["key"], pair["value"]) if pair is not None else line.strip().partition(" ")[::2]
    if pair is not None and pair["sign"] == "=" and len(key.split()) > 1:
        return f"a key is one word; write {shorten('_'.join(key.split()))} = {shorten(value)}"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", key) or not re.match(r"." if pair is not None else r"[\"'\[\d]", value):
        return _NOT_A_LINE
    text = as_toml(value) if value[0].isalpha() and value not in {"true", "false"} else shorten(value)
    return f"there is no equals sign after the key; write {key} = {text}"


def _unquoted_text(line: str, column: int, pair: re.Match[str]) -> str:
    if not pair["value"]:
        return f"{pair['key']} has no value; write one after the equals sign"
    alone = column == pair.start("value")
    text = pair["value"] if alone else re.split(r"[,\]}]", line[column:])[0]
    text = text.strip().strip(_TYPOGRAPHIC_QUOTES).strip("\"'")
    if pair["key"] in _DATE_AND_TIME_KEYS:
        return _not_figures(text)
    if pair["key"] in _BOOLEAN_KEYS:
        return f"{shorten(text)} is not a value of TOML; write {pair['key']} = true, or false"
    if not re.match(r"\w", text):
        return _REASONS["Invalid value"]
    key = f"{pair['key']} = " if alone else ""
    return f"text needs plain quotes; write {key}{as_toml(text)}"


def _comment_remedy(comment: str) -> str:
    mark = _FOREIGN_COMMENT.match(comment)
    return f"a comment begins with #, not with {as_toml(mark[0] if mark is not None else comment)}"


def _date_or_time(value: str) -> str | None:
    if (comment := _COMMENT_AFTER_FIGURES.fullmatch(value)) is not None:
        return _comment_remedy(comment["comment"])
    if (clock := _CLOCK.fullmatch(value)) is not None and (clock["minute"] or clock["half"]):
        return _time_of_day(clock)
    if (day := _DATE.fullmatch(value)) is not None:
        return _date(day)
    if _FIGURES.fullmatch(value) is not None:
        return _not_figures(value)
    return None


def _not_figures(value: str) -> str:
    return f"{shorten(value)} is not a value of TOML; write a date as 2026-12-31, and a time of day as 02:00"


def _time_of_day(clock: re.Match[str]) -> str:
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if clock["half"]:
        hour = hour % _NOON + (_NOON if clock["half"][0] in "pP" else 0)
    try:
        right = clock_text(time(hour, minute, second))
    except ValueError:
        return f"{clock[0]} is not a time of day; write one from 00:00 to 23:59"
    if clock["zone"]:
        return f"a time of day has no zone of its own; write {right}, and the zone as timezone"
    return f"{clock[0]} is not a time of day as TOML writes it; write {right}"


def _date(match: re.Match[str]) -> str:
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    if not 1 <= month <= len(MONTHS):
        return f"{match[0]} is not a date: there is no month {month}; write year, month and day, such as 2026-12-31"
    try:
        right = date(year, month, day)
    except ValueError:
        return f"{year} has no {day} {MONTHS[month - 1]}; write another date"
    if match["time"].strip():
        return f"{shorten(match[0])} is not a date and time as TOML writes it; write one such as {right}T01:00:00"
    return f"{match[0]} is not a date as TOML writes it; write {right}"
