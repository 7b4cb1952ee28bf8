"""Advice about keys that a table does not have: which of its keys was meant, and what to write in place of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from icsfeed.store.schedule_file.near_matches import nearest_key
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.weekday_advice import weekly_rule

_OTHER_KEYS: Final = {
    ("change_freezes", "day"): "rrule",
    ("change_freezes", "days"): "rrule",
    ("change_freezes", "country"): "holidays",
    ("maintenance_windows", "every"): None,
    ("maintenance_windows", "holidays"): None,
}
"""The key that stands for one that another table has; ``None`` where none does."""

_WINDOW_WORDS: Final = {
    "every": 'write days = ["Thursday"] or rrule = "FREQ=MONTHLY;BYDAY=2TU"',
    "holidays": "write it in a change freeze, [[change_freezes]]: no window takes place on the days of one",
}
_LANGUAGE_SUFFIXES: Final = ("_en", "_fr")


def meant_key(table: str, name: str, value: object, allowed: Collection[str]) -> str | None:
    """The key of the table that the unknown one was meant to be; ``None`` where there is none."""
    if (table, name) in _OTHER_KEYS:
        return _OTHER_KEYS[table, name]
    if (table, name) == ("change_freezes", "end"):
        return _freeze_end(value)
    return _translated_key(name, allowed) or nearest_key(name, allowed)


def key_remedy(table: str, name: str, value: object, allowed: Collection[str]) -> str | None:
    """What to write in place of the unknown key; ``None`` where no key is like it."""
    if (remedy := _other_words(table, name, value)) is not None:
        return remedy
    if (text := _translated_key(name, allowed)) is not None:
        return f'write {text} = {{ en = "…", fr = "…" }}, one table with all languages'
    match = nearest_key(name, allowed)
    return f"did you mean {as_toml(match)}?" if match is not None else None


def _other_words(table: str, name: str, value: object) -> str | None:
    if table == "change_freezes":
        return _freeze_words(name, value)
    if table in ("feeds", "environments") and name == "private":
        return "leave it out" if value is False else "write public = false"
    return _WINDOW_WORDS.get(name) if table == "maintenance_windows" else None


def _freeze_words(name: str, value: object) -> str | None:
    match name:
        case "day" | "days":
            return f'write rrule = "{weekly_rule(value) or "FREQ=WEEKLY;BYDAY=SA,SU"}"'
        case "end" if isinstance(value, date):
            return f"write {_freeze_end(value)} = {as_toml(value)}"
        case "end":
            return 'write how long it lasts from start on, such as duration = "63h"'
        case "country":
            return f"write holidays = {{ country = {as_toml(value)} }}"
        case "subdivision" | "days_before" | "days_after" | "only":
            return f"write it in the table of holidays: {{ country = …, {name} = {as_toml(value)} }}"
        case _:
            return None


def _freeze_end(value: object) -> str:
    """The key for the end of a freeze, given a local date-time, a date, or the time of day that a window has."""
    return "until" if isinstance(value, datetime) else "through" if isinstance(value, date) else "duration"


def _translated_key(name: str, allowed: Collection[str]) -> str | None:
    """The key of a text that was written with the code of a language, such as ``name_fr``."""
    plain = name.removesuffix("_en").removesuffix("_fr") if name.endswith(_LANGUAGE_SUFFIXES) else None
    return plain if plain in allowed else None
