"""What a line says that is no TOML, in plain words: what was probably meant, and how TOML writes it."""

from __future__ import annotations

import re
from typing import Final

from icsfeed.store.schedule_file.broken_values import about_value, shortened
from icsfeed.store.schedule_file.guesses import listed, meant
from icsfeed.store.schedule_file.model import key_at
from icsfeed.store.schedule_file.notation import read_key, written
from icsfeed.store.schedule_file.sentences import known_keys

_PAIR: Final = re.compile(r"\s*(?P<key>[\w.\"'-]+)\s*(?P<sign>[=:])\s*(?P<value>.*?)\s*(?:#[^\"']*)?$")
_SPACED: Final = re.compile(r"\s*(?P<key>[\w-]+(?: +[\w-]+)+)\s*=")
_HEADING: Final = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[\w-][\w. -]*)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_NEAR: Final = 0.75
_SECOND_TIME: Final = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate")
_QUOTE_OPEN: Final = (r"Illegal character '\n'", "Unterminated string", 'Expected "\'"')
_BACKSLASH: Final = ("Unescaped", "Invalid hex value", "Escaped character")
_INLINE_OPEN: Final = ("Invalid initial character for a key part", "Unclosed inline table")


def explained(line: str, reason: str) -> str:
    """What is wrong with a statement that begins on that line, going by the ``reason`` that ``tomllib`` gives."""
    if (message := _about_characters(line, reason)) is not None:
        return message
    line, shown = _printable(line), _shown(line)
    if reason.startswith(_SECOND_TIME):
        return _twice(line, shown)
    if is_heading(line):
        right = heading_meant(line)
        instead = f"write {right} on a line of its own" if right else f"there is {listed(known_keys(()), 'and')}"
        return f"{shown} is not the heading of a table; {instead}"
    if (pair := _PAIR.match(line)) is not None:
        return _about_pair(pair, shown, reason)
    if (spaced := _SPACED.match(line)) is not None:
        return f"{shown} has a space in its key; write {_joined(spaced)}"
    return f'{shown} is not a line of TOML; write a key, an equals sign and a value, such as name = "Production"'


def explained_within(line: str, reason: str) -> str:
    """What is wrong with a line in the middle of a value: mostly with an element of an array."""
    if (message := _about_characters(line, reason)) is not None:
        return message
    shown, element = _shown(line), _printable(line).rstrip(",")
    if reason == "Unclosed array":
        return f"{shown} has no comma before it; write one at the end of the element before"
    if re.fullmatch(r"[\w -]+", element):
        return f"{shown} is not a value of TOML; write text in quotes: {written(element)}"
    return f"{shown} is not an element of an array; write one value, and a comma after it"


def not_closed(line: str) -> str:
    """That the array which begins on that line has no end."""
    return f"{_shown(line)} begins an array that is not closed; close it with ]"


def conflict(line: str) -> str:
    """That the line is git's."""
    return f"{_shown(line)} is the mark of a merge conflict; keep one of the two sides, and remove the marks"


def is_heading(line: str) -> bool:
    """Whether the line is, or was to be, the heading of a table."""
    return _HEADING.match(line) is not None


def heading_meant(line: str) -> str | None:
    """The heading that the line was to be; ``None`` where there is no such table."""
    if (heading := _HEADING.match(line)) is None:
        return None
    names = tuple(name.strip() for name in heading["name"].split("."))
    for depth, name in enumerate(names):
        above = names[:depth]
        if key_at((*above, name)) is None:
            guess = meant(name, known_keys(above), cutoff=_NEAR)
            if guess is None:
                return None
            names = (*above, guess, *names[depth + 1 :])
    key = key_at(names)
    if key is None:
        return None
    return f"[[{'.'.join(names)}]]" if key.many else f"[{'.'.join(names)}]"


def names_of(line: str) -> tuple[str, ...]:
    """The names that the key of the line's pair is made of; none where it is no pair."""
    if (spaced := _SPACED.match(line)) is not None:
        return (_joined(spaced),)
    return read_key(pair["key"]) if (pair := _PAIR.match(line)) is not None else ()


def _joined(spaced: re.Match[str]) -> str:
    return re.sub(" +", "_", spaced["key"])


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line).strip()


def _shown(line: str) -> str:
    return f"`{shortened(_printable(line))}`"


def _about_characters(line: str, reason: str) -> str | None:
    if reason.startswith(_QUOTE_OPEN):
        return f"{_shown(line)} has a quote that is not closed; close it on the same line"
    if reason.startswith(("Illegal character", "Found invalid character")):
        control = _CONTROL.search(line)
        which = f" U+{ord(control[0]):04X} at position {control.start() + 1}" if control else ""
        return f"the line has the control character{which}; remove it"
    if reason.startswith(_BACKSLASH):
        what = "has a backslash, which begins a code in double quotes"
        return rf"{_shown(line)} {what}; write \\ for a backslash, or use single quotes"
    return None


def _twice(line: str, shown: str) -> str:
    if header := _HEADING.match(line):
        if header["open"] == "[[":
            return f"{shown} is a table or a value already; write it in one way only"
        key = key_at((header["name"],))
        several = f", or write [[{header['name']}]] above each" if key is not None and key.many else ""
        return f"{shown} stands here for the second time; keep one{several}"
    if pair := _PAIR.match(line):
        return f"{pair['key']} has a value already in this table; keep one of the two"
    return f"{shown} gives a key a second value; keep one of the two"


def _about_pair(pair: re.Match[str], shown: str, reason: str) -> str:
    key, value = pair["key"], pair["value"]
    if not key.isascii():
        return (
            f"{shortened(key)} is not a key of TOML; write plain letters, digits, hyphens and underscores, such as name"
        )
    if pair["sign"] == ":":
        return f"{shown} has a colon after the key; write an equals sign: {key} = {shortened(value) or '…'}"
    if not value:
        return f"{shown} has no value; write one after the equals sign"
    if reason in _INLINE_OPEN:
        return _about_inline_table(value, shown)
    return about_value(key, value, shown, reason)


def _about_inline_table(value: str, shown: str) -> str:
    example = '{ name = "Customer Support", email = "support@example.com" }'
    if value == "{":
        return f"{shown} begins a table in braces that goes on; write it on one line, such as {example}"
    if re.search(r",\s*}$", value):
        return f"{shown} has a comma before the closing brace; remove it"
    if not value.endswith("}"):
        return f"{shown} has a brace that is not closed; close it with }} on the same line"
    return f"{shown} is not a table in braces; write pairs with commas between, such as {example}"
