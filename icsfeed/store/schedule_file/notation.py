"""How TOML writes values and the paths of keys: what people see of their own file in a message."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import Final

KeyPath = tuple[str | int, ...]
"""Where a value stands: names of keys, and indices of array elements."""

_LONGEST: Final = 60
_DEEPEST: Final = 3
_LARGEST: Final = 10**_LONGEST
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BARE: Final = r"[A-Za-z0-9_-]+"
_STEP: Final = r'\[(?P<index>[0-9]+)\]|\.?(?P<key>[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*")'


def written(value: object) -> str:
    """The value in TOML's notation, on one line and shortened to some 60 characters."""
    return _shorten(_written(value, _DEEPEST))


def _written(value: object, depth: int) -> str:  # noqa: PLR0911  (a type each)
    match value:
        case str():
            text = _escaped(value[: _LONGEST + 1])
            return f'"{_shorten(text, _LONGEST - 2)}"'
        case bool():
            return "true" if value else "false"
        case int() if abs(value) >= _LARGEST:
            return "a number of more than 60 digits"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case list():
            # A few elements are enough for a line; a level deeper than that stays unread.
            inner = ", ".join(_written(each, depth - 1) for each in value[:_LONGEST]) if depth else "…"
            return f"[{inner}]"
        case dict():
            pairs = list(value.items())[:_LONGEST] if depth else []
            inner = ", ".join(f"{_key(name)} = {_written(each, depth - 1)}" for name, each in pairs)
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            return str(value)


def _escaped(text: str) -> str:
    return "".join(_SHORT_ESCAPES.get(char) or (char if char.isprintable() else _code(char)) for char in text)


def _code(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"  # noqa: PLR2004  (four hex digits)


def _shorten(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip("\\") + "…"


def _key(name: str) -> str:
    return _shorten(name) if re.fullmatch(_BARE, name) else _written(name, 0)


def write_path(keys: KeyPath) -> str:
    """The path in the notation of messages, such as ``maintenance_windows[0].start``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in keys)
    return text.removeprefix(".")


def read_path(text: str) -> KeyPath:
    """The keys of a path; what does not read as one ends it."""
    step_at = re.compile(_STEP).match  # here: few who read a schedule ever come by
    keys: list[str | int] = []
    position = 0
    while step := step_at(text, position):
        position = step.end()
        if step["index"] is not None:
            keys.append(int(step["index"]))
        else:
            keys.extend(read_key(step["key"]))
    return tuple(keys)


def read_key(text: str) -> tuple[str, ...]:
    """The names that a key, bare, quoted or dotted, is made of; none where it is no key."""
    if re.fullmatch(_BARE, text):
        return (text,)
    try:
        value: object = tomllib.loads(f"{text} = 0")
    except ValueError:
        return ()
    names = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)
