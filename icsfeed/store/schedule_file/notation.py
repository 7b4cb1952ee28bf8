"""TOML notation: values and key paths as authors know them from their own file."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

import tomli

KeyPath = tuple[str | int, ...]
"""The names of keys, and the indices of array elements, that lead to a value."""

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MAX_SHOWN_CHARS: Final = 60
_MAX_SHOWN_DEPTH: Final = 3
_MAX_SHOWN_INT: Final = 10**MAX_SHOWN_CHARS
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BARE_KEY: Final = r"[A-Za-z0-9_-]+"


def as_toml(value: object) -> str:
    """The value in TOML notation, on one line of printable characters, shortened to 60."""
    return shorten(_as_toml(value, _MAX_SHOWN_DEPTH))


def _as_toml(value: object, depth: int) -> str:  # noqa: PLR0911  (one per type)
    match value:
        case str():
            return f'"{shorten(_escape(value[: MAX_SHOWN_CHARS + 1]), MAX_SHOWN_CHARS - 2)}"'
        case bool():
            return "true" if value else "false"
        case int() if abs(value) >= _MAX_SHOWN_INT:
            return "a number of more than 60 digits"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case time():
            return clock_text(value)
        case date():
            return value.isoformat()
        case list():
            items = [_as_toml(each, depth - 1) for each in value[:MAX_SHOWN_CHARS]] if depth else ["…"]
            return f"[{', '.join(items)}]"
        case dict():
            pairs = list(value.items())[:MAX_SHOWN_CHARS] if depth else []
            inner = ", ".join(f"{_key(name)} = {_as_toml(each, depth - 1)}" for name, each in pairs)
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            return str(value)


def clock_text(moment: time) -> str:
    """A time of day as the manual writes it: without seconds where there are none."""
    return moment.isoformat() if moment.second or moment.microsecond else moment.isoformat("minutes")


def _escape(text: str) -> str:
    return "".join(_SHORT_ESCAPES.get(char) or (char if char.isprintable() else _code(char)) for char in text)


def _code(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"  # noqa: PLR2004  (four hex digits)


def shorten(text: str, max_chars: int = MAX_SHOWN_CHARS) -> str:
    """The text, cut to that many characters without leaving half an escape at its end."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip("\\") + "…"


def _key(name: str) -> str:
    return shorten(name) if re.fullmatch(_BARE_KEY, name) else _as_toml(name, 0)


def path_text(keys: KeyPath) -> str:
    """The path as messages write it, such as ``maintenance_windows[0].start``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in keys)
    return text.removeprefix(".")


def key_names(text: str) -> tuple[str, ...]:
    """The names in a bare, quoted or dotted key; empty where the text is no key."""
    if re.fullmatch(_BARE_KEY, text):
        return (text,)
    try:
        value: object = tomli.loads(f"{text} = 0")
    except ValueError:
        return ()
    names = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)
